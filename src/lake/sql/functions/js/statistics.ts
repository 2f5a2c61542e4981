/** Statistics over gathered values, in the order of operations Spark uses (Welford updates). */

/** Percentiles by linear interpolation between neighbours; null for no values. */
export function percentiles(values: readonly number[], shares: readonly number[]): number[] | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => {
    const position = (sorted.length - 1) * share;
    const lower = Math.floor(position);
    const higher = Math.ceil(position);
    const [low, high] = [sorted[lower]!, sorted[higher]!];
    if (lower === higher || low === high) return low;
    return (higher - position) * low + (position - lower) * high;
  });
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
  return xMk === 0 || yMk === 0 ? null : ck / Math.sqrt(xMk * yMk);
}

/** Covariance with `less` degrees of freedom taken off. */
export function covariance(a: readonly number[], b: readonly number[], less: 0 | 1): number | null {
  const { n, ck } = comoments(a, b);
  if (n === 0 || n - less === 0) return null;
  return ck / (n - less);
}

/** Averages of pairs, y first as the `regr_` functions take them. */
export interface PairAverages {
  readonly n: number;
  readonly averageX: number;
  readonly averageY: number;
}

/** How many pairs there are and what they average. */
export function averages(y: readonly number[], x: readonly number[]): PairAverages {
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  return { n: x.length, averageX: mean(x), averageY: mean(y) };
}
