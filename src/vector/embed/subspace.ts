/**
 * The directions along which rows of a sparse matrix differ most: the right singular vectors of its
 * greatest singular values, by subspace iteration (Halko, Martinsson and Tropp 2011, algorithm
 * 4.4). They are found up to a rotation among themselves, which no scalar product sees.
 *
 * Letters: N rows, V columns, K directions.
 */
import type { ComputeBackend } from "../../compute/index.ts";
import { createRng } from "../../core/rng.ts";
import type { SparseVector } from "./terms.ts";

const ROUNDS = 5;
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
export function findSubspace(
  rows: readonly SparseVector[],
  { columns, dims }: SubspaceShape,
  compute: ComputeBackend,
): Float32Array {
  const rng = createRng(SEED);
  let basis = Float32Array.from({ length: columns * dims }, () => rng.normal());
  basis = orthonormalise(basis, dims, compute);
  for (let round = 0; round < ROUNDS; round++) {
    const seen = orthonormalise(project(rows, basis, dims), dims, compute);
    basis = orthonormalise(spread(rows, seen, { columns, dims }), dims, compute);
  }
  return basis;
}

/** X B: (N, K). */
export function project(
  rows: readonly SparseVector[],
  basis: Float32Array,
  dims: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows.length * dims);
  rows.forEach(({ buckets, values }, row) => {
    const at = row * dims;
    buckets.forEach((bucket, i) => {
      const [from, value] = [bucket * dims, values[i]!];
      for (let j = 0; j < dims; j++) out[at + j]! += value * basis[from + j]!;
    });
  });
  return out;
}

/** Xᵀ Y: (V, K). */
function spread(
  rows: readonly SparseVector[],
  y: Float32Array,
  { columns, dims }: SubspaceShape,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(columns * dims);
  rows.forEach(({ buckets, values }, row) => {
    const from = row * dims;
    buckets.forEach((bucket, i) => {
      const [at, value] = [bucket * dims, values[i]!];
      for (let j = 0; j < dims; j++) out[at + j]! += value * y[from + j]!;
    });
  });
  return out;
}

/** Columns of (R, K) made orthonormal by Cholesky's factor of their products, twice for precision. */
function orthonormalise(
  x: Float32Array<ArrayBuffer>,
  dims: number,
  compute: ComputeBackend,
): Float32Array<ArrayBuffer> {
  let result = x;
  for (let pass = 0; pass < 2; pass++) {
    const count = result.length / dims;
    const products = new Float32Array(dims * dims);
    const square = { m: dims, n: dims, k: count, transposeA: true };
    compute.sgemm(result, result, products, square);
    const next = new Float32Array(result.length);
    const inverse = invertFactor(Float64Array.from(products), dims);
    compute.sgemm(result, inverse, next, { m: count, n: dims, k: dims });
    result = next;
  }
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
