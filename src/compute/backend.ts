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
  /** A zeroed array in the backend's memory: at most 4 GiB each, as many as the machine has room for. */
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
  /** The `k` largest (or smallest) of `values`; NaN is left out. */
  top(values: Float32Array, k: number, order?: "largest" | "smallest"): TopResult;
}

export interface ScanOptions {
  k: number;
  /** D, the length of a row and of a query. */
  dimensions: number;
}

/** Shape of `C = alpha * op(A) * op(B) + beta * C`: C (m, n), op(A) (m, k), op(B) (k, n). */
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
}

export interface MatrixOps {
  sgemm(a: Float32Array, b: Float32Array, c: Float32Array, shape: GemmShape): void;
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

export interface ComputeBackend extends MemoryOps, VectorOps, MatrixOps, RowOps {
  /** `reference`, `wasm plain` or `wasm relaxed`. */
  readonly name: string;
  readonly threads: number;
  /** Waits for the backend's threads, which otherwise join as they come up; returns their number. */
  start(): Promise<number>;
  /** Ends the backend's threads; what it gave out must not be used afterwards. */
  close(): Promise<void>;
}
