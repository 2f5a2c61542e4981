/** The definition of the vector operations: sums in f64, results rounded to f32. */
import type { Metric, TopResult, VectorOps } from "../backend.ts";
import { checkCount, checkLength, checkSameLength, countRows } from "../check.ts";

export const vectorOps: VectorOps = {
  dot: (a, b) => compare("dot", a, b),
  cosine: (a, b) => compare("cosine", a, b),
  l2: (a, b) => compare("l2", a, b),
  scan(metric, query, rows, out) {
    const n = countRows("rows", rows.length, query.length);
    checkLength("out", out.length, n);
    for (let i = 0; i < n; i++) out[i] = scoreRow(metric, query, rows, i);
  },
  scanTop(metric, queries, rows, { k, dimensions }) {
    const n = countRows("rows", rows.length, dimensions);
    const queryCount = countRows("queries", queries.length, dimensions);
    return Array.from({ length: queryCount }, (_, q) => {
      const query = queries.subarray(q * dimensions, (q + 1) * dimensions);
      const scores = Float32Array.from({ length: n }, (_, i) => scoreRow(metric, query, rows, i));
      return vectorOps.top(scores, k, metric === "l2" ? "smallest" : "largest");
    });
  },
  top(values, k, order = "largest"): TopResult {
    checkCount("k", k);
    const sign = order === "largest" ? 1 : -1;
    const indices = Uint32Array.from(values.keys())
      .filter((i) => !Number.isNaN(values[i]!))
      .sort((i, j) => sign * compareNumbers(values[j]!, values[i]!) || i - j)
      .subarray(0, k);
    return { indices, scores: Float32Array.from(indices, (i) => values[i]!) };
  },
};

/** Subtraction would make NaN of two infinities. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function scoreRow(metric: Metric, query: Float32Array, rows: Float32Array, row: number): number {
  const d = query.length;
  return compare(metric, rows.subarray(row * d, (row + 1) * d), query);
}

function compare(metric: Metric, a: Float32Array, b: Float32Array): number {
  checkSameLength(metric, a.length, b.length);
  let [dot, aa, bb, distance] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    dot += x * y;
    aa += x * x;
    bb += y * y;
    distance += (x - y) ** 2;
  }
  if (metric === "dot") return dot;
  if (metric === "l2") return distance;
  const norms = Math.sqrt(aa) * Math.sqrt(bb);
  return norms > 0 ? dot / norms : 0;
}
