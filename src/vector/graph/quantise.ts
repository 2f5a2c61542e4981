/**
 * The scale of the codes a walk over a graph compares: each number times one scale for all of them,
 * rounded, held within ±63 (`compute/kernels/hnsw/distance.ts`). Cosine compares vectors of length
 * 1, so those are coded.
 */
import type { Metric } from "../types.ts";

const MOST = 63;
/** Numbers looked at to choose the scale. */
const SAMPLE = 262_144;
/** Share of them that may be cut off: one outlier must not flatten all others. */
const CUT_SHARE = 1e-4;

/** What to multiply numbers by before rounding, told from a sample of `rows` vectors. */
export function chooseScale(vectors: Float32Array, dims: number, metric: Metric): number {
  const rowCount = vectors.length / dims;
  const step = Math.max(1, Math.floor((rowCount * dims) / SAMPLE));
  const sample: number[] = [];
  for (let row = 0; row < rowCount; row += step) {
    const vector = vectors.subarray(row * dims, (row + 1) * dims);
    const norm = metric === "cosine" ? lengthOf(vector) : 1;
    for (const value of vector) sample.push(Math.abs(value) / norm);
  }
  const sorted = Float64Array.from(sample).sort();
  const largest = sorted[Math.floor((sorted.length - 1) * (1 - CUT_SHARE))] ?? 0;
  return largest > 0 ? MOST / largest : 1;
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum) || 1;
}
