// C = alpha * op(A) * op(B) + beta * C + bias in f32. Both operands are packed first, zero padded: A
// into panels of 4 rows ([panel][k][4]), B into panels of 8 columns ([panel][k][8]). The micro kernel
// keeps a 4 x 8 tile of C in eight registers; more of them spill and halve the speed, and so does
// unrolling by hand, since V8 puts all loads of a block before its products.
// K goes by in blocks of 1024, so a sum's order depends on K alone. Ending a tile costs about 80
// cycles beside the 4 of a step: blocks of 512 are 4 % slower, though a panel of B then fits twice
// into the first-level cache.
import { madd } from "../shared-simd";

const K_BLOCK: i32 = 1024;
/** 64 panels of 4 rows by 1024 are 1 MiB: most of them stay in the second-level cache. */
const PANELS_A: i32 = 64;

/** Four lines of four f32, `line` apart, to four columns, `width` apart. */
@inline
function transpose(at: usize, line: i32, out: usize, width: i32): void {
  const stride = <usize>line << 2, to = <usize>width << 2;
  const a = v128.load(at), b = v128.load(at + stride);
  const c = v128.load(at + 2 * stride), d = v128.load(at + 3 * stride);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(out + to, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(out + 2 * to, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(out + 3 * to, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

/**
 * Packs `width` (4 or 8) lines at a time. Line i, element k lies at `i * line + k * step` f32 from
 * `source`, so a transposed operand only swaps the two. Panels `from..to` of `lines` lines.
 */
@inline
function pack(
  source: usize, target: usize, lines: i32, k: i32, line: i32, step: i32, from: i32, to: i32,
  width: i32,
): void {
  for (let panel = from; panel < to; panel++) {
    const first = panel * width;
    const filled = min(width, lines - first);
    let out = target + ((<usize>panel * k * width) << 2);
    let kk = 0;
    if (step == 1 && filled == width) {
      for (; kk + 4 <= k; kk += 4) {
        const at = source + ((<usize>first * line + <usize>kk) << 2);
        transpose(at, line, out, width);
        if (width == 8) transpose(at + (<usize>line << 4), line, out + 16, width);
        out += <usize>width << 4;
      }
    }
    for (; kk < k; kk++) {
      const at = source + ((<usize>first * line + <usize>kk * step) << 2);
      if (line == 1 && filled == width) {
        v128.store(out, v128.load(at));
        if (width == 8) v128.store(out, v128.load(at, 16), 16);
      } else {
        for (let i = 0; i < width; i++) {
          const value = i < filled ? load<f32>(at + ((<usize>i * line) << 2)) : 0;
          store<f32>(out + (<usize>i << 2), value);
        }
      }
      out += <usize>width << 2;
    }
  }
}

export function packA(
  source: usize, target: usize, lines: i32, k: i32, line: i32, step: i32, from: i32, to: i32,
): void {
  pack(source, target, lines, k, line, step, from, to, 4);
}

export function packB(
  source: usize, target: usize, lines: i32, k: i32, line: i32, step: i32, from: i32, to: i32,
): void {
  pack(source, target, lines, k, line, step, from, to, 8);
}

/** One row of the tile into C. The first block of K takes beta and the bias, the others add. */
@inline
function writeRow(c: usize, low: v128, high: v128, alpha: v128, beta: f32, bias: usize): void {
  low = f32x4.mul(low, alpha);
  high = f32x4.mul(high, alpha);
  if (beta == 1) {
    low = f32x4.add(low, v128.load(c));
    high = f32x4.add(high, v128.load(c, 16));
  } else if (beta != 0) {
    const scale = f32x4.splat(beta);
    low = f32x4.add(low, f32x4.mul(scale, v128.load(c)));
    high = f32x4.add(high, f32x4.mul(scale, v128.load(c, 16)));
  }
  if (bias) {
    low = f32x4.add(low, v128.load(bias));
    high = f32x4.add(high, v128.load(bias, 16));
  }
  v128.store(c, low);
  v128.store(c, high, 16);
}

/** Copies a tile of at most 4 x 8 between C and a full tile. */
function copyTile(from: usize, fromRow: i32, to: usize, toRow: i32, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = load<f32>(from + ((<usize>i * fromRow + j) << 2));
      store<f32>(to + ((<usize>i * toRow + j) << 2), value);
    }
  }
}

/** The 4 x 8 tile at `c`, whose rows are `row` f32 apart: `length` steps of K from two panels. */
@inline
function tile(
  pa: usize, pb: usize, length: i32, c: usize, row: i32, alpha: v128, beta: f32, bias: usize,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const end = pb + (<usize>length << 5);
  while (pb < end) {
    const b0 = v128.load(pb), b1 = v128.load(pb, 16);
    let a = v128.load32_splat(pa);
    c00 = madd(a, b0, c00);
    c01 = madd(a, b1, c01);
    a = v128.load32_splat(pa, 4);
    c10 = madd(a, b0, c10);
    c11 = madd(a, b1, c11);
    a = v128.load32_splat(pa, 8);
    c20 = madd(a, b0, c20);
    c21 = madd(a, b1, c21);
    a = v128.load32_splat(pa, 12);
    c30 = madd(a, b0, c30);
    c31 = madd(a, b1, c31);
    pa += 16;
    pb += 32;
  }
  const stride = <usize>row << 2;
  writeRow(c, c00, c01, alpha, beta, bias);
  writeRow(c + stride, c10, c11, alpha, beta, bias);
  writeRow(c + 2 * stride, c20, c21, alpha, beta, bias);
  writeRow(c + 3 * stride, c30, c31, alpha, beta, bias);
}

/**
 * C (m, n), rows `stride` apart, from packed operands: panels `a0..a1` of A and `b0..b1` of B.
 * `bias` (n, may be 0: none) is added to every row. `edge` holds 40 f32.
 */
export function gemm(
  packedA: usize, packedB: usize, c: usize, m: i32, n: i32, k: i32, stride: i32, a0: i32, a1: i32,
  b0: i32, b1: i32, alpha: f32, beta: f32, bias: usize, edge: usize,
): void {
  const scale = f32x4.splat(alpha);
  for (let kb = 0; kb < k; kb += K_BLOCK) {
    const length = min(K_BLOCK, k - kb);
    const carried: f32 = kb == 0 ? beta : 1;
    for (let ab = a0; ab < a1; ab += PANELS_A) {
      const abEnd = min(ab + PANELS_A, a1);
      for (let jb = b0; jb < b1; jb++) {
        const pb = packedB + ((<usize>jb * k + kb) << 5);
        const columns = n - jb * 8;
        let shift: usize = bias && kb == 0 ? bias + (<usize>jb << 5) : 0;
        if (shift && columns < 8) {
          copyTile(shift, 8, edge + 128, 8, 1, columns);
          shift = edge + 128;
        }
        for (let ip = ab; ip < abEnd; ip++) {
          const pa = packedA + ((<usize>ip * k + kb) << 4);
          const rows = m - ip * 4;
          const at = c + ((<usize>(ip * 4) * stride + jb * 8) << 2);
          if (rows >= 4 && columns >= 8) {
            tile(pa, pb, length, at, stride, scale, carried, shift);
          } else {
            copyTile(at, stride, edge, 8, min(4, rows), min(8, columns));
            tile(pa, pb, length, edge, 8, scale, carried, shift);
            copyTile(edge, 8, at, stride, min(4, rows), min(8, columns));
          }
        }
      }
    }
  }
}
