/** Checks of operands, the same for every backend, so that a wrong shape never reads foreign bytes. */
import { SovereignError } from "../core/errors.ts";
import type { GemmShape, NormOptions } from "./backend.ts";

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
    hint: "see the shapes in `backend.ts`",
  });
}

/** The three operands of `sgemm` against its shape. */
export function checkGemm(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  { m, n, k }: GemmShape,
): void {
  for (const [name, count] of Object.entries({ m, n, k })) checkCount(name, count);
  checkLength("A", a.length, m * k);
  checkLength("B", b.length, k * n);
  checkLength("C", c.length, m * n);
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
