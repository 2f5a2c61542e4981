// Scaled dot-product attention of sequences that lie end to end: for each head of each sequence
// softmax(Q K^T / sqrt(d)) V, by the packed product of `gemm.ts`.
import { gemm, packA, packB } from "./gemm";
import { softmax } from "./rows";

/**
 * Items `from..to` of sequences * heads. Rows of `qkv` hold queries, keys and values, heads * d
 * each; rows of `out` heads * d. Sequence s is rows starts[s]..starts[s + 1]. `scratch` has room for
 * the longest sequence of t rows, w = t + 7: w * w scores, (w + t) * max(d, w) packed, an edge of 40.
 */
export function attention(
  qkv: usize, out: usize, starts: usize, heads: i32, d: i32, from: i32, to: i32, scratch: usize,
): void {
  const width = heads * d, row = 3 * width;
  const scale = <f32>(1 / Math.sqrt(<f64>d));
  for (let item = from; item < to; item++) {
    const s = item / heads, head = item % heads;
    const first = load<u32>(starts + (<usize>s << 2));
    const t = <i32>(load<u32>(starts + (<usize>s << 2), 4) - first);
    if (t == 0) continue;
    const q = qkv + ((<usize>first * row + <usize>head * d) << 2);
    const k = q + (<usize>width << 2), v = k + (<usize>width << 2);
    const w = <usize>t + 7, depth = max<usize>(d, w);
    const scores = scratch, left = scores + ((w * w) << 2);
    const right = left + ((w * depth) << 2), edge = right + ((w * depth) << 2);
    const rows = (t + 3) / 4, columns = (t + 7) / 8;
    packA(q, left, t, d, row, 1, 0, rows);
    packB(k, right, t, d, row, 1, 0, columns);
    gemm(left, right, scores, t, t, d, t, 0, rows, 0, columns, scale, 0, 0, edge);
    softmax(scores, scores, t, t);
    packA(scores, left, t, t, t, 1, 0, rows);
    packB(v, right, d, t, 1, row, 0, (d + 7) / 8);
    const at = out + ((<usize>first * width + <usize>head * d) << 2);
    gemm(left, right, at, t, d, t, width, 0, rows, 0, (d + 7) / 8, 1, 0, 0, edge);
  }
}
