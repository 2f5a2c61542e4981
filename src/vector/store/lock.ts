/**
 * One writer at a time. The lock is SQLite's own on an empty database beside the file: the system
 * lets go of it when its process ends, however it ends, so nothing stale can stay behind.
 *
 * The file goes with its collection, while the lock is held. Whoever waited for it then has a lock
 * on a file without a name, which nobody else would meet: it is let go and taken anew.
 */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SovereignError } from "../../core/errors.ts";
import { errnoOf } from "../../core/io/index.ts";
import type { Database, openDatabase as OpenDatabase } from "../../core/store/index.ts";

/** A held lock. */
export interface WriterLock {
  release(): void;
  /** Lets go of it and removes its file: the collection is no more. */
  releaseForGood(): void;
}

/** Together 5 s. */
const ATTEMPTS = 200;
const PAUSE_MS = 25;

/** Takes the lock, waiting 5 s for another writer; then TEMPORARILY_UNAVAILABLE. */
export async function takeWriterLock(path: string): Promise<WriterLock> {
  for (let attempt = 1; ; attempt++) {
    const lock = await tryWriterLock(path);
    if (lock !== null) return lock;
    if (attempt === ATTEMPTS) throw held(path);
    await pause(PAUSE_MS);
  }
}

/** Takes the lock, or resolves with null when another has it. */
export async function tryWriterLock(path: string): Promise<WriterLock | null> {
  const { openDatabase } = await import("../../core/store/index.ts");
  const database = tryLock(path, openDatabase);
  return database === null ? null : hold(database, resolve(path));
}

/** Of this process, for messages: SQLite does not say who holds a lock. */
const ours = new Set<string>();

function hold(database: Database, path: string): WriterLock {
  ours.add(path);
  const release = (): void => {
    ours.delete(path);
    database.close();
  };
  return {
    release,
    releaseForGood() {
      try {
        rmSync(path, { force: true });
      } finally {
        release();
      }
    },
  };
}

/** Null when another holds it. SQLite would wait with the whole thread: the other may be in it. */
function tryLock(path: string, openDatabase: typeof OpenDatabase): Database | null {
  const file = makeFile(path);
  let database: Database | null = null;
  try {
    database = openDatabase(path, { mustExist: true, busyTimeoutMs: 0 });
    // There is nothing to roll back: a journal would only be one more file for a kill to leave.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    if (file !== null && identityOf(path) === file) return database;
    database.close();
    return null;
  } catch (error) {
    database?.close();
    const isHeld = error instanceof SovereignError && error.code === "TEMPORARILY_UNAVAILABLE";
    if (isHeld || identityOf(path) !== file) return null;
    throw error;
  }
}

/** Which file is at `path`; made when there is none. Null when it went again at once. */
function makeFile(path: string): string | null {
  const known = identityOf(path);
  if (known !== null) return known;
  try {
    writeFileSync(path, "", { flag: "wx" });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  return identityOf(path);
}

/** Tells a file from one that takes its place: the number alone is soon given to another. */
function identityOf(path: string): string | null {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file === undefined ? null : `${file.dev} ${file.ino} ${file.birthtimeNs}`;
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
