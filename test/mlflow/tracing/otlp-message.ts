/** Writes OTLP export requests as protobuf, just enough for tests. */

export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | Value[]
  | { [key: string]: Value };

export interface SentSpan {
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  name?: string;
  startNs?: bigint;
  endNs?: bigint;
  attributes?: { [key: string]: Value };
  events?: { name: string; timeNs: bigint; attributes: { [key: string]: Value } }[];
  status?: { code: number; message?: string };
}

/** A request with these spans in one scope of one resource. */
export function writeRequest(spans: readonly SentSpan[]): Buffer {
  const scope = Buffer.concat(spans.map((span) => field(2, writeSpan(span))));
  return field(1, field(2, scope));
}

function writeSpan(span: SentSpan): Buffer {
  const { status } = span;
  return Buffer.concat([
    field(1, Buffer.from(span.traceId ?? "", "hex")),
    field(2, Buffer.from(span.spanId ?? "", "hex")),
    ...(span.parentSpanId === undefined ? [] : [field(4, Buffer.from(span.parentSpanId, "hex"))]),
    field(5, Buffer.from(span.name ?? "")),
    fixed64(7, span.startNs ?? 0n),
    ...(span.endNs === undefined ? [] : [fixed64(8, span.endNs)]),
    ...writeAttributes(9, span.attributes ?? {}),
    ...(span.events ?? []).map((event) =>
      field(
        11,
        Buffer.concat([
          fixed64(1, event.timeNs),
          field(2, Buffer.from(event.name)),
          ...writeAttributes(3, event.attributes),
        ]),
      ),
    ),
    ...(status === undefined
      ? []
      : [
          field(
            15,
            Buffer.concat([field(2, Buffer.from(status.message ?? "")), varint(3, status.code)]),
          ),
        ]),
  ]);
}

function writeAttributes(number: number, attributes: { [key: string]: Value }): Buffer[] {
  return Object.entries(attributes).map(([key, value]) =>
    field(number, Buffer.concat([field(1, Buffer.from(key)), field(2, writeValue(value))])),
  );
}

function writeValue(value: Value): Buffer {
  if (value === null) return Buffer.alloc(0);
  if (typeof value === "string") return field(1, Buffer.from(value));
  if (typeof value === "boolean") return varint(2, value ? 1 : 0);
  if (typeof value === "bigint") return varint(3, value);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return Buffer.concat([tag(4, 1), bytes]);
  }
  if (value instanceof Uint8Array) return field(7, Buffer.from(value));
  if (Array.isArray(value)) {
    return field(5, Buffer.concat(value.map((item) => field(1, writeValue(item)))));
  }
  return field(6, Buffer.concat(writeAttributes(1, value)));
}

function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([tag(number, 1), bytes]);
}

function varint(number: number, value: number | bigint): Buffer {
  return Buffer.concat([tag(number, 0), leb128(BigInt.asUintN(64, BigInt(value)))]);
}

/** A length-delimited field. */
export function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([tag(number, 2), leb128(BigInt(bytes.length)), bytes]);
}

function tag(number: number, wireType: number): Buffer {
  return leb128(BigInt(number * 8 + wireType));
}

function leb128(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest > 127n ? 0x80 : 0;
    bytes.push(Number(rest & 0x7fn) | more);
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}
