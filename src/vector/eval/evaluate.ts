/** How well searches find what is relevant: metrics with intervals, and how they differ. */
import type { Rng } from "../../core/rng.ts";
import { type Estimate, estimateDifference, estimateMean } from "./bootstrap.ts";
import { METRIC_NAMES, type MetricName, measureRanking, type Relevance } from "./metrics.ts";

/** A query that was judged. */
export interface JudgedQuery<Query> {
  readonly query: Query;
  readonly relevance: Relevance;
}

/** A search under test: ids, best first, at least as many as are measured. */
export interface Searcher<Query> {
  readonly name: string;
  search(query: Query): readonly string[] | Promise<readonly string[]>;
}

/** One metric of one search. */
export interface EvaluationLine {
  readonly search: string;
  readonly metric: MetricName;
  readonly estimate: Estimate;
  /** To the first search, query by query; null for that one. */
  readonly difference: Estimate | null;
}

export interface EvaluationOptions {
  /** How many of the first results count. */
  readonly k: number;
  readonly rng: Rng;
  readonly metrics?: readonly MetricName[];
  /** Told after each query of each search, and waited for. */
  readonly onQuery?: () => void | Promise<void>;
}

/** Runs every query through every search. The first search is what the others are compared with. */
export async function evaluateSearches<Query>(
  searchers: readonly Searcher<Query>[],
  queries: readonly JudgedQuery<Query>[],
  { k, rng, metrics = METRIC_NAMES, onQuery }: EvaluationOptions,
): Promise<EvaluationLine[]> {
  const measured: Record<MetricName, number>[][] = [];
  for (const searcher of searchers) {
    const lines: Record<MetricName, number>[] = [];
    for (const { query, relevance } of queries) {
      lines.push(measureRanking(await searcher.search(query), relevance, k));
      await onQuery?.();
    }
    measured.push(lines);
  }
  return searchers.flatMap(({ name }, s) =>
    metrics.map((metric): EvaluationLine => {
      const valuesOf = (lines: (typeof measured)[number]): number[] =>
        lines.map((line) => line[metric]);
      const values = valuesOf(measured[s]!);
      return {
        search: name,
        metric,
        estimate: estimateMean(values, { rng }),
        difference: s === 0 ? null : estimateDifference(values, valuesOf(measured[0]!), { rng }),
      };
    }),
  );
}
