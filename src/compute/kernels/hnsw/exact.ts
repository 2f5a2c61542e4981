// Scores of vectors, in double precision, as `vector/search/score.ts` defines them: metric 0 cosine,
// 1 product, 2 one through one more than the squared distance. Greater is nearer.
//
// A scan of all rows sums in f32 first. Where that sum, with all that rounding may have taken from
// it, is worse than the worst row kept, the row is left out: the result is that of double precision.
import { idIn } from "./heaps";
import { dims, metric, query, rowOf, sorted, touched, vectorOf } from "./state";
import { offer, topFloor } from "./top";

@inline
function sumPair(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

@inline
function low(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

@inline
function productOf(a: usize, b: usize): f64 {
  let s = f64x2.splat(0), t = s;
  let i = 0;
  for (; i + 4 <= dims; i += 4, a += 16, b += 16) {
    s = f64x2.add(s, f64x2.mul(low(a), low(b)));
    t = f64x2.add(t, f64x2.mul(low(a + 8), low(b + 8)));
  }
  let sum = sumPair(f64x2.add(s, t));
  for (; i < dims; i++, a += 4, b += 4) sum += <f64>load<f32>(a) * <f64>load<f32>(b);
  return sum;
}

@inline
function squaredDistance(a: usize, b: usize): f64 {
  let s = f64x2.splat(0), t = s;
  let i = 0;
  for (; i + 4 <= dims; i += 4, a += 16, b += 16) {
    const x = f64x2.sub(low(a), low(b)), y = f64x2.sub(low(a + 8), low(b + 8));
    s = f64x2.add(s, f64x2.mul(x, x));
    t = f64x2.add(t, f64x2.mul(y, y));
  }
  let sum = sumPair(f64x2.add(s, t));
  for (; i < dims; i++, a += 4, b += 4) {
    const x = <f64>load<f32>(a) - <f64>load<f32>(b);
    sum += x * x;
  }
  return sum;
}

/** Of a vector and the scratch's query, whose product with itself is `square`. */
@inline
function scoreOf(vector: usize, square: f64): f64 {
  if (metric == 2) return 1 / (1 + squaredDistance(query, vector));
  const product = productOf(query, vector);
  if (metric == 1) return product;
  const norms = Math.sqrt(square * productOf(vector, vector));
  return norms == 0 ? 0 : product / norms;
}

/** Offers the rows of `count` sorted nodes. */
export function offerSorted(count: i32): void {
  // Each line of all vectors first, as `touchCodes` does.
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const vector = vectorOf(rowOf(idIn(load<i64>(sorted + (<usize>i << 3)))));
    for (let j = 0; j < dims; j += 16) sum += load<i32>(vector + (<usize>j << 2));
  }
  store<i32>(touched, sum);
  const square = metric == 0 ? productOf(query, query) : 0;
  for (let i = 0; i < count; i++) {
    const row = rowOf(idIn(load<i64>(sorted + (<usize>i << 3))));
    offer(scoreOf(vectorOf(row), square), row);
  }
}

@inline
function sumLanes(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) +
    f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3)
  );
}

/** Whether the score of the query and a vector is below `floor`, for certain: metric 2. */
@inline
function isBeyond(vector: usize, floor: f64, slack: f64): bool {
  let a = query, b = vector;
  let s = f32x4.splat(0), t = s;
  let i = 0;
  for (; i + 8 <= dims; i += 8, a += 32, b += 32) {
    const x = f32x4.sub(v128.load(a), v128.load(b));
    const y = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    s = f32x4.add(s, f32x4.mul(x, x));
    t = f32x4.add(t, f32x4.mul(y, y));
  }
  const sum = <f64>sumLanes(f32x4.add(s, t));
  // (1 + sum) * floor > 1 where the score is below.
  return sum < 1e38 && (1 + sum * (1 - slack)) * floor > 1 + 1e-9;
}

/** Whether the score of the query and a vector is below `floor`, for certain: metrics 0 and 1. */
@inline
function isBelow(vector: usize, floor: f64, square: f64, slack: f64): bool {
  if (dims % 8 != 0) return false;
  let a = query, b = vector;
  let s = f32x4.splat(0), t = s, u = s, v = s;
  for (let i = 0; i < dims; i += 8, a += 32, b += 32) {
    const x = v128.load(b), y = v128.load(b, 16);
    s = f32x4.add(s, f32x4.mul(v128.load(a), x));
    t = f32x4.add(t, f32x4.mul(v128.load(a, 16), y));
    u = f32x4.add(u, f32x4.mul(x, x));
    v = f32x4.add(v, f32x4.mul(y, y));
  }
  const norms = <f64>sumLanes(f32x4.add(u, v)) * square;
  // Where f32 has too few bits, or none, nothing is certain.
  if (!(norms > 1e-20 && norms < 1e38)) return false;
  const product = <f64>sumLanes(f32x4.add(s, t)), most = Math.sqrt(norms);
  return metric == 1 ? product + slack * most < floor : product < (floor - slack) * most;
}

/** Offers the allowed rows from `from` below `to`. */
export function offerRows(from: i32, to: i32, allowed: usize): void {
  const square = metric == 2 ? 0 : productOf(query, query);
  const slack = <f64>(dims + 16) / 4_000_000;
  for (let row = from; row < to; row++) {
    if (allowed != 0 && load<u8>(allowed + <usize>row) != 1) continue;
    const vector = vectorOf(row), floor = topFloor();
    const isOut = metric == 2
      ? isBeyond(vector, floor, slack)
      : isBelow(vector, floor, square, slack);
    if (!isOut) offer(scoreOf(vector, square), row);
  }
}
