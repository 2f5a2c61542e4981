// f16 to f32 by moving the bits and multiplying by 2^112, which is exact for subnormals too.

const SCALE: f32 = 5.192296858534828e33;

@inline
export function halfToFloat(h: u32): f32 {
  const value = reinterpret<f32>((h & 0x7fff) << 13) * SCALE;
  let bits = reinterpret<u32>(value) | ((h & 0x8000) << 16);
  if ((h & 0x7c00) == 0x7c00) bits |= 0x7f800000;
  return reinterpret<f32>(bits);
}

/** Four f16 in the low halves of four i32. */
@inline
export function halves4(h: v128): v128 {
  const bits = i32x4.shl(v128.and(h, i32x4.splat(0x7fff)), 13);
  const value = f32x4.mul(bits, f32x4.splat(SCALE));
  const sign = i32x4.shl(v128.and(h, i32x4.splat(0x8000)), 16);
  const exponent = i32x4.splat(0x7c00);
  const isOdd = i32x4.eq(v128.and(h, exponent), exponent);
  const infinity = v128.and(isOdd, i32x4.splat(0x7f800000));
  return v128.or(v128.or(value, sign), infinity);
}
