/**
 * Column batches as Arrow record batches. Types follow Spark's own Arrow mapping
 * (`ArrowUtils.toArrowType`, Spark 4.2): timestamps in microseconds with or without UTC, intervals as
 * YEAR_MONTH and DURATION microseconds, a variant as a struct of its two binary parts.
 *
 * Buffers are filled directly, one pass a column. Import this file dynamically: it loads
 * apache-arrow (0.2 s unbundled). Missing: dictionary encoding.
 */
import * as arrow from "apache-arrow";

import type { DataType, StructType } from "./data-type.ts";
import { type ColumnBatch, MapValue, StructValue, type Value, VariantValue } from "./value.ts";

type Data = arrow.Data;

/** The Arrow schema of a result; nullability is kept. */
export function toArrowSchema(schema: StructType): arrow.Schema {
  return new arrow.Schema(schema.fields.map((f) => field(f.name, f.type, f.nullable)));
}

/** One record batch with the columns of `schema`, in order. */
export function toArrowBatch(schema: arrow.Schema, types: StructType, batch: ColumnBatch) {
  const children = types.fields.map((f, i) => {
    const column = batch.columns[i]!;
    const values: Value[] = new Array(batch.rowCount);
    for (let row = 0; row < batch.rowCount; row++) values[row] = column.get(row);
    return buildData(f.type, values);
  });
  const type = new arrow.Struct(schema.fields);
  const data = arrow.makeData({ type, length: batch.rowCount, nullCount: 0, children });
  return new arrow.RecordBatch(schema, data);
}

function field(name: string, type: DataType, nullable = true): arrow.Field {
  return new arrow.Field(name, toArrowType(type), nullable);
}

function toArrowType(type: DataType): arrow.DataType {
  switch (type.kind) {
    case "void":
      return new arrow.Null();
    case "boolean":
      return new arrow.Bool();
    case "byte":
      return new arrow.Int8();
    case "short":
      return new arrow.Int16();
    case "int":
      return new arrow.Int32();
    case "long":
      return new arrow.Int64();
    case "float":
      return new arrow.Float32();
    case "double":
      return new arrow.Float64();
    case "decimal":
      return new arrow.Decimal(type.scale, type.precision, 128);
    case "string":
      return new arrow.Utf8();
    case "binary":
      return new arrow.Binary();
    case "date":
      return new arrow.DateDay();
    case "timestamp":
      return new arrow.TimestampMicrosecond("UTC");
    case "timestamp_ntz":
      return new arrow.TimestampMicrosecond();
    case "interval_ym":
      return new arrow.IntervalYearMonth();
    case "interval_dt":
      return new arrow.DurationMicrosecond();
    case "array":
      return new arrow.List(field("element", type.element, type.containsNull));
    case "map":
      return mapType(type.key, type.value, type.valueContainsNull);
    case "struct":
      return new arrow.Struct(type.fields.map((f) => field(f.name, f.type, f.nullable)));
    case "variant":
      return new arrow.Struct([
        field("value", { kind: "binary" }, false),
        field("metadata", { kind: "binary" }, false),
      ]);
  }
}

function mapType(key: DataType, value: DataType, valueContainsNull: boolean): arrow.DataType {
  const entries = new arrow.Struct<{ key: arrow.DataType; value: arrow.DataType }>([
    field("key", key, false),
    field("value", value, valueContainsNull),
  ] as never);
  return new arrow.Map_(new arrow.Field("entries", entries, false) as never);
}

/** Buffers and children of one column. */
function buildData(type: DataType, values: readonly Value[]): Data {
  const arrowType = toArrowType(type);
  const length = values.length;
  const { nullBitmap, nullCount } = buildValidity(values);
  const base = { type: arrowType, length, nullCount, nullBitmap };
  const make = (rest: object): Data => arrow.makeData({ ...base, ...rest } as never);
  switch (type.kind) {
    case "void":
      return arrow.makeData({ type: new arrow.Null(), length });
    case "boolean":
      return make({ data: packBits(values, (value) => value === true) });
    case "decimal":
      return make({ data: fillDecimals(values) });
    case "string":
    case "binary":
      return make(fillBytes(values));
    case "array":
      return make(fillList(values, (items: readonly Value[]) => buildData(type.element, items)));
    case "map": {
      const lists = values.map((value) => (value instanceof MapValue ? value.entries : null));
      return make(fillList(lists as never, (items) => buildEntries(type, arrowType, items)));
    }
    case "struct":
      return make({
        children: type.fields.map((f, i) =>
          buildData(
            f.type,
            values.map((value) => (value instanceof StructValue ? value.values[i]! : null)),
          ),
        ),
      });
    case "variant":
      return make({
        children: ([(v) => v.value, (v) => v.metadata] as ((v: VariantValue) => Uint8Array)[]).map(
          (part) => {
            const parts = values.map((v) =>
              v instanceof VariantValue ? part(v) : new Uint8Array(),
            );
            return buildData({ kind: "binary" }, parts);
          },
        ),
      });
    default:
      return make({ data: fillNumbers(type, values) });
  }
}

function fillNumbers(type: DataType, values: readonly Value[]): ArrayBufferView {
  const n = values.length;
  switch (type.kind) {
    case "byte":
      return fill(new Int8Array(n), values);
    case "short":
      return fill(new Int16Array(n), values);
    case "float":
      return fill(new Float32Array(n), values);
    case "double":
      return fill(new Float64Array(n), values);
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_dt": {
      const data = new BigInt64Array(n);
      for (let i = 0; i < n; i++) data[i] = (values[i] as bigint | null) ?? 0n;
      return data;
    }
    default:
      return fill(new Int32Array(n), values);
  }
}

function fill<T extends { [index: number]: number }>(data: T, values: readonly Value[]): T {
  for (let i = 0; i < values.length; i++) data[i] = (values[i] as number | null) ?? 0;
  return data;
}

/** 128-bit two's complement, little endian, four 32-bit words each. */
function fillDecimals(values: readonly Value[]): Uint32Array {
  const data = new BigInt64Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    const unscaled = (values[i] as bigint | null) ?? 0n;
    data[2 * i] = BigInt.asIntN(64, unscaled);
    data[2 * i + 1] = unscaled >> 64n;
  }
  return new Uint32Array(data.buffer);
}

function fillBytes(values: readonly Value[]): object {
  const parts = values.map((value) =>
    value === null ? EMPTY : typeof value === "string" ? Buffer.from(value) : (value as Uint8Array),
  );
  const valueOffsets = new Int32Array(values.length + 1);
  parts.forEach((part, i) => {
    valueOffsets[i + 1] = valueOffsets[i]! + part.length;
  });
  return { data: Buffer.concat(parts), valueOffsets };
}

const EMPTY = new Uint8Array();

function fillList(
  values: readonly Value[],
  build: (items: readonly Value[]) => Data,
): { valueOffsets: Int32Array; child: Data } {
  const valueOffsets = new Int32Array(values.length + 1);
  const items: Value[] = [];
  values.forEach((value, i) => {
    if (value !== null) for (const item of value as readonly Value[]) items.push(item);
    valueOffsets[i + 1] = items.length;
  });
  return { valueOffsets, child: build(items) };
}

function buildEntries(
  type: Extract<DataType, { kind: "map" }>,
  mapArrowType: arrow.DataType,
  items: readonly Value[],
): Data {
  const pairs = items as unknown as readonly (readonly [Value, Value])[];
  return arrow.makeData({
    type: (mapArrowType as arrow.Map_).children[0]!.type as arrow.Struct,
    length: pairs.length,
    nullCount: 0,
    children: [
      buildData(
        type.key,
        pairs.map((pair) => pair[0]),
      ),
      buildData(
        type.value,
        pairs.map((pair) => pair[1]),
      ),
    ],
  });
}

function buildValidity(values: readonly Value[]): {
  nullBitmap: Uint8Array | null;
  nullCount: number;
} {
  let nullCount = 0;
  for (const value of values) if (value === null) nullCount++;
  if (nullCount === 0) return { nullBitmap: null, nullCount };
  return { nullBitmap: packBits(values, (value) => value !== null), nullCount };
}

function packBits(values: readonly Value[], isSet: (value: Value) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i++) if (isSet(values[i]!)) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}
