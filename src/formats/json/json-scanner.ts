/**
 * Goes over a JSON text (RFC 8259, UTF-8) byte by byte and holds it to its grammar.
 *
 * Stricter than `JSON.parse`: half a surrogate pair and nesting deeper than 128 are refused, as
 * Rust's serde refuses them.
 */

/** A broken grammar, with its place in the bytes. */
export class JsonFault extends Error {
  readonly offset: number;

  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

export const MARK = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const MAX_DEPTH = 128;
const NOWHERE = new Uint8Array(0);
/** How much deeper a byte leads. */
const IS_QUOTE = 2;
const STEPS = Int8Array.from({ length: 256 }, (_, byte) => {
  if (byte === MARK.quote) return IS_QUOTE;
  return byte === MARK.openList || byte === MARK.openObject ? 1 : (byte & 0xdf) === 0x5d ? -1 : 0;
});
const ESCAPES = new Map(
  Array.from('"\\/bfnrt', (letter, i) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(i)]),
);

export class JsonScanner {
  readonly bytes: Uint8Array;
  /** The place of the next byte. */
  at: number;
  /** Values that `skipValue` has gone over, one inside another counted too. */
  skippedCount = 0;
  protected readonly start: number;
  protected readonly end: number;

  constructor(bytes: Uint8Array, from = 0, to: number = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.start = from;
    this.end = to;
  }

  /** Bytes that are left. */
  get length(): number {
    return this.end - this.at;
  }

  /** The byte behind white space, or -1 at the end. */
  peek(): number {
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at]!;
      if (byte > 0x20) return byte;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    }
    return -1;
  }

  /** Goes over a mark that must come next. */
  expect(mark: number): void {
    if (this.peek() !== mark) throw this.fault(`expected \`${String.fromCharCode(mark)}\``);
    this.at++;
  }

  /** Whether a list or object has another item; goes to it, or behind the closing mark. */
  hasNext(isFirst: boolean, close: number): boolean {
    const byte = this.peek();
    if (byte === close) {
      this.at++;
      return false;
    }
    if (!isFirst) this.expect(MARK.comma);
    return true;
  }

  /** Goes over a string. */
  skipString(): void {
    const { bytes } = this;
    this.expect(MARK.quote);
    let at = this.at;
    for (; at < this.end; at++) {
      const byte = bytes[at]!;
      if (byte === MARK.quote) break;
      if (byte < 0x20 || byte === BACKSLASH) {
        this.at = at;
        if (byte !== BACKSLASH) throw this.fault("a control character in a string");
        this.readEscape(NOWHERE, 0);
        at = this.at - 1;
      }
    }
    this.at = at;
    if (at >= this.end) throw this.fault("a string is never closed");
    this.at++;
  }

  /** Goes over an escape and writes what it stands for. */
  protected readEscape(target: Uint8Array, end: number): number {
    const letter = this.bytes[this.at + 1]!;
    const plain = this.at + 2 < this.end ? ESCAPES.get(letter) : undefined;
    if (plain !== undefined) {
      target[end] = plain;
      this.at += 2;
      return end + 1;
    }
    let point = this.#unit();
    if ((point & 0xfc00) === 0xd800) {
      const low = this.#unit();
      if ((low & 0xfc00) !== 0xdc00) throw this.fault("half a surrogate pair in a string");
      point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
    } else if ((point & 0xfc00) === 0xdc00) throw this.fault("half a surrogate pair in a string");
    return writeCodePoint(point, target, end);
  }

  /** The number of `\uXXXX`. */
  #unit(): number {
    const { bytes, at } = this;
    if (at + 6 > this.end || bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) {
      throw this.fault("an unknown escape or half a surrogate pair in a string");
    }
    let unit = 0;
    for (let i = at + 2; i < at + 6; i++) {
      const digit = Number.parseInt(String.fromCharCode(bytes[i]!), 16);
      if (Number.isNaN(digit)) throw this.fault("`\\u` without four hex digits");
      unit = unit * 16 + digit;
    }
    this.at += 6;
    return unit;
  }

  /** Goes over a number. */
  skipNumber(): void {
    if (this.peek() === MINUS) this.at++;
    const isZero = this.bytes[this.at] === 0x30;
    if (this.#skipDigits() > 1 && isZero) throw this.fault("expected a number");
    if (this.bytes[this.at] === POINT) {
      this.at++;
      this.#skipDigits();
    }
    if ((this.bytes[this.at]! & 0xdf) === 0x45 && this.at < this.end) {
      this.at++;
      const sign = this.bytes[this.at];
      if (sign === 0x2b || sign === MINUS) this.at++;
      this.#skipDigits();
    }
  }

  /** How many digits there are; at least one. */
  #skipDigits(): number {
    const from = this.at;
    while (this.at < this.end && isDigit(this.bytes[this.at]!)) this.at++;
    if (this.at === from) throw this.fault("expected a number");
    return this.at - from;
  }

  /** Goes over a value of any kind. */
  skipValue(depth = 0): void {
    this.skippedCount++;
    const byte = this.peek();
    if (byte === MARK.quote) this.skipString();
    else if (byte === MARK.openObject || byte === MARK.openList) {
      if (depth >= MAX_DEPTH) throw this.fault("nested too deep");
      const isObject = byte === MARK.openObject;
      const close = isObject ? MARK.closeObject : MARK.closeList;
      this.at++;
      for (let isFirst = true; this.hasNext(isFirst, close); isFirst = false) {
        if (isObject) {
          this.skipString();
          this.expect(MARK.colon);
        }
        this.skipValue(depth + 1);
      }
    } else if (byte === 0x74) this.skipWord("true");
    else if (byte === 0x66) this.skipWord("false");
    else if (byte === 0x6e) this.skipWord("null");
    else this.skipNumber();
  }

  /**
   * Goes to the end of a list or object by its brackets alone. Whoever reads it sees that it is
   * none; for a value that nobody reads see `finish`.
   */
  skipBrackets(): void {
    const { bytes } = this;
    const end = this.end;
    let depth = 0;
    let at = this.at;
    for (; at < end; at++) {
      const step = STEPS[bytes[at]!]!;
      if (step === 0) continue;
      if (step === IS_QUOTE) {
        for (at++; at < end && bytes[at] !== MARK.quote; at++) if (bytes[at] === BACKSLASH) at++;
        continue;
      }
      depth += step;
      if (depth === 0) break;
    }
    this.at = Math.min(at + 1, end);
    if (at >= end) throw this.fault("");
  }

  /** Sees to it that all is well-formed, where nobody has read. */
  finish(): void {
    if (this.at === this.start) this.skipValue();
    if (this.at !== this.end) throw this.fault("more text than the value");
  }

  /** Goes over a word that must come next. */
  skipWord(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.at + i >= this.end || this.bytes[this.at + i] !== word.charCodeAt(i)) {
        throw this.fault("expected a value");
      }
    }
    this.at += word.length;
  }

  fault(reason: string): JsonFault {
    return new JsonFault(this.at, this.at >= this.end ? "the text ends here" : reason);
  }
}

/** Whether a byte is one of 0 to 9. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Writes a code point's UTF-8; the place behind. */
export function writeCodePoint(point: number, target: Uint8Array, end: number): number {
  let to = end;
  if (point < 0x80) target[to++] = point;
  else if (point < 0x800) {
    target[to++] = 0xc0 | (point >> 6);
    target[to++] = 0x80 | (point & 0x3f);
  } else {
    if (point < 0x10000) target[to++] = 0xe0 | (point >> 12);
    else {
      target[to++] = 0xf0 | (point >> 18);
      target[to++] = 0x80 | ((point >> 12) & 0x3f);
    }
    target[to++] = 0x80 | ((point >> 6) & 0x3f);
    target[to++] = 0x80 | (point & 0x3f);
  }
  return to;
}
