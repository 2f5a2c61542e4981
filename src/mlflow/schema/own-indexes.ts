/**
 * The indexes we add to MLflow's tables, for the searches of `search/` and the metric pages. They
 * are named `sovereign_*`, plain, and point at nothing of MLflow's, so its own upgrades carry them
 * over or drop them; whatever is missing or changed is made again when the file is opened to write.
 */
import type { Database } from "../../core/store/index.ts";

const OWN_INDEXES: Readonly<Record<string, string>> = {
  // The natural order of a run search.
  sovereign_runs_by_start: "runs (experiment_id, lifecycle_stage, start_time DESC, run_uuid)",
  // The few runs that are RUNNING or FAILED. Not led by the experiment, or SQLite takes it for
  // searches that name no status.
  sovereign_runs_by_status:
    "runs (status, experiment_id, lifecycle_stage, start_time DESC, run_uuid)",
  // A metric's runs in order of its value, NaN behind.
  sovereign_latest_metrics_by_value: "latest_metrics (key, is_nan, value, run_uuid)",
  sovereign_params_by_value: "params (key, value, run_uuid)",
  sovereign_tags_by_value: "tags (key, value, run_uuid)",
  // A history in its order, without a look at the table.
  sovereign_metrics_by_time: "metrics (run_uuid, key, timestamp, step, value, is_nan)",
};

/** Makes the indexes that are missing or unlike ours; looks only, when all is well. */
export function ensureOwnIndexes(database: Database): void {
  const missing = listMissing(database);
  if (missing.length === 0) return;
  database.transaction(() => {
    for (const name of listMissing(database)) {
      database.exec(`DROP INDEX IF EXISTS ${name}; ${definitionOf(name)}`);
    }
  });
}

function listMissing(database: Database): string[] {
  const rows = database.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'sovereign_%'",
  );
  const present = new Map(rows.map(({ name, sql }) => [name, sql]));
  return Object.keys(OWN_INDEXES).filter((name) => present.get(name) !== definitionOf(name));
}

function definitionOf(name: string): string {
  return `CREATE INDEX ${name} ON ${OWN_INDEXES[name]}`;
}
