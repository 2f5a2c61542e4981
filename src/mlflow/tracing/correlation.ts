/**
 * How strongly two properties of traces go together: normalized pointwise mutual information, from
 * -1 (never together) by 0 (independent) to 1 (always). Bouma 2009, "Normalized (pointwise)
 * mutual information in collocation extraction"; the smoothed one adds Jeffreys' prior of 1/2 to
 * every cell of the 2x2 table.
 */
import type { TraceCounts } from "../store/trace-counts.ts";

const JEFFREYS_PRIOR = 0.5;

/** NaN where it is undefined: a property that no trace has. */
export function correlate({ first, second, both, all }: TraceCounts): {
  npmi: number;
  smoothed: number;
} {
  const cells = [both, first - both, second - both, all - first - second + both];
  if (all <= 0 || first === 0 || second === 0 || Math.min(...cells) < 0) {
    return { npmi: Number.NaN, smoothed: Number.NaN };
  }
  return {
    npmi: both === 0 ? -1 : computeNpmi(cells, 0),
    smoothed: computeNpmi(cells, JEFFREYS_PRIOR),
  };
}

function computeNpmi(cells: readonly number[], prior: number): number {
  if (cells.slice(1).every((cell) => cell === 0)) return 1;
  const [both = 0, onlyFirst = 0, onlySecond = 0, neither = 0] = cells.map((cell) => cell + prior);
  const all = both + onlyFirst + onlySecond + neither;
  const expected = Math.log(both + onlyFirst) + Math.log(both + onlySecond);
  const pointwise = Math.log(both) + Math.log(all) - expected;
  return Math.max(-1, Math.min(1, pointwise / (Math.log(all) - Math.log(both))));
}
