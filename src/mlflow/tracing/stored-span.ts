/**
 * A span on its way out: from the JSON in `spans.content` to what answers show of it (`from_dict`,
 * `to_dict` and `to_otel_proto` of MLflow 3.11.1's `Span`).
 */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import { dumpUnicode, loadJson } from "../wire/python-dump.ts";
import { printSpanJson, type SpanJson } from "./span-record.ts";
import { SPAN_TYPE, translateKind } from "./translate.ts";

/** A span as it is read back. */
export interface StoredSpan extends Omit<SpanJson, "events"> {
  events: readonly { name: string; timeNs: bigint; attributes: { [key: string]: ExactJson } }[];
}

/** Reads `spans.content`; missing parts are empty. */
export function readContent(content: string): StoredSpan {
  const json = loadJson(content);
  const span = isJsonObject(json) ? json : {};
  const status = isJsonObject(span.status) ? span.status : {};
  return {
    traceId: toText(span.trace_id),
    spanId: toText(span.span_id),
    parentSpanId: toText(span.parent_span_id) || null,
    name: toText(span.name),
    startNs: toNanos(span.start_time_unix_nano),
    endNs: toNanos(span.end_time_unix_nano) || null,
    statusCode: toText(status.code) || "STATUS_CODE_UNSET",
    statusMessage: toText(status.message),
    attributes: readAttributes(span.attributes),
    events: (Array.isArray(span.events) ? span.events : []).filter(isJsonObject).map((event) => ({
      name: toText(event.name),
      timeNs: toNanos(event.time_unix_nano),
      attributes: isJsonObject(event.attributes) ? event.attributes : {},
    })),
  };
}

function readAttributes(json: ExactJson | undefined): Map<string, ExactJson> {
  const attributes = new Map(isJsonObject(json) ? Object.entries(json) : []);
  // Spans that older versions stored get their kind by today's conventions.
  const texts = new Map([...attributes].filter((entry) => typeof entry[1] === "string"));
  translateKind(texts as Map<string, string>);
  const type = texts.get(SPAN_TYPE);
  if (type !== undefined) attributes.set(SPAN_TYPE, type);
  return attributes;
}

function toText(value: ExactJson | undefined): string {
  return typeof value === "string" ? value : "";
}

function toNanos(value: ExactJson | undefined): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  return typeof value === "string" && /^\d{1,19}$/.test(value) ? BigInt(value) : 0n;
}

/** The span in the viewer's data and in `traces.json`. */
export function printStoredSpan(span: StoredSpan): string {
  const events = span.events.map((event) => ({
    ...event,
    attributes: dumpUnicode(event.attributes),
  }));
  return printSpanJson({ ...span, events });
}

/** The span as `opentelemetry.proto.trace.v1.Span` in JSON. */
export function printOtlpSpan(span: StoredSpan): object {
  const { statusMessage, attributes, events } = span;
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId ?? undefined,
    name: span.name || undefined,
    start_time_unix_nano: span.startNs || undefined,
    end_time_unix_nano: span.endNs ?? undefined,
    attributes: printEntries([...attributes].map(([key, value]) => [key, loadAttribute(value)])),
    events: events.length === 0 ? undefined : events.map(printOtlpEvent),
    status: {
      code: span.statusCode === "STATUS_CODE_UNSET" ? undefined : span.statusCode,
      message: statusMessage || undefined,
    },
  };
}

/** `get` of MLflow's attribute registry: an empty text has no value. */
function loadAttribute(value: ExactJson): ExactJson {
  if (typeof value !== "string") return value || null;
  return value === "" ? null : loadJson(value);
}

function printOtlpEvent(event: StoredSpan["events"][number]): object {
  return {
    time_unix_nano: event.timeNs || undefined,
    name: event.name || undefined,
    attributes: printEntries(Object.entries(event.attributes)),
  };
}

function printEntries(entries: readonly (readonly [string, ExactJson])[]): object[] | undefined {
  if (entries.length === 0) return undefined;
  return entries.map(([key, value]) => ({ key, value: printAnyValue(value) }));
}

function printAnyValue(value: ExactJson): object {
  if (value === null) return {};
  if (typeof value === "string") return { string_value: value };
  if (typeof value === "boolean") return { bool_value: value };
  if (typeof value === "number" || typeof value === "bigint") return { int_value: value };
  if (value instanceof JsonNumber) return { double_value: value.toNumber() };
  if (Array.isArray(value)) {
    const values = value.map(printAnyValue);
    return { array_value: values.length === 0 ? {} : { values } };
  }
  return { kvlist_value: { values: printEntries(Object.entries(value)) } };
}
