/**
 * The directions along which rows of a sparse matrix differ most: the right singular vectors of its
 * greatest singular values, by subspace iteration (Halko, Martinsson and Tropp 2011, algorithm
 * 4.4). They are found up to a rotation among themselves, which no scalar product sees.
 *
 * Letters: N rows, V columns, K directions.
 */
import type { ComputeBackend } from "../../compute/index.ts";
import { createRng } from "../../core/rng.ts";
import { runAtOnce, type Steps } from "../../core/turns.ts";
import type { SparseVector } from "./terms.ts";

const ROUNDS = 3;
/** Looked at between two steps. */
const ROWS_AT_ONCE = 500;
const SEED = 20_261_122;
/** Directions whose length falls below this share of the longest carry nothing but rounding. */
const LEAST_LENGTH = 1e-5;

export interface SubspaceShape {
  /** V. */
  readonly columns: number;
  /** K. */
  readonly dims: number;
}

/** An orthonormal basis (V, K) of that space; directions beyond the rank are zero. */
export function* findSubspace(
  rows: readonly SparseVector[],
  { columns, dims }: SubspaceShape,
  compute: ComputeBackend,
): Steps<Float32Array> {
  const rng = createRng(SEED);
  // Signs serve as well as normal deviates.
  let basis = Float32Array.from({ length: columns * dims }, () => (rng.next() < 0.5 ? -1 : 1));
  for (let round = 0; round < ROUNDS; round++) {
    const seen = orthonormalise(yield* projectInSteps(rows, basis, dims), dims, compute);
    yield;
    basis = orthonormalise(yield* spread(rows, seen, { columns, dims }), dims, compute);
    yield;
  }
  return orthonormalise(basis, dims, compute);
}

/** X B: (N, K). */
export function project(
  rows: readonly SparseVector[],
  basis: Float32Array,
  dims: number,
): Float32Array<ArrayBuffer> {
  return runAtOnce(projectInSteps(rows, basis, dims));
}

function* projectInSteps(
  rows: readonly SparseVector[],
  basis: Float32Array,
  dims: number,
): Steps<Float32Array<ArrayBuffer>> {
  const out = new Float32Array(rows.length * dims);
  for (const [row, { buckets, values }] of rows.entries()) {
    if (row % ROWS_AT_ONCE === 0) yield;
    for (let i = 0; i < buckets.length; i++) {
      addScaled({ x: basis, at: buckets[i]! * dims }, values[i]!, { x: out, at: row * dims }, dims);
    }
  }
  return out;
}

/** Xᵀ Y: (V, K). */
function* spread(
  rows: readonly SparseVector[],
  y: Float32Array,
  { columns, dims }: SubspaceShape,
): Steps<Float32Array<ArrayBuffer>> {
  const out = new Float32Array(columns * dims);
  for (const [row, { buckets, values }] of rows.entries()) {
    if (row % ROWS_AT_ONCE === 0) yield;
    for (let i = 0; i < buckets.length; i++) {
      addScaled({ x: y, at: row * dims }, values[i]!, { x: out, at: buckets[i]! * dims }, dims);
    }
  }
  return out;
}

interface Place {
  readonly x: Float32Array;
  readonly at: number;
}

function addScaled(from: Place, scale: number, to: Place, dims: number): void {
  const [x, a, out, b] = [from.x, from.at, to.x, to.at];
  for (let j = 0; j < dims; j++) out[b + j]! += scale * x[a + j]!;
}

/** Columns of (R, K) made orthonormal by Cholesky's factor of their products; again for precision. */
function orthonormalise(
  x: Float32Array<ArrayBuffer>,
  dims: number,
  compute: ComputeBackend,
): Float32Array<ArrayBuffer> {
  const count = x.length / dims;
  const products = new Float32Array(dims * dims);
  compute.sgemm(x, x, products, { m: dims, n: dims, k: count, transposeA: true });
  const inverse = invertFactor(Float64Array.from(products), dims);
  const result = new Float32Array(x.length);
  compute.sgemm(x, inverse, result, { m: count, n: dims, k: dims });
  return result;
}

/**
 * The inverse of R in RᵀR = G (K, K), upper triangular; columns that depend on those before them
 * are zero.
 */
function invertFactor(g: Float64Array, k: number): Float32Array {
  const r = new Float64Array(k * k);
  let longest = 0;
  for (let i = 0; i < k; i++) longest = Math.max(longest, g[i * k + i]!);
  const least = longest * LEAST_LENGTH ** 2;
  for (let i = 0; i < k; i++) {
    let pivot = g[i * k + i]!;
    for (let p = 0; p < i; p++) pivot -= r[p * k + i]! ** 2;
    if (!(pivot > least)) continue;
    const root = Math.sqrt(pivot);
    r[i * k + i] = root;
    for (let j = i + 1; j < k; j++) {
      let sum = g[i * k + j]!;
      for (let p = 0; p < i; p++) sum -= r[p * k + i]! * r[p * k + j]!;
      r[i * k + j] = sum / root;
    }
  }
  return invertUpper(r, k);
}

function invertUpper(r: Float64Array, k: number): Float32Array {
  const inverse = new Float64Array(k * k);
  for (let j = 0; j < k; j++) {
    if (r[j * k + j] === 0) continue;
    inverse[j * k + j] = 1 / r[j * k + j]!;
    for (let i = j - 1; i >= 0; i--) {
      if (r[i * k + i] === 0) continue;
      let sum = 0;
      for (let p = i + 1; p <= j; p++) sum += r[i * k + p]! * inverse[p * k + j]!;
      inverse[i * k + j] = -sum / r[i * k + i]!;
    }
  }
  return Float32Array.from(inverse);
}
