/**
 * How many of the nearest a search must keep for a target recall: tried on vectors that are not in
 * the graph, half-way between rows and neighbours of theirs, against looking at every row.
 */
import { createRng } from "../../core/rng.ts";
import { createScorer } from "../search/score.ts";
import type { ScoredRow } from "../search/top-rows.ts";
import type { Metric } from "../types.ts";
import type { Graph } from "./graph.ts";

const QUERIES = 100;
const NEAREST = 10;
/** Queries of users are harder than these, so the first step is not the smallest there is. */
const STEPS = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024];

/** Rows a search hands over to be scored exactly, for `limit` results. */
export function candidatesFor(limit: number): number {
  return Math.ceil(limit * 1.5) + 5;
}

/** The smallest ef of a fixed list whose recall at 10 reaches the target; the largest if none. */
export function tuneEf(
  graph: Graph,
  { vectors, dims, metric }: { vectors: Float32Array; dims: number; metric: Metric },
  targetRecall: number,
): number {
  const queries = drawQueries(graph, vectors, dims);
  const best = (query: Float32Array, rows: readonly ScoredRow[]): number[] => {
    const score = createScorer(metric, query, vectors);
    const scored = rows.map(({ row }) => ({ row, score: score(row) }));
    return scored
      .sort((a, b) => b.score - a.score || a.row - b.row)
      .slice(0, NEAREST)
      .map(({ row }) => row);
  };
  const limit = candidatesFor(NEAREST);
  const truths = queries.map((query) => new Set(best(query, graph.scan(query, 4 * NEAREST))));
  const wanted = truths.reduce((sum, truth) => sum + truth.size, 0) * targetRecall;
  for (const ef of STEPS) {
    const found = queries.map((query) => best(query, graph.search(query, { limit, ef })));
    const hits = found.reduce(
      (sum, rows, i) => sum + rows.filter((row) => truths[i]!.has(row)).length,
      0,
    );
    if (hits >= wanted) return ef;
  }
  return STEPS.at(-1)!;
}

function drawQueries(graph: Graph, vectors: Float32Array, dims: number): Float32Array[] {
  const rng = createRng(graph.shape.nodeCount);
  const rowOf = (row: number): Float32Array => vectors.subarray(row * dims, (row + 1) * dims);
  return Array.from({ length: QUERIES }, () => {
    const from = rowOf(rng.int(graph.shape.nodeCount));
    const near = graph.search(from, { limit: NEAREST, ef: 100 });
    const to = rowOf(near[rng.int(near.length)]!.row);
    return from.map((value, i) => (value + to[i]!) / 2);
  });
}
