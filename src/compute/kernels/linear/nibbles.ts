// Matrices in GGML's blocks of 32 codes of four or five bits times a vector of 8-bit codes with a
// scale for each 32 (`quantize8`): Q4_0 and Q5_0 (value = d * (code - 8 or 16)), Q4_1 and Q5_1
// (d * code + m). A block: f16 d, f16 m of the second two, four bytes of fifth bits, 16 of nibbles.
import { sumLanes, madd } from "../shared-simd";
import { halfToFloat } from "./half";
import { dot16, fifthBits } from "./quantised";

@inline
function matvecNibbles(
  w: usize, x: usize, scales: usize, sums: usize, out: usize, n: i32, k: i32,
  hasFifths: bool, hasLeast: bool,
): void {
  const blocks = k >> 5;
  const fifths: usize = hasLeast ? 4 : 2;
  const nibbles: usize = hasFifths ? fifths + 4 : fifths;
  const low = i8x16.splat(15), middle = i8x16.splat(hasFifths ? 16 : 8);
  // Bit i of byte i, twice.
  const bits = i64x2.splat(0x8040201008040201);
  for (let i = 0; i < n; i++) {
    let sum = f32x4.splat(0);
    let least: f32 = 0;
    for (let b = 0; b < blocks; b++) {
      const codes = x + (<usize>b << 5);
      const packed = v128.load(w + nibbles);
      let first = v128.and(packed, low), second = v128.and(i16x8.shr_u(packed, 4), low);
      if (hasFifths) {
        const h = v128.load32_splat(w + fifths);
        const h0 = i8x16.shuffle(h, h, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
        const h1 = i8x16.shuffle(h, h, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
        first = v128.or(first, fifthBits(h0, bits));
        second = v128.or(second, fifthBits(h1, bits));
      }
      if (!hasLeast) {
        first = i8x16.sub(first, middle);
        second = i8x16.sub(second, middle);
      }
      const s = i32x4.add(dot16(first, v128.load(codes)), dot16(second, v128.load(codes, 16)));
      const by = load<f32>(scales + (<usize>b << 2));
      sum = madd(f32x4.convert_i32x4_s(s), f32x4.splat(halfToFloat(load<u16>(w)) * by), sum);
      if (hasLeast) {
        const at = sums + (<usize>b << 2);
        const count = <i32>load<i16>(at) + <i32>load<i16>(at, 2);
        least += halfToFloat(load<u16>(w, 2)) * by * <f32>count;
      }
      w += nibbles + 16;
    }
    store<f32>(out + (<usize>i << 2), sumLanes(sum) + least);
  }
}

/** 18 bytes for 32. */
export function matvecQ40(w: usize, x: usize, scales: usize, out: usize, n: i32, k: i32): void {
  matvecNibbles(w, x, scales, 0, out, n, k, false, false);
}

/** 22 bytes for 32. */
export function matvecQ50(w: usize, x: usize, scales: usize, out: usize, n: i32, k: i32): void {
  matvecNibbles(w, x, scales, 0, out, n, k, true, false);
}

/** 20 bytes for 32; `sums` as of `quantize8`, here and below. */
export function matvecQ41(
  w: usize, x: usize, scales: usize, sums: usize, out: usize, n: i32, k: i32,
): void {
  matvecNibbles(w, x, scales, sums, out, n, k, false, true);
}

/** 24 bytes for 32. */
export function matvecQ51(
  w: usize, x: usize, scales: usize, sums: usize, out: usize, n: i32, k: i32,
): void {
  matvecNibbles(w, x, scales, sums, out, n, k, true, true);
}
