/** The typed library: changes without SQL text, versions, results as objects and Arrow tables. */
import { tableFromArrays } from "apache-arrow";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

it("appends objects exactly or not at all", async () => {
  await t.run(
    "CREATE TABLE typed (id BIGINT NOT NULL, price DECIMAL(10,2), at TIMESTAMP, tags ARRAY<STRING>)",
  );
  const table = await t.lake.table("typed");
  const at = new Date("2026-01-05T10:00:00.123Z");
  const commit = await table.append([
    { id: 9007199254740993n, price: "12.30", at, tags: ["a", null] },
    { ID: 2, price: 5, at: "2026-01-05T10:00:00.123456Z", tags: [] },
  ]);
  expect(commit).toMatchObject({ version: 1, filesAdded: 1 });
  expect(await table.rows()).toEqual([
    { id: 9007199254740993n, price: "12.30", at, tags: ["a", null] },
    { id: 2n, price: "5.00", at, tags: [] },
  ]);
  for (const row of [
    { id: 1.5 },
    { id: 1, price: "1.234" },
    { id: "1" },
    { id: 1, at: "yesterday" },
    { id: 1, other: true },
    { price: "1" },
  ]) {
    await expect(table.append([row])).rejects.toThrow();
  }
  expect(await table.version()).toBe(1);
});

it("updates, deletes, merges, and reads versions", async () => {
  await t.run("CREATE TABLE lib (id INT, v STRING)");
  const table = await t.lake.table("main.default.lib");
  await table.append([
    { id: 1, v: "a" },
    { id: 2, v: "b" },
  ]);
  await table.update({ v: "upper(v)" }, "id = 1");
  await table.delete("id = 2");
  await t.run("CREATE TEMP VIEW fresh AS SELECT * FROM VALUES (1, 'x'), (7, 'y') AS f(id, v)");
  const merged = await table
    .merge("fresh", "target.id = source.id")
    .whenMatchedUpdate({ v: "concat(target.v, source.v)" })
    .whenNotMatchedInsert("*")
    .execute();
  expect(merged).toMatchObject({ version: 4, metrics: { numTargetRowsInserted: "1" } });
  expect(await t.rows("SELECT * FROM lib ORDER BY id")).toEqual([
    ["1", "Ax"],
    ["7", "y"],
  ]);
  const before = await table.at({ version: 1 });
  expect((await before.rows()).map((row) => row.v)).toEqual(["a", "b"]);
  expect((await table.history(2)).map((entry) => entry.operation)).toEqual(["MERGE", "DELETE"]);
  expect(await table.detail()).toMatchObject({ format: "delta", numFiles: 1n });
  await table.overwrite([{ id: 5 }]);
  expect(await t.rows("SELECT * FROM lib")).toEqual([["5", null]]);
});

it("takes and gives Arrow tables", async () => {
  await t.run("CREATE TABLE arrows (id INT, x DOUBLE)");
  const table = await t.lake.table("arrows");
  await table.append(tableFromArrays({ id: Int32Array.of(1, 2), x: Float64Array.of(0.5, 1.5) }));
  const arrow = await table.toArrow();
  expect(arrow.numRows).toBe(2);
  expect(arrow.schema.fields.map((f) => `${f.name}:${f.type}`)).toEqual(["id:Int32", "x:Float64"]);
  expect(arrow.toArray().map((row) => row?.toJSON())).toEqual([
    { id: 1, x: 0.5 },
    { id: 2, x: 1.5 },
  ]);
  const empty = await (await t.lake.sql("SELECT * FROM arrows WHERE false")).toArrow();
  expect([empty.numRows, empty.numCols]).toEqual([0, 2]);
});

it("adds columns only when asked", async () => {
  await t.run("CREATE TABLE grows (id INT)");
  const table = await t.lake.table("grows");
  await expect(table.append([{ id: 1, extra: "x" }])).rejects.toMatchObject({
    details: { error_class: "DELTA_SCHEMA_MISMATCH" },
  });
  await table.append([{ id: 1, extra: "x" }], { mergeSchema: true, userMetadata: "grown" });
  const [last] = await table.history(1);
  expect(last?.userMetadata).toBe("grown");
  expect(await t.rows("SELECT * FROM grows")).toEqual([["1", "x"]]);
});

it("runs scripts and counts the lines of their errors from the top", async () => {
  const results = [];
  for await (const result of t.lake.script("SELECT 1;\nSELECT 2;\n")) {
    results.push(await result.rows());
  }
  expect(results).toEqual([[[1]], [[2]]]);
  const failing = async () => {
    for await (const result of t.lake.script("SELECT 1;\n\nSELECT nope;")) await result.close();
  };
  await expect(failing()).rejects.toMatchObject({ details: { line: 3, column: 8 } });
});
