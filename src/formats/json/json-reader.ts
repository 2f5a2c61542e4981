/**
 * Reads a JSON text value by value, for documents so large that a value made of all of it would
 * take many times its bytes: strings come as bytes, and nothing is kept.
 */
import { isDigit, JsonScanner, MARK } from "./json-scanner.ts";

const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
/** Whole numbers and powers of ten up to these are exact. */
const MOST_EXACT = 900_719_925_474_098;
const MOST_PLACES = 22;
const POWERS = Float64Array.from({ length: MOST_PLACES + 1 }, (_, places) => Number(`1e${places}`));
const NAME = new Uint8Array(66);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class JsonReader extends JsonScanner {
  /** Goes over the name of an object's member and the colon; null for none of `names`. */
  readName(names: readonly string[]): string | null {
    this.peek();
    const from = this.at;
    this.skipString();
    const to = this.at;
    this.expect(MARK.colon);
    for (const name of names) if (this.#isPlain(name, from + 1, to - 1)) return name;
    if (to - from > NAME.length || !this.bytes.subarray(from, to).includes(BACKSLASH)) return null;
    const end = new JsonReader(this.bytes, from, to).readString(NAME, 0);
    const text = decoder.decode(NAME.subarray(0, end));
    return names.find((name) => name === text) ?? null;
  }

  #isPlain(name: string, from: number, to: number): boolean {
    if (to - from !== name.length) return false;
    for (let i = 0; i < name.length; i++) {
      if (this.bytes[from + i] !== name.charCodeAt(i)) return false;
    }
    return true;
  }

  /** A string as text. */
  readText(): string {
    this.peek();
    const from = this.at;
    this.skipString();
    const raw = this.bytes.subarray(from + 1, this.at - 1);
    if (!raw.includes(BACKSLASH)) return decoder.decode(raw);
    const room = new Uint8Array(raw.length);
    const end = new JsonReader(this.bytes, from, this.at).readString(room, 0);
    return decoder.decode(room.subarray(0, end));
  }

  /** True or false. */
  readFlag(): boolean {
    const isTrue = this.peek() === 0x74;
    this.skipWord(isTrue ? "true" : "false");
    return isTrue;
  }

  /** Writes a string's UTF-8 from `end` on; the place behind. It never has more bytes than here. */
  readString(target: Uint8Array, end: number): number {
    const { bytes } = this;
    this.expect(MARK.quote);
    let at = this.at;
    let to = end;
    for (;;) {
      const byte = bytes[at]!;
      if (byte === MARK.quote && at < this.end) break;
      if (byte === BACKSLASH) {
        this.at = at;
        to = this.readEscape(target, to);
        at = this.at;
        continue;
      }
      if (at >= this.end || byte < 0x20) {
        this.at = at;
        throw this.fault(
          at < this.end ? "a control character in a string" : "a string is never closed",
        );
      }
      target[to++] = byte;
      at++;
    }
    this.at = at + 1;
    return to;
  }

  /** A number of digits alone, up to 2^53, or -1 for another. */
  readWhole(): number {
    this.peek();
    const from = this.at;
    this.skipNumber();
    let value = 0;
    for (let i = from; i < this.at; i++) {
      const byte = this.bytes[i]!;
      if (!isDigit(byte) || value > MOST_EXACT) return -1;
      value = value * 10 + byte - 0x30;
    }
    return value;
  }

  /** A number as `JSON.parse` reads it. */
  readNumber(): number {
    this.peek();
    const { bytes, at: from } = this;
    this.skipNumber();
    let digits = 0;
    let fractionFrom = this.at;
    for (let i = bytes[from] === MINUS ? from + 1 : from; i < this.at; i++) {
      const byte = bytes[i]!;
      if (byte === POINT) fractionFrom = i + 1;
      else if (!isDigit(byte) || digits > MOST_EXACT) return Number(this.#latin1(from));
      else digits = digits * 10 + byte - 0x30;
    }
    // Both are exact, so their quotient is rounded once, as the number itself would be.
    const places = this.at - fractionFrom;
    if (digits > MOST_EXACT || places > MOST_PLACES) return Number(this.#latin1(from));
    const value = places === 0 ? digits : digits / POWERS[places]!;
    return bytes[from] === MINUS ? -value : value;
  }

  #latin1(from: number): string {
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer, byteOffset + from, this.at - from).toString("latin1");
  }
}
