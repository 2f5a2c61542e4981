/**
 * Thrift's compact protocol (thrift-compact-protocol.md), writing, as far as Parquet's metadata
 * goes. A struct is an object whose keys are the field ids, which JavaScript keeps in ascending
 * order; a number is an i32, a bigint an i64, a string binary. `read-thrift.ts` reads.
 */
import type { ByteSink } from "./byte-sink.ts";

export type ThriftValue =
  | number
  | bigint
  | string
  | boolean
  | readonly ThriftValue[]
  | ThriftStruct;

export interface ThriftStruct {
  readonly [fieldId: number]: ThriftValue | undefined;
}

const TYPE = { TRUE: 1, FALSE: 2, I32: 5, I64: 6, BINARY: 8, LIST: 9, STRUCT: 12 };
const LONG_LIST = 15;

/** Writes a struct; fields that are undefined are left out. */
export function writeThrift(sink: ByteSink, struct: ThriftStruct): void {
  let previous = 0;
  for (const [key, value] of Object.entries(struct) as [string, ThriftValue | undefined][]) {
    if (value === undefined) continue;
    const id = Number(key);
    sink.byte(((id - previous) << 4) | typeOf(value));
    previous = id;
    if (typeof value !== "boolean") writeValue(sink, value);
  }
  sink.byte(0);
}

function typeOf(value: ThriftValue): number {
  switch (typeof value) {
    case "boolean":
      return value ? TYPE.TRUE : TYPE.FALSE;
    case "number":
      return TYPE.I32;
    case "bigint":
      return TYPE.I64;
    case "string":
      return TYPE.BINARY;
    default:
      return Array.isArray(value) ? TYPE.LIST : TYPE.STRUCT;
  }
}

function writeValue(sink: ByteSink, value: Exclude<ThriftValue, boolean>): void {
  if (typeof value === "number" || typeof value === "bigint") {
    // Zigzag; no length or count in a small file is negative.
    sink.varint(2 * Number(value));
  } else if (typeof value === "string") {
    const byteLength = Buffer.byteLength(value);
    sink.varint(byteLength);
    sink.text(value, byteLength);
  } else if (Array.isArray(value)) {
    writeList(sink, value as readonly ThriftValue[]);
  } else {
    writeThrift(sink, value as ThriftStruct);
  }
}

/** Lists here have an item at least, all of one type, none of them a boolean. */
function writeList(sink: ByteSink, items: readonly ThriftValue[]): void {
  const type = typeOf(items[0]!);
  if (items.length < LONG_LIST) sink.byte((items.length << 4) | type);
  else {
    sink.byte((LONG_LIST << 4) | type);
    sink.varint(items.length);
  }
  for (const item of items) writeValue(sink, item as Exclude<ThriftValue, boolean>);
}
