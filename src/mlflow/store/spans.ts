/**
 * Spans of traces: rows of `spans` and `span_metrics`, and what a trace's row tells of its spans
 * (times, state, previews, tokens, cost, session), kept as `log_spans` of MLflow 3.11.1 does.
 */
import type { ExactJson } from "../../core/json/index.ts";
import type { Database, SqlValue } from "../../core/store/index.ts";
import { makePreview } from "../tracing/preview.ts";
import { printContent, type SpanRecord } from "../tracing/span-record.ts";
import {
  COST_ATTRIBUTE,
  INPUTS,
  MODEL,
  OUTPUTS,
  PROVIDER,
  TOKEN_USAGE_ATTRIBUTE,
} from "../tracing/translate.ts";
import {
  type Amounts,
  addAmounts,
  COST_KEYS,
  printAmounts,
  readAmounts,
  toNumber,
} from "../tracing/usage.ts";
import { dumpJson, loadJson } from "../wire/python-dump.ts";
import { getExperiment } from "./experiments.ts";
import { copyToAssessments, copyToTrace, hasColumn } from "./later-columns.ts";
import {
  ARTIFACT_LOCATION,
  getMetadata,
  locateTraceArtifacts,
  putMetadata,
  putTag,
  putTokenMetrics,
  SPANS_LOCATION,
  TOKEN_KEYS,
  TOKEN_USAGE,
  TRACE_COST,
  TRACE_SESSION,
} from "./traces.ts";

const NS_PER_MS = 1_000_000n;

/**
 * Writes spans of one trace, which is made in `experimentId` when it is new. Spans that are there
 * already are replaced. 404 when the trace is new and there is no such experiment.
 */
export function logSpans(
  database: Database,
  experimentId: string,
  spans: readonly [SpanRecord, ...SpanRecord[]],
): void {
  const { traceId } = spans[0];
  const times = timesOf(spans);
  const trace = getTrace(database, traceId) ?? makeTrace(database, experimentId, spans, times);
  for (const span of spans) writeSpan(database, traceId, trace.experimentId, span);
  writeTimes(database, traceId, times);
  writeSummary(database, trace, spans);
  writeUsage(database, traceId, spans);
  const session = spans.map((span) => span.attributes.get("session.id")).find(Boolean);
  if (session !== undefined && getMetadata(database, traceId, TRACE_SESSION) === null) {
    // NOTE: 3.11.1 keeps the quotes of the JSON here, later releases do not.
    const name = loadJson(session);
    putMetadata(database, traceId, TRACE_SESSION, typeof name === "string" ? name : session);
  }
  putTag(database, traceId, SPANS_LOCATION, "TRACKING_STORE");
}

interface Times {
  startMs: bigint;
  /** Null while no span has ended. */
  endMs: bigint | null;
}

function timesOf(spans: readonly SpanRecord[]): Times {
  let [startNs, endNs]: [bigint | null, bigint | null] = [null, null];
  for (const span of spans) {
    if (startNs === null || span.startNs < startNs) startNs = span.startNs;
    if (span.endNs !== null && (endNs === null || span.endNs > endNs)) endNs = span.endNs;
  }
  return {
    startMs: (startNs ?? 0n) / NS_PER_MS,
    endMs: endNs === null ? null : endNs / NS_PER_MS,
  };
}

interface TraceRow {
  traceId: string;
  experimentId: string;
  state: string;
  hasRequest: boolean;
  hasResponse: boolean;
}

function getTrace(database: Database, traceId: string): TraceRow | null {
  const row = database.get<TraceRow>(
    `SELECT request_id AS traceId, CAST(experiment_id AS TEXT) AS experimentId, status AS state,
       request_preview IS NOT NULL AS hasRequest, response_preview IS NOT NULL AS hasResponse
     FROM trace_info WHERE request_id = ?`,
    [traceId],
  );
  return row;
}

function makeTrace(
  database: Database,
  experimentId: string,
  spans: readonly [SpanRecord, ...SpanRecord[]],
  { startMs, endMs }: Times,
): TraceRow {
  const experiment = getExperiment(database, experimentId || "0", "ALL");
  const { traceId } = spans[0];
  const state = stateOf(spans) ?? "IN_PROGRESS";
  database.run(
    `INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status)
     VALUES (?, ?, ?, ?, ?)`,
    [traceId, experiment.experimentId, startMs, endMs === null ? null : endMs - startMs, state],
  );
  putTag(database, traceId, ARTIFACT_LOCATION, locateTraceArtifacts(experiment, traceId));
  return {
    traceId,
    experimentId: experiment.experimentId,
    state,
    hasRequest: false,
    hasResponse: false,
  };
}

/** The state of the trace by its root span; null when that is not among the spans. */
function stateOf(spans: readonly SpanRecord[]): string | null {
  const root = spans.find((span) => span.parentSpanId === null);
  if (root === undefined) return null;
  return root.status === "ERROR" ? "ERROR" : "OK";
}

const SPAN_COLUMNS = [
  ...["trace_id", "span_id", "experiment_id", "parent_span_id", "name", "type", "status"],
  ...["start_time_unix_nano", "end_time_unix_nano", "content"],
];

/** Later heads keep model and provider in columns of their own. */
function dimensionColumns(database: Database): string[] {
  return hasColumn(database, "spans", "dimension_attributes")
    ? ["dimension_attributes"]
    : ["model_name", "model_provider", ...COST_KEYS];
}

function upsertSpanSql(database: Database): string {
  const columns = [...SPAN_COLUMNS, ...dimensionColumns(database)];
  const updates = columns.slice(2).map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO spans (${columns.join(", ")})
    VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT (trace_id, span_id) DO UPDATE SET ${updates.join(", ")}`;
}

function writeSpan(
  database: Database,
  traceId: string,
  experimentId: string,
  span: SpanRecord,
): void {
  const costs = readAmounts(span.attributes.get(COST_ATTRIBUTE), COST_KEYS) ?? new Map();
  const row: SqlValue[] = [traceId, span.spanId, experimentId, span.parentSpanId, span.name];
  row.push(span.type, span.status, span.startNs, span.endNs, printContent(span));
  const [model, provider] = [MODEL, PROVIDER].map((key) => readDimension(span, key));
  if (hasColumn(database, "spans", "dimension_attributes")) {
    row.push(printDimensions(model ?? null, provider ?? null));
  } else {
    const amounts = COST_KEYS.map((key) => costs.get(key));
    row.push(toName(model), toName(provider));
    row.push(...amounts.map((amount) => (amount === undefined ? null : toNumber(amount))));
  }
  database.run(upsertSpanSql(database), row);
  for (const [key, amount] of costs) {
    database.run(
      `INSERT INTO span_metrics (trace_id, span_id, key, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (trace_id, span_id, key) DO UPDATE SET value = excluded.value`,
      [traceId, span.spanId, key, toNumber(amount)],
    );
  }
}

/** What costs and latencies are grouped by: model and provider; null when there is none. */
function readDimension(span: SpanRecord, key: string): ExactJson {
  const text = span.attributes.get(key);
  return text === undefined || text === "" ? null : loadJson(text);
}

function printDimensions(model: ExactJson, provider: ExactJson): string {
  const found = [
    [MODEL, model],
    [PROVIDER, provider],
  ].filter((entry) => entry[1] !== null);
  // SQLAlchemy keeps Python's None in a JSON column as JSON.
  return found.length === 0 ? "null" : dumpJson(Object.fromEntries(found));
}

function toName(value: ExactJson | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function writeTimes(database: Database, traceId: string, { startMs, endMs }: Times): void {
  const start = "min(timestamp_ms, :start)";
  const end = "max(coalesce(timestamp_ms + execution_time_ms, :end), :end)";
  const duration = endMs === null ? "" : `, execution_time_ms = ${end} - ${start}`;
  database.run(
    `UPDATE trace_info SET timestamp_ms = ${start}${duration} WHERE request_id = :traceId`,
    endMs === null ? { traceId, start: startMs } : { traceId, start: startMs, end: endMs },
  );
  copyToAssessments(database, traceId);
}

/** State and previews, which only root spans tell. */
function writeSummary(database: Database, trace: TraceRow, spans: readonly SpanRecord[]): void {
  const isOpen = trace.state === "IN_PROGRESS" || trace.state === "STATE_UNSPECIFIED";
  const state = isOpen ? stateOf(spans) : null;
  const roots = spans.filter((span) => span.parentSpanId === null);
  const request = trace.hasRequest ? undefined : textOf(roots, INPUTS);
  const response = trace.hasResponse ? undefined : textOf(roots, OUTPUTS);
  if (state === null && request === undefined && response === undefined) return;
  database.run(
    `UPDATE trace_info SET status = coalesce(?, status),
       request_preview = coalesce(?, request_preview),
       response_preview = coalesce(?, response_preview)
     WHERE request_id = ?`,
    [
      state,
      request === undefined ? null : makePreview(request, "user"),
      response === undefined ? null : makePreview(response, "assistant"),
      trace.traceId,
    ],
  );
}

function textOf(roots: readonly SpanRecord[], key: string): string | undefined {
  return roots.map((span) => span.attributes.get(key)).findLast(Boolean);
}

/** Adds the tokens and the cost of these spans to the trace's. */
function writeUsage(database: Database, traceId: string, spans: readonly SpanRecord[]): void {
  const tokens = sumOf(spans, TOKEN_USAGE_ATTRIBUTE, TOKEN_KEYS);
  if (tokens !== null) {
    const before = readAmounts(getMetadata(database, traceId, TOKEN_USAGE), TOKEN_KEYS);
    const total = addAmounts(before, tokens, TOKEN_KEYS);
    putMetadata(database, traceId, TOKEN_USAGE, printAmounts(total));
    const numbers = [...total].map(([key, amount]) => [key, toNumber(amount)] as const);
    putTokenMetrics(database, traceId, Object.fromEntries(numbers));
  }
  const cost = sumOf(spans, COST_ATTRIBUTE, COST_KEYS);
  if (cost !== null) {
    const before = readAmounts(getMetadata(database, traceId, TRACE_COST), COST_KEYS);
    const total = addAmounts(before, cost, COST_KEYS);
    putMetadata(database, traceId, TRACE_COST, printAmounts(total));
    for (const [key, amount] of total) copyToTrace(database, traceId, key, toNumber(amount));
  }
}

function sumOf(spans: readonly SpanRecord[], attribute: string, keys: readonly string[]) {
  let sum: Amounts | null = null;
  for (const span of spans) {
    const amounts = readAmounts(span.attributes.get(attribute), keys);
    if (amounts !== null) sum = addAmounts(sum, amounts, keys);
  }
  return sum;
}

/** `content` of every span of these traces: the root first, then by start. */
export function listSpanContents(
  database: Database,
  traceIds: readonly string[],
): Map<string, string[]> {
  const contents = new Map<string, string[]>();
  const rows = database.all<{ traceId: string; content: string }>(
    `SELECT trace_id AS traceId, content FROM spans
     WHERE trace_id IN (SELECT value FROM json_each(?))
     ORDER BY trace_id, parent_span_id IS NOT NULL, start_time_unix_nano, rowid`,
    [JSON.stringify(traceIds)],
  );
  for (const { traceId, content } of rows) {
    const list = contents.get(traceId);
    if (list === undefined) contents.set(traceId, [content]);
    else list.push(content);
  }
  return contents;
}
