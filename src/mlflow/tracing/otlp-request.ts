/** Spans as an OTLP export request in protobuf: what `otlp-spans.ts` reads. */
import { type OtlpEvent, type OtlpSpan, type OtlpValue, STATUS_CODES } from "./otlp-spans.ts";
import { type MessageWriter, writeMessage } from "./protobuf-writer.ts";

const SCOPE = "sovereign";

/** The bytes of an `ExportTraceServiceRequest` with these spans. */
export function printOtlpRequest(spans: readonly OtlpSpan[]): Buffer {
  return writeMessage((request) =>
    request.message(1, (resource) => {
      resource.message(1, (described) =>
        described.message(1, (pair) => writePair(pair, "service.name", SCOPE)),
      );
      resource.message(2, (scope) => {
        scope.message(1, (named) => named.text(1, SCOPE));
        for (const span of spans) scope.message(2, (writer) => writeSpan(writer, span));
      });
    }),
  );
}

function writeSpan(writer: MessageWriter, span: OtlpSpan): void {
  writer.bytes(1, span.traceId);
  writer.bytes(2, span.spanId);
  if (span.parentSpanId.length > 0) writer.bytes(4, span.parentSpanId);
  writer.text(5, span.name);
  writer.fixed64(7, span.startNs);
  writer.fixed64(8, span.endNs);
  for (const [key, value] of span.attributes) {
    writer.message(9, (pair) => writePair(pair, key, value));
  }
  for (const event of span.events) writer.message(11, (inner) => writeEvent(inner, event));
  writer.message(15, (status) => {
    if (span.statusMessage !== "") status.text(2, span.statusMessage);
    status.varint(3, STATUS_CODES.indexOf(span.statusCode));
  });
}

function writeEvent(writer: MessageWriter, { name, timeNs, attributes }: OtlpEvent): void {
  writer.fixed64(1, timeNs);
  writer.text(2, name);
  for (const [key, value] of attributes) writer.message(3, (pair) => writePair(pair, key, value));
}

function writePair(writer: MessageWriter, key: string, value: OtlpValue): void {
  writer.text(1, key);
  writer.message(2, (inner) => writeValue(inner, value));
}

function writeValue(writer: MessageWriter, value: OtlpValue): void {
  if (value === null) return;
  if (typeof value === "string") writer.text(1, value);
  else if (typeof value === "boolean") writer.varint(2, value ? 1 : 0);
  else if (typeof value === "bigint") writer.varint(3, value);
  else if (typeof value === "number") writer.double(4, value);
  else if (value instanceof Uint8Array) writer.bytes(7, value);
  else if (Array.isArray(value)) {
    writer.message(5, (list) => {
      for (const item of value) list.message(1, (inner) => writeValue(inner, item));
    });
  } else {
    writer.message(6, (map) => {
      for (const [key, item] of value) map.message(1, (pair) => writePair(pair, key, item));
    });
  }
}
