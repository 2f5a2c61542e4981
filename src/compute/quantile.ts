/** Quantiles of sorted values: linear between the two nearest, numpy's default (type 7). */
import { SovereignError } from "../core/errors.ts";

/** The `q` quantile of `count` sorted values; NaN when there are none. */
export function interpolate(count: number, q: number, at: (index: number) => number): number {
  if (!(q >= 0 && q <= 1)) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `quantile ${q} is not in 0..1`, {
      hint: "the median is 0.5",
    });
  }
  if (count === 0) return Number.NaN;
  const place = q * (count - 1);
  const below = Math.floor(place);
  const [low, high] = [at(below), at(Math.min(below + 1, count - 1))];
  return low === high || place === below ? low : low + (high - low) * (place - below);
}
