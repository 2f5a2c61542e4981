/**
 * The wire form of protocol buffers: `(field << 3 | type)` as a varint, then a varint (0), eight
 * bytes (1), a length and that many bytes (2) or four bytes (5). Groups (3, 4) are gone from the
 * language and are refused. Every length is checked against what is left before it is used.
 */
import { SovereignError } from "../../core/errors.ts";

/**
 * Goes over the fields of a message. Each is left in the reader's own properties, since a file may
 * have a million of them: `from` and `to` hold its bytes, of type 0 `value` the number.
 */
export class MessageReader {
  readonly bytes: Uint8Array;
  field = 0;
  type = 0;
  /** Of type 0; the low 53 bits matter to no one beyond. */
  value = 0;
  from = 0;
  to = 0;
  /** Where the field begins, for messages of errors. */
  offset = 0;
  readonly #cursor = { at: 0 };
  #end: number;

  constructor(bytes: Uint8Array, from = 0, to: number = bytes.length) {
    this.bytes = bytes;
    this.#cursor.at = from;
    this.#end = to;
  }

  /** Goes on with another message of the same bytes. */
  enter(from: number, to: number): void {
    this.#cursor.at = from;
    this.#end = to;
  }

  /** Reads the next field; false at the end. */
  next(): boolean {
    const { bytes } = this;
    const cursor = this.#cursor;
    if (cursor.at >= this.#end) return false;
    this.offset = cursor.at;
    const tag = readVarint(bytes, cursor);
    this.field = Math.floor(tag / 8);
    this.type = tag % 8;
    if (this.field === 0) throw damaged(this.offset, "a field has number 0");
    this.from = cursor.at;
    if (this.type === 0) this.value = readVarint(bytes, cursor);
    else if (this.type === 1 || this.type === 2 || this.type === 5) {
      this.value = 0;
      const size = this.type === 1 ? 8 : this.type === 5 ? 4 : readVarint(bytes, cursor);
      this.from = cursor.at;
      if (size > this.#end - cursor.at) {
        throw damaged(this.offset, `a field of ${size} bytes ends beyond the end`);
      }
      cursor.at += size;
    } else throw damaged(this.offset, `type ${this.type} is not known`);
    if (cursor.at > this.#end) throw damaged(this.offset, "it ends within a number");
    this.to = cursor.at;
    return true;
  }

  /** The field's bytes, a view. */
  content(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }

  /** A field of four bytes as a float. */
  float(): number {
    if (this.type !== 5) throw damaged(this.offset, "a float has no four bytes");
    for (let i = 0; i < 4; i++) FLOAT_BYTES[i] = this.bytes[this.from + i]!;
    return FLOAT.getFloat32(0, true);
  }
}

const FLOAT_BYTES = new Uint8Array(4);
const FLOAT = new DataView(FLOAT_BYTES.buffer);

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
