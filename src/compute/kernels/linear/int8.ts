// 8-bit codes: exact dot products, and f32 rows into codes.
import { sumLanesI32 } from "../shared-simd";

/** n rows of d int8 against one, exact in i32 for d up to 131,071. */
export function scanInt8(rows: usize, query: usize, out: usize, n: i32, d: i32): void {
  const whole = <usize>d & ~31, bytes = <usize>d;
  for (let i = 0; i < n; i++) {
    let a = i32x4.splat(0), b = a, c = a, e = a;
    for (let j: usize = 0; j < whole; j += 32) {
      const x = v128.load(rows + j), q = v128.load(query + j);
      const y = v128.load(rows + j, 16), r = v128.load(query + j, 16);
      const xl = i16x8.extend_low_i8x16_s(x), ql = i16x8.extend_low_i8x16_s(q);
      const xh = i16x8.extend_high_i8x16_s(x), qh = i16x8.extend_high_i8x16_s(q);
      const yl = i16x8.extend_low_i8x16_s(y), rl = i16x8.extend_low_i8x16_s(r);
      const yh = i16x8.extend_high_i8x16_s(y), rh = i16x8.extend_high_i8x16_s(r);
      a = i32x4.add(a, i32x4.dot_i16x8_s(xl, ql));
      b = i32x4.add(b, i32x4.dot_i16x8_s(xh, qh));
      c = i32x4.add(c, i32x4.dot_i16x8_s(yl, rl));
      e = i32x4.add(e, i32x4.dot_i16x8_s(yh, rh));
    }
    let sum = sumLanesI32(i32x4.add(i32x4.add(a, b), i32x4.add(c, e)));
    for (let j = whole; j < bytes; j++) sum += <i32>load<i8>(rows + j) * <i32>load<i8>(query + j);
    store<i32>(out + (<usize>i << 2), sum);
    rows += bytes;
  }
}

/**
 * Groups of `group` f32 into int8 codes and one f32 scale each: x = code * scale, the largest is
 * +-127. `sums`, unless 0, takes the i16 sum of every 16 codes (`group` is then a multiple of 16).
 */
export function quantize8(
  x: usize, groups: i32, group: i32, codes: usize, scales: usize, sums: usize,
): void {
  for (let g = 0; g < groups; g++) {
    let most: f32 = 0;
    for (let j = 0; j < group; j++) most = max(most, abs(load<f32>(x + (<usize>j << 2))));
    // Of values so small that their scale cannot be inverted, the codes are 0.
    let inverse: f32 = 127 / most;
    if (!(inverse < Infinity)) inverse = 0;
    store<f32>(scales + (<usize>g << 2), most / 127);
    let sum = 0;
    for (let j = 0; j < group; j++) {
      const code = <i32>nearest(load<f32>(x + (<usize>j << 2)) * inverse);
      store<i8>(codes + <usize>j, <i8>code);
      sum += code;
      if (sums && (j & 15) == 15) {
        store<i16>(sums, <i16>sum);
        sums += 2;
        sum = 0;
      }
    }
    x += <usize>group << 2;
    codes += <usize>group;
  }
}
