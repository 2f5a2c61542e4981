/**
 * How sure a mean over queries is: the percentile bootstrap (Efron 1979). Queries are drawn anew
 * with replacement, the mean of each drawing taken, and the middle 95 % of those means reported.
 * Two systems are compared query by query: the interval is that of the mean difference, far
 * narrower than what their own intervals tell (Sakai 2006).
 */
import type { Rng } from "../../core/rng.ts";

/** A mean and the interval it lies in. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly rng: Rng;
  /** Default 2000. */
  readonly rounds?: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/** The mean of the values with its interval; of no values 0. O(rounds · values). */
export function estimateMean(values: readonly number[], options: BootstrapOptions): Estimate {
  const { rng, rounds = 2000, confidence = 0.95 } = options;
  const count = values.length;
  if (count === 0) return { mean: 0, low: 0, high: 0 };
  const means = new Float64Array(rounds);
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[rng.int(count)]!;
    means[round] = sum / count;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  const at = (share: number): number => means[Math.round(share * (rounds - 1))]!;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { mean, low: at(tail), high: at(1 - tail) };
}

/** The mean of `values[i] − baseline[i]` with its interval; both lists are by query. */
export function estimateDifference(
  values: readonly number[],
  baseline: readonly number[],
  options: BootstrapOptions,
): Estimate {
  const differences = values.map((value, i) => value - baseline[i]!);
  return estimateMean(differences, options);
}
