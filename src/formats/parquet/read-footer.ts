/**
 * The little of a Parquet footer (parquet.thrift, `FileMetaData`, Thrift compact protocol) that
 * must be known before a decoder is let loose on foreign bytes: how many row groups there are and
 * how large they claim to become. Everything else is skipped over, with bounds.
 */
import { SovereignError } from "../../core/errors.ts";

export interface RowGroupFacts {
  rowCount: number;
  /** Uncompressed bytes of all columns, as the writer states them. */
  totalByteSize: number;
}

interface Cursor {
  readonly bytes: Uint8Array;
  readonly source: string;
  readonly end: number;
  at: number;
}

const MAGIC = 0x31524150;
const MAX_DEPTH = 64;
/** Thrift compact type ids. */
const TYPE = {
  STOP: 0,
  TRUE: 1,
  FALSE: 2,
  BYTE: 3,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  SET: 10,
  MAP: 11,
  STRUCT: 12,
};
const ROW_GROUPS_FIELD = 4;
const TOTAL_BYTE_SIZE_FIELD = 2;
const NUM_ROWS_FIELD = 3;

/** Row groups of a file; DATA_LOSS with the offset when frame or footer are damaged. */
export function readRowGroups(bytes: Uint8Array, source: string): RowGroupFacts[] {
  const { length } = bytes;
  if (length < 12) throw damagedParquet(source, length, "too short for Parquet");
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  if (view.getUint32(0, true) !== MAGIC) throw damagedParquet(source, 0, "no PAR1 at the start");
  if (view.getUint32(length - 4, true) !== MAGIC) {
    throw damagedParquet(source, length - 4, "no PAR1 at the end (truncated?)");
  }
  const footerLength = view.getUint32(length - 8, true);
  if (footerLength > length - 12) {
    throw damagedParquet(source, length - 8, `footer of ${footerLength} bytes`);
  }
  const end = length - 8;
  const cursor: Cursor = { bytes, source, end, at: end - footerLength };
  const groups: RowGroupFacts[] = [];
  readStruct(cursor, 0, (field, type) => {
    if (field !== ROW_GROUPS_FIELD || type !== TYPE.LIST) return false;
    const { count } = readListHeader(cursor);
    for (let i = 0; i < count; i++) groups.push(readRowGroup(cursor));
    return true;
  });
  return groups;
}

/** The one way this folder says that a file is damaged. */
export function damagedParquet(
  source: string,
  offset: number,
  problem: string,
  cause?: unknown,
): SovereignError {
  return new SovereignError(
    "DATA_LOSS",
    `damaged Parquet file \`${source}\` at offset ${offset}: ${problem}`,
    {
      hint: "restore the file from a backup, or read an earlier version of the table",
      details: { source, offset },
      cause,
    },
  );
}

function readRowGroup(cursor: Cursor): RowGroupFacts {
  const facts = { rowCount: 0, totalByteSize: 0 };
  readStruct(cursor, 1, (field, type) => {
    if (type !== TYPE.I64) return false;
    if (field === TOTAL_BYTE_SIZE_FIELD) facts.totalByteSize = readZigzag(cursor);
    else if (field === NUM_ROWS_FIELD) facts.rowCount = readZigzag(cursor);
    else return false;
    return true;
  });
  if (facts.rowCount < 0 || facts.totalByteSize < 0) {
    throw damagedParquet(cursor.source, cursor.at, "negative size of a row group");
  }
  return facts;
}

/** Walks a struct; `take` reads a field's value and says so, or leaves it to be skipped. */
function readStruct(
  cursor: Cursor,
  depth: number,
  take: (field: number, type: number) => boolean,
): void {
  if (depth > MAX_DEPTH) throw damagedParquet(cursor.source, cursor.at, "nested too deep");
  let field = 0;
  for (;;) {
    const header = readByte(cursor);
    const type = header & 15;
    if (type === TYPE.STOP) return;
    const delta = header >> 4;
    field = delta === 0 ? readZigzag(cursor) : field + delta;
    if (!take(field, type)) skip(cursor, type, depth + 1);
  }
}

function skip(cursor: Cursor, type: number, depth: number): void {
  switch (type) {
    case TYPE.TRUE:
    case TYPE.FALSE:
      return;
    case TYPE.BYTE:
      advance(cursor, 1);
      return;
    case 4:
    case 5:
    case TYPE.I64:
      readVarint(cursor);
      return;
    case TYPE.DOUBLE:
      advance(cursor, 8);
      return;
    case TYPE.BINARY:
      advance(cursor, readVarint(cursor));
      return;
    case TYPE.STRUCT:
      readStruct(cursor, depth, () => false);
      return;
    case TYPE.LIST:
    case TYPE.SET: {
      const { count, type: element } = readListHeader(cursor);
      for (let i = 0; i < count; i++) skipElement(cursor, element, depth + 1);
      return;
    }
    case TYPE.MAP: {
      const count = readVarint(cursor);
      const types = count === 0 ? 0 : readByte(cursor);
      for (let i = 0; i < count; i++) {
        skipElement(cursor, types >> 4, depth + 1);
        skipElement(cursor, types & 15, depth + 1);
      }
      return;
    }
    default:
      throw damagedParquet(cursor.source, cursor.at, `unknown Thrift type ${type}`);
  }
}

/** Inside a container a boolean has a byte of its own. */
function skipElement(cursor: Cursor, type: number, depth: number): void {
  if (depth > MAX_DEPTH) throw damagedParquet(cursor.source, cursor.at, "nested too deep");
  if (type === TYPE.TRUE || type === TYPE.FALSE) advance(cursor, 1);
  else skip(cursor, type, depth);
}

/** Every element takes at least a byte, so a count beyond the footer cannot be true. */
function readListHeader(cursor: Cursor): { count: number; type: number } {
  const header = readByte(cursor);
  const short = header >> 4;
  const count = short === 15 ? readVarint(cursor) : short;
  if (count > cursor.end - cursor.at) {
    throw damagedParquet(cursor.source, cursor.at, `list of ${count} elements`);
  }
  return { count, type: header & 15 };
}

function readByte(cursor: Cursor): number {
  if (cursor.at >= cursor.end) throw damagedParquet(cursor.source, cursor.at, "footer ends early");
  return cursor.bytes[cursor.at++]!;
}

function advance(cursor: Cursor, count: number): void {
  if (count > cursor.end - cursor.at) {
    throw damagedParquet(cursor.source, cursor.at, "footer ends early");
  }
  cursor.at += count;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = readByte(cursor);
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
  throw damagedParquet(cursor.source, cursor.at, "number too long");
}

function readZigzag(cursor: Cursor): number {
  const value = readVarint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
