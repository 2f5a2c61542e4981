/**
 * Spans out of an OTLP export request (opentelemetry-proto 1.x, `ExportTraceServiceRequest`), as
 * protobuf bytes. Resources, scopes, links and trace states are stepped over: MLflow keeps none.
 */
import {
  type Cursor,
  openMessage,
  ProtobufError,
  ProtobufLimit,
  readBytes,
  readDouble,
  readFixed64,
  readInt64,
  readMessage,
  readString,
  readTag,
  readVarint32,
  skipField,
} from "./protobuf-reader.ts";

/** `AnyValue`: integers are bigints, all numbers are doubles, null when nothing was set. */
export type OtlpValue =
  | string
  | boolean
  | bigint
  | number
  | null
  | Uint8Array
  | OtlpValue[]
  | Map<string, OtlpValue>;

/** Status codes of a span by their number. */
export const STATUS_CODES = ["UNSET", "OK", "ERROR"] as const;
export type StatusCode = (typeof STATUS_CODES)[number];

export interface OtlpEvent {
  name: string;
  timeNs: bigint;
  attributes: Map<string, OtlpValue>;
}

/** A span as it was sent; ids are bytes. */
export interface OtlpSpan {
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId: Buffer;
  name: string;
  startNs: bigint;
  /** 0 while the span goes on. */
  endNs: bigint;
  attributes: Map<string, OtlpValue>;
  events: OtlpEvent[];
  statusCode: StatusCode;
  statusMessage: string;
}

const MAX_VALUE_DEPTH = 100;
/** Exporters send 512 at once, collectors 8,192. */
const MAX_SPANS = 20_000;
const NOTHING = Buffer.alloc(0);

// Tags: field number * 8 + wire type.
const LENGTH = 2;
const FIXED64 = 1;

/**
 * The spans of a request, and whether it had any `resource_spans`. ProtobufError when broken,
 * ProtobufLimit when there are too many.
 */
export function readOtlpRequest(bytes: Buffer): { spans: OtlpSpan[]; hasResources: boolean } {
  const spans: OtlpSpan[] = [];
  const request = openMessage(bytes);
  let hasResources = false;
  eachField(request, (tag) => {
    if (tag !== tagOf(1, LENGTH)) return false;
    hasResources = true;
    readResourceSpans(readMessage(request), spans);
    return true;
  });
  return { spans, hasResources };
}

function readResourceSpans(cursor: Cursor, spans: OtlpSpan[]): void {
  eachField(cursor, (tag) => {
    if (tag !== tagOf(2, LENGTH)) return false;
    const scope = readMessage(cursor);
    eachField(scope, (inner) => {
      if (inner !== tagOf(2, LENGTH)) return false;
      if (spans.length === MAX_SPANS) throw new ProtobufLimit(`more than ${MAX_SPANS} spans`);
      spans.push(readSpan(readMessage(scope)));
      return true;
    });
    return true;
  });
}

function readSpan(cursor: Cursor): OtlpSpan {
  const span: OtlpSpan = {
    traceId: NOTHING,
    spanId: NOTHING,
    parentSpanId: NOTHING,
    name: "",
    startNs: 0n,
    endNs: 0n,
    attributes: new Map(),
    events: [],
    statusCode: "UNSET",
    statusMessage: "",
  };
  eachField(cursor, (tag) => readSpanField(cursor, tag, span));
  return span;
}

function readSpanField(cursor: Cursor, tag: number, span: OtlpSpan): boolean {
  switch (tag) {
    case tagOf(1, LENGTH):
      span.traceId = readBytes(cursor);
      return true;
    case tagOf(2, LENGTH):
      span.spanId = readBytes(cursor);
      return true;
    case tagOf(4, LENGTH):
      span.parentSpanId = readBytes(cursor);
      return true;
    case tagOf(5, LENGTH):
      span.name = readString(cursor);
      return true;
    case tagOf(7, FIXED64):
      span.startNs = readFixed64(cursor);
      return true;
    case tagOf(8, FIXED64):
      span.endNs = readFixed64(cursor);
      return true;
    case tagOf(9, LENGTH):
      readKeyValue(readMessage(cursor), span.attributes, 0);
      return true;
    case tagOf(11, LENGTH):
      span.events.push(readEvent(readMessage(cursor)));
      return true;
    case tagOf(15, LENGTH):
      readStatus(readMessage(cursor), span);
      return true;
    default:
      return false;
  }
}

function readEvent(cursor: Cursor): OtlpEvent {
  const event: OtlpEvent = { name: "", timeNs: 0n, attributes: new Map() };
  eachField(cursor, (tag) => {
    if (tag === tagOf(1, FIXED64)) event.timeNs = readFixed64(cursor);
    else if (tag === tagOf(2, LENGTH)) event.name = readString(cursor);
    else if (tag === tagOf(3, LENGTH)) readKeyValue(readMessage(cursor), event.attributes, 0);
    else return false;
    return true;
  });
  return event;
}

function readStatus(cursor: Cursor, span: OtlpSpan): void {
  eachField(cursor, (tag) => {
    if (tag === tagOf(2, LENGTH)) span.statusMessage = readString(cursor);
    else if (tag === tagOf(3, 0)) span.statusCode = STATUS_CODES[readVarint32(cursor)] ?? "UNSET";
    else return false;
    return true;
  });
}

function readKeyValue(cursor: Cursor, into: Map<string, OtlpValue>, depth: number): void {
  let key = "";
  let value: OtlpValue = null;
  eachField(cursor, (tag) => {
    if (tag === tagOf(1, LENGTH)) key = readString(cursor);
    else if (tag === tagOf(2, LENGTH)) value = readValue(readMessage(cursor), depth);
    else return false;
    return true;
  });
  into.set(key, value);
}

function readValue(cursor: Cursor, depth: number): OtlpValue {
  if (depth > MAX_VALUE_DEPTH) throw new ProtobufError("values are nested too deep");
  let value: OtlpValue = null;
  eachField(cursor, (tag) => {
    switch (tag) {
      case tagOf(1, LENGTH):
        value = readString(cursor);
        return true;
      case tagOf(2, 0):
        value = readInt64(cursor) !== 0n;
        return true;
      case tagOf(3, 0):
        value = readInt64(cursor);
        return true;
      case tagOf(4, FIXED64):
        value = readDouble(cursor);
        return true;
      case tagOf(5, LENGTH):
        value = readList(readMessage(cursor), depth + 1);
        return true;
      case tagOf(6, LENGTH):
        value = readMap(readMessage(cursor), depth + 1);
        return true;
      case tagOf(7, LENGTH):
        value = new Uint8Array(readBytes(cursor));
        return true;
      default:
        return false;
    }
  });
  return value;
}

function readList(cursor: Cursor, depth: number): OtlpValue[] {
  const items: OtlpValue[] = [];
  eachField(cursor, (tag) => {
    if (tag !== tagOf(1, LENGTH)) return false;
    items.push(readValue(readMessage(cursor), depth));
    return true;
  });
  return items;
}

function readMap(cursor: Cursor, depth: number): Map<string, OtlpValue> {
  const entries = new Map<string, OtlpValue>();
  eachField(cursor, (tag) => {
    if (tag !== tagOf(1, LENGTH)) return false;
    readKeyValue(readMessage(cursor), entries, depth);
    return true;
  });
  return entries;
}

/** Calls `read` for every tag; what it does not know (false) is stepped over. */
function eachField(cursor: Cursor, read: (tag: number) => boolean): void {
  for (let tag = readTag(cursor); tag !== 0; tag = readTag(cursor)) {
    if (!read(tag)) skipField(cursor, tag);
  }
}

function tagOf(field: number, wireType: number): number {
  return field * 8 + wireType;
}
