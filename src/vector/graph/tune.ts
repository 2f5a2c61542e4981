/**
 * How many of the nearest a search must keep for a target recall: tried on vectors that are not in
 * the graph, half-way between rows and neighbours of theirs, against looking at every row.
 */
import { createRng } from "../../core/rng.ts";
import type { Steps } from "../../core/turns.ts";
import type { ScoredRow } from "../search/top-rows.ts";
import type { Rows } from "../store/rows.ts";
import type { VectorIndex } from "./vector-index.ts";

const QUERIES = 100;
/** Searched between two steps. */
const AT_ONCE = 20;
const NEAREST = 10;
/** Queries of users are harder than these, so the first step is not the smallest there is. */
const STEPS = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024];

/** The smallest ef of a fixed list whose recall at 10 reaches the target; the largest if none. */
export function* tuneEf(index: VectorIndex, rows: Rows, targetRecall: number): Steps<number> {
  const queries = drawQueries(index, rows);
  function* find(ef: number): Steps<ScoredRow[][]> {
    const found: ScoredRow[][] = [];
    for (let from = 0; from < QUERIES; from += AT_ONCE) {
      const some = queries.slice(from, from + AT_ONCE);
      found.push(...(index.search(some, { limit: NEAREST, ef }) ?? []));
      yield;
    }
    return found;
  }
  const truths = (yield* find(0)).map((found) => new Set(found.map(({ row }) => row)));
  const wanted = truths.reduce((sum, truth) => sum + truth.size, 0) * targetRecall;
  for (const ef of STEPS) {
    const hits = (yield* find(ef)).reduce(
      (sum, found, i) => sum + found.filter(({ row }) => truths[i]!.has(row)).length,
      0,
    );
    if (hits >= wanted) return ef;
  }
  return STEPS.at(-1)!;
}

function drawQueries(index: VectorIndex, rows: Rows): Float32Array[] {
  const rng = createRng(rows.length);
  const drawn = Array.from({ length: QUERIES }, () => rows.vector(rng.int(rows.length)));
  const near = index.search(drawn, { limit: NEAREST, ef: 100 })!;
  return drawn.map((from, i) => {
    const to = rows.vector(near[i]![rng.int(near[i]!.length)]!.row);
    return Float32Array.from(from, (value, j) => (value + to[j]!) / 2);
  });
}
