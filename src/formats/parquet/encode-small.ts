/**
 * A few rows to the bytes of a Parquet file, without Arrow or WASM: loading those takes longer than
 * most small appends, and so does handing a row through them. One row group, one data page (version
 * 1) a column, plain values, run-length levels, no compression, which gains nothing at this size.
 * Columns and types are those that parquet-wasm writes from `build-arrow.ts`.
 *
 * | part          | bytes                                                            |
 * |---------------|------------------------------------------------------------------|
 * | magic         | `PAR1`                                                           |
 * | each column   | page header (Thrift), repetition levels, definition levels, values |
 * | footer        | `FileMetaData` (Thrift), its length (4, little-endian), `PAR1`   |
 */
import type { ColumnShape, StructShape } from "./build-arrow.ts";
import { ByteSink } from "./byte-sink.ts";
import { writePlainValues } from "./plain-values.ts";
import { type Leaf, shredRows } from "./shred.ts";
import { type ThriftStruct, type ThriftValue, writeThrift } from "./write-thrift.ts";

const MAGIC = Buffer.from("PAR1");
const PLAIN = 0;
const RLE = 3;
const REPETITION = { required: 0, optional: 1, repeated: 2 };
/** `Type` of parquet.thrift. */
const TYPE = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, bytes: 6, fixed: 7 };
/** `ConvertedType`. */
const CONVERTED = { utf8: 0, map: 1, list: 3, decimal: 5, date: 6, timestampMicros: 10 };

/** Encodes `rows`, objects keyed by the column names of `shape`. */
export function encodeSmallParquet(shape: StructShape, rows: readonly object[]): Uint8Array {
  const [file, page] = [new ByteSink(), new ByteSink()];
  file.bytes(MAGIC);
  const columns = shredRows(shape, rows).map((leaf) => writeColumn(file, page, leaf));
  const totalBytes = file.length - MAGIC.length;
  const start = file.length;
  writeThrift(file, {
    1: 1,
    2: [{ 4: "root", 5: shape.fields.length }, ...shape.fields.flatMap(schemaOf)],
    3: BigInt(rows.length),
    4: [{ 1: columns, 2: BigInt(totalBytes), 3: BigInt(rows.length) }],
    6: "sovereign",
  });
  file.int32(file.length - start);
  file.bytes(MAGIC);
  return file.take();
}

/** Writes the one page of a column; returns its `ColumnChunk`. */
function writeColumn(file: ByteSink, page: ByteSink, leaf: Leaf): ThriftStruct {
  page.clear();
  writeLevels(page, leaf.repetitions, leaf.maxRepetition);
  writeLevels(page, leaf.definitions, leaf.maxDefinition);
  writePlainValues(page, leaf.shape, leaf.values);
  const offset = file.length;
  const valueCount = leaf.definitions.length;
  const dataPage = { 1: valueCount, 2: PLAIN, 3: RLE, 4: RLE };
  writeThrift(file, { 1: 0, 2: page.length, 3: page.length, 5: dataPage });
  file.bytes(page.take());
  const byteCount = BigInt(file.length - offset);
  return {
    2: BigInt(offset),
    3: {
      1: storedType(leaf.shape)[1] as number,
      2: [PLAIN, RLE],
      3: leaf.path,
      4: 0,
      5: BigInt(valueCount),
      6: byteCount,
      7: byteCount,
      9: BigInt(offset),
    },
  };
}

/** Runs of equal levels: `varint(count << 1)`, then the level in a byte; the byte count before. */
function writeLevels(page: ByteSink, levels: readonly number[], max: number): void {
  if (max === 0) return;
  const at = page.length;
  page.int32(0);
  for (let i = 0; i < levels.length; ) {
    const start = i;
    while (i < levels.length && levels[i] === levels[start]) i++;
    page.varint(2 * (i - start));
    page.byte(levels[start]!);
  }
  page.patchInt32(at, page.length - at - 4);
}

type Fields = Record<number, ThriftValue | undefined>;

/** The `SchemaElement`s of a field, its children behind it. */
function schemaOf([name, shape]: readonly [string, ColumnShape]): ThriftStruct[] {
  const head = { 3: REPETITION.optional, 4: name };
  switch (shape.kind) {
    case "struct":
      return [{ ...head, 5: shape.fields.length }, ...shape.fields.flatMap(schemaOf)];
    case "list":
      return [
        { ...head, 5: 1, 6: CONVERTED.list, 10: { 3: {} } },
        { 3: REPETITION.repeated, 4: "list", 5: 1 },
        ...schemaOf(["element", shape.element]),
      ];
    case "map":
      return [
        { ...head, 5: 1, 6: CONVERTED.map, 10: { 2: {} } },
        { 3: REPETITION.repeated, 4: "key_value", 5: 2 },
        { ...schemaOf(["key", { kind: "string" }])[0], 3: REPETITION.required },
        ...schemaOf(["value", { kind: "string" }]),
      ];
    default:
      return [{ ...head, ...storedType(shape) }];
  }
}

/** The fields of a `SchemaElement` that tell the type of a leaf; 1 is the physical one. */
function storedType(shape: Leaf["shape"]): Fields {
  switch (shape.kind) {
    case "boolean":
      return { 1: TYPE.boolean };
    case "int32":
      return { 1: TYPE.int32 };
    case "int64":
      return { 1: TYPE.int64 };
    case "float32":
      return { 1: TYPE.float };
    case "float64":
      return { 1: TYPE.double };
    case "string":
      return { 1: TYPE.bytes, 6: CONVERTED.utf8, 10: { 1: {} } };
    case "date":
      return { 1: TYPE.int32, 6: CONVERTED.date, 10: { 6: {} } };
    case "timestamp": {
      const logical = { 8: { 1: shape.isUtc, 2: { 2: {} } } };
      return {
        1: TYPE.int64,
        ...(shape.isUtc && { 6: CONVERTED.timestampMicros }),
        10: logical,
      };
    }
    case "decimal": {
      const { precision, scale } = shape;
      const stored = precision <= 9 ? TYPE.int32 : precision <= 18 ? TYPE.int64 : TYPE.fixed;
      const length = stored === TYPE.fixed ? { 2: 16 } : {};
      const logical = { 5: { 1: scale, 2: precision } };
      return { 1: stored, ...length, 6: CONVERTED.decimal, 7: scale, 8: precision, 10: logical };
    }
  }
}
