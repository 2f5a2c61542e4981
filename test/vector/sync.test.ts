/** A collection that follows a Delta table. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRng, type Rng } from "../../src/core/rng.ts";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { type Collection, VectorStore } from "../../src/vector/index.ts";

let folder: string;
let lake: Lake;
let store: VectorStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vector-sync-"));
  lake = await openLake({ root: join(folder, "lake") });
  store = new VectorStore(join(folder, "vector"));
});

afterEach(async () => {
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
});

async function makeTable(properties = ""): Promise<void> {
  await lake.sql(
    `CREATE TABLE t (k BIGINT, emb ARRAY<FLOAT>, name STRING, price DECIMAL(8,2), day DATE,
     tags ARRAY<STRING>) USING DELTA ${properties}`,
  );
  await lake.sql(
    `INSERT INTO t VALUES (1, array(1, 0), 'one', 1.50, DATE'2026-01-02', array('a', 'b')),
     (2, array(0, 1), 'two', NULL, NULL, NULL), (3, array(1, 1), 'three', 3, NULL, NULL)`,
  );
}

async function follow(): Promise<Collection> {
  await store.createFromTable("c", lake, {
    source: { table: "main.default.t", keyColumn: "k", vectorColumn: "emb", pipeline: "triggered" },
    text: ["name"],
  });
  return store.open("c", "write");
}

function namesOf(collection: Collection): Record<string, unknown> {
  return Object.fromEntries([...collection.rows()].map(({ id, metadata }) => [id, metadata?.name]));
}

test("the first sync takes the whole table", async () => {
  await makeTable();
  const collection = await follow();
  const result = await collection.sync(lake);
  expect(result).toMatchObject({ mode: "full", version: 1, inserted: 3, deleted: 0, skipped: 0 });
  const first = collection.get("1")!;
  expect(first.metadata).toEqual({
    k: 1,
    name: "one",
    price: 1.5,
    day: "2026-01-02",
    tags: ["a", "b"],
  });
  expect([...(first.vector as Float32Array)]).toEqual([1, 0]);
  expect(collection.get("2")!.metadata).toEqual({ k: 2, name: "two" });
  expect(await collection.sync(lake)).toMatchObject({ mode: "none", version: 1 });
  await collection.close();
  const again = await store.open("c");
  expect(again.settings.synced?.version).toBe(1);
  await again.close();
});

for (const [mode, properties] of [
  ["files", ""],
  ["feed", "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"],
  ["files", "TBLPROPERTIES ('delta.enableDeletionVectors' = 'false')"],
] as const) {
  test(`changes by ${mode} ${properties}`, async () => {
    await makeTable(properties);
    const collection = await follow();
    await collection.sync(lake);
    await lake.sql("INSERT INTO t VALUES (4, array(2, 2), 'four', 4, NULL, NULL)");
    await lake.sql("UPDATE t SET name = 'TWO', emb = array(5, 5) WHERE k = 2");
    await lake.sql("DELETE FROM t WHERE k = 1");
    const result = await collection.sync(lake);
    expect(result).toMatchObject({ mode, version: 4, inserted: 1, replaced: 1, deleted: 1 });
    expect(namesOf(collection)).toEqual({ "2": "TWO", "3": "three", "4": "four" });
    expect([...(collection.get("2")!.vector as Float32Array)]).toEqual([5, 5]);
    // A key that goes and comes again, and one that is renamed.
    await lake.sql("DELETE FROM t WHERE k = 3");
    await lake.sql("INSERT INTO t VALUES (3, array(9, 9), 'again', NULL, NULL, NULL)");
    await lake.sql("UPDATE t SET k = 40 WHERE k = 4");
    await lake.sql("UPDATE t SET emb = NULL WHERE k = 2");
    expect(await collection.sync(lake)).toMatchObject({ mode, skipped: 1 });
    expect(namesOf(collection)).toEqual({ "3": "again", "40": "four" });
    await lake.sql("OPTIMIZE t");
    expect(await collection.sync(lake)).toMatchObject({ inserted: 0, replaced: 0, deleted: 0 });
    await lake.sql("RESTORE TABLE t TO VERSION AS OF 1");
    await collection.sync(lake);
    expect(namesOf(collection)).toEqual({ "1": "one", "2": "two", "3": "three" });
    await collection.close();
  });
}

test("a new column comes with the rows that have it; a column that goes reads all again", async () => {
  await makeTable("TBLPROPERTIES ('delta.columnMapping.mode' = 'name')");
  const collection = await follow();
  await collection.sync(lake);
  await lake.sql("ALTER TABLE t ADD COLUMN more INT");
  await lake.sql("INSERT INTO t VALUES (4, array(2, 2), 'four', 4, NULL, NULL, 7)");
  expect(await collection.sync(lake)).toMatchObject({ mode: "files", inserted: 1 });
  expect(collection.get("4")!.metadata).toMatchObject({ more: 7 });
  await lake.sql("ALTER TABLE t DROP COLUMN price");
  const result = await collection.sync(lake);
  expect(result).toMatchObject({ mode: "full", replaced: 3, unchanged: 1, inserted: 0 });
  expect(result.reason).toBe("column `price` has changed");
  expect(collection.get("1")!.metadata).not.toHaveProperty("price");
  await collection.close();
});

test("another table of the name is read whole", async () => {
  await makeTable();
  const collection = await follow();
  await collection.sync(lake);
  await lake.sql("DROP TABLE t");
  await makeTable();
  await lake.sql("DELETE FROM t WHERE k = 1");
  const result = await collection.sync(lake);
  expect(result).toMatchObject({ mode: "full", reason: "another table has taken the name" });
  expect(namesOf(collection)).toEqual({ "2": "two", "3": "three" });
  await collection.close();
});

test("a feed whose files are gone is made up for", async () => {
  await makeTable("TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')");
  const collection = await follow();
  await collection.sync(lake);
  await lake.sql("UPDATE t SET name = 'x' WHERE k = 1");
  await lake.sql("UPDATE t SET name = 'y' WHERE k = 1");
  rmSync(join((await lake.table("t")).location, "_change_data"), { recursive: true, force: true });
  const result = await collection.sync(lake);
  expect(result).toMatchObject({ mode: "files", replaced: 1 });
  expect(namesOf(collection)["1"]).toBe("y");
  await collection.close();
});

for (const properties of ["", "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"]) {
  test(`random changes, with syncs that break off ${properties}`, async () => {
    await makeTable(properties);
    const collection = await follow();
    const rng = createRng(20261122);
    for (let round = 0; round < 15; round++) {
      for (let i = rng.int(4); i > 0; i--) await lake.sql(randomChange(rng));
      if (rng.int(3) === 0) {
        const stop = new Error("stopped");
        const onRows = (): void => {
          throw stop;
        };
        await collection.sync(lake, { onRows }).catch((error: unknown) => {
          if (error !== stop) throw error;
        });
      }
      if (rng.int(2) === 0) continue;
      await collection.sync(lake);
      const rows = await (await lake.sql("SELECT k, name FROM t WHERE emb IS NOT NULL")).objects();
      const wanted = Object.fromEntries(rows.map(({ k, name }) => [String(k), name]));
      expect(namesOf(collection)).toEqual(wanted);
    }
    await collection.close();
  });
}

function randomChange(rng: Rng): string {
  const k = rng.int(8);
  const name = `'n${rng.int(1000)}'`;
  switch (rng.int(5)) {
    case 0:
      return `DELETE FROM t WHERE k = ${k}`;
    case 1:
      return `UPDATE t SET name = ${name} WHERE k >= ${k}`;
    case 2:
      return `UPDATE t SET emb = ${rng.int(2) === 0 ? "NULL" : "array(1, 2)"} WHERE k = ${k}`;
    case 3:
      return rng.int(2) === 0 ? "OPTIMIZE t" : `INSERT OVERWRITE t SELECT * FROM t WHERE k <> ${k}`;
    default:
      return (
        `MERGE INTO t USING (SELECT ${k}L AS k, ${name} AS name) AS s ON t.k = s.k ` +
        "WHEN MATCHED THEN UPDATE SET name = s.name " +
        "WHEN NOT MATCHED THEN INSERT (k, emb, name) VALUES (s.k, array(1, 1), s.name)"
      );
  }
}

test("following takes what comes until it is stopped", async () => {
  await makeTable();
  const collection = await follow();
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const result of collection.follow(lake, { intervalMs: 5, signal: stop.signal })) {
    seen.push(result.version);
    if (result.version === 3) stop.abort();
    else await lake.sql(`DELETE FROM t WHERE k = ${result.version}`);
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(namesOf(collection)).toEqual({ "3": "three" });
  await collection.close();
});

test("columns that cannot be say so", async () => {
  await makeTable();
  const source = { table: "t", keyColumn: "k", pipeline: "triggered" } as const;
  const create = (more: object, text: string[] = []): Promise<void> =>
    store.createFromTable("c", lake, { source: { ...source, ...more }, text });
  await expect(create({ keyColumn: "ky" })).rejects.toThrow("no column `ky`");
  await expect(create({ keyColumn: "emb" })).rejects.toThrow("cannot name rows");
  await expect(create({ vectorColumn: "name" })).rejects.toThrow("arrays of numbers");
  await expect(create({}, ["nmae"])).rejects.toThrow("no column that is synced");
  await expect(create({ table: "u" })).rejects.toThrow("u");
});
