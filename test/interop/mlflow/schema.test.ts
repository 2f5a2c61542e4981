/** Our databases and the real MLflow: the same schema, each other's files, upgrades and imports. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { type Database, openDatabase } from "../../../src/core/store/index.ts";
import { importFileStore } from "../../../src/mlflow/import/import-file-store.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { upgradeTrackingDatabase } from "../../../src/mlflow/schema/upgrade.ts";
import { describeSchema } from "../../mlflow/schema/describe-schema.ts";
import { findMlflowPython, runPython } from "./python.ts";

const FIXTURES = join(import.meta.dirname, "../../../fixtures/mlflow");
const python = findMlflowPython("3.11.1");
const older = findMlflowPython("2.22.5");
const newest = findMlflowPython("3.18.0");
const RUN = "0123456789abcdef0123456789abcdef";
let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "mlflow-interop-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const open = (name: string) => openTrackingDatabase(name, { cwd });
const uri = (name: string) => `sqlite:///${join(cwd, name)}`;

/** Writes a run with a metric, as the server would. */
function writeRun(database: Database): void {
  database.run(
    `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status,
       start_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
     VALUES (?, 'ours', 'UNKNOWN', '', '', 'ann', 'FINISHED', 1, '', 'active', 'x:/y', 0)`,
    [RUN],
  );
  for (const table of ["metrics", "latest_metrics"]) {
    database.run(
      `INSERT INTO ${table} (key, value, timestamp, step, is_nan, run_uuid)
       VALUES ('loss', 0.25, 7, 3, 0, ?)`,
      [RUN],
    );
  }
}

interface Written {
  head: string;
  runs: Record<string, { name: string; metrics: Record<string, number> }>;
}

const heads: [string, string | null, string][] = [
  ["3.11.1", python, "c3d6457b6d8a"],
  ["3.18.0", newest, "f4a9b2c7d1e6"],
];

describe.each(heads)("MLflow %s", (_, theirs, head) => {
  test.skipIf(theirs === null)("opens a file of ours, writes to it, and we read that", () => {
    const first = open("mlflow.db");
    writeRun(first);
    first.close();
    const args = [uri("mlflow.db"), ...(theirs === python ? [] : ["upgrade"])];
    const written = JSON.parse(runPython(theirs ?? "", "write_db.py", args)) as Written;
    expect(written.head).toBe(head);
    expect(written.runs[RUN]).toMatchObject({ name: "ours", metrics: { loss: 0.25 } });
    const again = open("mlflow.db");
    expect(again.all("SELECT value FROM params")).toEqual([{ value: "mlflow" }]);
    expect(again.all("PRAGMA foreign_key_check")).toEqual([]);
    const own = "SELECT name FROM sqlite_master WHERE name LIKE 'sovereign\\_%' ESCAPE '\\'";
    expect(again.all(own).length).toBeGreaterThanOrEqual(5);
    again.close();
  });
});

describe.skipIf(python === null)("MLflow 3.11.1", () => {
  test("makes the schema and the first rows that we make", () => {
    runPython(python ?? "", "write_db.py", [uri("theirs.db")]);
    const theirs = openDatabase(join(cwd, "theirs.db"), { readOnly: true });
    const ours = open("ours.db");
    expect(describeSchema(ours)).toEqual(describeSchema(theirs));
    for (const sql of [
      "SELECT name, lifecycle_stage, workspace FROM experiments",
      "SELECT * FROM workspaces",
      "SELECT * FROM alembic_version",
    ]) {
      expect(ours.all(sql)).toEqual(theirs.all(sql));
    }
    for (const database of [ours, theirs]) database.close();
  });

  test("upgrades from every head since 2.22 to what we upgrade to", () => {
    const source = join(FIXTURES, "store-2.22.5/mlflow.db");
    const steps = runPython(python ?? "", "upgrade_steps.py", [source, cwd])
      .trim()
      .split("\n");
    expect(steps).toHaveLength(25);
    for (const head of steps) {
      const report = upgradeTrackingDatabase(`${head}.db`, { cwd });
      expect(report.from).toBe(head);
      const ours = openDatabase(join(cwd, `${head}.db`), { readOnly: true });
      const theirs = openDatabase(join(cwd, `${head}.upgraded.db`), { readOnly: true });
      expect(describeSchema(ours), head).toEqual(describeSchema(theirs));
      for (const { name } of theirs.all<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table'",
      )) {
        const rows = (database: Database) => database.allExact(`SELECT * FROM "${name}"`);
        expect(rows(ours), `${head} ${name}`).toEqual(rows(theirs));
      }
      for (const database of [ours, theirs]) database.close();
    }
  }, 300_000);
});

/** What a FileStore answers otherwise than the same MLflow's database does, and why. */
function withoutDifferences(answers: string): unknown {
  const data = JSON.parse(
    answers
      .replaceAll('"inf"', '"1.7976931348623157e+308"')
      .replaceAll('"-inf"', '"-1.7976931348623157e+308"'),
    // A FileStore leaves `valid: true` out of assessments; 2.22 has no workspaces and no model ids.
    (key, value) => (LEFT_OUT.has(key) || (key === "valid" && value === true) ? undefined : value),
  );
  for (const run of Object.values<{ metrics: Record<string, unknown[]>; latest: object }>(
    data.runs,
  )) {
    // A point logged twice is twice in a file.
    for (const [key, points] of Object.entries(run.metrics)) {
      run.metrics[key] = [...new Set(points.map((point) => JSON.stringify(point)))];
      // A FileStore reads the step of a point with a dataset as 0.
      if (key === "recall") delete run.metrics[key];
    }
    delete (run.latest as Record<string, unknown>).recall;
  }
  // A FileStore shows the last point of a model's metric only.
  for (const model of Object.values<{ metrics?: unknown }>(data.models ?? {})) delete model.metrics;
  return data;
}
const LEFT_OUT = new Set([
  "workspace",
  "trace_location",
  "deployment_job_id",
  "deployment_job_state",
  "model_id",
  "run_uuid",
]);

test.skipIf(python === null).each([
  ["3.11.1", python],
  ["2.22.5", older],
])(
  "a FileStore of MLflow %s is read from our database as from its folder",
  (version, maker) => {
    if (maker === null || python === null) return;
    const store = `file://${join(cwd, "mlruns")}`;
    runPython(maker, "make_mlruns.py", [store]);
    const database = open("mlflow.db");
    expect(importFileStore(database, join(cwd, "mlruns")).damaged).toEqual([]);
    expect(database.all("PRAGMA foreign_key_check")).toEqual([]);
    database.close();
    const fromFolder = withoutDifferences(runPython(maker, "dump_store.py", [store]));
    const fromFile = withoutDifferences(runPython(python, "dump_store.py", [uri("mlflow.db")]));
    expect(fromFile).toMatchObject(fromFolder as object);
    if (version === "3.11.1") expect(fromFile).toEqual(fromFolder);
  },
  300_000,
);
