/** Opening tracking databases: fresh ones, MLflow's own, and what must be refused. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createFixedClock } from "../../../src/core/clock.ts";
import { openDatabase } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { hasRecorded, recordedFolder } from "../recorded.ts";
import { describeSchema } from "./describe-schema.ts";

const NOW_MS = 1_700_000_000_000;
const clock = createFixedClock(NOW_MS);
let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "mlflow-open-"));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function open(uri: string, options: { readOnly?: boolean; defaultArtifactRoot?: string } = {}) {
  return openTrackingDatabase(uri, { cwd, clock, ...options });
}

/** A file made by `fill` alone. */
function makeFile(name: string, fill: string): string {
  const database = openDatabase(join(cwd, name), { mustExist: false });
  database.exec(fill);
  database.close();
  return name;
}

describe("a fresh file", () => {
  test("holds what MLflow's own server starts with", () => {
    const database = open("sqlite:///new/folder/mlflow.db");
    const all = (table: string) => database.all(`SELECT * FROM ${table}`);
    expect(all("alembic_version")).toEqual([{ version_num: "c3d6457b6d8a" }]);
    expect(all("experiments")).toEqual([
      {
        experiment_id: 0,
        name: "Default",
        artifact_location: "mlflow-artifacts:/0",
        lifecycle_stage: "active",
        creation_time: NOW_MS,
        last_update_time: NOW_MS,
        workspace: "default",
      },
    ]);
    expect(all("workspaces")).toEqual([
      {
        name: "default",
        description: "Default workspace for legacy resources",
        default_artifact_root: null,
      },
    ]);
    expect(database.all("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(database.all("PRAGMA synchronous")).toEqual([{ synchronous: 1 }]);
    expect(database.all("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
    expect(database.all("SELECT 'a' LIKE 'A' AS same")).toEqual([{ same: 0 }]);
    database.close();
    expect(readdirSync(join(cwd, "new/folder"))).toEqual(["mlflow.db"]);
  });

  test("keeps artifacts under the root it was given", () => {
    const database = open("sqlite://", { defaultArtifactRoot: "s3://bucket/root?v=1" });
    expect(database.get("SELECT artifact_location AS at FROM experiments")).toEqual({
      at: "s3://bucket/root/0?v=1",
    });
  });

  test("an empty file, and a database without tables, are filled", () => {
    writeFileSync(join(cwd, "empty.db"), "");
    makeFile("no-tables.db", "PRAGMA user_version = 7");
    for (const name of ["empty.db", "no-tables.db"]) {
      const database = open(name);
      expect(database.all("SELECT experiment_id FROM experiments")).toHaveLength(1);
      database.close();
    }
  });

  test("a second opening changes nothing", () => {
    open("again.db").close();
    const before = readFileSync(join(cwd, "again.db"));
    open("again.db").close();
    expect(readFileSync(join(cwd, "again.db")).equals(before)).toBe(true);
  });

  test("a missing Default experiment and a changed index come back", () => {
    const first = open("mended.db");
    first.exec(`DELETE FROM experiments; DROP INDEX sovereign_runs_by_start;
                CREATE INDEX sovereign_runs_by_start ON runs (start_time)`);
    first.close();
    const database = open("mended.db");
    expect(database.all("SELECT name FROM experiments")).toEqual([{ name: "Default" }]);
    expect(database.get("PRAGMA index_info(sovereign_runs_by_start)")).toMatchObject({
      name: "experiment_id",
    });
    database.close();
  });
});

describe.skipIf(!hasRecorded)("MLflow's own file", () => {
  const sample = join(recordedFolder, "sample-3.11.1/mlflow.db");

  test("has the schema that ours has", () => {
    const theirs = openDatabase(sample, { readOnly: true });
    const ours = open("sqlite://");
    const described = describeSchema(ours);
    expect(Object.keys(described).length).toBeGreaterThan(140);
    expect(described).toEqual(describeSchema(theirs));
    theirs.close();
  });

  test("opens in place, with our indexes added and its rows as they were", () => {
    copyFileSync(sample, join(cwd, "sample.db"));
    const database = open("sample.db");
    const theirs = openDatabase(sample, { readOnly: true });
    const tables = theirs.all<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type='table'",
    );
    for (const { name } of tables) {
      const query = `SELECT * FROM "${name}"`;
      expect(database.allExact(query), name).toEqual(theirs.allExact(query));
    }
    const own = database.all("SELECT 1 FROM sqlite_master WHERE name LIKE 'sovereign_%'");
    expect(own.length).toBeGreaterThan(3);
    theirs.close();
    database.close();
  });

  test("opens to read without being touched", () => {
    copyFileSync(sample, join(cwd, "read.db"));
    const database = open("read.db", { readOnly: true });
    expect(database.get("SELECT count(*) AS n FROM runs")).not.toEqual({ n: 0 });
    expect(() => database.run("DELETE FROM runs")).toThrow();
    database.close();
    expect(readFileSync(join(cwd, "read.db")).equals(readFileSync(sample))).toBe(true);
  });

  test("of MLflow 2.22 wants `db upgrade` first, and stays as it is", () => {
    const old = join(recordedFolder, "sample-2.22.5/mlflow.db");
    copyFileSync(old, join(cwd, "old.db"));
    expect(() => open("old.db")).toThrow("has the schema `0584bdc529eb` of an older MLflow");
    expect(readFileSync(join(cwd, "old.db")).equals(readFileSync(old))).toBe(true);
  });
});

describe("refused, with nothing written", () => {
  const HEAD = `CREATE TABLE experiments (a); CREATE TABLE runs (a);
                CREATE TABLE alembic_version (version_num TEXT);
                INSERT INTO alembic_version VALUES`;

  test.each([
    ["a text", "RESOURCE_CONFLICT", "CREATE TABLE t (a)", "a database of another program"],
    [
      "another alembic",
      "RESOURCE_CONFLICT",
      `CREATE TABLE alembic_version (version_num TEXT);
      INSERT INTO alembic_version VALUES ('c3d6457b6d8a')`,
      "a database of another program",
    ],
    ["two heads", "RESOURCE_CONFLICT", `${HEAD} ('a'), ('b')`, "a database of another program"],
    ["an unknown head", "RESOURCE_CONFLICT", `${HEAD} ('abc')`, "`abc`, which this version"],
    ["an old head", "RESOURCE_CONFLICT", `${HEAD} ('f5a4f2784254')`, "an MLflow before 2.22"],
  ])("%s", (name, code, fill, message) => {
    const file = makeFile(`${name}.db`.replaceAll(" ", "-"), fill);
    const before = readFileSync(join(cwd, file));
    expect(() => open(file)).toThrow(message);
    expect(() => open(file)).toThrow(expect.objectContaining({ code, hint: expect.any(String) }));
    expect(readFileSync(join(cwd, file)).equals(before)).toBe(true);
  });

  test("files that are no SQLite database, folders, and missing files to read", () => {
    writeFileSync(join(cwd, "readme.md"), "# not a database at all\n");
    mkdirSync(join(cwd, "mlruns"));
    expect(() => open("readme.md")).toThrow("is not an SQLite database");
    expect(() => open("mlruns")).toThrow("is a folder");
    expect(() => open("absent.db", { readOnly: true })).toThrow("there is no database");
    expect(existsSync(join(cwd, "absent.db"))).toBe(false);
  });

  test("a damaged file", () => {
    open("whole.db").close();
    const bytes = readFileSync(join(cwd, "whole.db"));
    bytes.fill(0x5a, 100, 4096);
    writeFileSync(join(cwd, "damaged.db"), bytes);
    expect(() => open("damaged.db")).toThrow(expect.objectContaining({ code: "DATA_LOSS" }));
  });
});
