// Sorting by radix, histograms, and rows by index.

/** Keys whose unsigned order is that of f32, -0 before 0 and NaN of either sign last. */
@inline
function toKey(bits: u32): u32 {
  if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/**
 * Stable order of `n` f32, smallest first: indices into `order`. `scratch` holds 3 n + 2048 u32. Three
 * passes of 11 bits; a pass in which all keys agree is left out.
 */
export function argsort(x: usize, n: i32, order: usize, scratch: usize): void {
  const bytes = <usize>n << 2;
  const counts = scratch + 3 * bytes;
  let keys = scratch, otherKeys = scratch + bytes;
  let from = order, to = scratch + 2 * bytes;
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    store<u32>(keys + at, toKey(load<u32>(x + at)));
    store<u32>(from + at, i);
  }
  for (let shift: u32 = 0; shift < 33; shift += 11) {
    memory.fill(counts, 0, 8192);
    for (let i = 0; i < n; i++) {
      const slot = counts + <usize>(((load<u32>(keys + (<usize>i << 2)) >> shift) & 2047) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
    const first = counts + <usize>(((load<u32>(keys) >> shift) & 2047) << 2);
    if (load<u32>(first) == <u32>n) continue;
    let sum: u32 = 0;
    for (let i = 0; i < 2048; i++) {
      const slot = counts + (<usize>i << 2);
      const count = load<u32>(slot);
      store<u32>(slot, sum);
      sum += count;
    }
    for (let i = 0; i < n; i++) {
      const key = load<u32>(keys + (<usize>i << 2));
      const slot = counts + <usize>(((key >> shift) & 2047) << 2);
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      store<u32>(otherKeys + (<usize>place << 2), key);
      store<u32>(to + (<usize>place << 2), load<u32>(from + (<usize>i << 2)));
    }
    let swap = keys;
    keys = otherKeys;
    otherKeys = swap;
    swap = from;
    from = to;
    to = swap;
  }
  if (from != order) memory.copy(order, from, bytes);
}

/**
 * Adds to `counts` (u32) how many of `n` fall into each of `bins` equal bins of [low, high]; the last
 * takes `high` too, what lies outside and NaN take none.
 */
export function histogram(x: usize, n: i32, low: f64, high: f64, bins: i32, counts: usize): void {
  const scale = <f64>bins / (high - low);
  for (let i = 0; i < n; i++) {
    const y = <f64>load<f32>(x + (<usize>i << 2));
    if (!(y >= low && y <= high)) continue;
    const bin = min(<i32>((y - low) * scale), bins - 1);
    const slot = counts + (<usize>bin << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
}

/** Rows `indices[i]` of (rows, d) one after another into `out`; `bytes` a row. */
export function gather(rows: usize, indices: usize, out: usize, n: i32, bytes: i32): void {
  for (let i = 0; i < n; i++) {
    const from = rows + <usize>load<u32>(indices + (<usize>i << 2)) * bytes;
    memory.copy(out + <usize>i * bytes, from, bytes);
  }
}

/** Adds row i of `x` to row `indices[i]` of `out`, in order. */
export function scatterAdd(x: usize, indices: usize, out: usize, n: i32, d: i32): void {
  for (let i = 0; i < n; i++) {
    let from = x + ((<usize>i * d) << 2);
    let to = out + ((<usize>load<u32>(indices + (<usize>i << 2)) * d) << 2);
    let j = 0;
    for (; j + 4 <= d; j += 4) {
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
      from += 16;
      to += 16;
    }
    for (; j < d; j++) {
      store<f32>(to, load<f32>(to) + load<f32>(from));
      from += 4;
      to += 4;
    }
  }
}
