/**
 * Statistics over traces, their spans and their assessments: counts, sums, means and percentiles,
 * grouped by dimensions and buckets of time (`sql_trace_metrics_utils.py` of MLflow 3.11.1).
 * Percentiles interpolate linearly; they are computed here, as SQLite has none.
 */
import type { Database } from "../../core/store/index.ts";
import { parseTraceMetricFilter, type TraceMetricClause } from "../search/trace-metrics.ts";
import { invalidParameter } from "../wire/error.ts";
import type { Int64 } from "../wire/fields.ts";
import { hasColumn } from "./later-columns.ts";

export type MetricView = "TRACES" | "SPANS" | "ASSESSMENTS";

/** One statistic; `label` names it in the answer: `COUNT`, `P50.0`. */
export interface Aggregation {
  readonly type: "COUNT" | "SUM" | "AVG" | "PERCENTILE" | "MIN" | "MAX";
  readonly label: string;
  /** 0 to 100, for percentiles. */
  readonly percentile: number | null;
}

/** A checked question: `trace-metrics.ts` of the routes refuses what makes no sense. */
export interface MetricQuery {
  readonly experimentIds: readonly string[];
  readonly view: MetricView;
  readonly metricName: string;
  readonly aggregations: readonly Aggregation[];
  readonly dimensions: readonly string[];
  readonly filters: readonly string[];
  /** Null for no buckets of time. */
  readonly intervalSeconds: Int64 | null;
  readonly startTimeMs: Int64 | null;
  readonly endTimeMs: Int64 | null;
  readonly maxResults: number;
}

/** One group with its statistics; those without a value are left out. */
export interface DataPoint {
  dimensions: Record<string, string>;
  values: Record<string, number>;
}

const NUMBER_OF_ASSESSMENT = `CASE
  WHEN assessments.value IN ('true', '"yes"') THEN 1.0
  WHEN assessments.value IN ('false', '"no"') THEN 0.0
  WHEN assessments.value = 'null' OR substr(assessments.value, 1, 1) IN ('"', '[', '{') THEN NULL
  ELSE CAST(assessments.value AS REAL) END`;

/** The value that a metric is about. Tokens and costs are looked up by name. */
const VALUES: Readonly<Record<string, string>> = {
  "TRACES trace_count": "trace_info.request_id",
  "TRACES latency": "trace_info.execution_time_ms",
  "SPANS span_count": "spans.span_id",
  "SPANS latency": "(spans.end_time_unix_nano - spans.start_time_unix_nano) / 1000000",
  "ASSESSMENTS assessment_count": "assessments.assessment_id",
  "ASSESSMENTS assessment_value": NUMBER_OF_ASSESSMENT,
};

/** Where later heads keep what 3.11.1 has in `dimension_attributes`. */
const LATER_DIMENSIONS: Readonly<Record<string, string>> = {
  span_model_name: "spans.model_name",
  span_model_provider: "spans.model_provider",
};

const DIMENSIONS: Readonly<Record<string, string>> = {
  trace_name: "name_tag.value",
  trace_status: "trace_info.status",
  span_name: "spans.name",
  span_type: "spans.type",
  span_status: "spans.status",
  span_model_name: `json_extract(spans.dimension_attributes, '$."mlflow.llm.model"')`,
  span_model_provider: `json_extract(spans.dimension_attributes, '$."mlflow.llm.provider"')`,
  assessment_name: "assessments.name",
  assessment_value: "assessments.value",
};

const JOINS: Readonly<Record<MetricView, string>> = {
  TRACES: "",
  SPANS: "JOIN spans ON spans.trace_id = trace_info.request_id",
  ASSESSMENTS: "JOIN assessments ON assessments.trace_id = trace_info.request_id",
};

const TIMES: Readonly<Record<MetricView, string>> = {
  TRACES: "trace_info.timestamp_ms",
  SPANS: "spans.start_time_unix_nano / 1000000",
  ASSESSMENTS: "assessments.created_timestamp",
};

/** SQL of the same groups for both statements. */
interface Parts {
  from: string;
  value: string;
  /** Expressions to group by, time first. */
  groups: string[];
  parameters: (string | Int64)[];
}

/** The groups in order of time and dimensions, `maxResults` at most. */
export function queryTraceMetrics(database: Database, query: MetricQuery): DataPoint[] {
  const isLater = !hasColumn(database, "spans", "dimension_attributes");
  const columns = isLater ? { ...DIMENSIONS, ...LATER_DIMENSIONS } : DIMENSIONS;
  const parts = buildParts(query, columns);
  const percentiles = query.aggregations.filter(({ type }) => type === "PERCENTILE");
  const rows = readGroups(database, query, parts);
  const values = percentiles.length === 0 ? null : readValues(database, parts);
  const names = [...(query.intervalSeconds ? ["time_bucket"] : []), ...query.dimensions];
  return rows.flatMap((row) => {
    const keys = parts.groups.map((_, index) => row[`g${index}`] ?? null);
    if (keys.includes(null)) return [];
    const sorted = values?.get(JSON.stringify(keys)) ?? new Float64Array();
    const numbers = query.aggregations.flatMap((aggregation, index) => {
      const { type, label, percentile } = aggregation;
      const number =
        type === "PERCENTILE" ? interpolate(sorted, percentile ?? 0) : row[`a${index}`];
      return number === null || number === undefined ? [] : [[label, Number(number)] as const];
    });
    if (numbers.length === 0) return [];
    const dimensions = keys.map((key, index) => [names[index], printKey(names[index], key)]);
    return [{ dimensions: Object.fromEntries(dimensions), values: Object.fromEntries(numbers) }];
  });
}

type GroupRow = Record<string, string | number | null>;

function readGroups(database: Database, query: MetricQuery, parts: Parts): GroupRow[] {
  const { from, value, groups, parameters } = parts;
  const columns = [
    ...groups.map((group, index) => `${group} AS g${index}`),
    ...query.aggregations.map(({ type }, index) =>
      type === "PERCENTILE" ? `NULL AS a${index}` : `${type}(${value}) AS a${index}`,
    ),
  ];
  const grouping = groups.length === 0 ? "" : groups.map((_, index) => `g${index}`).join(", ");
  const order = grouping === "" ? "" : `GROUP BY ${grouping} ORDER BY ${grouping}`;
  const sql = `SELECT ${columns.join(", ")} ${from} ${order} LIMIT ?`;
  return database.all<GroupRow>(sql, [...parameters, query.maxResults]);
}

/** Every value by its group, sorted. */
function readValues(database: Database, parts: Parts): Map<string, Float64Array> {
  const columns = [`${parts.value} AS v`, ...parts.groups.map((group, at) => `${group} AS g${at}`)];
  const lists = new Map<string, number[]>();
  for (const row of database.iterate<GroupRow>(
    `SELECT ${columns.join(", ")} ${parts.from}`,
    parts.parameters,
  )) {
    if (row.v === null) continue;
    const key = JSON.stringify(parts.groups.map((_, index) => row[`g${index}`] ?? null));
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [Number(row.v)]);
    else list.push(Number(row.v));
  }
  return new Map([...lists].map(([key, list]) => [key, Float64Array.from(list).sort()]));
}

function interpolate(sorted: Float64Array, percentile: number): number | null {
  const last = sorted.length - 1;
  if (last < 0) return null;
  const place = (percentile / 100) * last;
  const at = Math.floor(place);
  const [low = 0, high = 0] = [sorted[at], sorted[Math.min(at + 1, last)]];
  return low + (place - at) * (high - low);
}

function printKey(name: string | undefined, key: string | number | null): string {
  if (name !== "time_bucket") return String(key);
  return new Date(Number(key)).toISOString().replace(".000Z", "+00:00");
}

function buildParts(query: MetricQuery, columns: Readonly<Record<string, string>>): Parts {
  const { view, metricName, dimensions, intervalSeconds } = query;
  const parameters: (string | Int64)[] = [];
  const joins = ["FROM trace_info", JOINS[view]];
  let value = VALUES[`${view} ${metricName}`];
  if (value === undefined) {
    const owner = view === "TRACES" ? "trace_metrics" : "span_metrics";
    joins.push(
      view === "TRACES"
        ? "JOIN trace_metrics ON trace_metrics.request_id = trace_info.request_id"
        : "JOIN span_metrics ON span_metrics.trace_id = spans.trace_id" +
            " AND span_metrics.span_id = spans.span_id",
    );
    joins.push(`AND ${owner}.key = ?`);
    parameters.push(metricName);
    value = `${owner}.value`;
  }
  if (dimensions.includes("trace_name")) {
    joins.push(
      "JOIN trace_tags AS name_tag ON name_tag.request_id = trace_info.request_id" +
        " AND name_tag.key = 'mlflow.traceName'",
    );
  }
  const conditions = buildConditions(query, parameters);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const groups = dimensions.map((dimension) => columns[dimension] as string);
  if (intervalSeconds) {
    // The number is our own, and a parameter would have to be bound before all others.
    const bucketMs = BigInt(intervalSeconds) * 1000n;
    groups.unshift(`(${TIMES[view]}) / ${bucketMs} * ${bucketMs}`);
  }
  return { from: `${joins.join(" ")} ${where}`, value, groups, parameters };
}

function buildConditions(query: MetricQuery, parameters: (string | Int64)[]): string[] {
  const conditions: string[] = [];
  const add = (condition: string, ...values: (string | Int64)[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (query.experimentIds.length > 0) {
    const marks = query.experimentIds.map(() => "?").join(", ");
    add(`trace_info.experiment_id IN (${marks})`, ...query.experimentIds);
  }
  if (query.startTimeMs !== null) add("trace_info.timestamp_ms >= ?", query.startTimeMs);
  if (query.endTimeMs !== null) add("trace_info.timestamp_ms <= ?", query.endTimeMs);
  for (const filter of query.filters) {
    const clause = parseTraceMetricFilter(filter);
    checkView(clause, query.view);
    if (clause.key === null) {
      add(`${columnOf(clause)} = ?`, clause.value);
      continue;
    }
    const table = clause.entity === "tag" ? "trace_tags" : "trace_request_metadata";
    add(
      `EXISTS (SELECT 1 FROM ${table} AS t WHERE t.request_id = trace_info.request_id
         AND t.key = ? AND t.value = ?)`,
      clause.key,
      clause.value,
    );
  }
  return conditions;
}

function columnOf({ view, entity }: TraceMetricClause): string {
  if (view === "trace") return "trace_info.status";
  if (view === "span") return `spans.${entity}`;
  return entity === "type" ? "assessments.assessment_type" : "assessments.name";
}

function checkView({ view: asked }: TraceMetricClause, view: MetricView): void {
  const needed = { trace: view, span: "SPANS", assessment: "ASSESSMENTS" }[asked];
  if (needed === view) return;
  throw invalidParameter(
    `Filtering by ${asked} is only supported for ${needed} view type, got ${view}`,
  );
}
