/**
 * The wire form of protocol buffers: `(field << 3 | type)` as a varint, then a varint (0), eight
 * bytes (1), a length and that many bytes (2) or four bytes (5). Groups (3, 4) are gone from the
 * language and are refused. Every length is checked against what is left before it is used.
 */
import { SovereignError } from "../../core/errors.ts";

/** One field as it stands; `bytes` for type 2, else `value`. */
export interface WireField {
  readonly field: number;
  readonly type: 0 | 1 | 2 | 5;
  /** Of type 0 the low 53 bits matter to no one beyond; of 1 and 5 unused. */
  readonly value: number;
  readonly bytes: Uint8Array;
  /** Where in the message it begins, for messages of errors. */
  readonly offset: number;
}

const EMPTY = new Uint8Array(0);

/** The fields of a message, in order. */
export function* readMessage(message: Uint8Array): Generator<WireField> {
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const offset = cursor.at;
    const tag = readVarint(message, cursor);
    const field = Math.floor(tag / 8);
    const type = tag % 8;
    if (field === 0) throw damaged(offset, "a field has number 0");
    if (type === 0) {
      yield { field, type, value: readVarint(message, cursor), bytes: EMPTY, offset };
    } else if (type === 1 || type === 2 || type === 5) {
      const size = type === 1 ? 8 : type === 5 ? 4 : readVarint(message, cursor);
      if (size > message.length - cursor.at) {
        throw damaged(offset, `a field of ${size} bytes ends beyond the end`);
      }
      const bytes = message.subarray(cursor.at, cursor.at + size);
      cursor.at += size;
      yield { field, type, value: 0, bytes, offset };
    } else throw damaged(offset, `type ${type} is not known`);
  }
}

/** A field of four bytes as a float. */
export function floatOf({ bytes, type, offset }: WireField): number {
  if (type !== 5) throw damaged(offset, "a float has no four bytes");
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
}

function readVarint(message: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 0; shift < 10; shift++) {
    const byte = message[cursor.at++];
    if (byte === undefined) throw damaged(cursor.at, "it ends within a number");
    value += (byte & 0x7f) * 2 ** (7 * shift);
    if (byte < 0x80) return value;
  }
  throw damaged(cursor.at, "a number has more than ten bytes");
}

function damaged(offset: number, what: string): SovereignError {
  return new SovereignError("DATA_LOSS", `the message is damaged at byte ${offset}: ${what}`, {
    hint: "the file is cut off or of another kind; get it again from where it was made",
    details: { offset },
  });
}
