// Sums that do not depend on the number of threads: blocks of 4096 values are summed in f64, and the
// block sums added pairwise. Minimum and maximum leave NaN out.

const BLOCK: i32 = 4096;

/** Sum of (x - center)^power over one block; power is 1 or 2. */
@inline
function blockSum(x: usize, n: i32, center: f64, power: i32): f64 {
  const c = f64x2.splat(center);
  let a = f64x2.splat(0), b = a;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = x + (<usize>i << 2);
    let low = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at)), c);
    let high = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at, 8)), c);
    if (power == 2) {
      low = f64x2.mul(low, low);
      high = f64x2.mul(high, high);
    }
    a = f64x2.add(a, low);
    b = f64x2.add(b, high);
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < n; i++) {
    const y = <f64>load<f32>(x + (<usize>i << 2)) - center;
    sum += power == 2 ? y * y : y;
  }
  return sum;
}

/** f64 sums of blocks of 4096 into `sums`; `n` values from the start of a block. */
export function sumBlocks(x: usize, n: i32, center: f64, power: i32, sums: usize): void {
  for (let i = 0; i < n; i += BLOCK) {
    const at = x + (<usize>i << 2), length = min(BLOCK, n - i);
    const sum = power == 2 ? blockSum(at, length, center, 2) : blockSum(at, length, center, 1);
    store<f64>(sums, sum);
    sums += 8;
  }
}

/** Adds `count` f64 pairwise, in place: ((0 + 1) + (2 + 3)) + …. */
export function sumPairs(sums: usize, count: i32): f64 {
  if (count == 0) return 0;
  for (let gap = 1; gap < count; gap *= 2) {
    for (let i = 0; i + gap < count; i += 2 * gap) {
      const at = sums + (<usize>i << 3);
      store<f64>(at, load<f64>(at) + load<f64>(at + (<usize>gap << 3)));
    }
  }
  return load<f64>(sums);
}

/** Smallest and largest that are no NaN, into two f32; infinity and -infinity when there are none. */
export function minMax(x: usize, n: i32, out: usize): void {
  let low = f32x4.splat(Infinity), high = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const y = v128.load(x + (<usize>i << 2));
    // pmin(a, b) is b < a ? b : a, which keeps a beside a NaN.
    low = f32x4.pmin(low, y);
    high = f32x4.pmax(high, y);
  }
  let least: f32 = Infinity, most: f32 = -Infinity;
  for (let lane = 0; lane < 4; lane++) {
    store<f32>(out, f32x4.extract_lane(low, 0));
    least = min(least, load<f32>(out));
    store<f32>(out, f32x4.extract_lane(high, 0));
    most = max(most, load<f32>(out));
    low = i8x16.shuffle(low, low, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    high = i8x16.shuffle(high, high, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
  for (; i < n; i++) {
    const y = load<f32>(x + (<usize>i << 2));
    if (y < least) least = y;
    if (y > most) most = y;
  }
  store<f32>(out, least);
  store<f32>(out, most, 4);
}
