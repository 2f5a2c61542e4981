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
  return { n, ck, xMk, yMk };
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

/** Variance with `less` degrees of freedom taken off. */
export function variance(values: readonly number[], less: 0 | 1, isMerged: boolean): number | null {
  let [n, average, m2] = [0, 0, 0];
  for (const value of values) {
    n += 1;
    const delta = value - average;
    const share = delta / n;
    average += share;
    m2 += delta * (delta - share);
  }
  // Spark merges the groups of an aggregate, not of a window, with an empty buffer: NaN where the
  // square of the average overflows.
  if (isMerged) m2 += average * (average / n) * 0 * n;
  return n - less <= 0 ? null : m2 / (n - less);
}
