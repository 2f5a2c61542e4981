/** The index by itself: beside the definition of scores, over threads, as rows come and go. */
import { expect, test } from "vitest";
import { VectorIndex } from "../../src/vector/graph/vector-index.ts";
import { createScorer } from "../../src/vector/search/score.ts";
import { type ScoredRow, TopRows } from "../../src/vector/search/top-rows.ts";
import { Rows } from "../../src/vector/store/rows.ts";
import { METRICS, type Metric } from "../../src/vector/types.ts";
import { createRng, randomVector } from "./collections.ts";

/** Clustered rows; with `isOdd` some are the same, and some are nothing but zeros. */
function makeRows(
  count: number,
  dims: number,
  seed: number,
  { isOdd = false, rows = new Rows(dims) } = {},
): Rows {
  const rng = createRng(seed);
  const centres = Array.from({ length: 20 }, () => randomVector(rng, dims));
  for (let i = 0; i < count; i++) {
    const centre = centres[rng.int(centres.length)]!;
    const vector =
      isOdd && i % 50 === 7 ? centre : centre.map((value) => value + 0.4 * rng.normal());
    const isZero = isOdd && i % 90 === 3;
    rows.put(`${i}`, "{}", Float32Array.from(isZero ? vector.map(() => 0) : vector));
  }
  return rows;
}

function queriesOf(rows: Rows, count: number, seed: number): Float32Array[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () =>
    rows.vector(rng.int(rows.length)).map((value) => value + 0.2 * rng.normal()),
  );
}

/** By definition. */
function scan(rows: Rows, metric: Metric, query: Float32Array, limit: number): ScoredRow[] {
  const score = createScorer(metric, query, rows);
  const top = new TopRows(limit);
  for (const row of rows.live()) top.offer(row, score(row));
  return top.list();
}

function scaleAll(rows: Rows, scale: number): void {
  for (let i = 0; i < rows.length; i++)
    rows.setVector(
      i,
      rows.vector(i).map((v) => v * scale),
    );
}

const allowedOf = (rows: Rows) => ({ rows: rows.alive, count: rows.liveCount });

function recallOf(rows: Rows, found: readonly ScoredRow[][], queries: readonly Float32Array[]) {
  const hits = queries.map((query, i) => {
    const truth = new Set(scan(rows, "l2", query, 10).map(({ row }) => row));
    return found[i]!.filter(({ row }) => truth.has(row)).length / truth.size;
  });
  return hits.reduce((sum, share) => sum + share, 0) / hits.length;
}

test.each(METRICS.flatMap((metric) => [3, 16, 41].map((dims) => [metric, dims] as const)))(
  "%s of %i numbers: looking at every row gives what the definition gives",
  async (metric, dims) => {
    const rows = makeRows(700, dims, dims, { isOdd: true });
    for (let i = 0; i < 700; i += 5) rows.remove(`${i}`);
    const queries = [...queriesOf(rows, 20, 1), new Float32Array(dims), rows.vector(7).slice()];
    for (const scale of [1, 1e-20, 1e18]) {
      scaleAll(rows, scale);
      const asked = queries.map((query) => query.map((value) => value * scale));
      const index = (await VectorIndex.create(rows, metric, { threads: 2 }))!;
      for (const limit of [1, 10, 2000]) {
        const found = index.search(asked, { limit, ef: 0, allowed: allowedOf(rows) })!;
        asked.forEach((query, i) => {
          const wanted = scan(rows, metric, query, limit);
          expect(found[i]!.length).toBe(wanted.length);
          // Products of numbers of both signs may be small and their rounding is not.
          const size = metric === "cosine" ? 1 : metric === "dot" ? dims * scale * scale : 0;
          const isOff = ({ score }: ScoredRow, k: number): boolean =>
            Math.abs(found[i]![k]!.score - score) > 1e-13 * (Math.abs(score) + size);
          expect(wanted.filter(isOff)).toEqual([]);
        });
      }
      scaleAll(rows, 1 / scale);
      await index.close();
    }
  },
);

test("many queries at once, over threads, find what one after another does", async () => {
  const rows = makeRows(5000, 24, 3);
  const index = (await VectorIndex.create(rows, "cosine", { threads: 2 }))!;
  await index.build({});
  const queries = queriesOf(rows, 1500, 4);
  const many = index.search(queries, { limit: 5 })!;
  expect(queries.map((query) => index.search([query], { limit: 5 })![0])).toEqual(many);
  await index.close();
});

test.each(METRICS)("%s: one thread makes the same graph, whatever the build", async (metric) => {
  const sections = await Promise.all(
    (["auto", "auto", "plain"] as const).map(async (build) => {
      const options = { threads: 1, build };
      const index = (await VectorIndex.create(makeRows(1500, 20, 5), metric, options))!;
      await index.build({ m: 8, efConstruction: 40 });
      return Buffer.from(index.encode()[0]!);
    }),
  );
  expect(sections[1]!.equals(sections[0]!)).toBe(true);
  expect(sections[2]!.equals(sections[0]!)).toBe(true);
});

test.each(METRICS)("%s: a graph that compares the numbers themselves", async (metric) => {
  const rows = makeRows(2000, 21, 10);
  const queries = queriesOf(rows, 50, 11);
  const index = (await VectorIndex.create(rows, metric, { threads: 1 }))!;
  await index.build({ m: 8, codes: "float32" });
  const found = index.search(queries, { limit: 10 })!;
  const exact = index.search(queries, { limit: 10, ef: 0 })!;
  const hits = found.flatMap((list, i) => {
    const truth = new Set(exact[i]!.map(({ row }) => row));
    return list.filter(({ row }) => truth.has(row));
  });
  expect(hits.length).toBeGreaterThan(485);
  const again = (await VectorIndex.create(rows, metric))!;
  expect(again.load(index.encode(), 2000)).toBe(true);
  expect(again.search(queries, { limit: 10 })).toEqual(found);
});

test("several threads make a graph as good", async () => {
  const rows = makeRows(12_000, 24, 6);
  const queries = queriesOf(rows, 100, 7);
  const recalls: number[] = [];
  for (const threads of [1, 3]) {
    const index = (await VectorIndex.create(rows, "l2", { threads }))!;
    await index.build({ m: 12, efConstruction: 100 });
    recalls.push(recallOf(rows, index.search(queries, { limit: 10, ef: 48 })!, queries));
    await index.close();
  }
  expect(Math.min(...recalls)).toBeGreaterThan(0.97);
});

test("rows that come are linked as they are asked for, those that go leave the graph", async () => {
  const rows = makeRows(3000, 24, 8);
  const index = (await VectorIndex.create(rows, "l2", { threads: 2 }))!;
  await index.build({ m: 8, efConstruction: 80 });
  const more = makeRows(2400, 24, 8);
  for (let i = 0; i < 2400; i++) rows.put(`new ${i}`, "{}", more.vector(i));
  const queries = queriesOf(rows, 60, 9);
  for (let round = 0; round < 150; round++) index.search(queries, { limit: 10 });
  expect(index.linkedRows).toBeGreaterThan(5300);
  expect(recallOf(rows, index.search(queries, { limit: 10 })!, queries)).toBeGreaterThan(0.97);
  const before = index.shape!;
  for (let i = 0; i < 3000; i++) if (i % 4 !== 1) rows.remove(`${i}`);
  // The entry goes too.
  const ask = () => index.search(queries, { limit: 10, ef: 48, allowed: allowedOf(rows) })!;
  for (let round = 0; round < 20; round++) ask();
  expect(recallOf(rows, ask(), queries)).toBeGreaterThan(0.97);
  index.repair();
  expect(index.shape!.entry === before.entry).toBe(false);
  expect(recallOf(rows, ask(), queries)).toBeGreaterThan(0.97);
  await index.close();
});

test.each(METRICS)("%s: over several memories as over one", async (metric) => {
  const rows = makeRows(2200, 24, 12, { rows: new Rows(24, 10, 900) });
  expect(rows.shards.map(({ length }) => length)).toEqual([900, 900, 400]);
  const queries = queriesOf(rows, 40, 13);
  const index = (await VectorIndex.create(rows, metric, { threads: 2 }))!;
  const rowsOf = (found: readonly ScoredRow[][]) => found.map((list) => list.map(({ row }) => row));
  const exact = (limit: number, allowed = allowedOf(rows)) =>
    expect(rowsOf(index.search(queries, { limit, ef: 0, allowed })!)).toEqual(
      rowsOf(
        queries.map((query) =>
          scan(rows, metric, query, 3000)
            .filter(({ row }) => allowed.rows[row] === 1)
            .slice(0, limit),
        ),
      ),
    );
  exact(10);
  expect(await index.build({ m: 8, efConstruction: 80 })).toBe(true);
  expect(index.shape).toMatchObject({ nodeCount: 2200, m: 8 });
  const found = index.search(queries, { limit: 10 })!;
  const again = (await VectorIndex.create(rows, metric))!;
  expect(again.load(index.encode(), 2200)).toBe(true);
  expect(again.search(queries, { limit: 10 })).toEqual(found);
  expect(again.load([...index.encode()].reverse(), 2200)).toBe(false);
  for (let i = 0; i < 2200; i += 3) rows.remove(`${i}`);
  makeRows(2000, 24, 14, { rows });
  expect(index.search(queries, { limit: 10 })).toBe(null);
  expect(await index.extend()).toBe(true);
  exact(25);
  const few = Uint8Array.from(rows.alive, (alive, i) => (i % 97 === 5 ? alive : 0));
  exact(30, { rows: few, count: few.reduce((sum, one) => sum + one, 0) });
  const walked = rowsOf(index.search(queries, { limit: 10, ef: 60, allowed: allowedOf(rows) })!);
  const hits = queries.map((query, i) => {
    const truth = new Set(scan(rows, metric, query, 10).map(({ row }) => row));
    return walked[i]!.filter((row) => truth.has(row)).length;
  });
  expect(hits.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(380);
  index.repair();
  await index.close();
});
