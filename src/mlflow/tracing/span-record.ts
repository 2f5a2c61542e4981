/**
 * A span on its way in: from OTLP to the row and the JSON that MLflow keeps of it
 * (`Span.from_otel_proto` and `to_dict` of MLflow 3.11.1). The way out is `stored-span.ts`.
 */
import type { ExactJson } from "../../core/json/index.ts";
import { dumpUnicode, escapeAscii } from "../wire/python-dump.ts";
import type { OtlpEvent, OtlpSpan, StatusCode } from "./otlp-spans.ts";
import { dumpAttribute, dumpValue } from "./span-values.ts";
import { type Attributes, SPAN_TYPE, translateSpan } from "./translate.ts";

const TRACE_ID_ATTRIBUTE = "mlflow.traceRequestId";

/** A span as it is stored. */
export interface SpanRecord {
  /** MLflow's id of the trace: `tr-` and 32 hexadecimal digits. */
  readonly traceId: string;
  readonly otelTraceId: Buffer;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly type: string | null;
  readonly status: StatusCode;
  readonly statusMessage: string;
  readonly startNs: bigint;
  /** Null while the span goes on. */
  readonly endNs: bigint | null;
  readonly attributes: Attributes;
  readonly events: readonly OtlpEvent[];
}

/** What cannot be a span of MLflow's: no ids, ids too long, times beyond 2^63. */
export class UnusableSpan extends Error {}

const MAX_TIME = 2n ** 63n;

/** The record of a span that came over OTLP, with its attributes translated. */
export function toSpanRecord(span: OtlpSpan): SpanRecord {
  if (span.traceId.length === 0) throw new UnusableSpan("trace_id is required but was empty");
  if (span.spanId.length === 0) throw new UnusableSpan("span_id is required but was empty");
  if (span.startNs >= MAX_TIME || span.endNs >= MAX_TIME) {
    throw new UnusableSpan("its times are beyond the year 2262");
  }
  const otelTraceId = fitId(span.traceId, 16);
  const parent = fitId(span.parentSpanId, 8);
  const attributes: Attributes = new Map();
  attributes.set(TRACE_ID_ATTRIBUTE, `"tr-${otelTraceId.toString("hex")}"`);
  for (const [key, value] of span.attributes) attributes.set(key, dumpAttribute(value));
  const sentId = span.attributes.get(TRACE_ID_ATTRIBUTE);
  const sentType = span.attributes.get(SPAN_TYPE) ?? null;
  translateSpan(attributes, span.events);
  return {
    traceId: typeof sentId === "string" ? sentId : `tr-${otelTraceId.toString("hex")}`,
    otelTraceId,
    spanId: fitId(span.spanId, 8).toString("hex"),
    parentSpanId: parent.every((byte) => byte === 0) ? null : parent.toString("hex"),
    name: span.name,
    type: sentType === null || typeof sentType === "string" ? sentType : dumpValue(sentType),
    status: span.statusCode,
    statusMessage: span.statusCode === "ERROR" ? span.statusMessage : "",
    startNs: span.startNs,
    endNs: span.endNs === 0n ? null : span.endNs,
    attributes,
    events: span.events,
  };
}

/** An id of exactly `length` bytes; shorter ones are numbers with leading zeros. */
function fitId(id: Buffer, length: number): Buffer {
  if (id.length === length) return id;
  const extra = id.length - length;
  if (extra > 0 && id.subarray(0, extra).some((byte) => byte !== 0)) {
    throw new UnusableSpan(`an id has ${id.length} bytes instead of ${length}`);
  }
  const fitted = Buffer.alloc(length);
  id.subarray(Math.max(0, extra)).copy(fitted, Math.max(0, -extra));
  return fitted;
}

/** The parts of the JSON of a span; ids are base64. */
export interface SpanJson {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  startNs: bigint;
  endNs: bigint | null;
  /** `STATUS_CODE_OK` and its like. */
  statusCode: string;
  statusMessage: string;
  /** JSON texts; other values only where another program wrote them. */
  attributes: ReadonlyMap<string, ExactJson>;
  /** Attributes of events are JSON as it is printed. */
  events: readonly { name: string; timeNs: bigint; attributes: string }[];
}

/** `spans.content`: `json.dumps(span.to_dict())`. */
export function printContent(span: SpanRecord): string {
  return printSpanJson({
    ...span,
    traceId: span.otelTraceId.toString("base64"),
    spanId: hexToBase64(span.spanId),
    parentSpanId: span.parentSpanId === null ? null : hexToBase64(span.parentSpanId),
    statusCode: `STATUS_CODE_${span.status}`,
    events: span.events.map(({ name, timeNs, attributes }) => ({
      name,
      timeNs,
      attributes: dumpValue(attributes),
    })),
  });
}

/** The JSON of a span as Python prints it. */
export function printSpanJson(span: SpanJson): string {
  const attributes: string[] = [];
  for (const [key, value] of span.attributes) {
    attributes.push(`${JSON.stringify(key)}: ${dumpUnicode(value)}`);
  }
  const events = span.events.map(
    (event) =>
      `{"name": ${JSON.stringify(event.name)}, "time_unix_nano": ${event.timeNs}, ` +
      `"attributes": ${event.attributes}}`,
  );
  const parent = span.parentSpanId === null ? "null" : `"${span.parentSpanId}"`;
  return escapeAscii(
    `{"trace_id": "${span.traceId}", "span_id": "${span.spanId}", "parent_span_id": ${parent}, ` +
      `"name": ${JSON.stringify(span.name)}, "start_time_unix_nano": ${span.startNs}, ` +
      `"end_time_unix_nano": ${span.endNs}, "events": [${events.join(", ")}], ` +
      `"status": {"code": "${span.statusCode}", "message": ${JSON.stringify(span.statusMessage)}}, ` +
      `"attributes": {${attributes.join(", ")}}}`,
  );
}

function hexToBase64(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}
