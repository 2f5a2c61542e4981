/** Databases of many runs, or of one long metric, written past any server. */
import { systemClock } from "../../../src/core/clock.ts";
import { createRng } from "../../../src/core/rng.ts";
import type { Database } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";

/** Makes `path` with `runCount` runs of 5 metrics, 5 params and 4 tags each in experiment 0. */
export function writeManyRuns(path: string, runCount: number): void {
  const database = openTrackingDatabase(path, { clock: systemClock, cwd: "/" });
  const rng = createRng(7);
  database.transaction(() => {
    for (let index = 0; index < runCount; index++) writeRun(database, index, () => rng.next());
  });
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

/** Makes `path` with one run whose metric `loss` has `pointCount` points; gives the run's id. */
export function writeLongMetric(path: string, pointCount: number): string {
  const database = openTrackingDatabase(path, { clock: systemClock, cwd: "/" });
  const runId = toRunId(0);
  database.transaction(() => {
    insertRun(database, runId, 0);
    const latest = [runId, "loss", 1 / pointCount, 1_700_000_000_000 + pointCount, pointCount - 1];
    insertRow(database, "latest_metrics", latest);
    for (let step = 0; step < pointCount; step++) {
      const point = [runId, "loss", 1 / (step + 1), 1_700_000_000_000 + step * 10, step];
      insertRow(database, "metrics", point);
    }
  });
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return runId;
}

/** The same database as MLflow itself would have it: without our indexes. */
export function dropOurIndexes(path: string): void {
  const database = openTrackingDatabase(path, { clock: systemClock, cwd: "/" });
  const names = database.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'sovereign_%'",
  );
  for (const { name } of names) database.exec(`DROP INDEX ${name}`);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

function writeRun(database: Database, index: number, random: () => number): void {
  const runId = toRunId(index);
  insertRun(database, runId, index);
  for (let metric = 0; metric < 5; metric++) {
    const row = [runId, `metric_${metric}`, random(), 1_700_000_000_000 + index, 10];
    insertRow(database, "metrics", row);
    insertRow(database, "latest_metrics", row);
  }
  for (let param = 0; param < 5; param++) {
    database.run("INSERT INTO params (run_uuid, key, value) VALUES (?, ?, ?)", [
      runId,
      `param_${param}`,
      `value_${Math.floor(random() * 10)}`,
    ]);
  }
  for (const tag of ["mlflow.runName", "mlflow.user", "stage", "team"]) {
    database.run("INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)", [
      runId,
      tag,
      `${tag}-${index % 7}`,
    ]);
  }
}

function insertRun(database: Database, runId: string, index: number): void {
  database.run(
    `INSERT INTO runs (run_uuid, experiment_id, name, user_id, status, start_time, end_time,
                       artifact_uri, lifecycle_stage, source_type, source_name, entry_point_name,
                       source_version)
     VALUES (?, 0, ?, 'bench', 'FINISHED', ?, ?, ?, 'active', 'UNKNOWN', '', '', '')`,
    [
      runId,
      `run-${index}`,
      1_700_000_000_000 + index * 1000,
      1_700_000_000_500 + index * 1000,
      `mlflow-artifacts:/0/${runId}/artifacts`,
    ],
  );
}

function insertRow(
  database: Database,
  table: "metrics" | "latest_metrics",
  row: readonly (string | number)[],
): void {
  database.run(
    `INSERT INTO ${table} (run_uuid, key, value, timestamp, step, is_nan)
     VALUES (?, ?, ?, ?, ?, 0)`,
    row,
  );
}

/** Not in the order of the index, as real ids are not. */
function toRunId(index: number): string {
  const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return mixed.toString(16).padStart(8, "0") + index.toString(16).padStart(24, "0");
}
