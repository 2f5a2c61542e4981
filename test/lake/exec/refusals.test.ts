/**
 * What is refused says so by name, with a way out, and where in the text: statements nobody has
 * built, properties that would make a table unusable, names that do not exist.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SovereignError } from "../../../src/core/errors.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
  await t.run("CREATE TABLE t (a INT, b STRING) PARTITIONED BY (b)");
  await t.run("CREATE TABLE `my orders` (a INT)");
});
afterAll(() => t.close());

async function failureOf(text: string): Promise<SovereignError> {
  return t.run(text).then(
    () => expect.unreachable(`${text} was taken`),
    (error: SovereignError) => error,
  );
}

const UNBUILT = [
  "REORG TABLE t APPLY (UPGRADE UNIFORM (ICEBERG_COMPAT_VERSION = 2))",
  "ANALYZE TABLE t COMPUTE STATISTICS",
  "VACUUM t USING INVENTORY i",
  "MSCK REPAIR TABLE t",
  "REFRESH TABLE t",
  "CACHE TABLE t",
  "UNCACHE TABLE t",
  "CREATE FUNCTION f AS 'x'",
  "CREATE TEMPORARY VIEW v USING csv OPTIONS (path 'x')",
  "GENERATE symlink_format_manifest FOR TABLE t",
  "LOAD DATA INPATH 'x' INTO TABLE t",
  "GRANT SELECT ON t TO x",
  "BEGIN SELECT 1; END",
  "TRUNCATE TABLE t PARTITION (b = 'x')",
  "INSERT OVERWRITE t PARTITION (b = 'x') IF NOT EXISTS VALUES (1)",
  "CREATE TABLE u (a INT) CLUSTER BY (a)",
  "CREATE TABLE u (a INT PRIMARY KEY)",
  "ALTER TABLE t DROP FEATURE appendOnly",
  "SHOW FUNCTIONS",
  "DESCRIBE FUNCTION abs",
  "EXPLAIN CODEGEN SELECT 1",
];

describe("what is not built", () => {
  it.each(UNBUILT)("%s: refused with a place and a hint", async (text) => {
    const error = await failureOf(text);
    expect(error.code).toBe("NOT_IMPLEMENTED");
    expect(error.message).toMatch(/^line 1, column \d+: .* is not supported yet$/);
    expect(error.hint).toMatch(/\w/);
  });
});

describe("names that do not exist", () => {
  it.each([
    ["SELECT *\nFROM nosuch", 2, 6],
    ["DELETE FROM nosuch", 1, 13],
    ["UPDATE nosuch SET a = 1", 1, 8],
    ["MERGE INTO nosuch USING t ON true WHEN MATCHED THEN DELETE", 1, 12],
    ["MERGE INTO t USING nosuch ON true WHEN MATCHED THEN DELETE", 1, 20],
    ["INSERT INTO nosuch VALUES (1)", 1, 13],
    ["INSERT INTO t SELECT * FROM nosuch", 1, 29],
    ["ALTER TABLE nosuch ADD COLUMN c INT", 1, 13],
    ["DROP TABLE nosuch", 1, 12],
    ["DESCRIBE HISTORY nosuch", 1, 18],
    ["CREATE TABLE u LIKE nosuch", 1, 21],
    ["CREATE TABLE t (a INT)", 1, 14],
    ["SHOW TBLPROPERTIES nosuch", 1, 20],
  ])("%s", async (text, line, column) => {
    const error = await failureOf(text);
    expect(error.details).toMatchObject({ line, column });
    expect(error.message).toMatch(`line ${line}, column ${column}: `);
    expect(error.hint).toMatch(/\w/);
  });

  it("suggests the nearest, quoted as it must be written", async () => {
    const error = await failureOf("SELECT * FROM `my order`");
    expect(error.hint).toBe("did you mean `my orders`?");
  });
});

describe("places", () => {
  async function scriptFailure(text: string): Promise<SovereignError> {
    try {
      for await (const result of t.lake.script(text)) await result.close();
    } catch (error) {
      return error as SovereignError;
    }
    return expect.unreachable("the script was taken");
  }

  it.each([
    ["SELECT 1;\n\nSELECT 2;\nSELECT\n  frm x y z;", 5, 9],
    ["SELECT 1;\n\n  SELECT 2, nosuch FROM t", 3, 13],
    ["SELECT 1; SELECT 2, nosuch FROM t", 1, 21],
    ["/* a\n b */ SELECT 1; -- c\n SELECT 'x\n", 3, 9],
    ["SELECT 1; CACHE TABLE t", 1, 11],
    ["SELECT 1; DELETE FROM nosuch", 1, 23],
  ])("count from the start of the script: %j", async (text, line, column) => {
    const error = await scriptFailure(text);
    expect(error.details).toMatchObject({ line, column });
    expect(error.message).toMatch(`line ${line}, column ${column}: `);
  });
});
