// Row by row over (n, d): softmax and the two norms. Sums run in f64.
import { exp4 } from "./exp";

@inline
function add64(sum: v128, x: v128): v128 {
  const high = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(high)));
}

@inline
function sum64(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

function maximum(x: usize, d: i32): f32 {
  let best = f32x4.splat(-Infinity);
  let j = 0;
  for (; j + 4 <= d; j += 4) best = f32x4.max(best, v128.load(x + (<usize>j << 2)));
  let m = max(
    max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)),
    max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)),
  );
  for (; j < d; j++) m = max(m, load<f32>(x + (<usize>j << 2)));
  return m;
}

/** e^(x - max) over its sum, in each row. `out` may be `x`. */
export function softmax(x: usize, out: usize, n: i32, d: i32): void {
  for (let i = 0; i < n; i++) {
    const top = f32x4.splat(maximum(x, d));
    let sums = f64x2.splat(0);
    let j = 0;
    for (; j + 4 <= d; j += 4) {
      const e = exp4(f32x4.sub(v128.load(x + (<usize>j << 2)), top));
      v128.store(out + (<usize>j << 2), e);
      sums = add64(sums, e);
    }
    let sum = sum64(sums);
    for (; j < d; j++) {
      const e = exp4(f32x4.sub(v128.load32_splat(x + (<usize>j << 2)), top));
      store<f32>(out + (<usize>j << 2), f32x4.extract_lane(e, 0));
      sum += <f64>f32x4.extract_lane(e, 0);
    }
    scaleShift(out, out, 0, <f32>(1 / sum), 0, 0, d);
    x += <usize>d << 2;
    out += <usize>d << 2;
  }
}

/** out = (x - mean) * scale [* weight] [+ bias]; `weight` and `bias` may be 0. */
@inline
function scaleShift(
  x: usize, out: usize, mean: f32, scale: f32, weight: usize, bias: usize, d: i32,
): void {
  let j = 0;
  for (; j + 4 <= d; j += 4) {
    const at = <usize>j << 2;
    let y = f32x4.mul(f32x4.sub(v128.load(x + at), f32x4.splat(mean)), f32x4.splat(scale));
    if (weight) y = f32x4.mul(y, v128.load(weight + at));
    if (bias) y = f32x4.add(y, v128.load(bias + at));
    v128.store(out + at, y);
  }
  for (; j < d; j++) {
    const at = <usize>j << 2;
    let y = (load<f32>(x + at) - mean) * scale;
    if (weight) y *= load<f32>(weight + at);
    if (bias) y += load<f32>(bias + at);
    store<f32>(out + at, y);
  }
}

/** Mean square of (x - mean). */
function meanSquare(x: usize, mean: f64, d: i32): f64 {
  const center = f64x2.splat(mean);
  let sums = f64x2.splat(0);
  let j = 0;
  for (; j + 2 <= d; j += 2) {
    const y = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x + (<usize>j << 2))), center);
    sums = f64x2.add(sums, f64x2.mul(y, y));
  }
  let sum = sum64(sums);
  for (; j < d; j++) {
    const y = <f64>load<f32>(x + (<usize>j << 2)) - mean;
    sum += y * y;
  }
  return sum / <f64>d;
}

function mean(x: usize, d: i32): f64 {
  let sums = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= d; j += 4) sums = add64(sums, v128.load(x + (<usize>j << 2)));
  let sum = sum64(sums);
  for (; j < d; j++) sum += <f64>load<f32>(x + (<usize>j << 2));
  return sum / <f64>d;
}

/** Mean 0 and variance 1 in each row, times `weight`, plus `bias` (both may be 0: none). */
export function layerNorm(
  x: usize, weight: usize, bias: usize, out: usize, n: i32, d: i32, epsilon: f64,
): void {
  for (let i = 0; i < n; i++) {
    const center = mean(x, d);
    const scale = 1 / Math.sqrt(meanSquare(x, center, d) + epsilon);
    scaleShift(x, out, <f32>center, <f32>scale, weight, bias, d);
    x += <usize>d << 2;
    out += <usize>d << 2;
  }
}

/** Each row over its root mean square, times `weight` (may be 0: none). */
export function rmsNorm(
  x: usize, weight: usize, out: usize, n: i32, d: i32, epsilon: f64,
): void {
  for (let i = 0; i < n; i++) {
    const scale = 1 / Math.sqrt(meanSquare(x, 0, d) + epsilon);
    scaleShift(x, out, 0, <f32>scale, weight, 0, d);
    x += <usize>d << 2;
    out += <usize>d << 2;
  }
}
