// BLAKE3 (specification of 2020, chapter 2): four chunks or four parents at a time, one in each lane.
// `scratch` is 1 KiB of a caller's own: message words at 0, state at 256, chaining values at 512; the
// caller has put the message schedule of seven rounds (byte offsets, u32) at 640.

const BLOCK: i32 = 64;
const CHUNK: i32 = 1024;
const CHUNK_START: i32 = 1;
const CHUNK_END: i32 = 2;
const PARENT: i32 = 4;
const STATE: usize = 256;
const VALUES: usize = 512;
const SCHEDULE: usize = 640;

@inline
function rotate16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

@inline
function rotate12(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20));
}

@inline
function rotate8(x: v128): v128 {
  return i8x16.shuffle(x, x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

@inline
function rotate7(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
}

/** Word `i` of this round's order. */
@inline
function word(scratch: usize, order: usize, i: usize): v128 {
  return v128.load(scratch + <usize>load<u32>(order + (i << 2)));
}

@inline
function sum3(a: v128, b: v128, m: v128): v128 {
  return i32x4.add(i32x4.add(a, b), m);
}

/** Seven rounds over the state in `scratch`, columns then diagonals, half a G at a time. */
function rounds(scratch: usize): void {
  const s = scratch + STATE;
  let a0 = v128.load(s), a1 = v128.load(s, 16), a2 = v128.load(s, 32), a3 = v128.load(s, 48);
  let b0 = v128.load(s, 64), b1 = v128.load(s, 80), b2 = v128.load(s, 96), b3 = v128.load(s, 112);
  let c0 = v128.load(s, 128), c1 = v128.load(s, 144);
  let c2 = v128.load(s, 160), c3 = v128.load(s, 176);
  let d0 = v128.load(s, 192), d1 = v128.load(s, 208);
  let d2 = v128.load(s, 224), d3 = v128.load(s, 240);
  const end = scratch + SCHEDULE + 7 * 64;
  for (let order = scratch + SCHEDULE; order < end; order += 64) {
    a0 = sum3(a0, b0, word(scratch, order, 0));
    a1 = sum3(a1, b1, word(scratch, order, 2));
    a2 = sum3(a2, b2, word(scratch, order, 4));
    a3 = sum3(a3, b3, word(scratch, order, 6));
    d0 = rotate16(v128.xor(d0, a0)), d1 = rotate16(v128.xor(d1, a1));
    d2 = rotate16(v128.xor(d2, a2)), d3 = rotate16(v128.xor(d3, a3));
    c0 = i32x4.add(c0, d0), c1 = i32x4.add(c1, d1);
    c2 = i32x4.add(c2, d2), c3 = i32x4.add(c3, d3);
    b0 = rotate12(v128.xor(b0, c0)), b1 = rotate12(v128.xor(b1, c1));
    b2 = rotate12(v128.xor(b2, c2)), b3 = rotate12(v128.xor(b3, c3));
    a0 = sum3(a0, b0, word(scratch, order, 1));
    a1 = sum3(a1, b1, word(scratch, order, 3));
    a2 = sum3(a2, b2, word(scratch, order, 5));
    a3 = sum3(a3, b3, word(scratch, order, 7));
    d0 = rotate8(v128.xor(d0, a0)), d1 = rotate8(v128.xor(d1, a1));
    d2 = rotate8(v128.xor(d2, a2)), d3 = rotate8(v128.xor(d3, a3));
    c0 = i32x4.add(c0, d0), c1 = i32x4.add(c1, d1);
    c2 = i32x4.add(c2, d2), c3 = i32x4.add(c3, d3);
    b0 = rotate7(v128.xor(b0, c0)), b1 = rotate7(v128.xor(b1, c1));
    b2 = rotate7(v128.xor(b2, c2)), b3 = rotate7(v128.xor(b3, c3));

    a0 = sum3(a0, b1, word(scratch, order, 8));
    a1 = sum3(a1, b2, word(scratch, order, 10));
    a2 = sum3(a2, b3, word(scratch, order, 12));
    a3 = sum3(a3, b0, word(scratch, order, 14));
    d3 = rotate16(v128.xor(d3, a0)), d0 = rotate16(v128.xor(d0, a1));
    d1 = rotate16(v128.xor(d1, a2)), d2 = rotate16(v128.xor(d2, a3));
    c2 = i32x4.add(c2, d3), c3 = i32x4.add(c3, d0);
    c0 = i32x4.add(c0, d1), c1 = i32x4.add(c1, d2);
    b1 = rotate12(v128.xor(b1, c2)), b2 = rotate12(v128.xor(b2, c3));
    b3 = rotate12(v128.xor(b3, c0)), b0 = rotate12(v128.xor(b0, c1));
    a0 = sum3(a0, b1, word(scratch, order, 9));
    a1 = sum3(a1, b2, word(scratch, order, 11));
    a2 = sum3(a2, b3, word(scratch, order, 13));
    a3 = sum3(a3, b0, word(scratch, order, 15));
    d3 = rotate8(v128.xor(d3, a0)), d0 = rotate8(v128.xor(d0, a1));
    d1 = rotate8(v128.xor(d1, a2)), d2 = rotate8(v128.xor(d2, a3));
    c2 = i32x4.add(c2, d3), c3 = i32x4.add(c3, d0);
    c0 = i32x4.add(c0, d1), c1 = i32x4.add(c1, d2);
    b1 = rotate7(v128.xor(b1, c2)), b2 = rotate7(v128.xor(b2, c3));
    b3 = rotate7(v128.xor(b3, c0)), b0 = rotate7(v128.xor(b0, c1));
  }
  v128.store(s, a0), v128.store(s, a1, 16), v128.store(s, a2, 32), v128.store(s, a3, 48);
  v128.store(s, b0, 64), v128.store(s, b1, 80), v128.store(s, b2, 96), v128.store(s, b3, 112);
  v128.store(s, c0, 128), v128.store(s, c1, 144), v128.store(s, c2, 160), v128.store(s, c3, 176);
  v128.store(s, d0, 192), v128.store(s, d1, 208), v128.store(s, d2, 224), v128.store(s, d3, 240);
}

/** Four words of each of four blocks: word w of lane i becomes lane i of vector w. */
@inline
function transpose(p0: usize, p1: usize, p2: usize, p3: usize, out: usize): void {
  const a = v128.load(p0), b = v128.load(p1), c = v128.load(p2), d = v128.load(p3);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(out, v128.shuffle<i32>(ab0, cd0, 2, 3, 6, 7), 16);
  v128.store(out, v128.shuffle<i32>(ab1, cd1, 0, 1, 4, 5), 32);
  v128.store(out, v128.shuffle<i32>(ab1, cd1, 2, 3, 6, 7), 48);
}

/** One block in each lane: state from the chaining values, counters, length and flags; then rounds. */
@inline
function compress(
  p0: usize, p1: usize, p2: usize, p3: usize, counterLow: v128, counterHigh: u32, length: i32,
  flags: i32, scratch: usize,
): void {
  for (let w: usize = 0; w < 64; w += 16) {
    transpose(p0 + w, p1 + w, p2 + w, p3 + w, scratch + (w << 2));
  }
  const s = scratch + STATE;
  // A call of memory.copy costs as much as a tenth of the rounds.
  for (let i: usize = 0; i < 128; i += 16) v128.store(s + i, v128.load(scratch + VALUES + i));
  v128.store(s, i32x4.splat(0x6a09e667), 128);
  v128.store(s, i32x4.splat(0xbb67ae85), 144);
  v128.store(s, i32x4.splat(0x3c6ef372), 160);
  v128.store(s, i32x4.splat(0xa54ff53a), 176);
  v128.store(s, counterLow, 192);
  v128.store(s, i32x4.splat(counterHigh), 208);
  v128.store(s, i32x4.splat(length), 224);
  v128.store(s, i32x4.splat(flags), 240);
  rounds(scratch);
}

/** The same key in all lanes. */
@inline
function loadKey(key: usize, scratch: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    v128.store(scratch + VALUES + (i << 4), v128.load32_splat(key + (i << 2)));
  }
}

@inline
function fold(scratch: usize): void {
  for (let i: usize = 0; i < 128; i += 16) {
    const s = scratch + STATE + i;
    v128.store(scratch + VALUES + i, v128.xor(v128.load(s), v128.load(s, 128)));
  }
}

/** Chaining values of up to four lanes, 32 bytes each. */
@inline
function writeValues(scratch: usize, out: usize, lanes: i32): void {
  for (let lane = 0; lane < lanes; lane++) {
    for (let i = 0; i < 8; i++) {
      const value = load<u32>(scratch + VALUES + <usize>(i * 16 + lane * 4));
      store<u32>(out + <usize>(lane * 32 + i * 4), value);
    }
  }
}

/**
 * Chaining values of `count` inputs of `blocks` whole blocks each, end to end: chunks (16 blocks,
 * counters from `low` and `high` upwards) or parents (1 block, counter 0).
 */
function hashMany(
  inputs: usize, count: i32, blocks: i32, key: usize, low: u32, high: u32, flags: i32, out: usize,
  scratch: usize,
): void {
  const isChunk = blocks > 1;
  const stride = <usize>(blocks * BLOCK);
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    const p0 = inputs + <usize>i * stride;
    const p1 = lanes > 1 ? p0 + stride : p0;
    const p2 = lanes > 2 ? p1 + stride : p0;
    const p3 = lanes > 3 ? p2 + stride : p0;
    const first = low + <u32>i;
    const counters = isChunk
      ? i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3))
      : i32x4.splat(0);
    loadKey(key, scratch);
    for (let b = 0; b < blocks; b++) {
      const at = <usize>(b * BLOCK);
      let f = flags;
      if (isChunk && b == 0) f |= CHUNK_START;
      if (isChunk && b == blocks - 1) f |= CHUNK_END;
      compress(p0 + at, p1 + at, p2 + at, p3 + at, counters, isChunk ? high : 0, BLOCK, f, scratch);
      fold(scratch);
    }
    writeValues(scratch, out + <usize>(i * 32), lanes);
  }
}

/** Chaining values of `count` whole chunks. Their counters must not cross 2^32. */
export function hashChunks(
  input: usize, count: i32, key: usize, low: u32, high: u32, flags: i32, out: usize,
  scratch: usize,
): void {
  hashMany(input, count, CHUNK / BLOCK, key, low, high, flags, out, scratch);
}

/**
 * Halves `count` chaining values in place: neighbours become their parent, an odd last one stays.
 * Returns how many are left.
 */
export function pairParents(values: usize, count: i32, key: usize, flags: i32, scratch: usize): i32 {
  const pairs = count >> 1;
  hashMany(values, pairs, 1, key, 0, 0, flags | PARENT, values, scratch);
  if (count & 1) memory.copy(values + <usize>(pairs * 32), values + <usize>((count - 1) * 32), 32);
  return pairs + (count & 1);
}

/** The roots of `units` subtrees of `chunks` chunks each (a power of two); `values` holds 32 bytes a chunk. */
export function hashSubtrees(
  input: usize, units: i32, chunks: i32, key: usize, low: u32, high: u32, flags: i32, out: usize,
  values: usize, scratch: usize,
): void {
  for (let unit = 0; unit < units; unit++) {
    hashChunks(input, chunks, key, low + <u32>(unit * chunks), high, flags, values, scratch);
    let count = chunks;
    while (count > 1) count = pairParents(values, count, key, flags, scratch);
    memory.copy(out + <usize>(unit * 32), values, 32);
    input += <usize>(chunks * CHUNK);
  }
}

/** One block: 64 bytes of output, of which the first 32 are the chaining value. */
export function compressBlock(
  block: usize, values: usize, low: u32, high: u32, length: i32, flags: i32, out: usize,
  scratch: usize,
): void {
  loadKey(values, scratch);
  compress(block, block, block, block, i32x4.splat(low), high, length, flags, scratch);
  for (let i: usize = 0; i < 8; i++) {
    const s = scratch + STATE + (i << 4);
    const left = load<u32>(s), right = load<u32>(s, 128);
    const before = load<u32>(scratch + VALUES + (i << 4));
    store<u32>(out + (i << 2), left ^ right);
    store<u32>(out + (i << 2), right ^ before, 32);
  }
}
