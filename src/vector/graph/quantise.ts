/**
 * Vectors as int8 codes for the walk over a graph: each number times one scale for all of them,
 * rounded, held within ±127. Cosine compares vectors of length 1, so those are coded. What a walk
 * finds is scored again on the vectors themselves.
 */
import type { Metric } from "../types.ts";

const MOST = 127;
/** Numbers looked at to choose the scale. */
const SAMPLE = 262_144;
/** Share of them that may be cut off: one outlier must not flatten all others. */
const CUT_SHARE = 1e-4;

/** Bytes of a coded vector: a multiple of 16, zeros at its end. */
export function strideOf(dims: number): number {
  return Math.ceil(dims / 16) * 16;
}

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

/** Codes one vector into `target`. */
export function encodeVector(
  vector: Float32Array,
  { scale, metric }: { readonly scale: number; readonly metric: Metric },
  target: Int8Array,
): void {
  const factor = metric === "cosine" ? scale / lengthOf(vector) : scale;
  for (let i = 0; i < vector.length; i++) {
    const value = Math.round(vector[i]! * factor);
    target[i] = Math.max(-MOST, Math.min(MOST, value));
  }
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum) || 1;
}
