/**
 * Structs whose fields stand in another order than the column's, or have other names: the answers
 * of Spark 4.2.0 with delta-spark 4.4.0 to our own statements. UPDATE and MERGE go by name; INSERT
 * by position, but for columns of the table's names and very types.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

const B_A = "named_struct('b', 10, 'a', 20)";
const UPPER = "named_struct('B', 1, 'A', 2)";
const LONGER = "named_struct('b', 10L, 'a', 20)";
const PLAIN = "struct(7, 8)";
const NULL = "CAST(NULL AS STRUCT<b: INT, a: INT>)";
const FEWER = "named_struct('a', 1)";

const update = (value: string) => `UPDATE t SET s = ${value} WHERE id = 1`;
const mergeUpdate = (value: string) =>
  `MERGE INTO t USING (SELECT 1 AS id, ${value} AS s) u ON t.id = u.id ` +
  "WHEN MATCHED THEN UPDATE SET s = u.s";
const mergeInsert = (value: string) =>
  `MERGE INTO t USING (SELECT 9 AS id, ${value} AS s) u ON t.id = u.id ` +
  "WHEN NOT MATCHED THEN INSERT *";
const insert = (value: string) => `INSERT INTO t SELECT 9, ${value}`;
const insertNamed = (value: string) => `INSERT INTO t SELECT 9 AS id, ${value} AS s`;
const insertByName = (value: string) => `INSERT INTO t BY NAME SELECT 9 AS id, ${value} AS s`;
const insertColumns = (value: string) => `INSERT INTO t (s, id) VALUES (${value}, 9)`;

const MISMATCH = "DELTA_UPDATE_SCHEMA_MISMATCH_EXPRESSION";

describe("structs with fields in another order", () => {
  let t: TestLake;
  beforeAll(async () => {
    t = await openTestLake();
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    await t.run("CREATE OR REPLACE TABLE t (id INT, s STRUCT<a: INT, b: INT>)");
    await t.run("INSERT INTO t VALUES (1, struct(1, 2))");
  });

  it.each([
    [update(B_A), "{20, 10}"],
    [update(UPPER), "{2, 1}"],
    [update(LONGER), "{20, 10}"],
    [update(NULL), null],
    [mergeUpdate(B_A), "{20, 10}"],
    [mergeUpdate(NULL), null],
    [mergeInsert(B_A), "{20, 10}"],
    [insert(B_A), "{10, 20}"],
    [insertNamed(B_A), "{20, 10}"],
    [insertNamed(LONGER), "{10, 20}"],
    [insertByName(B_A), "{20, 10}"],
    [insertByName(UPPER), "{1, 2}"],
    [insertByName(PLAIN), "{7, 8}"],
    [insertColumns(B_A), "{20, 10}"],
  ])("%s", async (statement, wanted) => {
    await t.run(statement);
    expect(await t.rows("SELECT CAST(s AS STRING) FROM t ORDER BY id DESC LIMIT 1")).toEqual([
      [wanted],
    ]);
  });

  it.each([update(PLAIN), update(FEWER), mergeUpdate(PLAIN), mergeInsert(FEWER)])(
    "%s is refused",
    async (statement) => {
      await expect(t.run(statement)).rejects.toMatchObject({ details: { error_class: MISMATCH } });
    },
  );

  it("refuses what it cannot reorder: structs inside arrays and maps", async () => {
    await t.run("CREATE OR REPLACE TABLE l (id INT, s ARRAY<STRUCT<a: INT, b: INT>>)");
    await t.run("INSERT INTO l VALUES (1, array(struct(1, 2)))");
    const change = `UPDATE l SET s = array(${B_A})`;
    await expect(t.run(change)).rejects.toMatchObject({ code: "NOT_IMPLEMENTED" });
  });
});
