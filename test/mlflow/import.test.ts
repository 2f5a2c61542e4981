/** `mlruns/` folders into a database: what arrives, what stays, what is refused. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { Database } from "../../src/core/store/index.ts";
import { importFileStore } from "../../src/mlflow/import/import-file-store.ts";
import { openTrackingDatabase } from "../../src/mlflow/schema/open.ts";

const FIXTURE = join(import.meta.dirname, "../../fixtures/mlflow/mlruns-3.11.1/mlruns");
const RUN = "0123456789abcdef0123456789abcdef";
let folder = "";
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-import-"));
  database = openTrackingDatabase("sqlite://", { cwd: folder });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string | Buffer>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** An experiment `id` with one run of these files. */
function writeRun(id: string, name: string, files: Record<string, string | Buffer> = {}): void {
  write({ [`${id}/meta.yaml`]: `{experiment_id: '${id}', name: ${name}, creation_time: ${id}7}` });
  const meta = `{experiment_id: '${id}', run_id: ${RUN}, status: 3}`;
  for (const [path, text] of Object.entries({ "meta.yaml": meta, ...files })) {
    write({ [`${id}/${RUN}/${path}`]: text });
  }
}

const one = <Row>(sql: string) => database.get<Row>(sql);
const all = (sql: string) => database.allExact(sql);

test("a FileStore of MLflow 3.11.1 arrives whole, and once", () => {
  const report = importFileStore(database, FIXTURE);
  expect(report.damaged).toEqual([]);
  expect(Object.fromEntries(report.imported)).toEqual({
    experiment: 3,
    run: 6,
    "logged model": 3,
    trace: 2,
    "registered model": 2,
    "model version": 4,
  });
  expect(all("PRAGMA foreign_key_check")).toEqual([]);
  expect(all("SELECT name, lifecycle_stage AS stage FROM experiments ORDER BY name")).toEqual([
    { name: "Default", stage: "active" },
    { name: "dropped", stage: "deleted" },
    { name: "pictures", stage: "active" },
  ]);
  expect(one("SELECT count(*) AS n FROM metrics")).toEqual({ n: 34 });
  expect(
    all(`SELECT key, value, timestamp, step, is_nan FROM latest_metrics
          WHERE key IN ('big', 'loss', 'low', 'odd') AND step <> 0 ORDER BY key`),
  ).toMatchObject([
    { key: "big", timestamp: 9007199254740993n, step: 2n ** 62n },
    { key: "loss", step: 19n },
    { key: "odd", value: 0, step: 1n, is_nan: 1n },
  ]);
  expect(all("SELECT alias, version FROM registered_model_aliases ORDER BY alias")).toEqual([
    { alias: "champion", version: 2n },
    { alias: "next", version: 3n },
  ]);
  expect(all("SELECT version, source FROM model_versions WHERE version = 4")).toEqual([
    { version: 4n, source: "REDACTED-SOURCE-PATH" },
  ]);
  expect(all("SELECT name, value, valid FROM assessments ORDER BY name, valid")).toEqual([
    { name: "answer", value: '"42"', valid: 1n },
    { name: "good", value: "false", valid: 0n },
    { name: "good", value: "true", valid: 1n },
    { name: "score", value: '{"a": [1.0, 2.5, null]}', valid: 1n },
  ]);
  expect(all("SELECT source_type, destination_type, step FROM inputs WHERE step > 0")).toEqual([
    { source_type: "RUN_OUTPUT", destination_type: "MODEL_OUTPUT", step: 2n },
  ]);

  const again = importFileStore(database, FIXTURE);
  expect(again.imported.size).toBe(0);
  expect(again.present).toEqual(report.imported);
});

test("experiments meet by name, and get a new id where theirs is taken", () => {
  writeRun("1", "first");
  importFileStore(database, folder);
  rmSync(join(folder, "1"), { recursive: true });
  writeRun("1", "second", { "meta.yaml": "{run_id: fedcba98, status: 1}" });
  cpSync(join(folder, "1", RUN), join(folder, "1/fedcba98"), { recursive: true });
  rmSync(join(folder, "1", RUN), { recursive: true });
  writeFileSync(join(folder, "1/meta.yaml"), "{experiment_id: '1', name: second}");
  importFileStore(database, folder);
  importFileStore(database, folder);
  expect(all("SELECT experiment_id AS id, name FROM experiments ORDER BY id")).toEqual([
    { id: 0n, name: "Default" },
    { id: 1n, name: "first" },
    { id: 2n, name: "second" },
  ]);
  expect(all("SELECT run_uuid AS id, experiment_id AS of FROM runs ORDER BY of")).toEqual([
    { id: RUN, of: 1n },
    { id: "fedcba98", of: 2n },
  ]);
});

test("an untouched Default experiment takes the FileStore's place in", () => {
  write({
    "0/meta.yaml": "{experiment_id: '0', name: Default, artifact_location: 'file:///old/0'}",
    "0/tags/team": "blue",
  });
  for (let time = 0; time < 2; time++) importFileStore(database, folder);
  expect(all("SELECT artifact_location AS at FROM experiments")).toEqual([{ at: "file:///old/0" }]);
  expect(all("SELECT key, value FROM experiment_tags")).toEqual([{ key: "team", value: "blue" }]);
});

test.each<[string, string, string | Buffer, string]>([
  ["a line of words", "metrics/a", "1 2 3\nno point at all\n", "malformed line `no point at all`"],
  [
    "a timestamp beyond 64 bits",
    "metrics/a",
    "9223372036854775808 1 0\n",
    "where a 64-bit integer",
  ],
  ["a metric without points", "metrics/a/b", "", "holds no points"],
  ["bytes that are no UTF-8", "params/p", Buffer.from([0xff, 0xfe]), "is not UTF-8"],
  ["an empty meta.yaml", "meta.yaml", "", "is empty"],
  ["a broken meta.yaml", "meta.yaml", "{run_id: [", "is malformed"],
  ["another run's meta.yaml", "meta.yaml", "{run_id: other}", "names another run"],
  ["a status there is not", "meta.yaml", `{run_id: ${RUN}, status: 9}`, "`status` is `9`"],
  ["a time that is text", "meta.yaml", `{run_id: ${RUN}, start_time: soon}`, "`start_time`"],
  ["a bomb of aliases", "meta.yaml", makeBomb(), "is malformed"],
  ["an input without dataset", "inputs/x/meta.yaml", "{source_id: gone}", "cannot be read"],
])("a run with %s is left out, and named", (_, path, text, problem) => {
  writeRun("5", "work", { "tags/t": "x", [path]: text });
  const { imported, damaged } = importFileStore(database, folder);
  expect(damaged).toHaveLength(1);
  expect(damaged[0]).toContain(problem);
  expect(damaged[0]).toMatch(/^run: 5\//);
  expect(Object.fromEntries(imported)).toEqual({ experiment: 1 });
  expect(all("SELECT * FROM runs")).toEqual([]);
  expect(all("SELECT * FROM tags")).toEqual([]);
});

function makeBomb(): string {
  const levels = Array.from({ length: 12 }, (_, i) => {
    const items =
      i === 0
        ? "x, x"
        : Array(9)
            .fill(`*a${i - 1}`)
            .join(", ");
    return `a${i}: &a${i} [${items}]`;
  });
  return levels.join("\n");
}

test("folders that hold no runs are refused", () => {
  expect(() => importFileStore(database, folder)).toThrow("holds no runs");
  expect(() => importFileStore(database, join(folder, "gone"))).toThrow("holds no runs");
  write({ "mlruns/3/meta.yaml": "{experiment_id: '3', name: three}" });
  expect(importFileStore(database, folder).imported.get("experiment")).toBe(1);
  expect(readFileSync(join(folder, "mlruns/3/meta.yaml"), "utf8")).toContain("three");
});
