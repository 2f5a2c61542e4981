/** CLONE as delta-spark 4.4.0 was recorded to answer it; DEEP CLONE, which OSS Delta lacks. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "../open-test-lake.ts";
import { comparable, recordedCases, runHere } from "./spark-answers.ts";

describe("SHALLOW CLONE as Spark answered", () => {
  it.each(recordedCases("clone"))("$case", { timeout: 30_000 }, async (recorded) => {
    expect(comparable(await runHere(recorded))).toEqual(comparable(recorded));
  });
});

describe("CLONE", () => {
  let t: TestLake;
  beforeEach(async () => {
    t = await openTestLake();
    await t.run(
      "CREATE TABLE s (id BIGINT, p STRING) PARTITIONED BY (p) " +
        "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
    );
    await t.run("INSERT INTO s SELECT id, 'a b%' FROM range(0, 10)");
    await t.run("INSERT INTO s SELECT id, 'c' FROM range(10, 20)");
    await t.run("DELETE FROM s WHERE id = 3");
  });
  afterEach(() => t.close());

  const idsOf = async (table: string): Promise<string> =>
    (await t.rows(`SELECT * FROM ${table} ORDER BY id`)).map(([id]) => id).join();
  const folderOf = async (table: string): Promise<string> =>
    (await t.rows(`DESCRIBE DETAIL ${table}`))[0]![4]!.replace("file:", "");

  it("deep copies only what is new when run again", async () => {
    const copied = async (): Promise<(string | null)[]> => {
      const [row] = await t.rows("CREATE OR REPLACE TABLE d DEEP CLONE s");
      return row!.slice(1, 4);
    };
    expect(await copied()).toEqual(["2", "0", "2"]);
    expect(await copied()).toEqual(["2", "0", "0"]);
    await t.run("DELETE FROM s WHERE id = 5");
    await t.run("INSERT INTO s VALUES (100, 'new')");
    await t.run("DELETE FROM d WHERE id = 15");
    await t.run("UPDATE d SET id = 0 WHERE id = 16");
    const source = await idsOf("s");
    await copied();
    expect(await idsOf("d")).toBe(source);
    await t.run("DROP TABLE s");
    expect(await idsOf("d")).toBe(source);
  });

  it("deep copies a table without files", async () => {
    await t.run("CREATE TABLE empty (id BIGINT)");
    await t.run("CREATE TABLE d DEEP CLONE empty");
    expect(await idsOf("d")).toBe("");
  });

  it("leaves no file behind when a deep clone fails", async () => {
    const folder = await folderOf("s");
    const files = readdirSync(join(folder, "p=c"));
    rmSync(join(folder, "p=c", files[0]!));
    await expect(
      t.run(`CREATE TABLE d DEEP CLONE s LOCATION '${t.folder}/d'`),
    ).rejects.toMatchObject({
      code: "DATA_LOSS",
      message: expect.stringMatching(/needs `.*p=c.*` ?: it is gone/),
    });
    const left = readdirSync(join(t.folder, "d"), { recursive: true }).map(String);
    expect(left.filter((name) => /parquet|bin|_delta_log/.test(name))).toEqual([]);
    await expect(t.rows("SELECT * FROM d")).rejects.toMatchObject({
      details: { error_class: "TABLE_OR_VIEW_NOT_FOUND" },
    });
  });

  it("merges, optimizes and restores a shallow clone without touching its source", async () => {
    const source = await idsOf("s");
    await t.run("CREATE TABLE u SHALLOW CLONE s");
    await t.run(
      "MERGE INTO u USING (SELECT 4 AS id UNION ALL SELECT 50) n ON u.id = n.id " +
        "WHEN MATCHED THEN UPDATE SET id = -4 WHEN NOT MATCHED THEN INSERT (id, p) VALUES (n.id, 'm')",
    );
    const merged = await idsOf("u");
    expect(merged).toContain("-4,0,1,2,5");
    await t.run("OPTIMIZE u");
    await t.run("REORG TABLE u APPLY (PURGE)");
    expect(await idsOf("u")).toBe(merged);
    await t.run("RESTORE TABLE u TO VERSION AS OF 0");
    expect(await idsOf("u")).toBe(source);
    expect(await idsOf("s")).toBe(source);
  });

  it.each([
    ["CREATE TABLE s SHALLOW CLONE s", "TABLE_OR_VIEW_ALREADY_EXISTS"],
    ["CREATE OR REPLACE TABLE s DEEP CLONE s", "DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE"],
    ["CREATE TABLE u SHALLOW CLONE nothing", "TABLE_OR_VIEW_NOT_FOUND"],
    ["CREATE TABLE u SHALLOW CLONE parquet.`x`", "UNSUPPORTED_FEATURE"],
  ])("%s is %s", async (sql, errorClass) => {
    await expect(t.run(sql)).rejects.toMatchObject({ details: { error_class: errorClass } });
  });

  it("says nothing happened where IF NOT EXISTS finds a table", async () => {
    await t.run("CREATE TABLE u SHALLOW CLONE s");
    expect((await t.run("CREATE TABLE IF NOT EXISTS u SHALLOW CLONE s")).commit).toBeUndefined();
  });
});
