/**
 * Row values to Arrow column data, by filling the buffers directly: apache-arrow's builders cost
 * about fifty times as much per nested cell. The inverse of `arrow-cells.ts` for the shapes a
 * Delta checkpoint has.
 *
 * | shape                   | value                                                    |
 * |-------------------------|----------------------------------------------------------|
 * | string, boolean         | string, boolean                                          |
 * | int32, date, float64    | number (a date is days since 1970-01-01)                 |
 * | int64, timestamp        | number or bigint (a timestamp is microseconds)           |
 * | decimal                 | bigint, unscaled                                         |
 * | list, map, struct       | array, object (text keys and values), object             |
 *
 * `null` and `undefined` are null everywhere.
 */
import type { Data, DataType, Table } from "apache-arrow";

type Arrow = typeof import("apache-arrow");

export type ColumnShape =
  | { kind: "string" | "boolean" | "int32" | "int64" | "float32" | "float64" | "date" }
  | { kind: "timestamp"; isUtc: boolean }
  | { kind: "decimal"; precision: number; scale: number }
  | { kind: "list"; element: ColumnShape }
  | { kind: "map" }
  | StructShape;

export interface StructShape {
  kind: "struct";
  fields: readonly (readonly [name: string, shape: ColumnShape])[];
}

type Cells = readonly unknown[];

/** An Arrow table of `rows`, one batch, columns as in `shape`. */
export function buildArrowTable(arrow: Arrow, shape: StructShape, rows: Cells): Table {
  const data = structData(arrow, shape, rows);
  const schema = new arrow.Schema(data.type.children);
  return new arrow.Table(schema, new arrow.RecordBatch(schema, data as never));
}

function columnData(arrow: Arrow, shape: ColumnShape, cells: Cells): Data {
  switch (shape.kind) {
    case "string":
      return stringData(arrow, cells);
    case "boolean":
      return flatData(
        arrow,
        new arrow.Bool(),
        cells,
        packBits(cells, (cell) => cell === true),
      );
    case "int32":
      return flatData(arrow, new arrow.Int32(), cells, fill(new Int32Array(cells.length), cells));
    case "date":
      return flatData(arrow, new arrow.DateDay(), cells, fill(new Int32Array(cells.length), cells));
    case "float32":
      return flatData(
        arrow,
        new arrow.Float32(),
        cells,
        fill(new Float32Array(cells.length), cells),
      );
    case "float64":
      return flatData(
        arrow,
        new arrow.Float64(),
        cells,
        fill(new Float64Array(cells.length), cells),
      );
    case "int64":
      return flatData(arrow, new arrow.Int64(), cells, longs(cells));
    case "timestamp": {
      const type = new arrow.TimestampMicrosecond(shape.isUtc ? "UTC" : null);
      return flatData(arrow, type, cells, longs(cells));
    }
    case "decimal": {
      const type = new arrow.Decimal(shape.scale, shape.precision, 128);
      return flatData(arrow, type, cells, decimals(cells));
    }
    case "list":
      return listData(arrow, shape.element, cells);
    case "map":
      return mapData(arrow, cells);
    case "struct":
      return structData(arrow, shape, cells);
  }
}

function structData(arrow: Arrow, shape: StructShape, cells: Cells): Data {
  const children = shape.fields.map(([name, inner]) => {
    const values = cells.map((cell) => (cell as Record<string, unknown> | null)?.[name]);
    return columnData(arrow, inner, values);
  });
  const fields = shape.fields.map(
    ([name], index) => new arrow.Field(name, children[index]!.type as DataType, true),
  );
  return arrow.makeData({
    type: new arrow.Struct(fields),
    length: cells.length,
    ...validity(cells),
    children: children as never,
  });
}

function listData(arrow: Arrow, element: ColumnShape, cells: Cells): Data {
  const child = columnData(
    arrow,
    element,
    cells.flatMap((cell) => (cell as Cells | null) ?? []),
  );
  return arrow.makeData({
    type: new arrow.List(new arrow.Field("element", child.type as DataType, true)),
    length: cells.length,
    ...validity(cells),
    valueOffsets: offsets(cells, (cell) => (cell as Cells).length),
    child: child as never,
  });
}

/** Names of the inner fields are Parquet's own, so that every reader finds its way. */
function mapData(arrow: Arrow, cells: Cells): Data {
  const entries = cells.flatMap((cell) => Object.entries((cell as object | null) ?? {}));
  const keys = stringData(
    arrow,
    entries.map(([key]) => key),
  );
  const values = stringData(
    arrow,
    entries.map(([, value]) => value),
  );
  const entryType = new arrow.Struct([
    new arrow.Field("key", keys.type, false),
    new arrow.Field("value", values.type, true),
  ]);
  const child = arrow.makeData({
    type: entryType,
    length: entries.length,
    nullCount: 0,
    children: [keys, values] as never,
  });
  return arrow.makeData({
    type: new arrow.Map_(new arrow.Field("key_value", entryType, false) as never),
    length: cells.length,
    ...validity(cells),
    valueOffsets: offsets(cells, (cell) => Object.keys(cell as object).length),
    child: child as never,
  });
}

function stringData(arrow: Arrow, cells: Cells): Data {
  const valueOffsets = offsets(cells, (cell) => Buffer.byteLength(cell as string));
  const data = Buffer.allocUnsafe(valueOffsets[cells.length]!);
  cells.forEach((cell, index) => {
    if (!isNull(cell)) data.write(cell as string, valueOffsets[index]!);
  });
  return arrow.makeData({
    type: new arrow.Utf8(),
    length: cells.length,
    ...validity(cells),
    valueOffsets,
    data,
  }) as Data;
}

function flatData(arrow: Arrow, type: DataType, cells: Cells, data: ArrayBufferView): Data {
  const parts = { type, length: cells.length, ...validity(cells), data };
  return arrow.makeData(parts as never) as Data;
}

function validity(cells: Cells): { nullCount: number; nullBitmap: Uint8Array } {
  const nullCount = cells.reduce((count: number, cell) => count + (isNull(cell) ? 1 : 0), 0);
  return { nullCount, nullBitmap: packBits(cells, (cell) => !isNull(cell)) };
}

function isNull(cell: unknown): boolean {
  return cell === null || cell === undefined;
}

function packBits(cells: Cells, isSet: (cell: unknown) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(cells.length / 8));
  cells.forEach((cell, index) => {
    if (isSet(cell)) bits[index >> 3]! |= 1 << (index & 7);
  });
  return bits;
}

function offsets(cells: Cells, lengthOf: (cell: unknown) => number): Int32Array {
  const ends = new Int32Array(cells.length + 1);
  cells.forEach((cell, index) => {
    ends[index + 1] = ends[index]! + (isNull(cell) ? 0 : lengthOf(cell));
  });
  return ends;
}

function fill<T extends Int32Array | Float32Array | Float64Array>(array: T, cells: Cells): T {
  cells.forEach((cell, index) => {
    if (!isNull(cell)) array[index] = cell as number;
  });
  return array;
}

function longs(cells: Cells): BigInt64Array {
  const array = new BigInt64Array(cells.length);
  cells.forEach((cell, index) => {
    if (!isNull(cell)) array[index] = BigInt(cell as number | bigint);
  });
  return array;
}

/** 128-bit little-endian two's complement, as two 64-bit halves. */
function decimals(cells: Cells): Uint32Array {
  const halves = new BigInt64Array(cells.length * 2);
  cells.forEach((cell, index) => {
    if (isNull(cell)) return;
    halves[2 * index] = BigInt.asIntN(64, cell as bigint);
    halves[2 * index + 1] = BigInt.asIntN(64, (cell as bigint) >> 64n);
  });
  return new Uint32Array(halves.buffer);
}
