/**
 * Columns renamed, dropped, added and moved under column mapping, by name and by id: in structs,
 * arrays and maps, with names that need quotes. The files stay as they are.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

describe.each(["name", "id"])("mapping by %s", (mode) => {
  it("keeps every value under its new name", async () => {
    const table = `delta.\`${join(t.folder, `by ${mode}`)}\``;
    const alter = (change: string) => t.run(`ALTER TABLE ${table} ${change}`);
    await t.run(
      `CREATE TABLE ${table} (a INT, \`b.c\` STRING, \`ü ñ\` STRUCT<x: INT, \`y.z\`: STRING, ` +
        "w: ARRAY<STRUCT<q: INT, r: INT>>>, `tick``s` INT, p STRING, " +
        "m MAP<STRING, STRUCT<k: INT, l: INT>>) PARTITIONED BY (p) " +
        `TBLPROPERTIES ('delta.columnMapping.mode' = '${mode}')`,
    );
    await t.run(
      `INSERT INTO ${table} VALUES (1, 'one', named_struct('x', 1, 'y.z', 'yz', ` +
        "'w', array(named_struct('q', 1, 'r', 2))), 7, 'p1', map('m', named_struct('k', 1, 'l', 2)))",
    );
    for (const change of [
      "RENAME COLUMN `b.c` TO `c b`",
      "RENAME COLUMN `ü ñ`.`y.z` TO `z,y`",
      "RENAME COLUMN p TO `part ö`",
      "RENAME COLUMN `ü ñ`.w.element.q TO qq",
      "DROP COLUMN `tick``s`",
      "DROP COLUMN m.value.l",
      "ADD COLUMNS (`tick``s` STRING AFTER a, `ü ñ`.neu INT FIRST)",
      "ALTER COLUMN m FIRST",
      "ALTER COLUMN `ü ñ`.x AFTER `z,y`",
    ]) {
      await alter(change);
    }
    await t.run(
      `INSERT INTO ${table} VALUES (map('n', named_struct('k', 5)), 2, 'tick', 'two', ` +
        "named_struct('neu', 9, 'z,y', 'zy', 'x', 4, 'w', array(named_struct('qq', 3, 'r', 4))), 'p2')",
    );
    await t.run(`UPDATE ${table} SET \`c b\` = 'eins' WHERE \`part ö\` = 'p1'`);
    expect(await t.rows(`SELECT * FROM ${table} ORDER BY a`)).toEqual([
      ["{m -> {1}}", "1", null, "eins", "{null, yz, 1, [{1, 2}]}", "p1"],
      ["{n -> {5}}", "2", "tick", "two", "{9, zy, 4, [{3, 4}]}", "p2"],
    ]);
    for (const change of ["DROP COLUMN `part ö`", "RENAME COLUMN a TO m", "DROP COLUMN m.value"]) {
      await expect(alter(change)).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
    }
  });
});

it("can be taken up by a table that has rows", async () => {
  const table = `delta.\`${join(t.folder, "upgraded")}\``;
  await t.run(`CREATE TABLE ${table} (a INT, b STRUCT<x: INT, y: STRING>, c INT)`);
  await t.run(`INSERT INTO ${table} VALUES (1, named_struct('x', 1, 'y', 'y'), 3)`);
  await t.run(`ALTER TABLE ${table} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')`);
  await t.run(`ALTER TABLE ${table} RENAME COLUMN b.x TO \`x x\``);
  await t.run(`ALTER TABLE ${table} DROP COLUMN c`);
  await t.run(`ALTER TABLE ${table} ADD COLUMN c STRING`);
  await t.run(`INSERT INTO ${table} VALUES (2, named_struct('x x', 2, 'y', 'z'), 'c')`);
  expect(await t.rows(`SELECT a, b.\`x x\`, c FROM ${table} ORDER BY a`)).toEqual([
    ["1", "1", null],
    ["2", "2", "c"],
  ]);
});

/** Property before, change, property after: as recorded from delta-spark 4.4.0. */
const STATS_COLUMNS: readonly (readonly [string, string, string])[] = [
  ["a,b", "RENAME COLUMN a TO c", "c,b"],
  ["a, s.x , b", "RENAME COLUMN a TO `c d`", "`c d`,s.x,b"],
  ["a,s.x", "RENAME COLUMN s TO t", "a,t.x"],
  ["a,s.x,s.y.p", "RENAME COLUMN s.y TO z", "a,s.x,s.z.p"],
  ["a,`odd, n`", "RENAME COLUMN b TO b2", "a,`odd, n`"],
  ["a,`odd, n`", "RENAME COLUMN `odd, n` TO even", "a,even"],
  ["a,b", "DROP COLUMN a", "b"],
  ["a", "DROP COLUMN a", ""],
  ["a,s.x,s.y.p", "DROP COLUMN s.y", "a,s.x"],
  ["a,s.x", "DROP COLUMN s.x", "a"],
  ["b,s", "DROP COLUMN s.x", "b,s"],
  ["b,s,a", "DROP COLUMN s", "b,a"],
  ["a, b", "DROP COLUMNS (s.x, `odd, n`)", "a,b"],
];

it.each(STATS_COLUMNS)("%s: %s leaves %s", async (before, change, after) => {
  const n = STATS_COLUMNS.findIndex((c) => c[0] === before && c[1] === change);
  const table = `delta.\`${join(t.folder, `stats ${n}`)}\``;
  await t.run(
    `CREATE TABLE ${table} (a INT, b INT, s STRUCT<x: INT, y: STRUCT<p: INT, q: INT>>, ` +
      "`odd, n` INT) TBLPROPERTIES ('delta.columnMapping.mode' = 'name', " +
      `'delta.dataSkippingStatsColumns' = '${before}')`,
  );
  await t.run(`ALTER TABLE ${table} ${change}`);
  const rows = await t.rows(`SHOW TBLPROPERTIES ${table} ('delta.dataSkippingStatsColumns')`);
  expect(rows[0]![1]).toBe(after);
});
