/**
 * `_metadata` of a scan: paths and names as Spark 4.2 with delta-spark 4.4 shows them (run live on
 * a table whose one `add.path` names folders that are no partitions), refused where rows change.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

/** Moves the only file of a table to another path in its folder, in log and file system. */
function moveFile(table: string, path: readonly string[]): void {
  const log = join(table, "_delta_log", `${"0".repeat(19)}1.json`);
  const [file] = readdirSync(table).filter((name) => name.endsWith(".parquet"));
  const folder = join(table, ...path.slice(0, -1));
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(table, file!), join(table, ...path));
  const encoded = path.map(encodeURIComponent).join("/");
  writeFileSync(log, readFileSync(log, "utf8").replace(file!, encoded));
}

describe("_metadata", () => {
  it("names a file in a folder that is no partition", async () => {
    const table = join(t.folder, "moved");
    await t.run(`CREATE TABLE delta.\`${table}\` (a INT)`);
    await t.run(`INSERT INTO delta.\`${table}\` VALUES (1)`);
    moveFile(table, ["a [b]^{c}|é ü", "dé#ep", "ünï <x>'f 1%.parquet"]);
    const folder = "a%20%5Bb%5D%5E%7Bc%7D%7Cé%20ü/dé%23ep";
    const name = "ünï%20%3Cx%3E'f%201%25.parquet";
    const { rows } = t;
    expect(
      await rows(`SELECT a, _metadata.file_path, _metadata.file_name FROM delta.\`${table}\``),
    ).toEqual([["1", `file:${table}/${folder}/${name}`, name]]);
  });

  it.each([
    "DELETE FROM t WHERE _metadata.file_path = 'x'",
    "UPDATE t SET a = 1 WHERE _metadata.file_name = 'x'",
    "UPDATE t SET a = t._metadata.file_size",
    "MERGE INTO t USING s ON t.a = s.a AND t._metadata.file_name = 'x' WHEN MATCHED THEN DELETE",
  ])("%s: refused by name", async (text) => {
    await t.run("CREATE OR REPLACE TABLE t (a INT)");
    await t.run("CREATE OR REPLACE TABLE s (a INT)");
    await expect(t.run(text)).rejects.toMatchObject({
      code: "NOT_IMPLEMENTED",
      message: expect.stringContaining("`_metadata`"),
      details: { line: 1, column: text.search(/(t\.)?_metadata/) + 1 },
    });
  });

  it("is found in a subquery of such a statement, where it is read", async () => {
    await t.run("CREATE OR REPLACE TABLE t (a INT)");
    await t.run("DELETE FROM t WHERE a IN (SELECT a FROM t WHERE _metadata.file_name = 'x')");
  });

  it("may be a column of the table", async () => {
    await t.run("CREATE TABLE m (_metadata STRUCT<file_name: STRING>)");
    await t.run("DELETE FROM m WHERE _metadata.file_name = 'x'");
  });
});
