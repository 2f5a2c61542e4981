/**
 * Scores of vector search. Greater is nearer; `--score-threshold` compares with these figures.
 *
 * | metric | score                                                                        |
 * |--------|------------------------------------------------------------------------------|
 * | cosine | x·y / (|x| |y|), 0 for a zero vector                                         |
 * | dot    | x·y                                                                          |
 * | l2     | 1 / (1 + |x − y|²), in (0, 1], as Databricks Vector Search scores            |
 *
 * These are the definitions, summed in double precision; kernels may differ in the last bits.
 */
import type { Rows } from "../store/rows.ts";
import type { Metric } from "../types.ts";

/** A scorer for one query, by row index. */
export function createScorer(
  metric: Metric,
  query: Float32Array,
  { shards, shardRows }: Rows,
): (rowIndex: number) => number {
  const [score, ...more] = shards.map(({ vectors }) => shardScorer(metric, query, vectors));
  if (more.length === 0) return score!;
  const all = [score!, ...more];
  return (row) => all[Math.floor(row / shardRows)]!(row % shardRows);
}

/** The same over (n, dims) row-major vectors. */
function shardScorer(
  metric: Metric,
  query: Float32Array,
  vectors: Float32Array,
): (rowIndex: number) => number {
  const dims = query.length;
  if (metric === "l2") {
    return (row) => {
      const distance = squaredDistance(query, vectors, row * dims);
      return 1 / (1 + distance);
    };
  }
  if (metric === "dot") return (row) => dot(query, vectors, row * dims);
  const querySquare = dot(query, query, 0);
  return (row) => {
    const at = row * dims;
    let product = 0;
    let square = 0;
    for (let i = 0; i < dims; i++) {
      const y = vectors[at + i]!;
      product += query[i]! * y;
      square += y * y;
    }
    // One root, so that a vector's cosine with itself is 1.
    const norms = Math.sqrt(querySquare * square);
    return norms === 0 ? 0 : product / norms;
  };
}

function dot(x: Float32Array, vectors: Float32Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * vectors[at + i]!;
  return sum;
}

function squaredDistance(x: Float32Array, vectors: Float32Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = x[i]! - vectors[at + i]!;
    sum += difference * difference;
  }
  return sum;
}
