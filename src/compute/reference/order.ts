/** The definition of sorting and of rows by index. */
import type { OrderOps } from "../backend.ts";
import { checkIndices, checkLength, countRows } from "../check.ts";

export const orderOps: OrderOps = {
  sort(x, out) {
    checkLength("out", out.length, x.length);
    out.set(x.slice().sort(compareFloats));
  },
  argsort: (x) => Uint32Array.from(x.keys()).sort((i, j) => compareFloats(x[i]!, x[j]!) || i - j),
  gather(rows, dimensions, indices, out) {
    const n = countRows("rows", rows.length, dimensions);
    checkIndices(indices, countRows("out", out.length, dimensions), n);
    for (const [i, index] of indices.entries()) {
      const from = index * dimensions;
      out.set(rows.subarray(from, from + dimensions), i * dimensions);
    }
  },
  scatterAdd(x, dimensions, indices, out) {
    const n = countRows("out", out.length, dimensions);
    checkIndices(indices, countRows("x", x.length, dimensions), n);
    for (const [i, index] of indices.entries()) {
      for (let j = 0; j < dimensions; j++) {
        out[index * dimensions + j]! += x[i * dimensions + j]!;
      }
    }
  },
};

/** NaN last, -0 before 0. */
function compareFloats(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (a === 0 && b === 0) return Number(Object.is(b, -0)) - Number(Object.is(a, -0));
  return a < b ? -1 : a > b ? 1 : 0;
}
