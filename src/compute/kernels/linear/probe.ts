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

/** Reads `bytes` (a multiple of 64) once and adds them up: what memory gives. */
export function probeRead(x: usize, bytes: usize): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  const end = x + bytes;
  for (; x < end; x += 64) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
  }
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 3);
}

/** `rounds` times the multiply-adds of a 4 x 8 tile, 64 operations each, with two loads: the peak. */
export function probePeak(x: usize, rounds: i32): f32 {
  const p = v128.load(x), q = v128.load(x, 16), r = v128.load(x, 32), s = v128.load(x, 48);
  let c0 = p, c1 = p, c2 = p, c3 = p, c4 = p, c5 = p, c6 = p, c7 = p;
  for (let i = 0; i < rounds; i++) {
    const at = x + <usize>((i & 31) << 5);
    const b0 = v128.load(at), b1 = v128.load(at, 16);
    c0 = madd(p, b0, c0);
    c1 = madd(p, b1, c1);
    c2 = madd(q, b0, c2);
    c3 = madd(q, b1, c3);
    c4 = madd(r, b0, c4);
    c5 = madd(r, b1, c5);
    c6 = madd(s, b0, c6);
    c7 = madd(s, b1, c7);
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const sum = f32x4.add(low, f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7)));
  return f32x4.extract_lane(sum, 0);
}
