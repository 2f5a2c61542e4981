import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "../open-test-lake.ts";

const DAY_MS = 86_400_000;
const UNGUARDED = "SET spark.databricks.delta.retentionDurationCheck.enabled = false";

let test: TestLake;
let root: string;
beforeEach(async () => {
  test = await openTestLake();
  root = join(test.folder, "lake", "main", "default", "t");
});
afterEach(() => test.close());

/** Every file and folder below the root but the log, relative. */
function listTree(folder = root, prefix = ""): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = prefix + entry.name;
    if (entry.name === "_delta_log") return [];
    if (!entry.isDirectory()) return [name];
    return [`${name}/`, ...listTree(join(folder, entry.name), `${name}/`)];
  });
}

function age(path: string, days: number): void {
  const seconds = (Date.now() - days * DAY_MS) / 1000;
  utimesSync(path, seconds, seconds);
}

function put(name: string, days: number): string {
  const path = join(root, name);
  writeFileSync(path, "x");
  age(path, days);
  return path;
}

function lastCommit(): { commitInfo: Record<string, unknown> }[] {
  const log = join(root, "_delta_log");
  const names = readdirSync(log).filter((name) => /^\d{20}\.json$/.test(name));
  const text = readFileSync(join(log, names.sort().at(-1)!), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("VACUUM", () => {
  it("removes what no version within the horizon needs, and says so in the history", async () => {
    await test.run("CREATE TABLE t (id INT, p STRING) PARTITIONED BY (p)");
    await test.run("INSERT INTO t VALUES (1, 'a b'), (2, 'ü%/x'), (3, NULL)");
    await test.run("UPDATE t SET id = 20 WHERE id = 2");
    await expect(test.run("VACUUM t RETAIN 0 HOURS")).rejects.toMatchObject({
      details: { error_class: "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT" },
    });
    await test.run(UNGUARDED);
    const files = listTree();
    const dry = await test.rows("VACUUM t RETAIN 0 HOURS DRY RUN");
    expect(dry).toHaveLength(1);
    expect(listTree()).toEqual(files);
    expect(await test.rows("VACUUM t RETAIN 0 HOURS")).toEqual([[`file:${root}`]]);
    const gone = files.filter((name) => !listTree().includes(name));
    expect(gone.map((name) => [`file:${join(root, name)}`])).toEqual(dry);
    expect(await test.rows("SELECT id, p FROM t ORDER BY id")).toEqual([
      ["1", "a b"],
      ["3", null],
      ["20", "ü%/x"],
    ]);
    const history = await test.rows("DESCRIBE HISTORY t LIMIT 2");
    expect(history.map((row) => [row[4], row[5], row[10], row[11], row[12]])).toEqual([
      [
        "VACUUM END",
        "{status -> COMPLETED}",
        "SnapshotIsolation",
        "true",
        "{numDeletedFiles -> 1, numVacuumedDirectories -> 4}",
      ],
      [
        "VACUUM START",
        "{retentionCheckEnabled -> false, defaultRetentionMillis -> 604800000, specifiedRetentionMillis -> 0}",
        "SnapshotIsolation",
        "true",
        expect.stringMatching(/^\{numFilesToDelete -> 1, sizeOfDataToDelete -> \d+\}$/),
      ],
    ]);
    expect(lastCommit()).toHaveLength(1);
  });

  it("leaves young, hidden, linked and foreign files alone", async () => {
    await test.run("CREATE TABLE t (id INT, _p INT) PARTITIONED BY (_p)");
    await test.run("INSERT INTO t VALUES (1, 1)");
    for (const folder of ["_change_data", "_other", ".dot", "_p=2", "sub", "empty", "fresh"]) {
      mkdirSync(join(root, folder));
    }
    mkdirSync(join(root, "sub", "_delta_log"));
    mkdirSync(join(test.folder, "outside"));
    const stay = ["young", "_hidden", "_other/f", ".dot/f", "sub/f", "store"];
    const go = ["old", "_p=2/orphan", "_change_data/cdc", "with space ü%20.parquet"];
    for (const name of stay) put(name, name === "young" ? 6 : 30);
    for (const name of go) put(name, 8);
    const outside = join(test.folder, "outside", "f");
    writeFileSync(outside, "x");
    age(outside, 30);
    symlinkSync(join(test.folder, "outside"), join(root, "link"));
    symlinkSync(join(root, "store"), join(root, "linked-file"));
    age(join(root, "empty"), 8);
    await test.run("VACUUM t RETAIN 1 HOURS");
    for (const name of stay) expect([name, existsSync(join(root, name))]).toEqual([name, true]);
    for (const name of go) expect([name, existsSync(join(root, name))]).toEqual([name, false]);
    expect(existsSync(outside)).toBe(true);
    expect(lstatSync(join(root, "link")).isSymbolicLink()).toBe(true);
    expect([existsSync(join(root, "empty")), existsSync(join(root, "fresh"))]).toEqual([
      false,
      true,
    ]);
    expect(await test.rows("SELECT * FROM t")).toEqual([["1", "1"]]);
  });

  it("keeps tombstones, deletion vectors and files of absolute paths", async () => {
    await test.run(
      "CREATE TABLE t (id INT) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
    );
    await test.run("INSERT INTO t SELECT id FROM range(1000)");
    await test.run("DELETE FROM t WHERE id = 5");
    await test.run("DELETE FROM t WHERE id = 6");
    for (const name of listTree()) age(join(root, name), 30);
    await test.run("VACUUM t");
    expect(await test.rows("SELECT count(*) FROM t VERSION AS OF 2")).toEqual([["999"]]);
    await test.run(UNGUARDED);
    expect(await test.rows("VACUUM t RETAIN 0 HOURS DRY RUN")).toHaveLength(1);
    await test.run("VACUUM t RETAIN 0 HOURS");
    expect(await test.rows("SELECT count(*) FROM t")).toEqual([["998"]]);
    // As a shallow clone of a table inside would name them.
    const log = join(root, "_delta_log");
    const clone = join(test.folder, "lake", "main", "default", "c");
    mkdirSync(clone);
    mkdirSync(join(clone, "_delta_log"));
    const first = readFileSync(join(log, "00000000000000000001.json"), "utf8");
    const create = readFileSync(join(log, "00000000000000000000.json"), "utf8");
    const absolute = first.replace(/"path":"([^"]+)"/, `"path":"file:${root}/$1"`);
    writeFileSync(join(clone, "_delta_log", "00000000000000000000.json"), create);
    writeFileSync(join(clone, "_delta_log", "00000000000000000001.json"), absolute);
    await test.run(`VACUUM delta.\`${clone}\` RETAIN 0 HOURS`);
    expect(await test.rows(`SELECT count(*) FROM delta.\`${clone}\``)).toEqual([["1000"]]);
  });

  it("tells from the log what to remove when it is LITE, and where it stopped", async () => {
    await test.run("CREATE TABLE t (id INT)");
    await test.run("INSERT INTO t VALUES (1)");
    await test.run("DELETE FROM t");
    put("orphan", 30);
    await test.run(UNGUARDED);
    expect(await test.rows("VACUUM t LITE")).toEqual([[`file:${root}`]]);
    expect(listTree()).toHaveLength(2);
    expect(await test.rows("VACUUM t LITE RETAIN 0 HOURS DRY RUN")).toHaveLength(1);
    await test.run("VACUUM t LITE RETAIN 0 HOURS");
    expect(listTree()).toEqual(["orphan"]);
    const info = JSON.parse(readFileSync(join(root, "_delta_log/_last_vacuum_info"), "utf8"));
    expect(info).toEqual({ latestCommitVersionOutsideOfRetentionWindow: 4 });
    await test.run("VACUUM t RETAIN 0 HOURS");
    expect(listTree()).toEqual([]);
  });

  it("never follows a log out of the table", async () => {
    await test.run("CREATE TABLE t (id INT)");
    const outside = join(test.folder, "outside");
    writeFileSync(outside, "x");
    const paths = [`file:${outside}`, "../../../outside", "_delta_log/00000000000000000000.json"];
    const actions = paths.map((path) => ({
      remove: { path, deletionTimestamp: 1, dataChange: true, size: 1 },
    }));
    writeFileSync(
      join(root, "_delta_log", "00000000000000000001.json"),
      actions.map((action) => `${JSON.stringify(action)}\n`).join(""),
    );
    await test.run(UNGUARDED);
    expect(await test.rows("VACUUM t LITE RETAIN 0 HOURS DRY RUN")).toEqual([]);
    await test.run("VACUUM t LITE RETAIN 0 HOURS");
    await test.run("VACUUM t RETAIN 0 HOURS");
    expect(existsSync(outside)).toBe(true);
    expect(await test.rows("SELECT * FROM t")).toEqual([]);
  });

  it("refuses wrong retentions", async () => {
    await test.run("CREATE TABLE t (id INT)");
    await test.run("SET spark.databricks.delta.vacuum.retentionWindowIgnore.enabled = false");
    await expect(test.run("VACUUM t RETAIN -1 HOURS")).rejects.toMatchObject({
      details: { error_class: "DELTA_VACUUM_RETENTION_PERIOD_NEGATIVE", sql_state: "22003" },
    });
    await expect(test.run("VACUUM t RETAIN 167 HOURS")).rejects.toMatchObject({
      details: { error_class: "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT", sql_state: "22003" },
    });
    await test.run("VACUUM t RETAIN 168 HOURS");
    expect(lastCommit()[0]!.commitInfo.operation).toBe("VACUUM END");
  });
});
