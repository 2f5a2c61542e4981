/** RESTORE as delta-spark 4.4.0 was recorded to answer it, and what it refuses. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "../open-test-lake.ts";
import { comparable, recordedCases, runHere } from "./spark-answers.ts";

describe("RESTORE as Spark answered", () => {
  it.each(recordedCases("restore"))("$case", { timeout: 30_000 }, async (recorded) => {
    expect(comparable(await runHere(recorded))).toEqual(comparable(recorded));
  });
});

describe("RESTORE", () => {
  let t: TestLake;
  beforeAll(async () => {
    t = await openTestLake();
    await t.run("CREATE TABLE t (id BIGINT)");
    await t.run("INSERT INTO t VALUES (1)");
    await t.run("INSERT INTO t VALUES (2)");
    await t.run("DELETE FROM t WHERE id = 2");
  });
  afterAll(() => t.close());

  it("brings a version back by its time", async () => {
    const time = await timeOf(1);
    await t.run(`RESTORE TABLE t TO TIMESTAMP AS OF '${time}'`);
    expect(await t.rows("SELECT * FROM t")).toEqual([["1"]]);
  });

  async function timeOf(version: number): Promise<string> {
    const rows = await t.rows("DESCRIBE HISTORY t");
    return rows.find(([found]) => found === String(version))![1]!;
  }

  it("names the files that are gone and leaves the log alone", async () => {
    const folder = (await t.rows("DESCRIBE DETAIL t"))[0]![4]!.replace("file:", "");
    const log = () => readdirSync(join(folder, "_delta_log")).length;
    await t.run("DELETE FROM t");
    const before = log();
    for (const name of readdirSync(folder)) {
      if (name.endsWith(".parquet")) rmSync(join(folder, name));
    }
    await expect(t.run("RESTORE TABLE t TO VERSION AS OF 1")).rejects.toMatchObject({
      message: expect.stringMatching(/^version 1 needs files that are gone: `[^`]+\.parquet`$/),
      hint: expect.stringMatching(/newer version/),
    });
    expect(log()).toBe(before);
    await t.run("RESTORE TABLE t TO VERSION AS OF 0");
    expect(await t.rows("SELECT * FROM t")).toEqual([]);
  });

  it("is planned without a commit", async () => {
    await t.run("CREATE TABLE planned (id BIGINT)");
    await t.run("INSERT INTO planned VALUES (1)");
    const plan = await t.rows("EXPLAIN RESTORE TABLE planned TO VERSION AS OF 0");
    expect(plan[0]![0]).toContain("RestoreTableCommand");
    expect(await t.rows("SELECT * FROM planned")).toEqual([["1"]]);
  });

  it.each([
    ["RESTORE TABLE nothing TO VERSION AS OF 1", "TABLE_OR_VIEW_NOT_FOUND"],
    ["RESTORE TABLE t TO VERSION AS OF 99", "DELTA_CANNOT_RESTORE_TABLE_VERSION"],
    ["RESTORE TABLE t TO TIMESTAMP AS OF 'soon'", "INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT"],
  ])("%s is %s", async (sql, errorClass) => {
    await expect(t.run(sql)).rejects.toMatchObject({ details: { error_class: errorClass } });
  });
});
