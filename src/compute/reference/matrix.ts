/** The definitions of the matrix product and of attention. */
import type { GemmShape, MatrixOps } from "../backend.ts";
import { checkAttention, checkGemm, checkPacking } from "../check.ts";

export const matrixOps: MatrixOps = {
  sgemm(a, b, c, shape) {
    checkGemm(a, b, c, shape);
    const { m, n, alpha = 1, beta = 0, bias } = shape;
    const isPlain = b instanceof Float32Array;
    const right = isPlain ? b : b.panels;
    const form = isPlain ? shape : { ...shape, transposeB: false };
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const before = beta === 0 ? 0 : beta * c[i * n + j]!;
        c[i * n + j] = alpha * sumProducts(a, right, form, i, j) + before + (bias?.[j] ?? 0);
      }
    }
  },
  pack(b, shape) {
    checkPacking(b, shape);
    const { n, k, transposeB = false } = shape;
    const panels = new Float32Array(k * n);
    for (let p = 0; p < k; p++) {
      for (let j = 0; j < n; j++) panels[p * n + j] = transposeB ? b[j * k + p]! : b[p * n + j]!;
    }
    return { n, k, panels };
  },
  attention(qkv, out, shape) {
    const { heads, dimensions } = shape;
    let first = 0;
    for (const length of checkAttention(qkv, out, shape)) {
      for (let head = 0; head < heads; head++) {
        attendHead({ qkv, out, first, length, dimensions, depth: dimensions / heads, head });
      }
      first += length;
    }
  },
};

/** Element (i, j) of op(A) op(B). */
function sumProducts(
  a: Float32Array,
  b: Float32Array,
  { m, n, k, transposeA, transposeB }: GemmShape,
  i: number,
  j: number,
): number {
  let sum = 0;
  for (let p = 0; p < k; p++) {
    const x = transposeA ? a[p * m + i]! : a[i * k + p]!;
    const y = transposeB ? b[j * k + p]! : b[p * n + j]!;
    sum += x * y;
  }
  return sum;
}

interface Head {
  readonly qkv: Float32Array;
  readonly out: Float32Array;
  readonly first: number;
  readonly length: number;
  readonly dimensions: number;
  readonly depth: number;
  readonly head: number;
}

/** One head of one sequence: each row's mean of the values, weighed by softmax of the scores. */
function attendHead({ qkv, out, first, length, dimensions, depth, head }: Head): void {
  const at = (row: number, part: number): number =>
    (first + row) * 3 * dimensions + part * dimensions + head * depth;
  for (let i = 0; i < length; i++) {
    const scores = Array.from({ length }, (_, j) => {
      let sum = 0;
      for (let d = 0; d < depth; d++) sum += qkv[at(i, 0) + d]! * qkv[at(j, 1) + d]!;
      return sum / Math.sqrt(depth);
    });
    const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const weights = scores.map((score) => Math.exp(score - top));
    const total = weights.reduce((a, b) => a + b, 0);
    for (let d = 0; d < depth; d++) {
      const sum = weights.reduce((s, weight, j) => s + weight * qkv[at(j, 2) + d]!, 0);
      out[(first + i) * dimensions + head * depth + d] = sum / total;
    }
  }
}
