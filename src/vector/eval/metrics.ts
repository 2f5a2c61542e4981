/**
 * How good one ranking is, as trec_eval measures it. A ranking is a list of ids, best first; what
 * is relevant is a map from id to gain, gains above 0. Metrics of one query lie from 0 to 1; the
 * mean over queries is what is reported.
 *
 * | metric      | value                                                                    |
 * |-------------|--------------------------------------------------------------------------|
 * | hit@k       | 1 when one of the first k is relevant                                    |
 * | recall@k    | relevant among the first k / relevant                                    |
 * | precision@k | relevant among the first k / k                                           |
 * | mrr@k       | 1 / rank of the first relevant one, 0 beyond k                           |
 * | ndcg@k      | Σ gain / log2(rank + 1), over the same of the best order there could be  |
 * | map@k       | mean over the relevant of the precision at their ranks, 0 beyond k       |
 */

/** Gain of each relevant id. */
export type Relevance = ReadonlyMap<string, number>;

export const METRIC_NAMES = ["hit", "recall", "precision", "mrr", "ndcg", "map"] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** Every metric of one ranking at `k`. Nothing relevant gives 0 throughout. */
export function measureRanking(
  ranking: readonly string[],
  relevance: Relevance,
  k: number,
): Record<MetricName, number> {
  const gains = ranking.slice(0, k).map((id) => relevance.get(id) ?? 0);
  const relevant = [...relevance.values()].filter((gain) => gain > 0);
  const found = gains.filter((gain) => gain > 0).length;
  const first = gains.findIndex((gain) => gain > 0);
  const best = relevant.sort((a, b) => b - a).slice(0, k);
  return {
    hit: found > 0 ? 1 : 0,
    recall: ratio(found, relevant.length),
    precision: ratio(found, k),
    mrr: first < 0 ? 0 : 1 / (first + 1),
    ndcg: ratio(discountedGain(gains), discountedGain(best)),
    map: ratio(precisionSum(gains), relevant.length),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function discountedGain(gains: readonly number[]): number {
  return gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}

/** Precisions at the ranks of the relevant ones, added up. */
function precisionSum(gains: readonly number[]): number {
  let found = 0;
  return gains.reduce((sum, gain, i) => {
    if (gain <= 0) return sum;
    found++;
    return sum + found / (i + 1);
  }, 0);
}
