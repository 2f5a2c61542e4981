/**
 * What the operations of a backend take, argument by argument: a backend for programs looks at them
 * before a kernel reads memory that was never theirs. Whether shapes go together is `check.ts`'s.
 */
import {
  type Check,
  optional,
  requireArrayOf,
  requireBoolean,
  requireListOf,
  requireNumber,
  requireObjectOf,
  requireOneOf,
  requireWhole,
} from "../core/arguments.ts";
import type { ComputeBackend } from "./backend.ts";
import { WEIGHT_FORMATS } from "./formats.ts";

const f32 = requireArrayOf(Float32Array);
const i8 = requireArrayOf(Int8Array);
const u8 = requireArrayOf(Uint8Array);
const i32 = requireArrayOf(Int32Array);
const u32 = requireArrayOf(Uint32Array);
const count = requireWhole(0);
const metric = requireOneOf("dot", "cosine", "l2");
const format = requireOneOf(...Object.keys(WEIGHT_FORMATS));
const activation = requireOneOf(
  ...["relu", "sigmoid", "tanh", "gelu", "gelu_tanh", "silu", "exp", "log"],
);
const packed = requireObjectOf({ n: count, k: count, panels: f32 });
const gemm = requireObjectOf({
  ...{ m: count, n: count, k: count },
  ...{ transposeA: optional(requireBoolean), transposeB: optional(requireBoolean) },
  ...{ alpha: optional(requireNumber), beta: optional(requireNumber), bias: optional(f32) },
});
const packing = requireObjectOf({ n: count, k: count, transposeB: optional(requireBoolean) });
const lengths: Check = (value, what) =>
  (ArrayBuffer.isView(value) ? u32 : requireListOf(count))(value, what);
const heads = requireObjectOf({ heads: count, dimensions: count, lengths });
const norm = requireObjectOf({
  ...{ dimensions: count, weight: optional(f32), bias: optional(f32) },
  epsilon: optional(requireNumber),
});
const bins = requireObjectOf({ count, low: requireNumber, high: requireNumber });
const ddof = optional(requireOneOf(0, 1));
/** A matrix as it is, or as `pack` gave it. */
const right: Check = (value, what) => (ArrayBuffer.isView(value) ? f32 : packed)(value, what);

type Operation = Exclude<keyof ComputeBackend, "name" | "threads" | "start" | "close">;

/** In the order of the arguments. */
const OPERANDS: Readonly<Record<Operation, Readonly<Record<string, Check>>>> = {
  float32: { length: count },
  int8: { length: count },
  uint8: { length: count },
  free: { array: requireArrayOf(Float32Array, Int8Array, Uint8Array) },
  dot: { a: f32, b: f32 },
  cosine: { a: f32, b: f32 },
  l2: { a: f32, b: f32 },
  scan: { metric, query: f32, rows: f32, out: f32 },
  scanTop: {
    metric,
    queries: f32,
    rows: f32,
    scan: requireObjectOf({ k: count, dimensions: count }),
  },
  top: { values: f32, k: count, order: optional(requireOneOf("largest", "smallest")) },
  sgemm: { a: f32, b: right, c: f32, shape: gemm },
  pack: { b: f32, shape: packing },
  attention: { qkv: f32, out: f32, shape: heads },
  activate: { kind: activation, x: f32, out: f32 },
  softmax: { x: f32, dimensions: count, out: f32 },
  layerNorm: { x: f32, out: f32, options: norm },
  rmsNorm: { x: f32, out: f32, options: norm },
  sum: { x: f32 },
  moments: { x: f32, ddof },
  minMax: { x: f32 },
  quantiles: { x: f32, q: requireListOf(requireNumber) },
  zScore: { x: f32, out: f32, ddof },
  minMaxScale: { x: f32, out: f32 },
  logShifted: { x: f32, offset: requireNumber, out: f32 },
  rollingMean: { x: f32, window: count, out: f32 },
  histogram: { x: f32, bins },
  binIndex: { x: f32, bins, out: i32 },
  sort: { x: f32, out: f32 },
  argsort: { x: f32 },
  gather: { rows: f32, dimensions: count, indices: u32, out: f32 },
  scatterAdd: { x: f32, dimensions: count, indices: u32, out: f32 },
  dotInt8: { a: i8, b: i8 },
  scanInt8: { query: i8, rows: i8, out: i32 },
  quantizeInt8: { x: f32, group: count, codes: i8, scales: f32 },
  dequantize: { format, weights: u8, out: f32 },
  matvec: { format, weights: u8, x: f32, out: f32 },
};

type AnyOperation = (...args: unknown[]) => unknown;

/** The same backend, for callers whose arguments no compiler has looked at. */
export function checkOperands(backend: ComputeBackend): ComputeBackend {
  const operations = Object.entries(OPERANDS).map(([name, operands]) => {
    const run = backend[name as Operation] as AnyOperation;
    const checks = Object.entries(operands).map(([operand, check]) => ({
      check,
      what: `\`${operand}\` of \`${name}\``,
    }));
    const [first, second, third, fourth] = checks;
    // Spelt out: a list of arguments would take longer than a short dot product.
    const checked = (a: unknown, b: unknown, c: unknown, d: unknown): unknown => {
      first?.check(a, first.what);
      second?.check(b, second.what);
      third?.check(c, third.what);
      fourth?.check(d, fourth.what);
      return run(a, b, c, d);
    };
    return [name, checked];
  });
  return { ...backend, ...Object.fromEntries(operations) } as ComputeBackend;
}
