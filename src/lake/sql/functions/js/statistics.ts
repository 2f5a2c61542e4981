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

interface Moments {
  n: number;
  m2: number;
  m3: number;
  m4: number;
}

function moments(values: readonly number[]): Moments {
  let [n, average, m2, m3, m4] = [0, 0, 0, 0, 0];
  for (const x of values) {
    n += 1;
    const delta = x - average;
    const deltaN = delta / n;
    average += deltaN;
    const newM2 = m2 + delta * (delta - deltaN);
    const delta2 = delta * delta;
    const deltaN2 = deltaN * deltaN;
    const newM3 = m3 - 3 * deltaN * newM2 + delta * (delta2 - deltaN2);
    m4 =
      m4 - 4 * deltaN * newM3 - 6 * deltaN2 * newM2 + delta * (delta * delta2 - deltaN * deltaN2);
    m3 = newM3;
    m2 = newM2;
  }
  return { n, m2, m3, m4 };
}

/** Population skewness; NaN where all values are equal counts as NULL. */
export function skewness(values: readonly number[]): number | null {
  const { n, m2, m3 } = moments(values);
  if (n === 0 || m2 === 0) return null;
  return (Math.sqrt(n) * m3) / Math.sqrt(m2 * m2 * m2);
}

/** Excess kurtosis. */
export function kurtosis(values: readonly number[]): number | null {
  const { n, m2, m4 } = moments(values);
  if (n === 0 || m2 === 0) return null;
  return (n * m4) / (m2 * m2) - 3;
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
