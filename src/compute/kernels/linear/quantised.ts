// Matrices in GGML's block formats times a vector whose values are 8-bit codes (`quantize8`): one
// scale for 32 codes beside Q8_0, for 256 beside Q4_K, Q5_K and Q6_K. F16 and BF16 take f32.
// Integer sums are exact; each block is then scaled and added in f32.
import { madd, sumLanes } from "../shared-simd";
import { finiteHalves4, halfToFloat, oddHalves8 } from "./half";

/** i16 sums of 16 products of signed x and unsigned n (at most 127); which lane holds which is open. */
@inline
function products(x: v128, n: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_dot_i8x16_i7x16_s(x, n);
  return i16x8.add(i16x8.extmul_low_i8x16_s(x, n), i16x8.extmul_high_i8x16_s(x, n));
}

@inline
export function dot16(w: v128, x: v128): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w), i16x8.extend_low_i8x16_s(x)),
    i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w), i16x8.extend_high_i8x16_s(x)),
  );
}

/** 34 bytes for 32: f16 scale, 32 int8. */
export function matvecQ80(w: usize, x: usize, scales: usize, out: usize, n: i32, k: i32): void {
  const blocks = k >> 5;
  for (let i = 0; i < n; i++) {
    let sum = f32x4.splat(0);
    for (let b = 0; b < blocks; b++) {
      const codes = x + (<usize>b << 5);
      const s = i32x4.add(
        dot16(v128.load(w, 2), v128.load(codes)),
        dot16(v128.load(w, 18), v128.load(codes, 16)),
      );
      const scale = halfToFloat(load<u16>(w)) * load<f32>(scales + (<usize>b << 2));
      sum = madd(f32x4.convert_i32x4_s(s), f32x4.splat(scale), sum);
      w += 34;
    }
    store<f32>(out + (<usize>i << 2), sumLanes(sum));
  }
}

/**
 * A pair of sub-blocks of Q4_K or Q5_K: 32 bytes of two nibbles against 64 of x. Of Q5_K bits 2 pair
 * and 2 pair + 1 of the 32 bytes at `fifths` are the fifth bits.
 */
@inline
function addPair(
  sum: v128, codes: usize, fifths: usize, pair: i32, x: usize, scale0: u32, scale1: u32,
): v128 {
  const mask = i8x16.splat(15);
  const p = v128.load(codes), q = v128.load(codes, 16);
  let p0 = v128.and(p, mask), q0 = v128.and(q, mask);
  let p1 = v128.and(i16x8.shr_u(p, 4), mask), q1 = v128.and(i16x8.shr_u(q, 4), mask);
  if (fifths) {
    const bit: i32 = 1 << (2 * pair), next: i32 = 2 << (2 * pair);
    const low = i8x16.splat(<i8>bit), high = i8x16.splat(<i8>next);
    const r = v128.load(fifths), s = v128.load(fifths, 16);
    p0 = v128.or(p0, fifthBits(r, low));
    q0 = v128.or(q0, fifthBits(s, low));
    p1 = v128.or(p1, fifthBits(r, high));
    q1 = v128.or(q1, fifthBits(s, high));
  }
  const low = i16x8.add(products(v128.load(x), p0), products(v128.load(x, 16), q0));
  const high = i16x8.add(products(v128.load(x, 32), p1), products(v128.load(x, 48), q1));
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(low, i16x8.splat(<i16>(scale0 & 255))));
  return i32x4.add(sum, i32x4.dot_i16x8_s(high, i16x8.splat(<i16>(scale1 & 255))));
}

/** 16 where a byte has the bit that `mask` has, 0 elsewhere. */
@inline
export function fifthBits(bytes: v128, mask: v128): v128 {
  return v128.and(i8x16.eq(v128.and(bytes, mask), mask), i8x16.splat(16));
}

@inline
function matvecMinima(
  w: usize, x: usize, scales: usize, sums: usize, out: usize, n: i32, k: i32, hasFifths: bool,
): void {
  const blocks = k >> 8;
  const head: usize = hasFifths ? 48 : 16;
  for (let i = 0; i < n; i++) {
    let sum = f32x4.splat(0);
    for (let b = 0; b < blocks; b++) {
      const codes = x + (<usize>b << 8), at = sums + (<usize>b << 5);
      const nibbles = w + head, fifths: usize = hasFifths ? w + 16 : 0;
      const u0 = load<u32>(w, 4), u1 = load<u32>(w, 8), u2 = load<u32>(w, 12);
      const s0 = u0 & 0x3f3f3f3f;
      const s1 = (u2 & 0x0f0f0f0f) | (((u0 >> 6) & 0x03030303) << 4);
      const m0 = u1 & 0x3f3f3f3f;
      const m1 = ((u2 >> 4) & 0x0f0f0f0f) | (((u1 >> 6) & 0x03030303) << 4);
      let s = i32x4.splat(0);
      s = addPair(s, nibbles, fifths, 0, codes, s0, s0 >> 8);
      s = addPair(s, nibbles + 32, fifths, 1, codes + 64, s0 >> 16, s0 >> 24);
      s = addPair(s, nibbles + 64, fifths, 2, codes + 128, s1, s1 >> 8);
      s = addPair(s, nibbles + 96, fifths, 3, codes + 192, s1 >> 16, s1 >> 24);
      const even = i8x16.shuffle(
        v128.load(at), v128.load(at, 16), 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29,
      );
      const odd = i8x16.shuffle(
        v128.load(at), v128.load(at, 16), 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31,
      );
      const minima = i16x8.extend_low_i8x16_u(i32x4.replace_lane(i32x4.splat(m0), 1, m1));
      const below = i32x4.dot_i16x8_s(minima, i16x8.add(even, odd));
      const scale = load<f32>(scales + (<usize>b << 2));
      sum = madd(f32x4.convert_i32x4_s(s), f32x4.splat(halfToFloat(load<u16>(w)) * scale), sum);
      const least = halfToFloat(load<u16>(w, 2)) * scale;
      sum = f32x4.sub(sum, f32x4.mul(f32x4.convert_i32x4_s(below), f32x4.splat(least)));
      w += head + 128;
    }
    store<f32>(out + (<usize>i << 2), sumLanes(sum));
  }
}

/**
 * 144 bytes for 256: f16 scale of scales, f16 scale of minima, 12 bytes of eight 6-bit scales and
 * minima, 128 bytes of two codes. value = d * scale * code - dmin * min; `sums` as of `quantize8`.
 */
export function matvecQ4K(
  w: usize, x: usize, scales: usize, sums: usize, out: usize, n: i32, k: i32,
): void {
  matvecMinima(w, x, scales, sums, out, n, k, false);
}

/** 176 bytes for 256: as Q4_K, with 32 bytes of fifth bits before the nibbles. */
export function matvecQ5K(
  w: usize, x: usize, scales: usize, sums: usize, out: usize, n: i32, k: i32,
): void {
  matvecMinima(w, x, scales, sums, out, n, k, true);
}

/** 16 codes of Q6_K, 0..63, against x, times the sub-block's scale. */
@inline
function addSixteen(sum: v128, codes: v128, x: usize, scale: usize): v128 {
  const p = products(v128.load(x), codes);
  return i32x4.add(sum, i32x4.dot_i16x8_s(p, i16x8.splat(<i16>load<i8>(scale))));
}

/**
 * 210 bytes for 256: 128 bytes of low nibbles, 64 of high pairs of bits, 16 int8 scales, f16 scale
 * of scales. value = d * scale * (code - 32); the 32 is taken off through `sums`.
 */
export function matvecQ6K(
  w: usize, x: usize, scales: usize, sums: usize, out: usize, n: i32, k: i32,
): void {
  const blocks = k >> 8;
  const nibble = i8x16.splat(15);
  for (let i = 0; i < n; i++) {
    let sum = f32x4.splat(0);
    for (let b = 0; b < blocks; b++) {
      let s = i32x4.splat(0);
      for (let part = 0; part < 4; part++) {
        const half = part >> 1, row = part & 1;
        const low = w + <usize>(half * 64 + row * 16), high = w + <usize>(128 + half * 32 + row * 16);
        const codes = x + <usize>(b * 256 + half * 128 + row * 16);
        const scale = w + <usize>(192 + half * 8 + row);
        const p = v128.load(low), q = v128.load(low, 32), h = v128.load(high);
        const q1 = v128.or(v128.and(p, nibble), i16x8.shl(v128.and(h, i8x16.splat(3)), 4));
        const q2 = v128.or(v128.and(q, nibble), i16x8.shl(v128.and(h, i8x16.splat(12)), 2));
        const q3 = v128.or(v128.and(i16x8.shr_u(p, 4), nibble), v128.and(h, i8x16.splat(48)));
        const top = i16x8.shr_u(v128.and(h, i8x16.splat(<i8>192)), 2);
        const q4 = v128.or(v128.and(i16x8.shr_u(q, 4), nibble), top);
        s = addSixteen(s, q1, codes, scale);
        s = addSixteen(s, q2, codes + 32, scale + 2);
        s = addSixteen(s, q3, codes + 64, scale + 4);
        s = addSixteen(s, q4, codes + 96, scale + 6);
      }
      const steps = v128.load(w, 192), at = sums + (<usize>b << 5);
      const shift = i32x4.add(
        i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(steps), v128.load(at)),
        i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(steps), v128.load(at, 16)),
      );
      const exact = i32x4.sub(s, i32x4.shl(shift, 5));
      const scale = halfToFloat(load<u16>(w, 208)) * load<f32>(scales + (<usize>b << 2));
      sum = madd(f32x4.convert_i32x4_s(exact), f32x4.splat(scale), sum);
      w += 210;
    }
    store<f32>(out + (<usize>i << 2), sumLanes(sum));
  }
}

/** Rows of f16 times f32; a row with an infinity or NaN goes the slow way. */
export function matvecF16(w: usize, x: usize, out: usize, n: i32, k: i32): void {
  for (let i = 0; i < n; i++) {
    let a = f32x4.splat(0), b = a, odd = a;
    let j = 0;
    for (; j + 8 <= k; j += 8) {
      const u = v128.load(w + (<usize>j << 1)), at = x + (<usize>j << 2);
      odd = v128.or(odd, oddHalves8(u));
      a = madd(finiteHalves4(i32x4.extend_low_i16x8_s(u)), v128.load(at), a);
      b = madd(finiteHalves4(i32x4.extend_high_i16x8_s(u)), v128.load(at, 16), b);
    }
    let sum = sumLanes(f32x4.add(a, b));
    if (v128.any_true(odd)) {
      sum = 0;
      j = 0;
    }
    for (; j < k; j++) {
      sum += halfToFloat(load<u16>(w + (<usize>j << 1))) * load<f32>(x + (<usize>j << 2));
    }
    store<f32>(out + (<usize>i << 2), sum);
    w += <usize>k << 1;
  }
}

/** Rows of bf16 times f32. */
export function matvecBF16(w: usize, x: usize, out: usize, n: i32, k: i32): void {
  for (let i = 0; i < n; i++) {
    let a = f32x4.splat(0), b = a;
    let j = 0;
    for (; j + 8 <= k; j += 8) {
      const u = v128.load(w + (<usize>j << 1)), at = x + (<usize>j << 2);
      a = madd(i32x4.shl(i32x4.extend_low_i16x8_u(u), 16), v128.load(at), a);
      b = madd(i32x4.shl(i32x4.extend_high_i16x8_u(u), 16), v128.load(at, 16), b);
    }
    let sum = sumLanes(f32x4.add(a, b));
    for (; j < k; j++) {
      const y = reinterpret<f32>(<u32>load<u16>(w + (<usize>j << 1)) << 16);
      sum += y * load<f32>(x + (<usize>j << 2));
    }
    store<f32>(out + (<usize>i << 2), sum);
    w += <usize>k << 1;
  }
}
