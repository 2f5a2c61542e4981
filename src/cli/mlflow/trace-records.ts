/** Traces and spans as records; names as MLflow's REST API has them. */
import { LONG, mapType, STRING, TIMESTAMP } from "../../lake/schema/data-type.ts";
import type { SpanEntity, TraceEntity } from "../../mlflow/index.ts";
import type { FieldSpec } from "../command.ts";
import type { RecordValues } from "../context.ts";
import { micros, toMap } from "./records.ts";

const TEXT_MAP = mapType(STRING, STRING);

export const TRACE_FIELDS = [
  { name: "trace_id", type: STRING },
  { name: "name", type: STRING, summary: "of its first span" },
  { name: "state", type: STRING, summary: "OK, ERROR or IN_PROGRESS" },
  { name: "request_time", type: TIMESTAMP },
  { name: "execution_duration_ms", type: LONG },
  { name: "request_preview", type: STRING },
  { name: "response_preview", type: STRING },
  { name: "experiment_id", type: STRING },
  { name: "trace_metadata", type: TEXT_MAP },
  { name: "tags", type: TEXT_MAP },
] as const satisfies readonly FieldSpec[];

export const SPAN_FIELDS = [
  { name: "span_id", type: STRING },
  { name: "parent_span_id", type: STRING, summary: "null for the first span" },
  { name: "name", type: STRING },
  { name: "type", type: STRING, summary: "LLM, TOOL, CHAIN …" },
  { name: "status", type: STRING, summary: "OK, ERROR or UNSET" },
  { name: "start_time", type: TIMESTAMP },
  { name: "duration_us", type: LONG, summary: "microseconds; null while it goes on" },
  { name: "status_message", type: STRING },
  { name: "attributes", type: TEXT_MAP, summary: "each value as JSON" },
] as const satisfies readonly FieldSpec[];

/** A trace by the names of TRACE_FIELDS. */
export function traceRecord(trace: TraceEntity): RecordValues {
  return {
    trace_id: trace.traceId,
    name: trace.name,
    state: trace.state,
    request_time: micros(trace.startedAtMs),
    execution_duration_ms: trace.durationMs === null ? null : BigInt(trace.durationMs),
    request_preview: trace.requestPreview,
    response_preview: trace.responsePreview,
    experiment_id: trace.experimentId,
    trace_metadata: toMap(trace.metadata),
    tags: toMap(trace.tags),
  };
}

/** A span by the names of SPAN_FIELDS. */
export function spanRecord(span: SpanEntity): RecordValues {
  const attributes = Object.entries(span.attributes).map(([key, value]) => [key, print(value)]);
  return {
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    name: span.name,
    type: span.type,
    status: span.status,
    start_time: span.startNs / 1000n,
    duration_us: span.endNs === null ? null : (span.endNs - span.startNs) / 1000n,
    status_message: span.statusMessage,
    attributes: toMap(Object.fromEntries(attributes)),
  };
}

function print(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? Number(item) : item));
}
