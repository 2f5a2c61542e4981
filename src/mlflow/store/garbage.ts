/**
 * What is deleted but still there, and its erasure with every row that hangs on it. Which rows do
 * is read from the foreign keys of the file, so later heads of MLflow's schema need nothing more.
 */
import type { Database } from "../../core/store/index.ts";

export type GarbageKind = "run" | "logged model" | "experiment";

/** A deleted thing. */
export interface Garbage {
  readonly kind: GarbageKind;
  readonly id: string;
  readonly name: string;
  readonly experimentId: string;
  readonly deletedAtMs: number;
  /** Where its artifacts are; null for experiments, which have none of their own. */
  readonly artifactUri: string | null;
}

const TABLES = {
  run: { table: "runs", key: "run_uuid" },
  "logged model": { table: "logged_models", key: "model_id" },
  experiment: { table: "experiments", key: "experiment_id" },
} as const;

/** Runs that somebody imported have no time of deletion. */
const SELECTS: Readonly<Record<GarbageKind, string>> = {
  run: `SELECT 'run' AS kind, run_uuid AS id, coalesce(name, '') AS name,
      CAST(experiment_id AS TEXT) AS experimentId, artifact_uri AS artifactUri,
      coalesce(deleted_time, end_time, start_time, 0) AS deletedAtMs
    FROM runs WHERE lifecycle_stage = 'deleted'`,
  "logged model": `SELECT 'logged model' AS kind, model_id AS id, name,
      CAST(experiment_id AS TEXT) AS experimentId, artifact_location AS artifactUri,
      coalesce(last_updated_timestamp_ms, 0) AS deletedAtMs
    FROM logged_models WHERE lifecycle_stage = 'deleted'`,
  experiment: `SELECT 'experiment' AS kind, CAST(experiment_id AS TEXT) AS id, name,
      CAST(experiment_id AS TEXT) AS experimentId, NULL AS artifactUri,
      coalesce(last_update_time, 0) AS deletedAtMs
    FROM experiments WHERE lifecycle_stage = 'deleted'`,
};

/** Everything of a kind that is deleted, the oldest first. */
export function listGarbage(database: Database, kind: GarbageKind): Garbage[] {
  return database.all<Garbage>(`${SELECTS[kind]} ORDER BY deletedAtMs, id`);
}

/** The stage of a thing, or null when there is none. */
export function stageOf(database: Database, kind: GarbageKind, id: string): string | null {
  const { table, key } = TABLES[kind];
  const sql = `SELECT lifecycle_stage AS stage FROM ${table} WHERE ${key} = ?`;
  return database.get<{ stage: string }>(sql, [id])?.stage ?? null;
}

/** Experiments with active runs. */
export function listOccupied(database: Database): Set<string> {
  const rows = database.all<{ id: string }>(
    `SELECT DISTINCT CAST(experiment_id AS TEXT) AS id FROM runs WHERE lifecycle_stage = 'active'`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Logged models of an experiment that goes, whatever their stage: they go with it. */
export function listModelsOf(database: Database, experimentId: string): Garbage[] {
  const sql = SELECTS["logged model"].replace(
    "lifecycle_stage = 'deleted'",
    "CAST(experiment_id AS TEXT) = ?",
  );
  return database.all<Garbage>(sql, [experimentId]);
}

/** Removes a thing and every row that hangs on it, in one transaction. */
export function eraseGarbage(database: Database, { kind, id }: Garbage): void {
  const { table, key } = TABLES[kind];
  database.transaction(() => {
    const where = `${key} = :id`;
    eraseRows(database, { table, where, id, keys: readForeignKeys(database) });
    if (kind === "experiment") return;
    // What was read and written is noted without foreign keys.
    const uses = "source_id = :id OR destination_id = :id";
    const sql = `DELETE FROM input_tags WHERE input_uuid IN
      (SELECT input_uuid FROM inputs WHERE ${uses})`;
    database.run(sql, { id });
    database.run(`DELETE FROM inputs WHERE ${uses}`, { id });
  });
}

interface ForeignKey {
  readonly table: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

interface Erasure {
  readonly table: string;
  /** A condition with the parameter `:id`. */
  readonly where: string;
  readonly id: string;
  /** By the table they point to. */
  readonly keys: ReadonlyMap<string, readonly ForeignKey[]>;
}

/** Children first. The schema has no circles but of tables with themselves. */
function eraseRows(database: Database, { table, where, id, keys }: Erasure): void {
  for (const child of keys.get(table) ?? []) {
    if (child.table === table) continue;
    const to = child.to.map(quote).join(", ");
    const rows = `SELECT ${to} FROM ${quote(table)} WHERE ${where}`;
    const inside = `(${child.from.map(quote).join(", ")}) IN (${rows})`;
    eraseRows(database, { table: child.table, where: inside, id, keys });
  }
  database.run(`DELETE FROM ${quote(table)} WHERE ${where}`, { id });
}

/** Those that are set to NULL when their row goes are left to SQLite. */
function readForeignKeys(database: Database): Map<string, ForeignKey[]> {
  const rows = database.all<{
    child: string;
    parent: string;
    key: number;
    from: string;
    to: string;
  }>(
    `SELECT t.name AS child, k."table" AS parent, k.id AS key, k."from" AS "from", k."to" AS "to"
     FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) k
     WHERE t.type = 'table' AND k.on_delete <> 'SET NULL' ORDER BY t.name, k.id, k.seq`,
  );
  const keys = new Map<string, ForeignKey[]>();
  const byId = new Map<string, { from: string[]; to: string[] }>();
  for (const { child, parent, key, from, to } of rows) {
    const name = `${child}/${key}`;
    const known = byId.get(name);
    if (known !== undefined) {
      known.from.push(from);
      known.to.push(to);
      continue;
    }
    const fresh = { table: child, from: [from], to: [to] };
    byId.set(name, fresh);
    keys.set(parent, [...(keys.get(parent) ?? []), fresh]);
  }
  return keys;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
