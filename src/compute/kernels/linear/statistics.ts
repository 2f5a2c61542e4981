// Columns of numbers: shifting and scaling, windows, bins. What is summed is summed in f64.

/** 2^28: f64 beside a value so many times as large as a sum keeps 25 bits of the sum. */
const MOST_RATIO: f64 = 268435456;

/** out = (x - center) * scale, in f64, rounded once. `out` may be `x`. */
export function shiftScale(x: usize, out: usize, n: i32, center: f64, scale: f64): void {
  const c = f64x2.splat(center), s = f64x2.splat(scale);
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    const y = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x + (<usize>i << 2))), c);
    v128.store64_lane(out + (<usize>i << 2), f32x4.demote_f64x2_zero(f64x2.mul(y, s)), 0);
  }
  for (; i < n; i++) {
    const y = <f64>load<f32>(x + (<usize>i << 2));
    store<f32>(out + (<usize>i << 2), <f32>((y - center) * scale));
  }
}

/**
 * Mean of each value and the `window - 1` before it; NaN until there are so many, and where one of
 * them is not finite. The running sum starts anew every 1024 windows, so its error does not grow, and
 * when a value leaves that was so large that f64 kept too little of the others beside it.
 */
export function rollingMean(x: usize, out: usize, n: i32, window: i32): void {
  let sum: f64 = 0;
  let bad = 0;
  let isSpoilt = false;
  for (let i = 0; i < n; i++) {
    const at = x + (<usize>i << 2);
    const added = <f64>load<f32>(at);
    if (isFinite(added)) sum += added;
    else bad++;
    if (i >= window) {
      const gone = <f64>load<f32>(at - (<usize>window << 2));
      if (isFinite(gone)) {
        sum -= gone;
        isSpoilt = abs(gone) > MOST_RATIO * abs(sum);
      } else bad--;
    }
    if (i + 1 >= window && (isSpoilt || (i + 1 - window) % 1024 == 0)) {
      isSpoilt = false;
      sum = 0;
      for (let j = window - 1; j >= 0; j--) {
        const y = <f64>load<f32>(at - (<usize>j << 2));
        if (isFinite(y)) sum += y;
      }
    }
    const isWhole = i + 1 >= window && bad == 0;
    store<f32>(out + (<usize>i << 2), isWhole ? <f32>(sum / <f64>window) : NaN);
  }
}

/** Number of the bin of each value, as `histogram` counts them; -1 outside and for NaN. */
export function binIndex(x: usize, out: usize, n: i32, low: f64, high: f64, bins: i32): void {
  const scale = <f64>bins / (high - low);
  for (let i = 0; i < n; i++) {
    const y = <f64>load<f32>(x + (<usize>i << 2));
    const bin = y >= low && y <= high ? min(<i32>((y - low) * scale), bins - 1) : -1;
    store<i32>(out + (<usize>i << 2), bin);
  }
}
