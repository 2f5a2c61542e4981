// One query against n rows of d f32, rows end to end. Rows are streamed one after another: memory
// bandwidth is the limit, and interleaving rows halves it. Four accumulators hide the latency of
// the adds; the last d % 16 are added one by one.
import { madd, sumLanes } from "../shared-simd";

@inline
function dotRow(x: usize, q: usize, d: i32): f32 {
  const whole = (<usize>d & ~15) << 2, bytes = <usize>d << 2;
  let a = f32x4.splat(0), b = a, c = a, e = a;
  for (let j: usize = 0; j < whole; j += 64) {
    a = madd(v128.load(x + j), v128.load(q + j), a);
    b = madd(v128.load(x + j, 16), v128.load(q + j, 16), b);
    c = madd(v128.load(x + j, 32), v128.load(q + j, 32), c);
    e = madd(v128.load(x + j, 48), v128.load(q + j, 48), e);
  }
  let sum = sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, e)));
  for (let j = whole; j < bytes; j += 4) sum += load<f32>(x + j) * load<f32>(q + j);
  return sum;
}

export function scanDot(rows: usize, query: usize, out: usize, n: i32, d: i32): void {
  for (let i = 0; i < n; i++) {
    store<f32>(out + (<usize>i << 2), dotRow(rows, query, d));
    rows += <usize>d << 2;
  }
}

/** Cosine similarity; 0 where a row or the query is all zero. */
export function scanCosine(rows: usize, query: usize, out: usize, n: i32, d: i32): void {
  const whole = (<usize>d & ~7) << 2, bytes = <usize>d << 2;
  const queryNorm = Mathf.sqrt(dotRow(query, query, d));
  for (let i = 0; i < n; i++) {
    let a = f32x4.splat(0), b = a, c = a, e = a;
    for (let j: usize = 0; j < whole; j += 32) {
      const x = v128.load(rows + j), y = v128.load(rows + j, 16);
      a = madd(x, v128.load(query + j), a);
      b = madd(y, v128.load(query + j, 16), b);
      c = madd(x, x, c);
      e = madd(y, y, e);
    }
    let dot = sumLanes(f32x4.add(a, b)), square = sumLanes(f32x4.add(c, e));
    for (let j = whole; j < bytes; j += 4) {
      const x = load<f32>(rows + j);
      dot += x * load<f32>(query + j);
      square += x * x;
    }
    const norms = queryNorm * Mathf.sqrt(square);
    store<f32>(out + (<usize>i << 2), norms > 0 ? dot / norms : 0);
    rows += bytes;
  }
}

/** Squared Euclidean distance. */
export function scanL2(rows: usize, query: usize, out: usize, n: i32, d: i32): void {
  const whole = (<usize>d & ~15) << 2, bytes = <usize>d << 2;
  for (let i = 0; i < n; i++) {
    let a = f32x4.splat(0), b = a, c = a, e = a;
    for (let j: usize = 0; j < whole; j += 64) {
      const s = f32x4.sub(v128.load(rows + j), v128.load(query + j));
      const t = f32x4.sub(v128.load(rows + j, 16), v128.load(query + j, 16));
      const u = f32x4.sub(v128.load(rows + j, 32), v128.load(query + j, 32));
      const v = f32x4.sub(v128.load(rows + j, 48), v128.load(query + j, 48));
      a = madd(s, s, a);
      b = madd(t, t, b);
      c = madd(u, u, c);
      e = madd(v, v, e);
    }
    let sum = sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, e)));
    for (let j = whole; j < bytes; j += 4) {
      const s = load<f32>(rows + j) - load<f32>(query + j);
      sum += s * s;
    }
    store<f32>(out + (<usize>i << 2), sum);
    rows += bytes;
  }
}
