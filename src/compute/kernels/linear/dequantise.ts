// GGML's block formats into f32, value by value exactly as their definition says: products in f32.
import { halfToFloat } from "./half";

export function dequantiseQ80(w: usize, out: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b++) {
    const d = halfToFloat(load<u16>(w));
    for (let j: usize = 0; j < 32; j++) {
      store<f32>(out + (j << 2), <f32>(<i32>load<i8>(w + j, 2)) * d);
    }
    w += 34;
    out += 128;
  }
}

/** Blocks of 32 nibbles, the formats of `nibbles.ts`. */
@inline
function dequantiseNibbles(
  w: usize, out: usize, blocks: i32, hasFifths: bool, hasLeast: bool,
): void {
  const fifths: usize = hasLeast ? 4 : 2;
  const nibbles: usize = hasFifths ? fifths + 4 : fifths;
  for (let b = 0; b < blocks; b++) {
    const d = halfToFloat(load<u16>(w));
    const bits: u32 = hasFifths ? load<u32>(w + fifths) : 0;
    for (let e: usize = 0; e < 32; e++) {
      const pair = <u32>load<u8>(w + nibbles + (e & 15));
      const code = (e < 16 ? pair & 15 : pair >> 4) | (((bits >> <u32>e) & 1) << 4);
      const value: f32 = hasLeast
        ? <f32>code * d + halfToFloat(load<u16>(w, 2))
        : <f32>(<i32>code - (hasFifths ? 16 : 8)) * d;
      store<f32>(out + (e << 2), value);
    }
    w += nibbles + 16;
    out += 128;
  }
}

export function dequantiseQ40(w: usize, out: usize, blocks: i32): void {
  dequantiseNibbles(w, out, blocks, false, false);
}

export function dequantiseQ41(w: usize, out: usize, blocks: i32): void {
  dequantiseNibbles(w, out, blocks, false, true);
}

export function dequantiseQ50(w: usize, out: usize, blocks: i32): void {
  dequantiseNibbles(w, out, blocks, true, false);
}

export function dequantiseQ51(w: usize, out: usize, blocks: i32): void {
  dequantiseNibbles(w, out, blocks, true, true);
}

/** Q4_K, and Q5_K with its fifth bits. */
@inline
function dequantiseMinima(w: usize, out: usize, blocks: i32, hasFifths: bool): void {
  const head: usize = hasFifths ? 48 : 16;
  for (let b = 0; b < blocks; b++) {
    const d = halfToFloat(load<u16>(w)), dmin = halfToFloat(load<u16>(w, 2));
    for (let g = 0; g < 8; g++) {
      const s = w + <usize>g;
      const isFirst = g < 4;
      const scale = isFirst
        ? <u32>load<u8>(s, 4) & 63
        : (<u32>load<u8>(s, 8) & 15) | ((<u32>load<u8>(s) >> 6) << 4);
      const least = isFirst
        ? <u32>load<u8>(s, 8) & 63
        : (<u32>load<u8>(s, 8) >> 4) | ((<u32>load<u8>(s, 4) >> 6) << 4);
      const a = d * <f32>scale, c = dmin * <f32>least;
      const codes = w + head + (<usize>(g >> 1) << 5);
      for (let j: usize = 0; j < 32; j++) {
        const pair = <u32>load<u8>(codes + j);
        let code = g & 1 ? pair >> 4 : pair & 15;
        if (hasFifths) code |= ((<u32>load<u8>(w + j, 16) >> <u32>g) & 1) << 4;
        store<f32>(out + (j << 2), a * <f32>code - c);
      }
      out += 128;
    }
    w += head + 128;
  }
}

export function dequantiseQ4K(w: usize, out: usize, blocks: i32): void {
  dequantiseMinima(w, out, blocks, false);
}

export function dequantiseQ5K(w: usize, out: usize, blocks: i32): void {
  dequantiseMinima(w, out, blocks, true);
}

export function dequantiseQ6K(w: usize, out: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b++) {
    const d = halfToFloat(load<u16>(w, 208));
    for (let e: usize = 0; e < 256; e++) {
      const half = e >> 7, quarter = (e >> 5) & 3, l = e & 31;
      const pair = <i32>load<u8>(w + half * 64 + (quarter & 1) * 32 + l);
      const low = quarter < 2 ? pair & 15 : pair >> 4;
      const high = (<i32>load<u8>(w + half * 32 + l, 128) >> <i32>(2 * quarter)) & 3;
      const scale = <f32>(<i32>load<i8>(w + half * 8 + quarter * 2 + (l >> 4), 192));
      store<f32>(out + (e << 2), d * scale * <f32>((low | (high << 4)) - 32));
    }
    w += 210;
    out += 1024;
  }
}

export function dequantiseF16(w: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    store<f32>(out + (i << 2), halfToFloat(load<u16>(w + (i << 1))));
  }
}

export function dequantiseBF16(w: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    store<u32>(out + (i << 2), <u32>load<u16>(w + (i << 1)) << 16);
  }
}
