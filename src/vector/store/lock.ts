/**
 * One writer at a time. The lock is SQLite's own on an empty database beside the file: the system
 * lets go of it when its process ends, however it ends, so nothing stale can stay behind.
 */
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SovereignError } from "../../core/errors.ts";
import type { Database, openDatabase as OpenDatabase } from "../../core/store/index.ts";

/** A held lock. */
export interface WriterLock {
  release(): void;
}

/** Together 5 s. */
const ATTEMPTS = 200;
const PAUSE_MS = 25;

/** Takes the lock, waiting 5 s for another writer; then TEMPORARILY_UNAVAILABLE. */
export async function takeWriterLock(path: string): Promise<WriterLock> {
  const { openDatabase } = await import("../../core/store/index.ts");
  for (let attempt = 1; ; attempt++) {
    const database = tryLock(path, openDatabase);
    if (database !== null) return { release: () => database.close() };
    if (attempt === ATTEMPTS) throw held(basename(path, ".lock"));
    await pause(PAUSE_MS);
  }
}

/** Null when another holds it. SQLite would wait with the whole thread: the other may be in it. */
function tryLock(path: string, openDatabase: typeof OpenDatabase): Database | null {
  let database: Database | null = null;
  try {
    database = openDatabase(path, { mustExist: false, busyTimeoutMs: 0 });
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof SovereignError && error.code === "TEMPORARILY_UNAVAILABLE") return null;
    throw error;
  }
}

function held(collection: string): SovereignError {
  return new SovereignError(
    "TEMPORARILY_UNAVAILABLE",
    `another process writes the collection \`${collection}\``,
    { hint: "try again when it has ended; `sovereign vector serve` lets go after two seconds" },
  );
}
