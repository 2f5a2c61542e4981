/**
 * The SQLite driver: connection settings in one place, and its errors turned into the house's. Only
 * this folder touches better-sqlite3; its native half is loaded with the first connection, from
 * where it was built, because the package's own search takes eight milliseconds.
 */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import Database from "better-sqlite3";

import { SovereignError } from "../errors.ts";

const BUSY_TIMEOUT_MS = 5000;

export interface ConnectionOptions {
  readOnly?: boolean;
  mustExist?: boolean;
  /** How long a statement waits for another connection's lock, with the whole thread; 5 s. */
  busyTimeoutMs?: number;
}

/** @internal Opens a connection with the house's settings. WAL is set when the file is made. */
export function connect(path: string, options: ConnectionOptions = {}): Database.Database {
  return guard(path, () => {
    const database = new Database(path, {
      timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
      readonly: options.readOnly ?? false,
      fileMustExist: options.mustExist ?? false,
      nativeBinding: findBinding(),
    });
    database.pragma("foreign_keys = ON");
    database.pragma("synchronous = FULL");
    return database;
  });
}

/**
 * @internal A copy in memory of a store that failed to open because its folder cannot be written
 * (read-only, or the disk is full): even a reader of WAL mode makes a file beside it. Null when
 * that was not the reason, or when commits wait in the `-wal` file.
 */
export function copyUnwritable(path: string, error: unknown): Database.Database | null {
  if (!(error instanceof SovereignError) || error.code !== "PERMISSION_DENIED") return null;
  return guard(path, () => {
    const waiting = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (!isReadable(path) || (waiting && waiting.size > 0)) return null;
    const bytes = readFileSync(path);
    // Bytes 18 and 19 of the header: 2 is WAL mode, which a copy in memory cannot have, 1 is not.
    bytes.fill(1, 18, 20);
    return new Database(bytes, { nativeBinding: findBinding() });
  });
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs database work and turns driver failures into SovereignErrors; constraints pass through. */
export function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(path, error);
  }
}

/** True for the driver's UNIQUE and PRIMARY KEY violations. */
export function isUniqueViolation(error: unknown): boolean {
  const code = driverCode(error);
  return code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY";
}

/** True for every violation of a table's rules: keys, references, NOT NULL, checks. */
export function isConstraintViolation(error: unknown): boolean {
  return driverCode(error)?.startsWith("SQLITE_CONSTRAINT") ?? false;
}

/** True when another connection held the lock for longer than this one waits. */
export function isBusy(error: unknown): boolean {
  const code = driverCode(error instanceof SovereignError ? error.cause : error);
  return /^SQLITE_(BUSY|LOCKED)/.test(code ?? "");
}

/** True for a statement beyond SQLite's limits (sqlite.org/limits.html): its asker's mistake. */
export function isTooMuch(error: unknown): boolean {
  if (!["SQLITE_ERROR", "SQLITE_TOOBIG"].includes(driverCode(error) ?? "")) return false;
  const { message } = error as Error;
  return /\btoo (many|large|big|complex|long|deep)\b|at most \d+ tables|stack overflow/.test(
    message,
  );
}

function findBinding(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve("better-sqlite3/package.json");
    return join(dirname(manifest), "build", "Release", "better_sqlite3.node");
  } catch (cause) {
    throw unloadable(cause);
  }
}

function unloadable(cause: unknown): SovereignError {
  return new SovereignError("TEMPORARILY_UNAVAILABLE", "cannot load the SQLite driver", {
    hint: "run `npm rebuild better-sqlite3`, then `sovereign doctor`",
    cause,
  });
}

function driverCode(error: unknown): string | null {
  const isDriverError = error instanceof Error && error.name === "SqliteError" && "code" in error;
  return isDriverError ? String(error.code) : null;
}

/** What Node says of a native module that is missing or was built for another Node. */
const LOAD_FAILURES = new Set(["MODULE_NOT_FOUND", "ERR_DLOPEN_FAILED"]);

const FREE_SPACE = "free some disk space";

function translate(path: string, error: unknown): unknown {
  if (LOAD_FAILURES.has((error as NodeJS.ErrnoException).code ?? "")) return unloadable(error);
  const code = driverCode(error);
  // better-sqlite3 reports a missing folder as a TypeError of its own.
  const isMissingFolder = error instanceof TypeError && error.message.includes("directory");
  if (code === null && !isMissingFolder) return error;
  const fail = (
    kind: "DATA_LOSS" | "TEMPORARILY_UNAVAILABLE" | "PERMISSION_DENIED" | "RESOURCE_EXHAUSTED",
    what: string,
    hint: string,
  ) => new SovereignError(kind, `${what} \`${path}\``, { hint, cause: error });
  const family = code?.split("_").slice(0, 2).join("_") ?? "SQLITE_CANTOPEN";
  const noSpace = () => fail("RESOURCE_EXHAUSTED", "no space left for the store", FREE_SPACE);
  // A quota, or a limit on the size of files, is not told apart from a failing disk.
  if (code === "SQLITE_IOERR_WRITE" || code === "SQLITE_IOERR_SHMSIZE") return noSpace();
  switch (family) {
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return fail("DATA_LOSS", "the store is damaged:", "restore it from a copy, or move it away");
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return fail(
        "TEMPORARILY_UNAVAILABLE",
        "another process is writing to the store",
        "try again when the other command has finished; `sovereign doctor` shows its state",
      );
    case "SQLITE_CANTOPEN":
    case "SQLITE_READONLY":
    case "SQLITE_PERM":
    case "SQLITE_IOERR":
      return fail(
        "PERMISSION_DENIED",
        "cannot open or write the store",
        "check the folder's permissions and the disk's free space, or set SOVEREIGN_HOME; `sovereign doctor` tells more",
      );
    case "SQLITE_FULL":
      return noSpace();
    default:
      return error;
  }
}
