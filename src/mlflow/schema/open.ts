/**
 * Opening a tracking database: MLflow's own file in place, or a fresh one. What is not a file of
 * MLflow's, or is at a head this version does not work on, is refused before anything is written.
 * Files at newer heads than MLflow 3.11.1's stay as they are; see `heads.ts`.
 */
import { linkSync, rmSync } from "node:fs";
import { dirname } from "node:path";

import { type Clock, systemClock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import { createFolders, errnoOf, tempPathFor } from "../../core/io/index.ts";
import { type Database, openDatabase } from "../../core/store/index.ts";
import { defineRegexp } from "../search/regexp.ts";
import { checkHead } from "./check-head.ts";
import { createTrackingSchema, ensureDefaultExperiment, type FreshFacts } from "./create.ts";
import { parseDatabaseUri } from "./database-uri.ts";
import { ensureOwnIndexes } from "./own-indexes.ts";
import { isSqliteFile } from "./sqlite-file.ts";

/** How a tracking database is opened. */
export interface OpenTrackingOptions {
  /** Refuses every write; the file must be there. */
  readonly readOnly?: boolean;
  readonly clock?: Clock;
  /** Where a fresh file's Default experiment keeps artifacts; `mlflow-artifacts:/` when absent. */
  readonly defaultArtifactRoot?: string;
  /** Where relative paths start. */
  readonly cwd: string;
}

/**
 * Opens the database that `uri` (`sqlite:///…` or a path) names, making it when it is missing or
 * empty. Errors: INVALID_PARAMETER_VALUE for what is no SQLite file, RESOURCE_DOES_NOT_EXIST,
 * RESOURCE_CONFLICT for another program's database and for a head that does not fit, DATA_LOSS.
 */
export function openTrackingDatabase(uri: string, options: OpenTrackingOptions): Database {
  const path = parseDatabaseUri(uri, options.cwd);
  if (options.readOnly) return openToRead(path);
  const facts = {
    nowMs: (options.clock ?? systemClock).nowMs(),
    defaultArtifactRoot: options.defaultArtifactRoot ?? "mlflow-artifacts:/",
  };
  const isInMemory = path === ":memory:";
  if (!isInMemory && !isSqliteFile(path)) createFile(path, facts);
  const database = openDatabase(path, { mustExist: !isInMemory, synchronous: "NORMAL" });
  return settled(database, () => {
    initialise(database, facts);
    checkHead(database);
    database.exec("PRAGMA journal_mode = WAL");
    ensureDefaultExperiment(database, facts);
    ensureOwnIndexes(database);
  });
}

function openToRead(path: string): Database {
  if (path === ":memory:" || !isSqliteFile(path)) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no database \`${path}\``, {
      hint: "check the path; `sovereign mlflow server` makes a database that is missing",
    });
  }
  const database = openDatabase(path, { readOnly: true });
  return settled(database, () => checkHead(database));
}

/** The connection as MLflow sets its own; closed when `check` fails. */
function settled(database: Database, check: () => void): Database {
  try {
    database.exec("PRAGMA case_sensitive_like = ON");
    defineRegexp(database);
    check();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the file complete under another name, so that no process ever sees half of it. */
function createFile(path: string, facts: FreshFacts): void {
  createFolders(dirname(path));
  const draft = tempPathFor(path);
  try {
    const database = openDatabase(draft, { mustExist: false });
    try {
      initialise(database, facts);
    } finally {
      database.close();
    }
    linkSync(draft, path);
  } catch (error) {
    // Another process made the same file first.
    if (errnoOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Makes the schema where there is none. */
function initialise(database: Database, facts: FreshFacts): void {
  if (!isEmpty(database)) return;
  database.exec("PRAGMA journal_mode = WAL");
  database.transaction(() => {
    if (isEmpty(database)) createTrackingSchema(database, facts);
  });
  ensureOwnIndexes(database);
}

function isEmpty(database: Database): boolean {
  return database.get("SELECT 1 FROM sqlite_master WHERE type = 'table'") === null;
}
