/**
 * Thrift's compact protocol (thrift-compact-protocol.md), reading foreign bytes with bounds: no
 * value reaches beyond the footer, no depth beyond 64, and DATA_LOSS names the offset in the file.
 * What a caller does not take is skipped over. `write-thrift.ts` writes.
 */
import { SovereignError } from "../../core/errors.ts";

export interface Cursor {
  readonly bytes: Uint8Array;
  readonly source: string;
  /** Offset in the file at which `bytes` begin. */
  readonly base: number;
  readonly end: number;
  at: number;
}

const MAX_DEPTH = 64;
/** Thrift compact type ids. */
export const TYPE = {
  STOP: 0,
  TRUE: 1,
  FALSE: 2,
  BYTE: 3,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  SET: 10,
  MAP: 11,
  STRUCT: 12,
};

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

/** The same for the place where a cursor stands. */
export function damagedAt(cursor: Cursor, problem: string): SovereignError {
  return damagedParquet(cursor.source, cursor.base + cursor.at, problem);
}

/** Walks a struct; `take` reads a field's value and says so, or leaves it to be skipped. */
export function readStruct(
  cursor: Cursor,
  depth: number,
  take: (field: number, type: number) => boolean,
): void {
  if (depth > MAX_DEPTH) throw damagedAt(cursor, "nested too deep");
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
    case TYPE.I32:
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
      throw damagedAt(cursor, `unknown Thrift type ${type}`);
  }
}

/** Inside a container a boolean has a byte of its own. */
function skipElement(cursor: Cursor, type: number, depth: number): void {
  if (depth > MAX_DEPTH) throw damagedAt(cursor, "nested too deep");
  if (type === TYPE.TRUE || type === TYPE.FALSE) advance(cursor, 1);
  else skip(cursor, type, depth);
}

/** Every element takes at least a byte, so a count beyond the footer cannot be true. */
export function readListHeader(cursor: Cursor): { count: number; type: number } {
  const header = readByte(cursor);
  const short = header >> 4;
  const count = short === 15 ? readVarint(cursor) : short;
  if (count > cursor.end - cursor.at) {
    throw damagedAt(cursor, `list of ${count} elements`);
  }
  return { count, type: header & 15 };
}

function readByte(cursor: Cursor): number {
  if (cursor.at >= cursor.end) throw damagedAt(cursor, "footer ends early");
  return cursor.bytes[cursor.at++]!;
}

export function advance(cursor: Cursor, count: number): void {
  if (count > cursor.end - cursor.at) {
    throw damagedAt(cursor, "footer ends early");
  }
  cursor.at += count;
}

export function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = readByte(cursor);
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
  throw damagedAt(cursor, "number too long");
}

export function readZigzag(cursor: Cursor): number {
  const value = readVarint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
