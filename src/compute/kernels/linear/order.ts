// Histograms, and rows by index.

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
