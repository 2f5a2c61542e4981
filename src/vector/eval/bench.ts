/**
 * How fast a collection answers, and how many of the nearest rows its index finds. Queries are
 * drawn half-way between two rows that are near each other, so that they are no rows themselves;
 * what they should find is told by looking at every row.
 */
import type { Clock } from "../../core/clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { Collection } from "../collection.ts";
import type { VectorQuery } from "../search/run-query.ts";

/** One way to search, measured. */
export interface BenchLine {
  /** `exact`, `hnsw` or `text`. */
  readonly search: string;
  readonly ef: number | null;
  /** Share of the exact results that were found; null where there is nothing to compare with. */
  readonly recall: number | null;
  /** Queries a second, one after another. */
  readonly qps: number;
  /** Milliseconds of one query: half of them take no longer, 95 of 100, 99 of 100. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface BenchOptions {
  readonly queryCount: number;
  readonly numResults: number;
  /** What an index is tried with. */
  readonly efs: readonly number[];
  readonly rng: Rng;
  readonly clock: Clock;
  /** Told after each query, and waited for. */
  readonly onQuery?: () => void | Promise<void>;
}

/** Measures every search that a collection has; nothing for one without rows. */
export async function benchCollection(
  collection: Collection,
  options: BenchOptions,
): Promise<BenchLine[]> {
  if (collection.count === 0) return [];
  const { settings, index } = collection;
  const lines: BenchLine[] = [];
  const { numResults } = options;
  if (settings.dims > 0) {
    const vectors = await drawVectors(collection, options);
    const exact = await run(collection, vectors.map(exactQuery(numResults)), options);
    lines.push({ search: "exact", ef: null, recall: 1, ...exact.times });
    for (const ef of index.kind === "hnsw" ? options.efs : []) {
      const queries = vectors.map((vector): VectorQuery => ({ vector, numResults, ef }));
      const found = await run(collection, queries, options);
      const recall = recallOf(found.ids, exact.ids);
      lines.push({ search: "hnsw", ef, recall, ...found.times });
    }
  }
  if (settings.text.length > 0) {
    const queries = drawTexts(collection, options).map(
      (text): VectorQuery => ({ text, numResults, queryType: "FULL_TEXT" }),
    );
    lines.push({
      search: "text",
      ef: null,
      recall: null,
      ...(await run(collection, queries, options)).times,
    });
  }
  return lines;
}

function exactQuery(numResults: number): (vector: Float32Array) => VectorQuery {
  return (vector) => ({ vector, numResults, exact: true });
}

type Times = Pick<BenchLine, "qps" | "p50" | "p95" | "p99">;

/** The first few queries are not counted: what they need is made then. */
const WARM_UP = 5;

async function run(
  collection: Collection,
  queries: readonly VectorQuery[],
  { clock, onQuery }: BenchOptions,
): Promise<{ ids: string[][]; times: Times }> {
  for (const query of queries.slice(0, WARM_UP)) collection.query(query);
  const ids: string[][] = [];
  const times: number[] = [];
  for (const query of queries) {
    const start = clock.monotonicMs();
    const hits = collection.query(query);
    const took = clock.monotonicMs() - start;
    ids.push(hits.map(({ id }) => id));
    times.push(took);
    await onQuery?.();
  }
  const total = times.reduce((sum, time) => sum + time, 0);
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.ceil(share * times.length) - 1] ?? 0;
  const qps = total === 0 ? 0 : (1000 * times.length) / total;
  return { ids, times: { qps, p50: at(0.5), p95: at(0.95), p99: at(0.99) } };
}

function recallOf(found: readonly string[][], exact: readonly string[][]): number {
  let hits = 0;
  let wanted = 0;
  exact.forEach((ids, i) => {
    const known = new Set(found[i]);
    wanted += ids.length;
    hits += ids.filter((id) => known.has(id)).length;
  });
  return wanted === 0 ? 1 : hits / wanted;
}

async function drawVectors(
  collection: Collection,
  { queryCount, rng, onQuery }: BenchOptions,
): Promise<Float32Array[]> {
  const ids = [...collection.ids()];
  const drawn: Float32Array[] = [];
  while (drawn.length < queryCount) {
    const from = Float32Array.from(collection.get(ids[rng.int(ids.length)]!)!.vector!);
    const near = collection.query({ vector: from, numResults: 10 });
    const to = collection.get(near[rng.int(near.length)]!.id)!.vector!;
    drawn.push(from.map((value, i) => (value + to[i]!) / 2));
    await onQuery?.();
  }
  return drawn;
}

/** Words of rows, three to six side by side. */
function drawTexts(collection: Collection, { queryCount, rng }: BenchOptions): string[] {
  const ids = [...collection.ids()];
  const fields = collection.settings.text.map(({ name }) => name);
  return Array.from({ length: queryCount }, () => {
    const { metadata } = collection.get(ids[rng.int(ids.length)]!)!;
    const words = fields.flatMap((name) => String(metadata?.[name] ?? "").split(/\s+/));
    const count = 3 + rng.int(4);
    const from = rng.int(Math.max(1, words.length - count + 1));
    return words.slice(from, from + count).join(" ");
  });
}
