/** `db upgrade`: the schema it ends in, the rows it keeps, and what an interruption leaves. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { createFixedClock } from "../../../src/core/clock.ts";
import { type Database, openDatabase } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { upgradeTrackingDatabase } from "../../../src/mlflow/schema/upgrade.ts";
import { hasRecorded, recordedFolder } from "../recorded.ts";
import { describeSchema } from "./describe-schema.ts";

const FIXTURE = join(import.meta.dirname, "../../../fixtures/mlflow/store-2.22.5/mlflow.db");
const clock = createFixedClock(1_700_000_000_000);
let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "mlflow-upgrade-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const upgrade = (dryRun = false) => upgradeTrackingDatabase("mlflow.db", { cwd, clock, dryRun });

function stage(source: string, change = ""): void {
  copyFileSync(source, join(cwd, "mlflow.db"));
  const database = openDatabase(join(cwd, "mlflow.db"));
  database.exec(change);
  database.close();
}

function rowsOf(database: Database, table: string): unknown[] {
  return database.allExact(`SELECT * FROM "${table}" ORDER BY rowid`);
}

const samples = [
  FIXTURE,
  ...(hasRecorded ? [join(recordedFolder, "sample-2.22.5/mlflow.db")] : []),
];
test.each(samples)("a file of 2.22 has our schema and its own rows after it: %s", (source) => {
  copyFileSync(source, join(cwd, "mlflow.db"));
  const report = upgrade();
  expect(report).toMatchObject({ from: "0584bdc529eb", to: "c3d6457b6d8a" });
  expect(readdirSync(cwd).sort()).toEqual(["mlflow.db", "mlflow.db-20231114221320000.bak"]);

  const after = openTrackingDatabase("mlflow.db", { cwd });
  expect(describeSchema(after)).toEqual(describeSchema(openTrackingDatabase("sqlite://", { cwd })));
  expect(after.all("PRAGMA foreign_key_check")).toEqual([]);
  const old = openDatabase(source, { readOnly: true });
  const backup = openDatabase(report.backup ?? "", { readOnly: true });
  for (const { name } of old.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'",
  )) {
    const rows = rowsOf(old, name);
    expect(rowsOf(backup, name), name).toEqual(rows);
    expect(rowsOf(after, name), name).toMatchObject(rows);
  }
  expect(after.all("SELECT DISTINCT workspace FROM experiments")).toEqual([
    { workspace: "default" },
  ]);
  expect(after.all("SELECT name FROM workspaces")).toEqual([{ name: "default" }]);
  for (const database of [old, backup, after]) database.close();
});

test("a dry run and a second run write nothing", () => {
  stage(FIXTURE);
  const before = readFileSync(join(cwd, "mlflow.db"));
  const planned = upgrade(true);
  expect(planned.made).toHaveLength(27);
  expect(planned.changed).toContain("registered_models");
  expect(readFileSync(join(cwd, "mlflow.db")).equals(before)).toBe(true);
  const { made, changed } = upgrade();
  expect({ made, changed }).toEqual({ made: planned.made, changed: planned.changed });
  expect(upgrade()).toMatchObject({ made: [], changed: [], backup: null });
  expect(readdirSync(cwd)).toHaveLength(2);
});

test("what fails in the middle leaves the file as it was", () => {
  stage(FIXTURE, "ALTER TABLE trace_info ADD COLUMN mine TEXT");
  const before = readFileSync(join(cwd, "mlflow.db"));
  expect(() => upgrade()).toThrow("the table `trace_info` has a column `mine`");
  expect(readFileSync(join(cwd, "mlflow.db")).equals(before)).toBe(true);
});

test("indexes, views and tables of the user's stay", () => {
  stage(
    FIXTURE,
    `CREATE INDEX mine ON experiments (creation_time);
     CREATE VIEW active AS SELECT * FROM experiments WHERE lifecycle_stage = 'active';
     CREATE TABLE notes (experiment_id INTEGER REFERENCES experiments (experiment_id));
     INSERT INTO notes VALUES (1)`,
  );
  upgrade();
  const database = openTrackingDatabase("mlflow.db", { cwd });
  expect(database.all("PRAGMA index_info(mine)")).toMatchObject([{ name: "creation_time" }]);
  expect(database.all("SELECT count(*) AS n FROM active")).toEqual([{ n: 2 }]);
  expect(database.all("PRAGMA foreign_key_list(notes)")).toMatchObject([{ table: "experiments" }]);
  expect(database.all("PRAGMA foreign_key_check")).toEqual([]);
  database.close();
});
