/** The definition of activations, softmax and norms, in f64. */
import type { Activation, RowOps } from "../backend.ts";
import { checkLength, checkNorm, countRows } from "../check.ts";

const EPSILON = 1e-5;

export const rowOps: RowOps = {
  activate(kind, x, out) {
    checkLength("out", out.length, x.length);
    const apply = FUNCTIONS[kind];
    for (let i = 0; i < x.length; i++) out[i] = apply(x[i]!);
  },
  softmax(x, dimensions, out) {
    const n = countRows("x", x.length, dimensions);
    checkLength("out", out.length, x.length);
    for (let i = 0; i < n; i++) {
      const row = Float64Array.from(x.subarray(i * dimensions, (i + 1) * dimensions));
      const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const powers = row.map((value) => Math.exp(value - top));
      const sum = powers.reduce((a, b) => a + b, 0);
      out.set(
        powers.map((power) => power / sum),
        i * dimensions,
      );
    }
  },
  layerNorm(x, out, options) {
    const { dimensions, weight, bias, epsilon = EPSILON } = options;
    const n = checkNorm(x, out, options);
    for (let i = 0; i < n; i++) {
      const row = Float64Array.from(x.subarray(i * dimensions, (i + 1) * dimensions));
      const mean = row.reduce((a, b) => a + b, 0) / dimensions;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / dimensions;
      const scale = 1 / Math.sqrt(variance + epsilon);
      for (let j = 0; j < dimensions; j++) {
        out[i * dimensions + j] = (row[j]! - mean) * scale * (weight?.[j] ?? 1) + (bias?.[j] ?? 0);
      }
    }
  },
  rmsNorm(x, out, options) {
    const { dimensions, weight, epsilon = EPSILON } = options;
    const n = checkNorm(x, out, options);
    for (let i = 0; i < n; i++) {
      const row = Float64Array.from(x.subarray(i * dimensions, (i + 1) * dimensions));
      const square = row.reduce((sum, value) => sum + value ** 2, 0) / dimensions;
      const scale = 1 / Math.sqrt(square + epsilon);
      for (let j = 0; j < dimensions; j++) {
        out[i * dimensions + j] = row[j]! * scale * (weight?.[j] ?? 1);
      }
    }
  },
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const FUNCTIONS: Readonly<Record<Activation, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  sigmoid,
  tanh: Math.tanh,
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  gelu_tanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x * sigmoid(x),
  exp: Math.exp,
  log: Math.log,
};

/** By its Taylor series to |x| = 3, beyond that by the continued fraction of erfc. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || a > 6) return Math.sign(x);
  if (a > 3) {
    let fraction = 0;
    for (let i = 60; i > 0; i--) fraction = i / 2 / (a + fraction);
    return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
  }
  let [term, sum] = [x, x];
  for (let i = 1; i < 80; i++) {
    term *= (-x * x) / i;
    sum += term / (2 * i + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
