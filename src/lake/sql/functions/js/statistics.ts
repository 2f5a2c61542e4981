/** Statistics over gathered values, in the order of operations Spark uses (Welford updates). */

import { runtimeError } from "../builder.ts";

/** Percentiles by linear interpolation between neighbours; null for no values. */
export function percentiles(
  values: readonly number[],
  shares: readonly number[],
  descending = false,
): number[] | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  if (descending) sorted.reverse();
  return shares.map((share) => {
    const position = (sorted.length - 1) * share;
    const lower = Math.floor(position);
    const higher = Math.ceil(position);
    const [low, high] = [sorted[lower]!, sorted[higher]!];
    if (lower === higher || low === high) return low;
    return (higher - position) * low + (position - lower) * high;
  });
}

/** The first value that so large a share of the values does not exceed; null for no values. */
export function discretePercentiles(
  values: readonly number[],
  shares: readonly number[],
  descending = false,
): number[] | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  if (descending) sorted.reverse();
  return shares.map((share) => sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)]!);
}

function comoments(a: readonly number[], b: readonly number[]) {
  let [n, xAverage, yAverage, ck, xMk, yMk] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    n += 1;
    const dx = a[i]! - xAverage;
    const dy = b[i]! - yAverage;
    const dyN = dy / n;
    const dxN = dx / n;
    xAverage += dxN;
    yAverage += dyN;
    ck += dx * (b[i]! - yAverage);
    xMk += dx * (a[i]! - xAverage);
    yMk += dy * (b[i]! - yAverage);
  }
  return { n, xAverage, yAverage, ck, xMk, yMk };
}

/** Pearson correlation. */
export function correlation(a: readonly number[], b: readonly number[]): number | null {
  const { n, ck, xMk, yMk } = comoments(a, b);
  if (n === 0 || n === 1) return null;
  const divisor = Math.sqrt(xMk * yMk);
  if (divisor === 0) {
    const message = "division by zero: one side of corr does not vary";
    throw runtimeError("DIVIDE_BY_ZERO", "22012", message);
  }
  return ck / divisor;
}

/** Covariance with `less` degrees of freedom taken off. */
export function covariance(a: readonly number[], b: readonly number[], less: 0 | 1): number | null {
  const { n, ck } = comoments(a, b);
  if (n === 0 || n - less === 0) return null;
  return ck / (n - less);
}

/** Sums of powers of the differences from the average, updated value by value. */
function moments(values: readonly number[]): { n: number; m2: number; m3: number; m4: number } {
  let [n, average, m2, m3, m4] = [0, 0, 0, 0, 0];
  for (const value of values) {
    n += 1;
    const delta = value - average;
    const share = delta / n;
    average += share;
    m2 += delta * (delta - share);
    const [delta2, share2] = [delta * delta, share * share];
    m3 = m3 - 3 * share * m2 + delta * (delta2 - share2);
    m4 = m4 - 4 * share * m3 - 6 * share2 * m2 + delta * (delta * delta2 - share * share2);
  }
  return { n, m2, m3, m4 };
}

/** Variance with `less` degrees of freedom taken off. */
export function variance(values: readonly number[], less: 0 | 1): number | null {
  const { n, m2 } = moments(values);
  return n - less <= 0 ? null : m2 / (n - less);
}

/** Skewness; null where the values do not vary. */
export function skewness(values: readonly number[]): number | null {
  const { n, m2, m3 } = moments(values);
  return m2 === 0 ? null : (Math.sqrt(n) * m3) / Math.sqrt(m2 * m2 * m2);
}

/** Excess kurtosis; null where the values do not vary. */
export function kurtosis(values: readonly number[]): number | null {
  const { n, m2, m4 } = moments(values);
  return m2 === 0 ? null : (n * m4) / (m2 * m2) - 3;
}

/** The least-squares line through pairs `(y, x)` and the sums it is made of. */
export interface Regression {
  readonly slope: number | null;
  readonly intercept: number | null;
  readonly r2: number | null;
  readonly sxx: number | null;
  readonly sxy: number | null;
  readonly syy: number | null;
}

/** The regression of y on x. */
export function regression(y: readonly number[], x: readonly number[]): Regression {
  // Slope and intercept take x first, the others y first, which shows in the last digit.
  const { n, ck, xAverage, yAverage } = comoments(x, y);
  const turned = comoments(y, x);
  const [m2, syy] = [moments(x).m2, moments(y).m2];
  const slope = m2 === 0 ? null : ck / m2;
  // Spark merges into an empty buffer, which divides the averages by n and multiplies again.
  const [xMerged, yMerged] = [(xAverage / n) * n, (yAverage / n) * n];
  const correlated = turned.ck / Math.sqrt(turned.xMk * turned.yMk);
  return {
    slope,
    intercept: slope === null ? null : yMerged - slope * xMerged,
    r2: turned.yMk === 0 ? null : turned.xMk === 0 ? 1 : correlated * correlated,
    sxx: n === 0 ? null : m2,
    sxy: n === 0 ? null : turned.ck,
    syy: n === 0 ? null : syy,
  };
}
