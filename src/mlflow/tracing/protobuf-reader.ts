/**
 * Protobuf's wire format, read field by field with a cursor (protobuf.dev/programming-guides/
 * encoding). No descriptors: `otlp-spans.ts` says what the fields mean. Foreign bytes: every length
 * is checked against what is left, and faults are `ProtobufError`.
 *
 * | wire type | what follows the tag |
 * |---|---|
 * | 0 | varint, at most 10 bytes |
 * | 1 / 5 | 8 / 4 bytes, little endian |
 * | 2 | varint length, then that many bytes |
 * | 3, 4 | start and end of a group: stepped over |
 */

/** Bytes that are no protobuf, or none of this message. */
export class ProtobufError extends Error {}

/** More embedded messages than are taken at once: two bytes can ask for hundreds in memory. */
export class ProtobufLimit extends Error {}

/** A message being read: from `at` up to `end`. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  /** How many messages may still be opened, shared by all cursors over the same bytes. */
  readonly budget: { messages: number };
}

const MAX_MESSAGES = 1_000_000;
const MAX_GROUP_DEPTH = 100;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A cursor over a whole message. */
export function openMessage(bytes: Buffer): Cursor {
  return { bytes, at: 0, end: bytes.length, budget: { messages: MAX_MESSAGES } };
}

/** The next tag (field number times 8 plus wire type), or 0 at the end of the message. */
export function readTag(cursor: Cursor): number {
  if (cursor.at >= cursor.end) return 0;
  const tag = readVarint32(cursor);
  if (tag < 8) throw new ProtobufError("field number 0");
  return tag;
}

/** A varint that must fit 32 bits: tags, lengths, enums (whose upper bits are dropped). */
export function readVarint32(cursor: Cursor): number {
  const { bytes, end } = cursor;
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (cursor.at >= end) break;
    const byte = bytes[cursor.at++] as number;
    if (shift < 28) value |= (byte & 0x7f) << shift;
    else if (shift === 28) value |= (byte & 0x0f) << 28;
    if (byte < 0x80) return value >>> 0;
  }
  throw new ProtobufError("unfinished varint");
}

/** A signed 64-bit varint. */
export function readInt64(cursor: Cursor): bigint {
  const { bytes, end } = cursor;
  // One byte is the usual length.
  const first = cursor.at < end ? (bytes[cursor.at] as number) : 0x80;
  if (first < 0x80) {
    cursor.at++;
    return BigInt(first);
  }
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= end) break;
    const byte = bytes[cursor.at++] as number;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asIntN(64, value);
  }
  throw new ProtobufError("unfinished varint");
}

/** Eight bytes as an unsigned integer. */
export function readFixed64(cursor: Cursor): bigint {
  const at = advance(cursor, 8);
  return cursor.bytes.readBigUInt64LE(at);
}

/** Eight bytes as a double. */
export function readDouble(cursor: Cursor): number {
  const at = advance(cursor, 8);
  return cursor.bytes.readDoubleLE(at);
}

/** The bytes of a length-delimited field, a view on the message. */
export function readBytes(cursor: Cursor): Buffer {
  const length = readVarint32(cursor);
  const at = advance(cursor, length);
  return cursor.bytes.subarray(at, at + length);
}

/** A string field; bytes that are not UTF-8 are refused, as protobuf does. */
export function readString(cursor: Cursor): string {
  const length = readVarint32(cursor);
  const at = advance(cursor, length);
  const text = cursor.bytes.toString("latin1", at, at + length);
  // Most names and values are ASCII, for which Latin-1 is the same and faster to read.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  try {
    return utf8.decode(cursor.bytes.subarray(at, at + length));
  } catch {
    throw new ProtobufError("a string is not UTF-8");
  }
}

/** A cursor over an embedded message; the outer cursor goes on behind it. */
export function readMessage(cursor: Cursor): Cursor {
  const { bytes, budget } = cursor;
  if (budget.messages-- === 0) throw new ProtobufLimit(`more than ${MAX_MESSAGES} messages`);
  const length = readVarint32(cursor);
  const at = advance(cursor, length);
  return { bytes, at, end: at + length, budget };
}

/** Steps over a field that is not wanted. */
export function skipField(cursor: Cursor, tag: number, depth = 0): void {
  switch (tag & 7) {
    case 0:
      readVarint32(cursor);
      return;
    case 1:
      advance(cursor, 8);
      return;
    case 2:
      advance(cursor, readVarint32(cursor));
      return;
    case 5:
      advance(cursor, 4);
      return;
    case 3:
      if (depth >= MAX_GROUP_DEPTH) throw new ProtobufError("groups are nested too deep");
      for (let inner = readTag(cursor); ; inner = readTag(cursor)) {
        if (inner === 0) throw new ProtobufError("unfinished group");
        if ((inner & 7) === 4 && inner >>> 3 === tag >>> 3) return;
        skipField(cursor, inner, depth + 1);
      }
    default:
      throw new ProtobufError(`wire type ${tag & 7}`);
  }
}

function advance(cursor: Cursor, length: number): number {
  const at = cursor.at;
  if (length > cursor.end - at) throw new ProtobufError("a field is longer than its message");
  cursor.at = at + length;
  return at;
}
