/** Measuring searches: metrics of rankings, intervals by bootstrap, queries without judges. */
export { type BenchLine, type BenchOptions, benchCollection } from "./bench.ts";
export {
  type BootstrapOptions,
  type Estimate,
  estimateDifference,
  estimateMean,
} from "./bootstrap.ts";
export { type Cloze, takeSentence } from "./cloze.ts";
export { makeClozeCollection } from "./cloze-collection.ts";
export {
  type EvaluationLine,
  type EvaluationOptions,
  evaluateSearches,
  type JudgedQuery,
  type Searcher,
} from "./evaluate.ts";
export { METRIC_NAMES, type MetricName, measureRanking, type Relevance } from "./metrics.ts";
export { type JudgedText, readJudgedTexts } from "./read-queries.ts";
