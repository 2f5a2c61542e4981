/**
 * Arrow column data to row cells, straight from the buffers: apache-arrow's own accessors round
 * timestamps to milliseconds and build proxies per row. One closure per column, made once.
 *
 * | arrow                       | cell                                      |
 * |-----------------------------|-------------------------------------------|
 * | Null                        | null                                      |
 * | Bool, Int8…Int32, floats    | boolean, number                           |
 * | Int64, UInt64               | number when exact, else bigint            |
 * | Decimal128                  | DecimalCell                               |
 * | Utf8, Binary (and Large)    | string, Uint8Array                        |
 * | Date32, Timestamp           | DateCell, TimestampCell (nanos truncated) |
 * | List, FixedSizeList          | array                                     |
 * | Map, Struct                  | object                                    |
 */
import type { Data, Decimal, FixedSizeBinary, FixedSizeList, Timestamp } from "apache-arrow";
import { SovereignError } from "../../core/errors.ts";
import { decodeHalf } from "../npy/index.ts";
import { type Cell, DateCell, DecimalCell, floorDivide, TimestampCell } from "./cells.ts";

export type CellReader = (rowIndex: number) => Cell;

/** `Type` of apache-arrow, repeated so that this file imports no code from it. */
const TYPE = {
  NULL: 1,
  INT: 2,
  FLOAT: 3,
  BINARY: 4,
  UTF8: 5,
  BOOL: 6,
  DECIMAL: 7,
  DATE: 8,
  TIMESTAMP: 10,
  LIST: 12,
  STRUCT: 13,
  FIXED_BINARY: 15,
  FIXED_LIST: 16,
  MAP: 17,
  LARGE_BINARY: 19,
  LARGE_UTF8: 20,
};
/** Ticks per second by apache-arrow's `TimeUnit`. */
const TICKS = [1n, 1_000n, 1_000_000n, 1_000_000_000n];
const MICROS = 1_000_000n;
const TEXT = new TextDecoder("utf-8");

/** A reader of the cells of one column chunk. */
export function createCellReader(data: Data): CellReader {
  const read = createValueReader(data);
  const { nullBitmap } = data;
  if (data.nullCount === 0 || !nullBitmap || nullBitmap.length === 0) return read;
  const start = data.offset;
  return (row) => {
    const bit = start + row;
    return (nullBitmap[bit >> 3]! >> (bit & 7)) & 1 ? read(row) : null;
  };
}

function createValueReader(data: Data): CellReader {
  // `values` of apache-arrow starts at the chunk's offset for every fixed-width type but Bool.
  const values = data.values;
  switch (data.typeId as number) {
    case TYPE.NULL:
      return () => null;
    case TYPE.BOOL:
      return (row) => ((values[(data.offset + row) >> 3] >> ((data.offset + row) & 7)) & 1) === 1;
    case TYPE.INT:
      return createIntegerReader(values);
    case TYPE.FLOAT:
      return values instanceof Uint16Array
        ? (row) => decodeHalf(values[row]!)
        : (row) => values[row] as number;
    case TYPE.DATE:
      return createDateReader(data);
    case TYPE.TIMESTAMP:
      return createTimestampReader(data);
    case TYPE.DECIMAL:
      return createDecimalReader(data);
    case TYPE.UTF8:
    case TYPE.LARGE_UTF8:
      return createBytesReader(data, (bytes) => TEXT.decode(bytes));
    case TYPE.BINARY:
    case TYPE.LARGE_BINARY:
      return createBytesReader(data, (bytes) => bytes.slice());
    case TYPE.FIXED_BINARY: {
      const width = (data.type as FixedSizeBinary).byteWidth;
      return (row) => (values as Uint8Array).slice(row * width, (row + 1) * width);
    }
    case TYPE.LIST:
      return createListReader(data);
    case TYPE.FIXED_LIST:
      return createFixedListReader(data);
    case TYPE.MAP:
      return createMapReader(data);
    case TYPE.STRUCT:
      return createStructReader(data);
    default:
      throw new SovereignError("NOT_IMPLEMENTED", `Arrow type \`${data.type}\` is not supported`, {
        hint: "read the file through the engine: `lake sql`",
      });
  }
}

function createIntegerReader(values: ArrayLike<number> | BigInt64Array): CellReader {
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) {
    return (row) => values[row] as number;
  }
  return (row) => {
    const value = values[row]!;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  };
}

function createDateReader(data: Data): CellReader {
  const values = data.values;
  const isMillis = values instanceof BigInt64Array;
  return (row) => {
    const value = values[row];
    return new DateCell(isMillis ? Number(floorDivide(value, 86_400_000n)) : Number(value));
  };
}

function createTimestampReader(data: Data): CellReader {
  const values = data.values as BigInt64Array;
  const ticks = TICKS[(data.type as Timestamp).unit] ?? MICROS;
  const isUtc = Boolean((data.type as Timestamp).timezone);
  return (row) => {
    const value = values[row]!;
    const micros = ticks <= MICROS ? value * (MICROS / ticks) : floorDivide(value, ticks / MICROS);
    return new TimestampCell(micros, isUtc);
  };
}

function createDecimalReader(data: Data): CellReader {
  const words = data.values as Uint32Array;
  const wordCount = (data.type as Decimal).bitWidth / 32;
  const scale = (data.type as Decimal).scale;
  return (row) => {
    let unscaled = 0n;
    for (let i = wordCount - 1; i >= 0; i--) {
      unscaled = (unscaled << 32n) | BigInt(words[row * wordCount + i]!);
    }
    return new DecimalCell(BigInt.asIntN(wordCount * 32, unscaled), scale);
  };
}

function createBytesReader(data: Data, convert: (bytes: Uint8Array) => Cell): CellReader {
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets;
  return (row) => convert(bytes.subarray(Number(offsets[row]), Number(offsets[row + 1])));
}

function createListReader(data: Data): CellReader {
  const offsets = data.valueOffsets;
  const child = data.children[0]!;
  const element = createCellReader(child);
  return (row) => {
    const cells: Cell[] = [];
    const end = Number(offsets[row + 1]);
    checkEnd(end, child);
    for (let i = Number(offsets[row]); i < end; i++) cells.push(element(i));
    return cells;
  };
}

function createFixedListReader(data: Data): CellReader {
  const { listSize } = data.type as FixedSizeList;
  const child = data.children[0]!;
  const element = createCellReader(child);
  return (row) => {
    checkEnd((row + 1) * listSize, child);
    return Array.from({ length: listSize }, (_, i) => element(row * listSize + i));
  };
}

/** The library follows offsets wherever they lead; a file may say anything. */
function checkEnd(end: number, child: Data): void {
  if (end <= child.offset + child.length) return;
  throw new SovereignError("DATA_LOSS", "an Arrow list reaches beyond its values", {
    hint: "write the file again",
  });
}

function createMapReader(data: Data): CellReader {
  const offsets = data.valueOffsets;
  const [keys, values] = data.children[0]!.children.map((child) => createCellReader(child));
  return (row) => {
    const object: { [name: string]: Cell } = {};
    for (let i = Number(offsets[row]); i < Number(offsets[row + 1]); i++) {
      defineMember(object, String(keys!(i)), values!(i));
    }
    return object;
  };
}

function createStructReader(data: Data): CellReader {
  const fields = (data.type.children as { name: string }[]).map((field) => field.name);
  const readers = data.children.map((child) => createCellReader(child));
  return (row) => {
    const object: { [name: string]: Cell } = {};
    for (let i = 0; i < readers.length; i++) {
      const cell = readers[i]!(row);
      if (cell !== null) defineMember(object, fields[i]!, cell);
    }
    return object;
  };
}

function defineMember(object: { [name: string]: Cell }, name: string, cell: Cell): void {
  if (name !== "__proto__") {
    object[name] = cell;
    return;
  }
  const shape = { value: cell, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(object, name, shape);
}
