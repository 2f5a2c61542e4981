/** Small Arrow, Parquet and `.npy` files, and ways to break them. */
import {
  Table as ArrowTable,
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  List,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Struct,
  type Table,
  TimestampMicrosecond,
  tableFromArrays,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import * as parquet from "parquet-wasm";
import type { Rng } from "../../src/core/rng.ts";
import { encodeNpyHeader } from "../../src/formats/npy/index.ts";

const ROWS = 40;

/** Rows of all layouts that are read as cells; with a dictionary for other readers. */
export function makeTable(withDictionary = false): Table {
  const numbers = Array.from({ length: ROWS }, (_, i) => i);
  const item = (type: Float32 | Int32) => new Field("item", type);
  const columns: Record<string, Vector> = {
    id: vectorFromArray(
      numbers.map((i) => `row ${i}`),
      new Utf8(),
    ),
    vector: vectorFromArray(
      numbers.map((i) => [i, 0.5]),
      new List(item(new Float32())),
    ),
    fixed: vectorFromArray(
      numbers.map((i) => [i, i, 7]),
      new FixedSizeList(3, item(new Int32())),
    ),
    at: vectorFromArray(
      numbers.map((i) => (i % 3 === 0 ? null : i)),
      new TimestampMicrosecond("UTC"),
    ),
    is: vectorFromArray(
      numbers.map((i) => i % 2 === 0),
      new Bool(),
    ),
    both: vectorFromArray(
      numbers.map((i) => ({ a: i, b: `b${i}` })),
      new Struct([new Field("a", new Int32()), new Field("b", new Utf8())]),
    ),
  };
  if (withDictionary) {
    const texts = numbers.map((i) => `text ${i % 3}`);
    columns.word = vectorFromArray(texts, new Dictionary(new Utf8(), new Int32()));
  }
  return new ArrowTable(columns);
}

export function arrowFile(table: Table): Uint8Array {
  return RecordBatchFileWriter.writeAll(table).toUint8Array(true);
}

export function arrowStream(table: Table): Uint8Array {
  return RecordBatchStreamWriter.writeAll(table).toUint8Array(true);
}

export function parquetFile(): Uint8Array {
  const table = tableFromArrays({
    id: Array.from({ length: ROWS }, (_, i) => `row ${i}`),
    number: Float32Array.from({ length: ROWS }, (_, i) => i),
  });
  return parquet.writeParquet(parquet.Table.fromIPCStream(arrowStream(table)));
}

export function npyFile(): Uint8Array {
  const values = new Uint8Array(Float32Array.from({ length: ROWS * 2 }, (_, i) => i).buffer);
  return Buffer.concat([encodeNpyHeader(ROWS, 2), values]);
}

/** Numbers that lengths and offsets are broken with. */
const ODD = [0, 1, 2, 3, 4, 8, 127, 255, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** The bytes changed at a few places, cut, or put together anew. */
export function breakBytes(original: Uint8Array, rng: Rng): Uint8Array {
  const bytes = Buffer.from(original);
  // What says how the rest is to be read lies at the ends.
  const place = (): number => {
    const near = rng.int(3);
    const at = rng.int(near === 0 ? bytes.length : Math.min(bytes.length, 2000));
    return near === 2 ? bytes.length - 1 - at : at;
  };
  switch (rng.int(8)) {
    case 0:
      return bytes.subarray(0, rng.int(bytes.length));
    case 1: {
      const from = place();
      const piece = bytes.subarray(from, from + 1 + rng.int(300));
      const at = place();
      const rest = bytes.subarray(
        rng.int(2) === 0 ? at : Math.min(bytes.length, at + piece.length),
      );
      return Buffer.concat([bytes.subarray(0, at), piece, rest]);
    }
    case 2: {
      const [at, from] = [place(), place()];
      bytes.copyWithin(at, from, from + 1 + rng.int(100));
      return bytes;
    }
    default:
      for (let left = 1 + rng.int(6); left > 0; left--) {
        const at = place();
        const kind = rng.int(4);
        if (kind === 0) bytes[at] = rng.int(256);
        else if (kind === 1) bytes[at]! ^= 1 << rng.int(8);
        else if (kind === 2) bytes[at] = ODD[rng.int(8)]!;
        else if (at + 4 <= bytes.length) bytes.writeUInt32LE(ODD[rng.int(ODD.length)]!, at & ~3);
      }
      return bytes;
  }
}
