/** Table functions take any constant: the rows are those of Spark 4.2, run live. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
  writeFileSync(join(t.folder, "a.csv"), "id\n1\n2\n");
});
afterAll(() => t.close());

describe("range", () => {
  it.each([
    ["cast(:n AS BIGINT)", 3],
    ["cast(:n AS BIGINT) + 1, abs(-5)", 1],
    [":n * 2", 6],
    ["length('abc')", 3],
    ["length(:s)", 2],
    ["2.5", 2],
    ["cast(2.5 AS INT)", 2],
    ["'3'", 3],
    ["10 DIV 3", 3],
    ["1, 10, if(:n = 3, 2, 3)", 5],
    ["-2, 2", 4],
  ])("range(%s)", async (args, count) => {
    const rows = await t.rows(`SELECT count(*) FROM range(${args})`, { n: 3, s: "ab" });
    expect(rows).toEqual([[String(count)]]);
  });

  it("is the same inside views, subqueries and CTEs", async () => {
    await t.run("CREATE VIEW v AS SELECT * FROM range(length('abcd'))");
    const text =
      "WITH c AS (SELECT * FROM range(abs(-2))) " +
      "SELECT (SELECT count(*) FROM range(length('a'))), count(*) FROM c JOIN v USING (id)";
    expect(await t.rows(text)).toEqual([["1", "2"]]);
  });

  it.each([
    ["(SELECT 3)", "NON_FOLDABLE_ARGUMENT"],
    ["rand()", "NON_FOLDABLE_ARGUMENT"],
    ["DATE '2020-01-01'", "UNEXPECTED_INPUT_TYPE"],
    ["NULL", "UNEXPECTED_INPUT_TYPE"],
    ["1 / 0", "DIVIDE_BY_ZERO"],
    ["cast('x' AS INT)", "CAST_INVALID_INPUT"],
    ["nosuch", "UNRESOLVED_COLUMN"],
  ])("range(%s): refused as %s", async (args, errorClass) => {
    await expect(t.run(`SELECT * FROM range(${args})`)).rejects.toMatchObject({
      details: { error_class: expect.stringContaining(errorClass) },
    });
  });
});

describe("read_files", () => {
  it("takes computed paths and options", async () => {
    const call = "read_files(concat(:folder, '.csv'), format => lower('CSV'), header => 'true')";
    expect(await t.rows(`SELECT id FROM ${call} ORDER BY id`, { folder: "a" })).toEqual([
      ["1"],
      ["2"],
    ]);
  });

  it("names an argument that is no constant", async () => {
    await expect(t.run("SELECT * FROM read_files((SELECT 'a.csv'))")).rejects.toMatchObject({
      code: "NOT_IMPLEMENTED",
      details: { line: 1, column: 26 },
    });
  });
});
