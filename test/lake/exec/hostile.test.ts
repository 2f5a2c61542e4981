/** Names, values and situations nobody means well with: nothing is misread, lost or let through. */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

let tables = 0;
let name: string;
beforeEach(() => {
  name = `h${++tables}`;
});

const refused = (text: string, errorClass: string) =>
  expect(t.run(text)).rejects.toMatchObject({ details: { error_class: errorClass } });

const AWKWARD = [
  "'",
  '"',
  "\\",
  "'; DROP TABLE x; --",
  "$$",
  "/*",
  "\n",
  "{i}",
  "%2F",
  "a=b/c",
  "[a]*?",
  "..",
  "\u{1F600}",
  "__HIVE_DEFAULT_PARTITION__",
];
const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
const ticked = (text: string) => `\`${text.replaceAll("`", "``")}\``;

describe("text that could break out", () => {
  it.each(AWKWARD)("keeps %j as a value, a partition, a name and a path", async (text) => {
    expect(await t.rows(`SELECT ${quoted(text)}`)).toEqual([[text]]);
    await t.run(
      `CREATE TABLE ${name} (${ticked(text)} INT, p STRING) PARTITIONED BY (p) LOCATION ` +
        `${quoted(join(t.folder, "ext", name, `d${text}`))} ` +
        `TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'k' = ${quoted(text)})`,
    );
    await t.run(`INSERT INTO ${name} VALUES (1, ${quoted(text)}), (2, 'other')`);
    await t.run(`UPDATE ${name} SET ${ticked(text)} = 3 WHERE p = ${quoted(text)}`);
    expect(await t.rows(`SELECT * FROM ${name} WHERE ${ticked(text)} = 3`)).toEqual([["3", text]]);
    expect(await t.rows(`SHOW TBLPROPERTIES ${name} ('k')`)).toEqual([["k", text]]);
  });

  it("never hands the engine a statement that ends at a zero character", async () => {
    expect(await t.rows("SELECT 'a\\0b' AS x")).toEqual([["a\0b"]]);
    await expect(t.run("SELECT 1 AS `a\0b`")).rejects.toMatchObject({ code: "NOT_IMPLEMENTED" });
  });

  it("names what is wrong with a partition value no folder can hold", async () => {
    await t.run(`CREATE TABLE ${name} (id INT, p STRING, b BINARY) PARTITIONED BY (p, b)`);
    await expect(
      t.run(`INSERT INTO ${name} VALUES (1, repeat('x', 300), X'41')`),
    ).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
    await expect(t.run(`INSERT INTO ${name} VALUES (1, 'x', X'00FF')`)).rejects.toMatchObject({
      code: "NOT_IMPLEMENTED",
    });
    expect(await t.rows(`SELECT * FROM ${name}`)).toEqual([]);
  });

  it("writes the numbers that are none as other readers know them", async () => {
    await t.run(`CREATE TABLE ${name} (id INT, d DOUBLE) PARTITIONED BY (d)`);
    await t.run(
      `INSERT INTO ${name} VALUES (1, double('NaN')), (2, double('Infinity')), (3, double('-Infinity'))`,
    );
    expect(await t.rows(`SHOW PARTITIONS ${name}`)).toEqual([
      ["d=-Infinity"],
      ["d=Infinity"],
      ["d=NaN"],
    ]);
    expect(await t.rows(`SELECT id FROM ${name} WHERE d = double('-Infinity')`)).toEqual([["3"]]);
  });
});

describe("a temporary view over a table's name", () => {
  it("hides the table from statements that change or describe it", async () => {
    await t.run(`CREATE TABLE ${name} (id INT)`);
    await t.run(`INSERT INTO ${name} VALUES (1)`);
    await t.run(`CREATE TEMPORARY VIEW ${name} AS SELECT 2 AS id`);
    const condition = "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE";
    for (const text of [
      `INSERT INTO ${name} VALUES (5)`,
      `UPDATE ${name} SET id = 5`,
      `DELETE FROM ${name}`,
      `MERGE INTO ${name} USING (SELECT 1 AS id) s ON ${name}.id = s.id WHEN MATCHED THEN DELETE`,
      `TRUNCATE TABLE ${name}`,
      `ALTER TABLE ${name} ADD COLUMN z INT`,
      `ALTER TABLE ${name} RENAME TO ${name}_2`,
      `DESCRIBE HISTORY ${name}`,
    ]) {
      await refused(text, condition);
    }
    await refused(`SELECT * FROM ${name} VERSION AS OF 0`, "UNSUPPORTED_FEATURE.TIME_TRAVEL");
    expect(await t.rows(`SELECT * FROM main.default.${name}`)).toEqual([["1"]]);
    await t.run(`DROP TABLE ${name}`);
    expect(await t.rows(`SELECT * FROM ${name}`)).toEqual([["1"]]);
  });
});

describe("a view on itself", () => {
  it("is refused, also through another view; a CTE of its name is not it", async () => {
    await t.run(`CREATE VIEW ${name} AS SELECT 1 AS x`);
    await t.run(`CREATE VIEW ${name}_b AS SELECT * FROM ${name}`);
    await refused(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM ${name}`, "RECURSIVE_VIEW");
    await refused(`ALTER VIEW ${name} AS SELECT * FROM ${name}_b`, "RECURSIVE_VIEW");
    await t.run(
      `CREATE OR REPLACE VIEW ${name} AS WITH ${name} AS (SELECT 2 AS x) SELECT * FROM ${name}`,
    );
    expect(await t.rows(`SELECT * FROM ${name}_b`)).toEqual([["2"]]);
  });
});

describe("rules inside columns", () => {
  it("enforces NOT NULL in structs, for every statement that writes", async () => {
    await t.run(`CREATE TABLE ${name} (id INT, s STRUCT<a: INT NOT NULL, b: STRING>)`);
    const condition = "DELTA_NOT_NULL_CONSTRAINT_VIOLATED";
    await t.run(`INSERT INTO ${name} VALUES (1, named_struct('a', 1, 'b', NULL))`);
    await refused(`INSERT INTO ${name} VALUES (2, NULL)`, condition);
    await refused(`INSERT INTO ${name} VALUES (2, named_struct('a', NULL, 'b', 'x'))`, condition);
    await refused(`UPDATE ${name} SET s.a = NULL`, condition);
    await refused(
      `MERGE INTO ${name} USING (SELECT 9 AS id) n ON ${name}.id = n.id ` +
        "WHEN NOT MATCHED THEN INSERT (id) VALUES (n.id)",
      condition,
    );
    expect(await t.rows(`SELECT * FROM ${name}`)).toEqual([["1", "{1, null}"]]);
  });

  it("refuses a partition column named twice", async () => {
    const columns = "(id INT, x INT, p INT)";
    await refused(`CREATE TABLE ${name} ${columns} PARTITIONED BY (p, P)`, "COLUMN_ALREADY_EXISTS");
  });

  it("refuses rules it could not keep", async () => {
    await refused(
      `CREATE TABLE ${name} (a ARRAY<STRUCT<k: INT NOT NULL>>)`,
      "DELTA_NESTED_NOT_NULL_CONSTRAINT",
    );
    await expect(t.run(`CREATE TABLE ${name} (s STRUCT<a: VARCHAR(2)>)`)).rejects.toMatchObject({
      code: "NOT_IMPLEMENTED",
    });
  });

  it("takes no NOT NULL from the query a table is made of", async () => {
    await t.run(
      `CREATE TABLE ${name} AS SELECT named_struct('a', 1) AS s, array(named_struct('k', 1)) AS l`,
    );
    await t.run(`INSERT INTO ${name} VALUES (NULL, NULL), (named_struct('a', NULL), array(NULL))`);
    expect(await t.rows(`SELECT count(*) FROM ${name} WHERE s.a IS NULL`)).toEqual([["2"]]);
  });
});

describe("CREATE TABLE over what is there", () => {
  it("leaves a table's entry alone when LOCATION names another folder", async () => {
    await t.run(`CREATE TABLE ${name} (id INT)`);
    await t.run(`INSERT INTO ${name} VALUES (1)`);
    const elsewhere = `LOCATION '${join(t.folder, "elsewhere", name)}'`;
    await refused(`CREATE TABLE ${name} (id INT) ${elsewhere}`, "TABLE_OR_VIEW_ALREADY_EXISTS");
    await refused(
      `CREATE OR REPLACE TABLE ${name} (id INT) ${elsewhere}`,
      "DELTA_TABLE_LOCATION_MISMATCH",
    );
    await t.run(`CREATE TABLE IF NOT EXISTS ${name} (id INT) ${elsewhere}`);
    expect(await t.rows(`SELECT * FROM ${name}`)).toEqual([["1"]]);
  });

  it("enters a folder's table only under its own columns", async () => {
    const location = `LOCATION '${join(t.folder, "adopted", name)}'`;
    await t.run(`CREATE TABLE ${name} (id INT) ${location}`);
    await t.run(`INSERT INTO ${name} VALUES (1)`);
    await refused(
      `CREATE TABLE ${name}_b (id STRING) ${location}`,
      "DELTA_CREATE_TABLE_SCHEME_MISMATCH",
    );
    await refused(
      `CREATE TABLE ${name}_b ${location} AS SELECT 1 AS id`,
      "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
    );
    expect(await t.rows(`SHOW TABLES LIKE '${name}_b'`)).toEqual([]);
    await t.run(`CREATE TABLE ${name}_b (id INT) ${location}`);
    await t.run(`CREATE OR REPLACE TABLE ${name}_c ${location} AS SELECT 7 AS id`);
    expect(await t.rows(`SELECT * FROM ${name}_b`)).toEqual([["7"]]);
  });
});

describe("a statement that reads what it writes", () => {
  it("reads the table as it was", async () => {
    await t.run(`CREATE TABLE ${name} AS SELECT * FROM VALUES (1, 'a'), (2, 'b') AS x(id, v)`);
    await t.run(`INSERT OVERWRITE ${name} SELECT id + 10, v FROM ${name}`);
    await t.run(`INSERT INTO ${name} SELECT id + 10, v FROM ${name}`);
    await t.run(`CREATE OR REPLACE TABLE ${name} AS SELECT id * 2 AS id, v FROM ${name}`);
    await t.run(`UPDATE ${name} SET v = (SELECT max(v) FROM ${name}) WHERE id = 22`);
    await t.run(`DELETE FROM ${name} WHERE id = (SELECT max(id) FROM ${name})`);
    await t.run(
      `MERGE INTO ${name} USING ${name} s ON ${name}.id = s.id + 2 ` +
        "WHEN MATCHED THEN UPDATE SET v = 'm' WHEN NOT MATCHED THEN INSERT *",
    );
    expect(await t.rows(`SELECT * FROM ${name} ORDER BY id, v`)).toEqual([
      ["22", "b"],
      ["24", "b"],
      ["24", "m"],
      ["42", "a"],
      ["42", "a"],
    ]);
  });
});
