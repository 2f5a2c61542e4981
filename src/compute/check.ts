/** Checks of operands, the same for every backend, so that a wrong shape never reads foreign bytes. */
import { requireWhole } from "../core/arguments.ts";
import { SovereignError } from "../core/errors.ts";
import type {
  AttentionShape,
  Bins,
  GemmShape,
  NormOptions,
  PackedMatrix,
  WeightFormat,
} from "./backend.ts";
import { WEIGHT_FORMATS } from "./formats.ts";

/** Each thread has memory of its own. */
export const requireThreadCount = requireWhole(1, 256);

/** Throws unless the lengths are the same. */
export function checkSameLength(what: string, a: number, b: number): void {
  if (a !== b) refuse(`${what}: lengths ${a} and ${b} differ`);
}

/** Throws unless an array holds exactly what its shape says. */
export function checkLength(what: string, actual: number, wanted: number): void {
  if (actual !== wanted) refuse(`${what} holds ${actual} values, its shape wants ${wanted}`);
}

/** Rows of `length` values with `dimensions` columns each. */
export function countRows(what: string, length: number, dimensions: number): number {
  checkCount(`the dimensions of ${what}`, dimensions, 1);
  if (length % dimensions !== 0) {
    refuse(`${what} holds ${length} values, no whole number of rows of ${dimensions}`);
  }
  return length / dimensions;
}

/** Throws unless `value` is a whole number of at least `least`. */
export function checkCount(what: string, value: number, least = 0): void {
  if (!Number.isSafeInteger(value) || value < least) {
    refuse(`${what}: ${value} is no whole number of at least ${least}`);
  }
}

function refuse(message: string): never {
  throw new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: "the declarations of `ComputeBackend` say which shapes go together",
  });
}

/** The three operands of `sgemm` against its shape. */
export function checkGemm(
  a: Float32Array,
  b: Float32Array | PackedMatrix,
  c: Float32Array,
  { m, n, k, bias }: GemmShape,
): void {
  for (const [name, count] of Object.entries({ m, n, k })) checkCount(name, count);
  checkLength("A", a.length, m * k);
  if (b instanceof Float32Array) checkLength("B", b.length, k * n);
  else if (b.n !== n || b.k !== k) {
    refuse(`B was packed as (${b.k}, ${b.n}), the shape wants (${k}, ${n})`);
  }
  checkLength("C", c.length, m * n);
  if (bias !== undefined) checkLength("bias", bias.length, n);
}

/** A right operand against its shape. */
export function checkPacking(b: Float32Array, { n, k }: Pick<GemmShape, "n" | "k">): void {
  for (const [name, count] of Object.entries({ n, k })) checkCount(name, count);
  checkLength("B", b.length, k * n);
}

/** Whole heads, and rows for every sequence; returns the lengths. */
export function checkAttention(
  qkv: Float32Array,
  out: Float32Array,
  { heads, dimensions, lengths }: AttentionShape,
): Uint32Array {
  checkCount("heads", heads, 1);
  checkCount("dimensions", dimensions, 1);
  if (dimensions % heads !== 0) refuse(`${dimensions} dimensions make no ${heads} equal heads`);
  for (const length of lengths) checkCount("the length of a sequence", length);
  const rows = Array.from(lengths).reduce((sum, length) => sum + length, 0);
  checkLength("qkv", qkv.length, rows * 3 * dimensions);
  checkLength("out", out.length, rows * dimensions);
  return Uint32Array.from(lengths);
}

/** The operands of a norm; returns how many rows there are. */
export function checkNorm(x: Float32Array, out: Float32Array, options: NormOptions): number {
  const { dimensions, weight, bias } = options;
  const n = countRows("x", x.length, dimensions);
  checkLength("out", out.length, x.length);
  if (weight !== undefined) checkLength("weight", weight.length, dimensions);
  if (bias !== undefined) checkLength("bias", bias.length, dimensions);
  return n;
}

/** A range of positive width and at least one bin. */
export function checkBins({ count, low, high }: Bins): void {
  checkCount("bins", count, 1);
  if (count > MOST_BINS) refuse(`bins: ${count} are more than ${MOST_BINS}`);
  const isWide = low < high && Number.isFinite(high - low) && Number.isFinite(count / (high - low));
  if (!isWide) refuse(`bins from ${low} to ${high} have no width`);
}

/** Refuses a column without spread, which cannot be scaled. */
export function checkSpread([min, max]: readonly [number, number]): void {
  if (!(max > min)) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      "the column is constant: it cannot be scaled",
      {
        hint: "leave it out, it tells nothing",
      },
    );
  }
}

/** One index for each row of `x`, each below `rowCount`. */
export function checkIndices(indices: Uint32Array, xRows: number, rowCount: number): void {
  checkLength("indices", indices.length, xRows);
  for (const index of indices) {
    if (index >= rowCount) refuse(`index ${index} is beyond ${rowCount} rows`);
  }
}

/** Whole blocks, and a place for each value; returns how many blocks. */
export function checkWeights(format: WeightFormat, weights: Uint8Array, out: Float32Array): number {
  const { bytes, values } = WEIGHT_FORMATS[format];
  const blocks = countRows(`${format} weights`, weights.length, bytes);
  checkLength("out", out.length, blocks * values);
  return blocks;
}

/** A matrix of `out.length` rows of `x.length` weights; returns the bytes of a row. */
export function checkMatvec(
  format: WeightFormat,
  weights: Uint8Array,
  x: Float32Array,
  out: Float32Array,
): number {
  const { bytes, values } = WEIGHT_FORMATS[format];
  const rowBytes = countRows("x", x.length, values) * bytes;
  checkLength(`${format} weights`, weights.length, rowBytes * out.length);
  return rowBytes;
}

/** Operands of an int8 scan: short enough to be exact; returns how many rows. */
export function checkScanInt8(query: Int8Array, rows: Int8Array, out: Int32Array): number {
  const d = query.length;
  if (d > MOST_INT8) refuse(`int8: ${d} dimensions are more than ${MOST_INT8}`);
  const n = countRows("rows", rows.length, d);
  checkLength("out", out.length, n);
  return n;
}

/** Groups of codes with their scales; returns how many groups. */
export function checkQuantize(
  x: Float32Array,
  group: number,
  codes: Int8Array,
  scales: Float32Array,
): number {
  const groups = countRows("x", x.length, group);
  checkLength("codes", codes.length, x.length);
  checkLength("scales", scales.length, groups);
  return groups;
}

const MOST_BINS = 2 ** 24;
/** 128 * 128 * 131,071 is the last product that fits an i32. */
const MOST_INT8 = 131_071;
