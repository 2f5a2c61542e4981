// The relaxed operations by themselves, for the self-test. In the plain build: what they stand for.
import { madd } from "../shared-simd";

/** 4 lanes: out = a * b + c. */
export function probeMadd(a: usize, b: usize, c: usize, out: usize): void {
  v128.store(out, madd(v128.load(a), v128.load(b), v128.load(c)));
}

/** 16 int8 by 16 of 0..127: eight i16 sums of adjacent products. */
export function probeDot(a: usize, b: usize, out: usize): void {
  const x = v128.load(a), y = v128.load(b);
  if (ASC_FEATURE_RELAXED_SIMD) {
    v128.store(out, i16x8.relaxed_dot_i8x16_i7x16_s(x, y));
    return;
  }
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(x), i16x8.extend_low_i8x16_s(y));
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(x), i16x8.extend_high_i8x16_s(y));
  v128.store(out, i16x8.narrow_i32x4_s(low, high));
}
