/** Random draws the generator needs beyond `Rng`. Each takes the generator it consumes. */
import type { Rng } from "../../core/rng.ts";

/** One of the items, each as likely as the others. */
export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[rng.int(items.length)] as T;
}

/** True with the given probability. */
export function chance(rng: Rng, probability: number): boolean {
  return rng.next() < probability;
}

/** Exponentially distributed with the given mean. */
export function exponential(rng: Rng, mean: number): number {
  return -Math.log(1 - rng.next()) * mean;
}

/** Poisson count (Knuth's product method in steps of 30, so that exp() does not underflow). */
export function poisson(rng: Rng, mean: number): number {
  let count = 0;
  for (let rest = mean; rest > 0; rest -= 30) {
    const limit = Math.exp(-Math.min(30, rest));
    for (let product = rng.next(); product > limit; product *= rng.next()) count++;
  }
  return count;
}

/** Draws indices in proportion to fixed weights. */
export function createWeightedDraw(weights: readonly number[]): (rng: Rng) => number {
  const cumulative: number[] = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    cumulative.push(total);
  }
  return (rng) => {
    const wanted = rng.next() * total;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** The items in random order (Fisher-Yates); the argument is left alone. */
export function shuffle<T>(rng: Rng, items: readonly T[]): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return shuffled;
}
