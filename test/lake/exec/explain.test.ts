/** EXPLAIN of statements that are no query: the command above its plan; nothing is run. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
  await t.run("CREATE TABLE t (id INT, p STRING) PARTITIONED BY (p)");
  await t.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  await t.run("INSERT INTO t VALUES (30, 'a')");
  await t.run("CREATE TABLE s (id INT, p STRING)");
  await t.run("INSERT INTO s VALUES (1, 'x')");
});
afterAll(() => t.close());

function files(): string[] {
  return readdirSync(join(t.folder, "lake"), { recursive: true }).map(String).sort();
}

async function explain(statement: string): Promise<string> {
  const before = files();
  const [[text]] = (await t.rows(`EXPLAIN ${statement}`)) as [[string]];
  expect(files()).toEqual(before);
  return text.replace("== Physical Plan ==\n", "").replaceAll(/\d+ bytes/g, "N bytes");
}

const SCAN = "Scan main.default.t [id: int, p: string] (v2, files";

describe("EXPLAIN", () => {
  it.each([
    [
      "INSERT INTO t SELECT id + 1, 'n' FROM s",
      [
        "AppendData main.default.t",
        "+- Project [(id + 1) AS id, n AS p]",
        "   +- Project [(id + 1), n]",
        "      +- Scan main.default.s [id: int] (v1, files 1 of 1)",
      ],
    ],
    [
      "INSERT OVERWRITE t VALUES (5, 'c')",
      [
        "OverwriteByExpression main.default.t (may change 3 files, N bytes)",
        "+- Project [col1 AS id, col2 AS p]",
        "   +- LocalRelation (1 rows)",
      ],
    ],
    [
      "INSERT INTO t REPLACE WHERE p = 'b' SELECT * FROM s",
      [
        "OverwriteByExpression main.default.t (may change 1 files, N bytes)",
        "+- Project [id, p]",
        "   +- Project [id, p]",
        "      +- Scan main.default.s [id: int, p: string] (v1, files 1 of 1)",
      ],
    ],
    [
      "DELETE FROM t WHERE id > 20",
      [
        "Execute DeleteCommand t (may change 1 files, N bytes)",
        "+- Filter (id > 20)",
        `   +- ${SCAN} 1 of 3)`,
      ],
    ],
    [
      "DELETE FROM t",
      ["Execute DeleteCommand t (may change 3 files, N bytes)", `+- ${SCAN} 3 of 3)`],
    ],
    [
      "UPDATE t AS x SET id = x.id * 2 WHERE p = 'a' AND id IN (SELECT id FROM s)",
      [
        "Execute UpdateCommand t [id = (id * 2)] (may change 2 files, N bytes)",
        "+- Filter ((p = a) AND (id IN (listquery())))",
        `   +- ${SCAN} 2 of 3)`,
      ],
    ],
    [
      "MERGE INTO t USING s ON t.id = s.id AND t.p = 'a' WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
      [
        "Execute MergeIntoCommand t [matched: update, not matched: insert] (may change 2 files, N bytes)",
        "+- Join full on ((id = id) AND (p = a))",
        `   +- ${SCAN} 3 of 3)`,
        "   +- Project [id, p]",
        "      +- Scan main.default.s [id: int, p: string] (v1, files 1 of 1)",
      ],
    ],
    [
      "CREATE TABLE n AS SELECT id FROM t WHERE p = 'b'",
      [
        "CreateTableAsSelect n",
        "+- Project [id]",
        "   +- Filter (p = b)",
        `      +- ${SCAN} 1 of 3)`,
      ],
    ],
    ["CREATE OR REPLACE TABLE t (a INT)", ["ReplaceTable t (may change 3 files, N bytes)"]],
    [
      "CREATE VIEW v AS SELECT 1 AS one",
      ["Execute CreateViewCommand v", "+- Project [1 AS one]", "   +- LocalRelation (1 rows)"],
    ],
    ["TRUNCATE TABLE t", ["Execute TruncateCommand t (may change 3 files, N bytes)"]],
    ["DROP TABLE t", ["Execute DropTableCommand t (may change 3 files, N bytes)"]],
    ["ALTER TABLE t SET TBLPROPERTIES (a = 1)", ["Execute AlterTableCommand t"]],
    ["SHOW TABLES", ["Execute ShowCommand"]],
  ])("%s", async (statement, lines) => {
    expect((await explain(statement)).split("\n")).toEqual(lines);
  });

  it("shows the plan before the rules too when asked", async () => {
    const text = await explain("EXTENDED DELETE FROM t WHERE id > 20");
    expect(text.match(/Execute DeleteCommand t/g)).toHaveLength(3);
  });

  it.each([
    ["UPDATE t SET nosuch = 1", "UNRESOLVED_COLUMN"],
    ["DELETE FROM nosuch", "TABLE_OR_VIEW_NOT_FOUND"],
    ["INSERT INTO t VALUES (1)", "NOT_ENOUGH_DATA_COLUMNS"],
    ["MERGE INTO t USING s ON t.nosuch = s.id WHEN MATCHED THEN DELETE", "UNRESOLVED_COLUMN"],
    ["CREATE TABLE t (a INT)", "TABLE_OR_VIEW_ALREADY_EXISTS"],
    ["CACHE TABLE t", "UNSUPPORTED_FEATURE"],
  ])("%s: is refused as the statement is", async (statement, errorClass) => {
    await expect(explain(statement)).rejects.toMatchObject({
      details: { error_class: expect.stringContaining(errorClass), line: 1 },
    });
  });
});
