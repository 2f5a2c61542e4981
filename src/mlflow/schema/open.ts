/**
 * Opening a tracking database: MLflow's own file in place, or a fresh one. What is not a file of
 * MLflow's, or is at a head this version does not work on, is refused before anything is written.
 * Files at newer heads than MLflow 3.11.1's stay as they are; see `heads.ts`.
 */
import { closeSync, linkSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { type Clock, systemClock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import { createFolders, errnoOf, tempPathFor } from "../../core/io/index.ts";
import { type Database, openDatabase } from "../../core/store/index.ts";
import { createTrackingSchema, ensureDefaultExperiment, type FreshFacts } from "./create.ts";
import { parseDatabaseUri } from "./database-uri.ts";
import { judgeHead } from "./heads.ts";
import { ensureOwnIndexes } from "./own-indexes.ts";

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
    check();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** False when the file is missing. Throws for what is there and is nothing SQLite can open. */
function isSqliteFile(path: string): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return false;
  if (facts.isDirectory()) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` is a folder, no database`, {
      hint: "name a file in it; a FileStore is imported by `sovereign mlflow import`",
    });
  }
  // An empty file is an empty database.
  if (facts.isFile() && (facts.size === 0 || hasSqliteHeader(path))) return true;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` is not an SQLite database`, {
    hint: "name an `mlflow.db`, or a file that does not exist yet to start a fresh one",
  });
}

function hasSqliteHeader(path: string): boolean {
  const header = Buffer.alloc(16);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, 16, 0);
  } finally {
    closeSync(file);
  }
  return header.toString("latin1") === "SQLite format 3\0";
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

function checkHead(database: Database): void {
  const head = readHead(database);
  const uri = `sqlite:///${encodeURI(database.path)}`;
  const refuse = (what: string, hint: string) =>
    new SovereignError("RESOURCE_CONFLICT", `\`${database.path}\` ${what}`, { hint });
  switch (judgeHead(head)) {
    case "usable":
      return;
    case "older":
      throw refuse(
        `has the schema \`${head}\` of an older MLflow`,
        `run \`sovereign mlflow db upgrade --backend-store-uri ${uri}\`, which keeps a copy`,
      );
    case "ancient":
      throw refuse(
        `has the schema \`${head}\` of an MLflow before 2.22`,
        `run \`mlflow db upgrade ${uri}\` of MLflow 3.11.1 first`,
      );
    case "unknown":
      throw refuse(
        `has the schema \`${head}\`, which this version does not know`,
        `update sovereign, or try \`mlflow db upgrade ${uri}\` of MLflow 3.11.1`,
      );
  }
}

/** The head that alembic recorded in the file. RESOURCE_CONFLICT when it is no file of MLflow's. */
export function readHead(database: Database): string {
  const names = database.all<{ name: string }>(
    `SELECT name FROM sqlite_master
      WHERE type = 'table' AND name IN ('alembic_version', 'experiments', 'runs')`,
  );
  const heads =
    names.length === 3
      ? database.all<{ version_num: unknown }>("SELECT version_num FROM alembic_version LIMIT 2")
      : [];
  const head = heads[0]?.version_num;
  if (heads.length === 1 && typeof head === "string") return head;
  throw new SovereignError(
    "RESOURCE_CONFLICT",
    `\`${database.path}\` is a database of another program, not MLflow's`,
    { hint: "name an `mlflow.db`, or a file that does not exist yet to start a fresh one" },
  );
}
