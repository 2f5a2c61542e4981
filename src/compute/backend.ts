/**
 * What a compute backend does, as functions over flat typed arrays. Matrices are row-major, rows
 * end to end; N rows, D columns. Two backends: `reference/` is the definition in plain TypeScript,
 * `wasm/` the default; one for a graphics card would be a third.
 *
 * Operands may be any typed arrays. Those made by `float32`, `int8`, `uint8` lie in the backend's
 * own memory and are used where they are; others are copied in and out at every call, so keep what
 * is large or used again in the backend, and `free` it.
 *
 * Tolerance: a sum of products differs from its definition by at most 1e-5 times the sum of their
 * absolute values (f32 accumulators in a fixed order). With the build `plain` results are the same
 * bits everywhere, whatever the number of threads.
 */

/** How two vectors are compared; `l2` is the squared Euclidean distance. */
export type Metric = "dot" | "cosine" | "l2";

/** The best first: largest score, or smallest distance for `l2`; ties by the smaller index. */
export interface TopResult {
  indices: Uint32Array;
  scores: Float32Array;
}

/** Memory of the backend. */
export interface MemoryOps {
  /** A zeroed array in the backend's memory: at most 3.93 GiB each, as many as the machine has room for. */
  float32(length: number): Float32Array;
  int8(length: number): Int8Array;
  uint8(length: number): Uint8Array;
  /** Gives the bytes of an array from here back; it must not be used afterwards. */
  free(array: Float32Array | Int8Array | Uint8Array): void;
}

/** Vectors against vectors. */
export interface VectorOps {
  dot(a: Float32Array, b: Float32Array): number;
  /** In -1..1; 0 where one of them is all zero. */
  cosine(a: Float32Array, b: Float32Array): number;
  /** Squared Euclidean distance. */
  l2(a: Float32Array, b: Float32Array): number;
  /** Score of `query` (D) against every row of `rows` (N, D), into `out` (N). */
  scan(metric: Metric, query: Float32Array, rows: Float32Array, out: Float32Array): void;
  /** The `k` best rows for each query of `queries` (Q, D); fewer when there are fewer scores. */
  scanTop(
    metric: Metric,
    queries: Float32Array,
    rows: Float32Array,
    scan: ScanOptions,
  ): TopResult[];
  /** The `k` largest (or smallest) of `values`, 0 and -0 alike; NaN is left out. */
  top(values: Float32Array, k: number, order?: "largest" | "smallest"): TopResult;
}

export interface ScanOptions {
  k: number;
  /** D, the length of a row and of a query. */
  dimensions: number;
}

/** Shape of `C = alpha * op(A) * op(B) + beta * C + bias`: C (m, n), op(A) (m, k), op(B) (k, n). */
export interface GemmShape {
  m: number;
  n: number;
  k: number;
  /** A is stored as (k, m). */
  transposeA?: boolean;
  /** B is stored as (n, k). */
  transposeB?: boolean;
  /** 1 unless given. */
  alpha?: number;
  /** 0 unless given; then what C held does not matter, be it NaN. */
  beta?: number;
  /** Added to each row (n). */
  bias?: Float32Array;
}

/** A right operand op(B) (k, n) in the form that products read; `free` its `panels`. */
export interface PackedMatrix {
  readonly n: number;
  readonly k: number;
  readonly panels: Float32Array;
}

/** Heads of attention, each of `dimensions / heads` values. */
export interface AttentionShape {
  heads: number;
  /** D, of all heads together. */
  dimensions: number;
  /** Rows of each sequence; they lie end to end. */
  lengths: readonly number[] | Uint32Array;
}

export interface MatrixOps {
  sgemm(a: Float32Array, b: Float32Array | PackedMatrix, c: Float32Array, shape: GemmShape): void;
  /** Packs an operand that is used again and again, such as a weight. */
  pack(b: Float32Array, shape: Pick<GemmShape, "n" | "k" | "transposeB">): PackedMatrix;
  /**
   * softmax(Q K^T / sqrt(D / heads)) V in each head of each sequence, every row seeing all rows of
   * its sequence. `qkv` (rows, 3 D) holds queries, keys and values side by side, `out` is (rows, D).
   */
  attention(qkv: Float32Array, out: Float32Array, shape: AttentionShape): void;
}

/** `gelu` is x Φ(x) by erf, `gelu_tanh` the approximation of GPT-2; `log` is natural. */
export type Activation =
  | "relu"
  | "sigmoid"
  | "tanh"
  | "gelu"
  | "gelu_tanh"
  | "silu"
  | "exp"
  | "log";

/** What scales a normalised row; a row is as long as `weight` and `bias`. */
export interface NormOptions {
  dimensions: number;
  weight?: Float32Array;
  bias?: Float32Array;
  /** 1e-5 unless given. */
  epsilon?: number;
}

/** Value by value, and row by row over (N, D). `out` may be `x` itself. Within 2e-6 of 1 or of y. */
export interface RowOps {
  activate(kind: Activation, x: Float32Array, out: Float32Array): void;
  softmax(x: Float32Array, dimensions: number, out: Float32Array): void;
  layerNorm(x: Float32Array, out: Float32Array, options: NormOptions): void;
  /** Over the root mean square; no bias. */
  rmsNorm(x: Float32Array, out: Float32Array, options: Omit<NormOptions, "bias">): void;
}

/** What a column of numbers holds; NaN in it makes mean and variance NaN. */
export interface Moments {
  mean: number;
  variance: number;
  /** Square root of the variance. */
  deviation: number;
}

/** Equal bins over [low, high]; the last one takes `high` too. */
export interface Bins {
  count: number;
  low: number;
  high: number;
}

/** Columns of numbers. Sums run in f64, in a fixed order, within 1e-12 of the sum of |x|. */
export interface StatisticsOps {
  sum(x: Float32Array): number;
  /** `ddof` 0 divides by n (population), 1 by n - 1 (sample). */
  moments(x: Float32Array, ddof?: 0 | 1): Moments;
  /** NaN is left out; infinity and -infinity where nothing is left. */
  minMax(x: Float32Array): [min: number, max: number];
  /** Linear between the two nearest (numpy's default), NaN left out; `q` in 0..1. */
  quantiles(x: Float32Array, q: readonly number[]): number[];
  /** (x - mean) / deviation; a constant column is refused. */
  zScore(x: Float32Array, out: Float32Array, ddof?: 0 | 1): void;
  /** Into 0..1; a constant column is refused. */
  minMaxScale(x: Float32Array, out: Float32Array): void;
  /** ln(x + offset). */
  logShifted(x: Float32Array, offset: number, out: Float32Array): void;
  /** Mean of a value and the `window - 1` before it; NaN where they are too few or not finite. */
  rollingMean(x: Float32Array, window: number, out: Float32Array): void;
  /** How many values fall into each bin; none outside, none for NaN. */
  histogram(x: Float32Array, bins: Bins): Uint32Array;
  /** The bin of each value; -1 outside and for NaN. */
  binIndex(x: Float32Array, bins: Bins, out: Int32Array): void;
}

/** Order, and rows by index. */
export interface OrderOps {
  /** The values, smallest first, NaN last, -0 before 0. `out` may be `x` itself. */
  sort(x: Float32Array, out: Float32Array): void;
  /** Indices of the values in the order of `sort`, equal ones in their own. */
  argsort(x: Float32Array): Uint32Array;
  /** Rows `indices[i]` of `rows` (N, D) into `out`. */
  gather(rows: Float32Array, dimensions: number, indices: Uint32Array, out: Float32Array): void;
  /** Adds row i of `x` to row `indices[i]` of `out` (N, D), i upwards. */
  scatterAdd(x: Float32Array, dimensions: number, indices: Uint32Array, out: Float32Array): void;
}

/** GGML's formats of weights, `F16` and `BF16` among them; block sizes in `formats.ts`. */
export type WeightFormat =
  | "Q8_0"
  | "Q4_0"
  | "Q4_1"
  | "Q5_0"
  | "Q5_1"
  | "Q4_K"
  | "Q5_K"
  | "Q6_K"
  | "F16"
  | "BF16";

/** 8-bit codes and quantised weights. Rows of K values are whole blocks, end to end. */
export interface QuantisedOps {
  /** Exact, up to 131,071 values. */
  dotInt8(a: Int8Array, b: Int8Array): number;
  /** `query` (D) against every row of `rows` (N, D), exactly. */
  scanInt8(query: Int8Array, rows: Int8Array, out: Int32Array): void;
  /** Codes of +-127 and a scale for each `group` of values: x is about code * scale. */
  quantizeInt8(x: Float32Array, group: number, codes: Int8Array, scales: Float32Array): void;
  dequantize(format: WeightFormat, weights: Uint8Array, out: Float32Array): void;
  /**
   * `weights` (N, K) times `x` (K). Beside Q formats x is rounded to 8-bit codes first, a scale for
   * each 32 values or, beside formats of K, 256, as llama.cpp does: about 0.5 % of the result's
   * size.
   */
  matvec(format: WeightFormat, weights: Uint8Array, x: Float32Array, out: Float32Array): void;
}

export interface ComputeBackend
  extends MemoryOps,
    VectorOps,
    MatrixOps,
    RowOps,
    StatisticsOps,
    OrderOps,
    QuantisedOps {
  /** `reference`, `wasm plain` or `wasm relaxed`. */
  readonly name: string;
  readonly threads: number;
  /** Waits for the backend's threads, which otherwise join as they come up; returns their number. */
  start(): Promise<number>;
  /** Ends the backend's threads; what it gave out must not be used afterwards. */
  close(): Promise<void>;
}
