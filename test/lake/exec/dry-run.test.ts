/** A planned script: every statement bound as if those before it had run, and nothing changed. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlannedStatement } from "../../../src/lake/index.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
  await t.run("CREATE TABLE t (id INT, p STRING) PARTITIONED BY (p)");
  await t.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  await t.run("CREATE TABLE s (id INT, p STRING)");
  await t.run("INSERT INTO s VALUES (1, 'x')");
  await t.run("CREATE SCHEMA full");
  await t.run("CREATE TABLE full.inner_table (a INT)");
  writeFileSync(join(t.folder, "a.csv"), "id,p\n1,x\n");
});
afterAll(() => t.close());

function state(): [string, string][] {
  return readdirSync(t.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path, "latin1")];
    })
    .sort();
}

let before: [string, string][];
beforeEach(() => {
  before = state();
});
afterEach(async () => {
  expect(state()).toEqual(before);
  expect(await t.rows("SHOW TABLES")).toHaveLength(2);
  expect(t.lake.namespace).toEqual({ catalog: "main", schema: "default" });
});

async function plan(text: string): Promise<PlannedStatement[]> {
  const plans: PlannedStatement[] = [];
  for await (const planned of t.lake.plan(text, { parameters: { n: 1 } })) plans.push(planned);
  return plans;
}

const last = async (text: string): Promise<PlannedStatement> => (await plan(text)).at(-1)!;

describe("a dry run", () => {
  it("counts what is read and what may change, after pruning", async () => {
    const files = (await t.rows("SELECT DISTINCT _metadata.file_size FROM t")).map(([n]) =>
      Number(n),
    );
    expect(await last("SELECT id FROM t WHERE p = 'a' AND id = :n")).toMatchObject({
      kind: "query",
      object: null,
      reads: { count: 1, sizeBytes: files[0] },
      changes: null,
      schema: { fields: [{ name: "id", type: { kind: "int" } }] },
    });
    expect(await last("UPDATE t SET id = 5 WHERE id = 2")).toMatchObject({
      object: "t",
      reads: { count: 1 },
      changes: { count: 1, sizeBytes: files[1] ?? files[0] },
    });
    const merge = "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *";
    expect(await last(merge)).toMatchObject({ changes: { count: 0 }, reads: { count: 3 } });
    expect(await last("INSERT OVERWRITE t SELECT * FROM s")).toMatchObject({
      changes: { count: 2 },
      reads: { count: 1 },
    });
    expect(await last("INSERT INTO t VALUES (7, 'q')")).toMatchObject({
      changes: null,
      reads: null,
    });
    expect(await last("TRUNCATE TABLE t")).toMatchObject({ changes: { count: 2 } });
    expect(
      await last("COPY INTO s FROM 'a.csv' FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true')"),
    ).toMatchObject({ object: "s", note: "loads 1 of 1 files, 9 bytes" });
  });

  it.each([
    "CREATE TABLE n (a INT); INSERT INTO n VALUES (1); SELECT a FROM n",
    "CREATE TABLE n AS SELECT id AS a FROM t; UPDATE n SET a = 1; SELECT a FROM n",
    "CREATE TABLE n LIKE t; ALTER TABLE n ADD COLUMN a INT; SELECT a FROM n",
    "CREATE TABLE delta.`here` (a INT); INSERT INTO delta.`here` VALUES (1); SELECT a FROM delta.`here`",
    "CREATE TABLE n (a INT) LOCATION 'there'; SELECT a FROM n",
    "CREATE OR REPLACE TABLE t (a INT); INSERT INTO t VALUES (1); SELECT a FROM t",
    "CREATE VIEW v AS SELECT 1 AS a; SELECT a FROM v",
    "CREATE TEMPORARY VIEW v AS SELECT 1 AS a; SELECT a FROM v",
    "CREATE SCHEMA o; USE o; CREATE TABLE t (a INT); SELECT a FROM o.t",
    "CREATE CATALOG c; CREATE TABLE c.default.t (a INT); SELECT a FROM c.default.t",
    "ALTER TABLE t RENAME TO n; SELECT id AS a FROM n",
    "DROP TABLE t; CREATE TABLE t (a INT); SELECT a FROM t",
    "DROP SCHEMA full CASCADE; CREATE SCHEMA full; CREATE TABLE full.inner_table (a INT); SELECT a FROM full.inner_table",
    "DECLARE a INT DEFAULT 1; SET VAR a = 2; SELECT a AS a",
  ])("%s", async (script) => {
    const { schema } = await last(script);
    expect(schema?.fields.map((field) => field.name)).toEqual(["a"]);
  });

  it.each([
    ["DROP TABLE t; SELECT * FROM t", "TABLE_OR_VIEW_NOT_FOUND", 29],
    ["DROP SCHEMA full CASCADE; SELECT * FROM full.inner_table", "TABLE_OR_VIEW_NOT_FOUND", 41],
    ["CREATE TABLE n (a INT); INSERT INTO n VALUES (1, 2)", "TOO_MANY_DATA_COLUMNS", undefined],
    ["CREATE TABLE n (a INT); CREATE TABLE n (a INT)", "ALREADY_EXISTS", 38],
    ["SELECT 1; ALTER TABLE t DROP COLUMN nosuch", "", undefined],
    ["DESCRIBE TABLE nosuch", "TABLE_OR_VIEW_NOT_FOUND", 16],
    ["USE nosuch", "SCHEMA_NOT_FOUND", 5],
    ["CACHE TABLE t", "UNSUPPORTED_FEATURE", 1],
  ])("%s: refused as it would be", async (script, errorClass, column) => {
    const error = await plan(script).then(
      () => expect.unreachable("taken"),
      (reason) => reason,
    );
    expect(String(error.details.error_class)).toContain(errorClass);
    if (column !== undefined) expect(error.details).toMatchObject({ line: 1, column });
  });

  it("says when an earlier statement would change what is counted", async () => {
    const [first, second, third] = await plan("DELETE FROM t; SELECT * FROM t; SELECT * FROM s");
    expect(first!.note).toBe(null);
    expect(second).toMatchObject({ note: "counted without statement 1", reads: { count: 2 } });
    expect(third!.note).toBe(null);
  });
});
