// Codes of vectors and how far they are apart, as i32: smaller is nearer.
//
// | kind | code                                | distance                                     |
// |------|-------------------------------------|----------------------------------------------|
// | 0    | 7 bits a number, 64 stands for 0    | sum of squared differences                   |
// | 1    | the same                            | negative sum of products of (code - 64)      |
// | 2    | f32 a number                        | sum of squared differences, its bits         |
// | 3    | the same                            | negative sum of products, bits that order so |
//
// Differences and products of 7 bits fit the 8-bit multiplications that processors have. The sums
// are exact, so the plain build gives the same.
import { codeBytes, codeKind, dims, metric, scale } from "./state";

const MOST: f32 = 63;

/** i32 sums of four products each of x, signed, and y, from 0 to 127. */
@inline
function products(x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return i32x4.extadd_pairwise_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(x, y));
  }
  return i32x4.add(
    i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(x), i16x8.extend_low_i8x16_s(y)),
    i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(x), i16x8.extend_high_i8x16_s(y)),
  );
}

@inline
function sumLanes(a: v128): i32 {
  const s = i32x4.add(a, i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1);
}

@inline
function squared(a: usize, b: usize): i32 {
  let s = i32x4.splat(0);
  for (let i: usize = 0; i < codeBytes; i += 16) {
    const d = i8x16.abs(i8x16.sub(v128.load(a + i), v128.load(b + i)));
    s = i32x4.add(s, products(d, d));
  }
  return sumLanes(s);
}

function product(a: usize, b: usize): i32 {
  const zero = i8x16.splat(64);
  let s = i32x4.splat(0), t = s;
  for (let i: usize = 0; i < codeBytes; i += 16) {
    const x = i8x16.sub(v128.load(a + i), zero);
    s = i32x4.add(s, products(x, v128.load(b + i)));
    t = i32x4.add(t, products(x, zero));
  }
  return sumLanes(i32x4.sub(t, s));
}

@inline
function sumFloats(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) +
    f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3)
  );
}

/** Bits of a float that is not negative order as integers do. */
@inline
function squaredFloats(a: usize, b: usize): i32 {
  let s = f32x4.splat(0), t = s;
  for (let i: usize = 0; i < codeBytes; i += 32) {
    const x = f32x4.sub(v128.load(a + i), v128.load(b + i));
    const y = f32x4.sub(v128.load(a + i, 16), v128.load(b + i, 16));
    s = f32x4.add(s, f32x4.mul(x, x));
    t = f32x4.add(t, f32x4.mul(y, y));
  }
  return reinterpret<i32>(sumFloats(f32x4.add(s, t)));
}

function productFloats(a: usize, b: usize): i32 {
  let s = f32x4.splat(0), t = s;
  for (let i: usize = 0; i < codeBytes; i += 32) {
    s = f32x4.add(s, f32x4.mul(v128.load(a + i), v128.load(b + i)));
    t = f32x4.add(t, f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)));
  }
  const bits = reinterpret<i32>(-sumFloats(f32x4.add(s, t)));
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/** Between two codes. */
@inline
export function distance(a: usize, b: usize): i32 {
  if (codeKind == 0) return squared(a, b);
  if (codeKind == 2) return squaredFloats(a, b);
  return codeKind == 1 ? product(a, b) : productFloats(a, b);
}

/** Codes `dims` f32 numbers; cosine (metric 0) compares vectors of length 1, so those are coded. */
export function encode(vector: usize, code: usize): void {
  let factor = scale;
  const end = vector + (<usize>dims << 2), codeEnd = code + codeBytes;
  if (metric == 0) {
    let sum: f64 = 0;
    for (let p = vector; p < end; p += 4) sum += <f64>load<f32>(p) * <f64>load<f32>(p);
    if (sum > 0) factor = <f32>(<f64>scale / Math.sqrt(sum));
  }
  if (codeKind >= 2) {
    for (let p = vector; p < end; p += 4, code += 4) store<f32>(code, load<f32>(p) * factor);
    for (; code < codeEnd; code += 4) store<f32>(code, 0);
    return;
  }
  for (let p = vector; p < end; p += 4, code++) {
    const value = nearest<f32>(load<f32>(p) * factor);
    store<i8>(code, <i8>(max<f32>(-MOST, min<f32>(MOST, value)) + 64));
  }
  for (; code < codeEnd; code++) store<i8>(code, 64);
}
