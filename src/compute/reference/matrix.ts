/** The definition of the matrix product. */
import type { GemmShape, MatrixOps } from "../backend.ts";
import { checkGemm } from "../check.ts";

export const matrixOps: MatrixOps = {
  sgemm(a, b, c, shape) {
    checkGemm(a, b, c, shape);
    const { m, n, alpha = 1, beta = 0 } = shape;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const before = beta === 0 ? 0 : beta * c[i * n + j]!;
        c[i * n + j] = alpha * sumProducts(a, b, shape, i, j) + before;
      }
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
