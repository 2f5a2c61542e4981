/**
 * Brings a file of an older MLflow to the schema of 3.11.1, as its `mlflow db upgrade` would. No
 * step between 2.22 and 3.11.1 changes a value: they add tables and columns, widen types, and put
 * the workspace into keys. So every table that differs from a fresh one is made anew and its rows
 * are copied over, whatever head they come from. A copy of the file is kept beside it.
 */
import { linkSync, rmSync } from "node:fs";

import { type Clock, systemClock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import { tempPathFor } from "../../core/io/index.ts";
import { type Database, openDatabase } from "../../core/store/index.ts";
import { checkHead } from "./check-head.ts";
import { createTrackingSchema, ensureDefaultWorkspace } from "./create.ts";
import { parseDatabaseUri } from "./database-uri.ts";
import { CURRENT_HEAD, HEADS } from "./heads.ts";
import { isSqliteFile } from "./sqlite-file.ts";

/** What an upgrade did, or would do. */
export interface UpgradeReport {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** Tables that were missing. */
  readonly made: readonly string[];
  /** Tables that were made anew around their rows. */
  readonly changed: readonly string[];
  /** The copy of the file as it was; null when nothing was to be done. */
  readonly backup: string | null;
}

export interface UpgradeOptions {
  readonly cwd: string;
  readonly clock?: Clock;
  /** Only says what would be done. */
  readonly dryRun?: boolean;
}

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** Columns that got another name: the table, what it is called now, what it was called. */
const RENAMED_COLUMNS = [{ table: "jobs", now: "job_name", before: "function_fullname" }];
/** Indexes of heads in between that others replaced; any further one is the user's and stays. */
const RETIRED_INDEXES = [
  "index_jobs_function_status_creation_time",
  "unique_endpoint_model_mapping",
  "unique_endpoint_name",
  "unique_model_definition_name",
  "unique_secret_name",
];

/**
 * Upgrades the database that `uri` names, in one transaction: whoever is interrupted finds the old
 * file. Errors: those of `openTrackingDatabase`; TEMPORARILY_UNAVAILABLE while a server writes to it.
 */
export function upgradeTrackingDatabase(uri: string, options: UpgradeOptions): UpgradeReport {
  const path = parseDatabaseUri(uri, options.cwd);
  if (path === ":memory:" || !isSqliteFile(path)) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no database \`${path}\``, {
      hint: "check the path; a fresh database needs no upgrade",
    });
  }
  const database = openDatabase(path, { readOnly: options.dryRun ?? false });
  try {
    const from = checkHead(database, { toUpgrade: true });
    if (HEADS.indexOf(from) >= HEADS.indexOf(CURRENT_HEAD)) {
      return { path, from, to: from, made: [], changed: [], backup: null };
    }
    const report = { path, from, to: CURRENT_HEAD, ...compare(database, readTarget()) };
    if (options.dryRun) return { ...report, backup: null };
    const backup = backUp(database, options.clock ?? systemClock);
    upgrade(database);
    return { ...report, backup };
  } finally {
    database.close();
  }
}

/** The copy is complete under another name before it gets its own. */
function backUp(database: Database, clock: Clock): string {
  const stamp = new Date(clock.nowMs()).toISOString().replace(/\D/g, "");
  const backup = `${database.path}-${stamp}.bak`;
  const draft = tempPathFor(backup);
  try {
    database.run("VACUUM INTO ?", [draft]);
    linkSync(draft, backup);
  } finally {
    rmSync(draft, { force: true });
  }
  return backup;
}

function upgrade(database: Database): void {
  // Both hold for the connection and cannot change inside a transaction. A renamed table would
  // otherwise take the references of other tables along.
  database.exec("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON");
  database.transaction(() => {
    const target = readTarget();
    const { made, changed } = compare(database, target);
    const kept = changed.flatMap((table) => setAside(database, table, target));
    const isNew = new Set([...made, ...changed]);
    for (const { sql, table } of target) if (isNew.has(table)) database.exec(sql);
    for (const table of changed) moveRows(database, table);
    for (const { sql } of kept) database.exec(sql);
    ensureDefaultWorkspace(database);
    database.run("UPDATE alembic_version SET version_num = ?", [CURRENT_HEAD]);
  });
}

/** Every table, index and trigger of the schema aimed at; a table comes before what is on it. */
function readTarget(): SchemaObject[] {
  const fresh = openDatabase(":memory:", { mustExist: false });
  try {
    createTrackingSchema(fresh, { nowMs: 0, defaultArtifactRoot: "" });
    return listObjects(fresh);
  } finally {
    fresh.close();
  }
}

function listObjects(database: Database): SchemaObject[] {
  return database.all<SchemaObject>(
    `SELECT type, name, tbl_name AS "table", sql FROM sqlite_master
      WHERE sql IS NOT NULL ORDER BY type = 'table' DESC, rowid`,
  );
}

/** Which tables are missing, and which are not as they should be (their indexes included). */
function compare(database: Database, target: readonly SchemaObject[]) {
  const present = new Map(listObjects(database).map((object) => [object.name, object]));
  const tables = target.filter(({ type }) => type === "table");
  const made = tables.filter(({ name }) => !present.has(name)).map(({ name }) => name);
  const unlike = target.filter(({ name, sql }) => {
    const found = present.get(name);
    return found === undefined || flatten(found.sql) !== flatten(sql);
  });
  const changed = new Set(unlike.map(({ table }) => table).filter((name) => !made.includes(name)));
  return { made, changed: [...changed] };
}

/** Without blanks and quotes, and the constraints in one order: SQLAlchemy writes them in any. */
function flatten(sql: string): string {
  const flat = sql.replace(/["\s]+/g, " ").replace(/ ?([(),]) ?/g, "$1");
  const parts = flat.replace(/\)$/, "").split(/,(?=CONSTRAINT |FOREIGN KEY|CHECK|PRIMARY |UNIQUE)/);
  return parts.sort().join();
}

/** Renames a table and frees the names of its indexes; returns the ones to make again. */
function setAside(database: Database, table: string, target: readonly SchemaObject[]) {
  const own = new Set([...target.map(({ name }) => name), ...RETIRED_INDEXES]);
  const around = listObjects(database).filter(
    (object) => object.table === table && object.type !== "table",
  );
  for (const { type, name } of around) database.exec(`DROP ${type} "${name}"`);
  database.exec(`ALTER TABLE "${table}" RENAME TO "${asideOf(table)}"`);
  return around.filter(({ name }) => !own.has(name));
}

function moveRows(database: Database, table: string): void {
  const columns = listColumns(database, table);
  const pairs = listColumns(database, asideOf(table)).map((before) => {
    const renamed = RENAMED_COLUMNS.find((r) => r.table === table && r.before === before);
    const now = renamed?.now ?? before;
    if (columns.includes(now)) return { before, now };
    throw new SovereignError(
      "RESOURCE_CONFLICT",
      `the table \`${table}\` has a column \`${before}\` that MLflow 3.11.1 does not know`,
      { hint: "remove the column, or keep using the program that added it" },
    );
  });
  const list = (side: "before" | "now") => pairs.map((pair) => `"${pair[side]}"`).join(", ");
  database.exec(
    `INSERT INTO "${table}" (${list("now")}) SELECT ${list("before")} FROM "${asideOf(table)}";
     DROP TABLE "${asideOf(table)}"`,
  );
}

/** Generated columns are not among them: SQLite fills these itself. */
function listColumns(database: Database, table: string): string[] {
  return database.all<{ name: string }>(`PRAGMA table_info("${table}")`).map(({ name }) => name);
}

function asideOf(table: string): string {
  return `sovereign_before_${table}`;
}
