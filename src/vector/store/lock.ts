/**
 * One writer at a time. The lock is SQLite's own on an empty database beside the file: the system
 * lets go of it when its process ends, however it ends, so nothing stale can stay behind.
 */
import { basename } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import type { Database } from "../../core/store/index.ts";

/** A held lock. */
export interface WriterLock {
  release(): void;
}

/** Takes the lock, waiting 5 s for another writer; then TEMPORARILY_UNAVAILABLE. */
export async function takeWriterLock(path: string): Promise<WriterLock> {
  const { openDatabase } = await import("../../core/store/index.ts");
  const database: Database = openDatabase(path, { mustExist: false });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    const isHeld = cause instanceof SovereignError && cause.code === "TEMPORARILY_UNAVAILABLE";
    if (!isHeld) throw cause;
    const collection = basename(path, ".lock");
    throw new SovereignError(
      "TEMPORARILY_UNAVAILABLE",
      `another process writes the collection \`${collection}\``,
      {
        hint: "try again when it has ended; `sovereign vector serve` keeps what it has used",
        cause,
      },
    );
  }
  return { release: () => database.close() };
}
