/** The index over vectors: what it finds beside looking at every row, and what its file may say. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VectorIndex } from "../../src/vector/graph/vector-index.ts";
import { Collection, type Metric, type VectorQuery } from "../../src/vector/index.ts";
import { Rows } from "../../src/vector/store/rows.ts";
import { createRng, randomVector } from "./collections.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vector-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DIMS = 24;

/** Clustered rows: what real vectors are like, and what makes graphs hard. */
function clusteredRows(count: number, seed: number) {
  const rng = createRng(seed);
  const centres = Array.from({ length: 40 }, () => randomVector(rng, DIMS));
  return Array.from({ length: count }, (_, i) => ({
    id: `${i}`,
    vector: centres[rng.int(centres.length)]!.map((value) => value + 0.4 * rng.normal()),
    metadata: { n: i % 1000 },
  }));
}

const ids = (collection: Collection, query: VectorQuery) =>
  collection.query(query).map(({ id }) => id);

/** Share of what looking at every row finds. */
function recall(collection: Collection, queries: readonly VectorQuery[]): number {
  let found = 0;
  let wanted = 0;
  for (const query of queries) {
    const exact = new Set(ids(collection, { ...query, exact: true }));
    wanted += exact.size;
    found += ids(collection, query).filter((id) => exact.has(id)).length;
  }
  return found / wanted;
}

test.each<Metric>(["cosine", "dot", "l2"])("%s: finds what there is", async (metric) => {
  const base = join(folder, metric);
  await Collection.create(base, { dims: DIMS, metric });
  const collection = await Collection.open(base, "write");
  const all = clusteredRows(4360, 1);
  const rows = all.slice(0, 4000);
  await collection.upsert(rows);
  expect(collection.index).toEqual({ kind: "flat" });
  await collection.optimize({ index: "hnsw" });
  expect(collection.index).toMatchObject({ kind: "hnsw", m: 16, rowCount: 4000 });
  const queries = all.slice(4300).map(({ vector }) => ({ vector }));
  expect(recall(collection, queries)).toBeGreaterThan(0.95);
  for (const bound of [5, 50, 300, 990]) {
    const filtered = queries.map((query) => ({ ...query, filter: `n < ${bound}` }));
    expect(recall(collection, filtered), `n < ${bound}`).toBeGreaterThan(0.95);
    expect(ids(collection, filtered[0]!)).toHaveLength(10);
  }
  // Rows after the index, and rows that went.
  await collection.upsert(all.slice(4000, 4300).map((row) => ({ ...row, id: `new ${row.id}` })));
  await collection.delete({ filter: "n < 100" });
  // A product grows with a vector's length, so the same vector need not be the best for itself.
  const factor = metric === "dot" ? 100 : 1;
  const vector = queries[0]!.vector.map((value) => factor * value);
  await collection.upsert([{ ...rows[200]!, vector }]);
  expect(ids(collection, { ...queries[0]!, numResults: 5 })).toContain("200");
  expect(recall(collection, queries)).toBeGreaterThan(0.95);
  const before = queries.map((query) => ids(collection, query));
  await collection.close();
  const reader = await Collection.open(base);
  expect(reader.index).toMatchObject({ kind: "hnsw", rowCount: 4000 });
  expect(queries.map((query) => ids(reader, query))).toEqual(before);
});

test("a section that says nonsense is refused, never followed", async () => {
  const rows = new Rows(DIMS);
  for (const { id, vector } of clusteredRows(600, 4)) rows.put(id, "{}", Float32Array.from(vector));
  const index = (await VectorIndex.create(rows, "dot"))!;
  await index.build({ m: 4, threads: 1 });
  const [section] = index.encode() as [Uint8Array];
  const fresh = async () => (await VectorIndex.create(rows, "dot"))!;
  const again = await fresh();
  expect(again.load([section], 600)).toBe(true);
  const query = [rows.vector(0)];
  expect(again.search(query, { limit: 10 })).toEqual(index.search(query, { limit: 10 }));
  expect((await fresh()).load([section], 601)).toBe(false);
  expect((await fresh()).load([section.subarray(1)], 600)).toBe(false);
  const rng = createRng(5);
  let refused = 0;
  for (let round = 0; round < 150; round++) {
    const bytes = Uint8Array.from(section);
    const from = rng.int(2) === 0 ? 0 : 48;
    for (let i = 0; i < 4; i++) {
      bytes[from + rng.int(from === 0 ? 48 : bytes.length - from)] = rng.int(256);
    }
    const loaded = await fresh();
    if (!loaded.load([bytes], 600)) refused++;
    else {
      for (const { row } of loaded.search(query, { limit: 20 })![0]!) expect(row).toBeLessThan(600);
    }
  }
  expect(refused).toBeGreaterThan(100);
});
