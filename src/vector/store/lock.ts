/**
 * One writer at a time. The lock is SQLite's own on an empty database beside the file: the system
 * lets go of it when its process ends, however it ends, so nothing stale can stay behind.
 */
import { basename, resolve } from "node:path";
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
    if (database !== null) return hold(database, resolve(path));
    if (attempt === ATTEMPTS) throw held(path);
    await pause(PAUSE_MS);
  }
}

/** Of this process, for messages: SQLite does not say who holds a lock. */
const ours = new Set<string>();

function hold(database: Database, path: string): WriterLock {
  ours.add(path);
  return {
    release() {
      ours.delete(path);
      database.close();
    },
  };
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

function held(path: string): SovereignError {
  const isOurs = ours.has(resolve(path));
  return new SovereignError(
    "TEMPORARILY_UNAVAILABLE",
    `${isOurs ? "this" : "another"} process writes the collection \`${basename(path, ".lock")}\``,
    {
      hint: isOurs
        ? "close it first: a collection is opened for writing once at a time"
        : "try again when it has ended: `sovereign vector serve` lets go after two seconds, `vector sync --continuous` when it is stopped",
    },
  );
}
