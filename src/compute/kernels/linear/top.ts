// The k best of a stream of scores, in a binary heap with the worst kept on top. Best first is the
// largest score, then the smaller index, so the answer does not depend on how rows were divided.
// NaN never enters. A heap of k is k f32 scores, then k u32 indices.
import { scanDot, scanCosine, scanL2 } from "./scan";

/** True when (score, index) is worse than (other, otherIndex). */
@inline
function isWorse(score: f32, index: u32, other: f32, otherIndex: u32): bool {
  return score < other || (score == other && index > otherIndex);
}

@inline
function put(scores: usize, indices: usize, at: i32, score: f32, index: u32): void {
  store<f32>(scores + (<usize>at << 2), score);
  store<u32>(indices + (<usize>at << 2), index);
}

function siftUp(scores: usize, indices: usize, at: i32, score: f32, index: u32): void {
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const s = load<f32>(scores + (<usize>parent << 2));
    const i = load<u32>(indices + (<usize>parent << 2));
    if (!isWorse(score, index, s, i)) break;
    put(scores, indices, at, s, i);
    at = parent;
  }
  put(scores, indices, at, score, index);
}

function siftDown(scores: usize, indices: usize, count: i32, score: f32, index: u32): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= count) break;
    let s = load<f32>(scores + (<usize>child << 2));
    let i = load<u32>(indices + (<usize>child << 2));
    if (child + 1 < count) {
      const s2 = load<f32>(scores + (<usize>child << 2), 4);
      const i2 = load<u32>(indices + (<usize>child << 2), 4);
      if (isWorse(s2, i2, s, i)) {
        child++;
        s = s2;
        i = i2;
      }
    }
    if (!isWorse(s, i, score, index)) break;
    put(scores, indices, at, s, i);
    at = child;
  }
  put(scores, indices, at, score, index);
}

/**
 * Offers `values[0..n)`, whose indices start at `base`, to a heap of `k` that holds `count`; the
 * smallest are kept when `sign` is -1. Returns how many it holds now.
 */
export function pushTop(
  values: usize, n: i32, base: u32, heap: usize, k: i32, count: i32, sign: f32,
): i32 {
  const indices = heap + (<usize>k << 2);
  const signs = f32x4.splat(sign);
  for (let i = 0; i < n; i++) {
    // Indices ascend, so of a full heap only what beats its worst is worth a look.
    while (count == k && i + 4 <= n) {
      const scores = f32x4.mul(v128.load(values + (<usize>i << 2)), signs);
      if (v128.any_true(f32x4.gt(scores, v128.load32_splat(heap)))) break;
      i += 4;
    }
    if (i == n) break;
    const score = load<f32>(values + (<usize>i << 2)) * sign;
    const index = base + <u32>i;
    if (score != score) continue;
    if (count < k) siftUp(heap, indices, count++, score, index);
    else if (isWorse(load<f32>(heap), load<u32>(indices), score, index)) {
      siftDown(heap, indices, count, score, index);
    }
  }
  return count;
}

/**
 * Each of `queryCount` queries against rows `base..base + n`; metric 0 dot, 1 cosine, 2 squared
 * distance (kept negated). Rows go by in blocks that stay in the cache for all queries. `heaps`:
 * one heap of k for each query, then its u32 count in `counts`; `scratch` holds 256 f32.
 */
export function scanTop(
  metric: i32, rows: usize, base: u32, n: i32, d: i32, queries: usize, queryCount: i32,
  k: i32, heaps: usize, counts: usize, scratch: usize,
): void {
  const stride = <usize>d << 2;
  for (let q = 0; q < queryCount; q++) store<u32>(counts + (<usize>q << 2), 0);
  // 64 rows of 384 are 96 KiB: they stay in the second-level cache from query to query.
  const step = queryCount == 1 ? 256 : 64;
  for (let start = 0; start < n; start += step) {
    const length = min(step, n - start);
    const block = rows + <usize>start * stride;
    for (let q = 0; q < queryCount; q++) {
      const query = queries + <usize>q * stride;
      if (metric == 0) scanDot(block, query, scratch, length, d);
      else if (metric == 1) scanCosine(block, query, scratch, length, d);
      else scanL2(block, query, scratch, length, d);
      const slot = counts + (<usize>q << 2);
      const heap = heaps + <usize>q * (<usize>k << 3);
      const sign: f32 = metric == 2 ? -1 : 1;
      const held = pushTop(scratch, length, base + <u32>start, heap, k, load<i32>(slot), sign);
      store<i32>(slot, held);
    }
  }
}
