/** The definition of the statistics: plain loops in f64. */
import type { Bins, Moments, StatisticsOps } from "../backend.ts";
import { checkBins, checkCount, checkLength, checkSpread } from "../check.ts";
import { interpolate } from "../quantile.ts";

export const statisticsOps: StatisticsOps = {
  sum: (x) => x.reduce((sum, value) => sum + value, 0),
  moments,
  minMax(x) {
    const held = x.filter((value) => !Number.isNaN(value));
    return [
      held.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      held.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ];
  },
  quantiles(x, q) {
    const sorted = x.filter((value) => !Number.isNaN(value)).sort();
    return q.map((part) => interpolate(sorted.length, part, (i) => sorted[i]!));
  },
  zScore(x, out, ddof = 0) {
    checkLength("out", out.length, x.length);
    const { mean, deviation } = moments(x, ddof);
    checkSpread(statisticsOps.minMax(x));
    for (let i = 0; i < x.length; i++) out[i] = (x[i]! - mean) / deviation;
  },
  minMaxScale(x, out) {
    checkLength("out", out.length, x.length);
    const [min, max] = statisticsOps.minMax(x);
    checkSpread([min, max]);
    for (let i = 0; i < x.length; i++) out[i] = (x[i]! - min) / (max - min);
  },
  logShifted(x, offset, out) {
    checkLength("out", out.length, x.length);
    for (let i = 0; i < x.length; i++) out[i] = Math.log(Math.fround(x[i]! + offset));
  },
  rollingMean(x, window, out) {
    checkCount("window", window, 1);
    checkLength("out", out.length, x.length);
    const values = [...x];
    for (let i = 0; i < x.length; i++) {
      const held = values.slice(Math.max(0, i + 1 - window), i + 1);
      const isWhole = held.length === window && held.every(Number.isFinite);
      out[i] = isWhole ? held.reduce((sum, value) => sum + value, 0) / window : Number.NaN;
    }
  },
  histogram(x, bins) {
    checkBins(bins);
    const counts = new Uint32Array(bins.count);
    for (const value of x) {
      const bin = findBin(value, bins);
      if (bin >= 0) counts[bin]!++;
    }
    return counts;
  },
  binIndex(x, bins, out) {
    checkBins(bins);
    checkLength("out", out.length, x.length);
    for (let i = 0; i < x.length; i++) out[i] = findBin(x[i]!, bins);
  },
};

function moments(x: Float32Array, ddof: 0 | 1 = 0): Moments {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const variance = squares / (x.length - ddof);
  return { mean, variance, deviation: Math.sqrt(variance) };
}

function findBin(value: number, { count, low, high }: Bins): number {
  if (!(value >= low && value <= high)) return -1;
  return Math.min(Math.trunc((value - low) * (count / (high - low))), count - 1);
}
