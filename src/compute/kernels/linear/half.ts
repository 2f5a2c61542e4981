// f16 to f32 by moving the bits and multiplying by 2^112, which is exact for subnormals too.

const SCALE: f32 = 5.192296858534828e33;

@inline
export function halfToFloat(h: u32): f32 {
  const value = reinterpret<f32>((h & 0x7fff) << 13) * SCALE;
  let bits = reinterpret<u32>(value) | ((h & 0x8000) << 16);
  if ((h & 0x7c00) == 0x7c00) bits |= 0x7f800000;
  return reinterpret<f32>(bits);
}

/** Four finite f16, sign-extended to i32: the sign is bit 31, three copies of it are masked away. */
@inline
export function finiteHalves4(h: v128): v128 {
  const bits = v128.and(i32x4.shl(h, 13), i32x4.splat(<i32>0x8fffe000));
  return f32x4.mul(bits, f32x4.splat(SCALE));
}

/** Lanes of eight f16 that are infinite or NaN. */
@inline
export function oddHalves8(h: v128): v128 {
  const exponent = i16x8.splat(0x7c00);
  return i16x8.eq(v128.and(h, exponent), exponent);
}
