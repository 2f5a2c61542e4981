/**
 * ALTER COLUMN … TYPE and the widening of schema evolution: every pair of the protocol, in nested
 * types too, old files read as the new type and pruned by their old statistics.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeltaLog } from "../../../src/lake/delta/index.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

const WIDENS = "TBLPROPERTIES ('delta.enableTypeWidening' = 'true')";

async function create(name: string, columns: string, properties = WIDENS): Promise<string> {
  const table = `delta.\`${join(t.folder, name)}\``;
  await t.run(`CREATE TABLE ${table} (${columns}) ${properties}`);
  return table;
}

async function changesOf(name: string): Promise<unknown[]> {
  const { schema } = await DeltaLog.open(join(t.folder, name)).snapshot();
  return schema.fields.map((field) => field.metadata["delta.typeChanges"]);
}

describe("ALTER COLUMN … TYPE", () => {
  const PAIRS = [
    ["TINYINT", "1", "SMALLINT", "300"],
    ["TINYINT", "1", "DECIMAL(10,0)", "5"],
    ["SMALLINT", "2", "DOUBLE", "2.4"],
    ["INT", "3", "BIGINT", "5000000000"],
    ["INT", "3", "DECIMAL(12,2)", "3.25"],
    ["BIGINT", "4", "DECIMAL(21,1)", "4.2"],
    ["FLOAT", "CAST(1.1 AS FLOAT)", "DOUBLE", "1.10000003D"],
    ["DECIMAL(6,2)", "3.25", "DECIMAL(12,4)", "3.2549"],
    ["DATE", "DATE'2026-01-02'", "TIMESTAMP_NTZ", "TIMESTAMP_NTZ'2026-01-02 03:04:05.123456'"],
  ] as const;

  it.each(PAIRS)("%s (%s) to %s", async (from, first, to, second) => {
    const name = `pair ${from} ${to}`;
    const table = await create(name, `n INT, c ${from}`);
    await t.run(`INSERT INTO ${table} VALUES (1, ${first})`);
    if (to === "TIMESTAMP_NTZ") {
      const change = t.run(`ALTER TABLE ${table} ALTER COLUMN c TYPE ${to}`);
      const error_class = "DELTA_FEATURES_REQUIRE_MANUAL_ENABLEMENT";
      await expect(change).rejects.toMatchObject({ details: { error_class } });
      const feature = "'delta.feature.timestampNtz' = 'supported'";
      await t.run(`ALTER TABLE ${table} SET TBLPROPERTIES (${feature})`);
    }
    await t.run(`ALTER TABLE ${table} ALTER COLUMN c TYPE ${to}`);
    await t.run(`INSERT INTO ${table} VALUES (2, ${second})`);
    const widened = `CAST(${first} AS ${to})`;
    const same = (value: string) => t.rows(`SELECT n FROM ${table} WHERE c = ${value}`);
    expect(await same(widened)).toEqual([["1"]]);
    expect(await same(`CAST(${second} AS ${to})`)).toEqual([["2"]]);
    expect(await t.rows(`SELECT n FROM ${table} WHERE c >= ${widened} ORDER BY n`)).toEqual([
      ["1"],
      ["2"],
    ]);
    expect(await t.rows(`SELECT n FROM ${table} WHERE c < CAST(${second} AS ${to})`)).toEqual([
      ["1"],
    ]);
    expect((await changesOf(name))[1]).toHaveLength(1);
  });

  it("reaches fields, elements, keys and values, and records where", async () => {
    const table = await create(
      "nested",
      "st STRUCT<a: INT, ar: ARRAY<INT>>, m MAP<INT, STRUCT<x: SMALLINT>>, aa ARRAY<ARRAY<INT>>",
    );
    await t.run(
      `INSERT INTO ${table} VALUES (named_struct('a', 1, 'ar', array(1)), ` +
        "map(1, named_struct('x', 2)), array(array(1)))",
    );
    for (const place of ["st.a", "st.ar.element", "m.key", "m.value.x", "aa.element.element"]) {
      const type = place === "m.value.x" ? "INT" : "BIGINT";
      await t.run(`ALTER TABLE ${table} ALTER COLUMN ${place} TYPE ${type}`);
    }
    await t.run(
      `INSERT INTO ${table} VALUES (named_struct('a', 5000000000, 'ar', array(5000000000)), ` +
        "map(5000000000, named_struct('x', 70000)), array(array(5000000000)))",
    );
    const query = `SELECT st.a, st.ar, m, aa FROM ${table} ORDER BY 1`;
    expect(await t.rows(query)).toEqual([
      ["1", "[1]", "{1 -> {2}}", "[[1]]"],
      ["5000000000", "[5000000000]", "{5000000000 -> {70000}}", "[[5000000000]]"],
    ]);
    const change = { fromType: "integer", toType: "long" };
    expect(await changesOf("nested")).toEqual([
      undefined,
      [{ ...change, fieldPath: "key" }],
      [{ ...change, fieldPath: "element.element" }],
    ]);
    const [newest] = DeltaLog.open(join(t.folder, "nested")).history({ limit: 2 }).slice(1);
    expect(newest?.commitInfo?.operation).toBe("CHANGE COLUMN");
    expect(String(newest?.commitInfo?.operationParameters.column)).toContain(
      '"name":"aa.element.element","type":"long"',
    );
  });

  it("changes the lengths of CHAR and VARCHAR without widening", async () => {
    const table = await create("lengths", "a VARCHAR(2), b CHAR(2), s STRING", "");
    await t.run(`ALTER TABLE ${table} ALTER COLUMN a TYPE VARCHAR(4)`);
    await t.run(`INSERT INTO ${table} VALUES ('four', 'b', 's')`);
    await t.run(`ALTER TABLE ${table} ALTER COLUMN b TYPE STRING`);
    await t.run(`INSERT INTO ${table} VALUES ('a', 'longer', 's')`);
    for (const change of ["a TYPE VARCHAR(3)", "a TYPE CHAR(9)", "s TYPE VARCHAR(9)"]) {
      await expect(t.run(`ALTER TABLE ${table} ALTER COLUMN ${change}`)).rejects.toMatchObject({
        details: { error_class: "NOT_SUPPORTED_CHANGE_COLUMN" },
      });
    }
  });

  it.each([
    ["c TYPE INT", "NOT_SUPPORTED_CHANGE_COLUMN"],
    ["c TYPE DOUBLE", "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP"],
    ["c TYPE DECIMAL(19,0)", "NOT_SUPPORTED_CHANGE_COLUMN"],
    ["d TYPE DECIMAL(10,3)", "NOT_SUPPORTED_CHANGE_COLUMN"],
    ["c TYPE STRING", "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP"],
    ["s TYPE STRUCT<x: BIGINT>", "DELTA_CANNOT_UPDATE_STRUCT_FIELD"],
    ["used TYPE BIGINT", "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE"],
    ["s.y TYPE BIGINT", "UNRESOLVED_COLUMN.WITH_SUGGESTION"],
  ])("refuses %s", async (change, errorClass) => {
    const columns = "c BIGINT, d DECIMAL(10,2), s STRUCT<x: INT>, used INT";
    const table = await create(`refused ${change}`, columns);
    await t.run(`ALTER TABLE ${table} ADD CONSTRAINT small CHECK (used < 10)`);
    await expect(t.run(`ALTER TABLE ${table} ALTER COLUMN ${change}`)).rejects.toMatchObject({
      details: { error_class: errorClass },
    });
  });

  it("asks for the table property", async () => {
    const table = await create("plain", "c INT", "");
    await expect(t.run(`ALTER TABLE ${table} ALTER COLUMN c TYPE BIGINT`)).rejects.toMatchObject({
      hint: expect.stringContaining("'delta.enableTypeWidening' = 'true'"),
    });
    await t.run(`ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')`);
    await t.run(`ALTER TABLE ${table} ALTER COLUMN c TYPE BIGINT`);
    const { protocol } = await DeltaLog.open(join(t.folder, "plain")).snapshot();
    expect(protocol.readerFeatures).toEqual(["typeWidening"]);
  });
});

describe("schema evolution", () => {
  it("widens in INSERT and MERGE where the table allows it, and casts elsewhere", async () => {
    const table = await create("evolved", "id INT, v FLOAT, s STRUCT<x: SMALLINT>");
    await t.run(`INSERT INTO ${table} VALUES (1, 1.5, named_struct('x', 1))`);
    await t.run(
      `INSERT WITH SCHEMA EVOLUTION INTO ${table} VALUES (5000000000, 2.5, named_struct('x', 70000))`,
    );
    await t.run(
      `MERGE WITH SCHEMA EVOLUTION INTO ${table} t USING (SELECT 1 AS id, 0.1D AS v) u ` +
        "ON t.id = u.id WHEN MATCHED THEN UPDATE SET v = u.v",
    );
    expect(await t.rows(`SELECT id, v, s.x FROM ${table} ORDER BY id`)).toEqual([
      ["1", "0.1", "1"],
      ["5000000000", "2.5", "70000"],
    ]);
    expect((await changesOf("evolved"))[1]).toEqual([{ fromType: "float", toType: "double" }]);
    const plain = await create("unevolved", "id INT", "");
    const insert = `INSERT WITH SCHEMA EVOLUTION INTO ${plain} VALUES (5000000000)`;
    await expect(t.run(insert)).rejects.toMatchObject({
      details: { error_class: "CAST_OVERFLOW" },
    });
  });

  it("keeps the type of what a constraint is made of", async () => {
    const table = await create("constrained", "id INT, v INT");
    await t.run(`ALTER TABLE ${table} ADD CONSTRAINT small CHECK (v < 10)`);
    const insert = `INSERT WITH SCHEMA EVOLUTION INTO ${table} VALUES (1, CAST(2 AS BIGINT))`;
    await expect(t.run(insert)).rejects.toMatchObject({
      details: { error_class: "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE" },
    });
  });
});
