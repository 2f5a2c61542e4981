/** `traces/metrics`: the statistics behind the charts of traces, and which of them there are. */

import { parseExperimentId } from "../store/experiments.ts";
import {
  type Aggregation,
  type DataPoint,
  type MetricView,
  queryTraceMetrics,
} from "../store/trace-metrics.ts";
import { isArray, isIntLike, isString, itemsAreStrings, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf, type MessageOf, message, oneOf } from "../wire/fields.ts";
import { wireDouble } from "../wire/print-json.ts";
import { printPythonFloat } from "../wire/python-json.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { apiRoute, type Call, type Route } from "./route.ts";

/** What can be asked of a metric. */
interface MetricFacts {
  readonly aggregations: readonly string[];
  readonly dimensions: readonly string[];
}

const COUNT = ["COUNT"];
const SPREAD = ["AVG", "PERCENTILE"];
const ALL = ["AVG", "PERCENTILE", "SUM"];
const tokens: MetricFacts = { aggregations: ALL, dimensions: ["trace_name"] };
const costs: MetricFacts = {
  aggregations: ALL,
  dimensions: ["span_model_name", "span_model_provider"],
};

const METRICS: Readonly<Record<MetricView, Readonly<Record<string, MetricFacts>>>> = {
  TRACES: {
    trace_count: { aggregations: COUNT, dimensions: ["trace_name", "trace_status"] },
    latency: { aggregations: SPREAD, dimensions: ["trace_name"] },
    input_tokens: tokens,
    output_tokens: tokens,
    total_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
  },
  SPANS: {
    span_count: {
      aggregations: COUNT,
      dimensions: [
        "span_model_name",
        "span_model_provider",
        "span_name",
        "span_status",
        "span_type",
      ],
    },
    latency: { aggregations: SPREAD, dimensions: ["span_name", "span_status"] },
    input_cost: costs,
    output_cost: costs,
    total_cost: costs,
  },
  ASSESSMENTS: {
    assessment_count: { aggregations: COUNT, dimensions: ["assessment_name", "assessment_value"] },
    assessment_value: { aggregations: SPREAD, dimensions: ["assessment_name"] },
  },
};

const aggregationFields = {
  aggregation_type: oneOf({ COUNT: 1, SUM: 2, AVG: 3, PERCENTILE: 4, MIN: 5, MAX: 6 }),
  percentile_value: "double",
} as const;

const fields = {
  experiment_ids: listOf("string"),
  view_type: oneOf({ TRACES: 1, SPANS: 2, ASSESSMENTS: 3 }),
  metric_name: "string",
  aggregations: listOf(message(aggregationFields)),
  dimensions: listOf("string"),
  filters: listOf("string"),
  time_interval_seconds: "int64",
  start_time_ms: "int64",
  end_time_ms: "int64",
  max_results: "int32",
  page_token: "string",
} as const;

const MAX_RESULTS = 1000;

export const traceMetricRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/traces/metrics",
    version: "3.0",
    isHeavy: true,
    fields,
    checks: {
      experiment_ids: [isArray, required, itemsAreStrings],
      view_type: [required],
      metric_name: [isString, required],
      aggregations: [isArray, required],
      dimensions: [isArray, itemsAreStrings],
      filters: [isArray, itemsAreStrings],
      time_interval_seconds: [isIntLike],
      start_time_ms: [isIntLike],
      end_time_ms: [isIntLike],
      max_results: [isIntLike],
      page_token: [isString],
    },
    handle: answer,
  }),
];

function answer({ context, message: sent }: Call<typeof fields>): object {
  const view = sent.view_type ?? "TRACES";
  const metricName = sent.metric_name ?? "";
  const aggregations = (sent.aggregations ?? []).map(readAggregation);
  const dimensions = sent.dimensions ?? [];
  checkQuestion(view, metricName, { aggregations, dimensions });
  const [startTimeMs, endTimeMs] = [sent.start_time_ms ?? null, sent.end_time_ms ?? null];
  const intervalSeconds = sent.time_interval_seconds || null;
  if (intervalSeconds !== null && (startTimeMs === null || endTimeMs === null)) {
    throw invalidParameter(
      "start_time_ms and end_time_ms are required if time_interval_seconds is set",
    );
  }
  const points = queryTraceMetrics(context.database, {
    experimentIds: (sent.experiment_ids ?? []).map(parseExperimentId),
    view,
    metricName,
    aggregations,
    dimensions,
    filters: sent.filters ?? [],
    intervalSeconds,
    startTimeMs,
    endTimeMs,
    maxResults: sent.max_results ?? MAX_RESULTS,
  });
  return points.length === 0
    ? {}
    : { data_points: points.map((point) => print(metricName, point)) };
}

function readAggregation(sent: MessageOf<typeof aggregationFields>): Aggregation {
  const type = sent.aggregation_type ?? "COUNT";
  const percentile = sent.percentile_value ?? null;
  if (type !== "PERCENTILE") {
    if (percentile === null) return { type, label: type, percentile };
    throw invalidParameter(
      `Percentile value is only allowed for PERCENTILE aggregation type, got ${type}`,
    );
  }
  if (percentile === null) {
    throw invalidParameter("Percentile value is required for PERCENTILE aggregation");
  }
  if (percentile >= 0 && percentile <= 100) {
    return { type, label: `P${printPythonFloat(percentile)}`, percentile };
  }
  throw invalidParameter(
    `Percentile value must be between 0 and 100, got ${printPythonFloat(percentile)}`,
  );
}

function checkQuestion(
  view: MetricView,
  metricName: string,
  asked: { aggregations: readonly Aggregation[]; dimensions: readonly string[] },
): void {
  const metrics = METRICS[view];
  const facts = Object.hasOwn(metrics, metricName) ? metrics[metricName] : undefined;
  if (facts === undefined) {
    throw invalidParameter(
      `metric_name must be one of ${pythonRepr(Object.keys(metrics))}, got '${metricName}'`,
    );
  }
  if (asked.aggregations.length === 0) throw invalidParameter("`aggregations` must not be empty.");
  const types = sortedStrangers(
    asked.aggregations.map(({ type }) => type),
    facts.aggregations,
  );
  if (types.length > 0) {
    throw invalidParameter(
      `Found invalid aggregation_type(s): ${pythonRepr(types)}. ` +
        `Supported aggregation types: ${pythonRepr(facts.aggregations)}`,
    );
  }
  const dimensions = sortedStrangers(asked.dimensions, facts.dimensions);
  if (dimensions.length === 0) return;
  throw invalidParameter(
    `Found invalid dimension(s): ${pythonRepr(dimensions)}. ` +
      `Supported dimensions: ${pythonRepr(facts.dimensions)}`,
  );
}

function sortedStrangers(asked: readonly string[], known: readonly string[]): string[] {
  return [...new Set(asked)].filter((one) => !known.includes(one)).sort();
}

function print(metricName: string, { dimensions, values }: DataPoint): object {
  const numbers = Object.entries(values).map(([label, value]) => [label, wireDouble(value)]);
  return {
    metric_name: metricName,
    dimensions: Object.keys(dimensions).length === 0 ? undefined : dimensions,
    values: Object.fromEntries(numbers),
  };
}
