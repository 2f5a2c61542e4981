/**
 * A JSON text held to its grammar (RFC 8259, and `NaN`, `Infinity`, `-Infinity` as Spark and Python
 * write them) byte by byte, so that a fault has its exact place. Also refused, because readers
 * disagree about them: a key twice in one object, an empty key, half a surrogate pair, nesting
 * deeper than 64, numbers no double reaches.
 */

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

const MAX_DEPTH = 64;
/** Beyond this even the check gives up: it calls itself. */
const MAX_CHECKED_DEPTH = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FAILED = -1;

/** Checks values of a text; what was found stands in its fields until the next check. */
export class JsonText {
  bytes: Buffer;
  /** Place and reason of a broken grammar. */
  fault: { at: number; reason: string } | null = null;
  /** Why a value of good grammar cannot be taken all the same. */
  problem: string | null = null;
  /** Of the value checked last, and of its members if it is an object. */
  kind: JsonKind = "null";
  keys: string[] = [];
  kinds: JsonKind[] = [];

  /** Keys seen lately, by length and first and last byte: making a text of each takes longer. */
  readonly #names = new Map<number, { bytes: Buffer; name: string }>();

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Goes on with another text. */
  load(bytes: Buffer): this {
    this.bytes = bytes;
    return this;
  }

  /** Checks the value at `at`; the place behind it, or -1 with `fault` set. */
  check(at: number): number {
    this.problem = null;
    this.keys = [];
    this.kinds = [];
    return this.#value(at, 0);
  }

  /** Behind spaces and line ends. */
  skipSpace(from: number): number {
    let at = from;
    for (;;) {
      const byte = this.bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
      at++;
    }
  }

  #value(at: number, depth: number): number {
    const byte = this.bytes[at];
    if (byte === 0x7b) return this.#object(at, depth);
    if (byte === 0x5b) return this.#array(at, depth);
    if (byte === QUOTE) {
      this.kind = "string";
      return this.#string(at);
    }
    return this.#scalar(at);
  }

  #object(open: number, depth: number): number {
    if (!this.#descend(open, depth)) return FAILED;
    const names: string[] = [];
    let seen: Set<string> | null = null;
    const kinds: JsonKind[] = [];
    let at = this.skipSpace(open + 1);
    while (this.bytes[at] !== 0x7d || names.length > 0) {
      if (this.bytes[at] !== QUOTE) return this.#fail(at, "expected a key in quotes");
      const end = this.#string(at);
      if (end === FAILED) return FAILED;
      const name = this.#key(at, end);
      if (names.length === 16) seen = new Set(names);
      if (seen === null ? names.includes(name) : seen.has(name))
        this.problem ??= `the key \`${name}\` is there twice`;
      if (name === "") this.problem ??= "a key is empty";
      names.push(name);
      seen?.add(name);
      at = this.skipSpace(end);
      if (this.bytes[at] !== 0x3a) return this.#fail(at, "expected `:`");
      at = this.#value(this.skipSpace(at + 1), depth + 1);
      if (at === FAILED) return FAILED;
      kinds.push(this.kind);
      at = this.skipSpace(at);
      if (this.bytes[at] === 0x7d) break;
      if (this.bytes[at] !== 0x2c) return this.#fail(at, "expected `,` or `}`");
      at = this.skipSpace(at + 1);
    }
    this.kind = "object";
    this.keys = names;
    this.kinds = kinds;
    return at + 1;
  }

  #array(open: number, depth: number): number {
    if (!this.#descend(open, depth)) return FAILED;
    let at = this.skipSpace(open + 1);
    for (let isFirst = true; this.bytes[at] !== 0x5d || !isFirst; isFirst = false) {
      at = this.#value(at, depth + 1);
      if (at === FAILED) return FAILED;
      at = this.skipSpace(at);
      if (this.bytes[at] === 0x5d) break;
      if (this.bytes[at] !== 0x2c) return this.#fail(at, "expected `,` or `]`");
      at = this.skipSpace(at + 1);
    }
    this.kind = "array";
    return at + 1;
  }

  #descend(at: number, depth: number): boolean {
    if (depth >= MAX_DEPTH) this.problem ??= `it is nested more than ${MAX_DEPTH} deep`;
    if (depth < MAX_CHECKED_DEPTH) return true;
    this.#fail(at, "nested too deep");
    return false;
  }

  #string(open: number): number {
    const { bytes } = this;
    let at = open + 1;
    for (;;) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) {
        at = this.#escape(at);
        if (at === FAILED) return FAILED;
      } else if (byte === undefined) return this.#fail(at, "a string is never closed");
      else if (byte < 0x20) return this.#fail(at, "a control character in a string");
      else at++;
    }
  }

  #escape(at: number): number {
    const byte = this.bytes[at + 1];
    if (byte !== 0x75) {
      const isKnown = byte !== undefined && '"\\/bfnrt'.includes(String.fromCharCode(byte));
      return isKnown ? at + 2 : this.#fail(at, "an unknown escape in a string");
    }
    const code = this.#hex(at);
    if (code === FAILED) return this.#fail(at, "`\\u` without four hex digits");
    if (code < 0xd800 || code > 0xdfff) return at + 6;
    const low = code < 0xdc00 && this.bytes[at + 6] === BACKSLASH ? this.#hex(at + 6) : FAILED;
    if (low >= 0xdc00 && low <= 0xdfff) return at + 12;
    this.problem ??= "half a surrogate pair in a string";
    return at + 6;
  }

  /** The number of `\uXXXX`. */
  #hex(at: number): number {
    const text = this.bytes.toString("latin1", at + 1, at + 6);
    return /^u[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text.slice(1), 16) : FAILED;
  }

  /** The name between the quotes at `open` and before `end`. */
  #key(open: number, end: number): string {
    const { bytes } = this;
    const length = end - open - 2;
    const slot = (length << 16) | (bytes[open + 1]! << 8) | bytes[end - 2]!;
    const known = this.#names.get(slot);
    if (known !== undefined && isSame(known.bytes, bytes, open + 1)) return known.name;
    const text = bytes.toString("utf8", open + 1, end - 1);
    const name = text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
    if (length < 256) {
      this.#names.set(slot, { bytes: Buffer.from(bytes.subarray(open + 1, end - 1)), name });
    }
    return name;
  }

  #scalar(at: number): number {
    const end = this.#plainNumber(at);
    return end === FAILED ? this.#word(at) : end;
  }

  /** A number without exponent, or -1: the word is looked at more closely. */
  #plainNumber(from: number): number {
    const { bytes } = this;
    let at = bytes[from] === 0x2d ? from + 1 : from;
    const first = at;
    while (isDigit(bytes[at])) at++;
    if (at === first || (bytes[first] === 0x30 && at > first + 1)) return FAILED;
    if (bytes[at] === 0x2e) {
      const fraction = ++at;
      while (isDigit(bytes[at])) at++;
      if (at === fraction) return FAILED;
    }
    if (isWordByte(bytes[at]) || at - from > 300) return FAILED;
    this.kind = "number";
    return at;
  }

  #word(at: number): number {
    let end = at;
    while (isWordByte(this.bytes[end])) end++;
    const word = this.bytes.toString("latin1", at, end);
    if (word === "null") this.kind = "null";
    else if (word === "true" || word === "false") this.kind = "boolean";
    else if (NUMBER.test(word)) {
      this.kind = "number";
      this.#checkRange(word);
    } else return this.#fail(at, "expected a value");
    return end;
  }

  #checkRange(word: string): void {
    if (/^-?\d/.test(word) && !Number.isFinite(Number(word))) {
      this.problem ??= "a number no double reaches";
    }
  }

  #fail(at: number, reason: string): number {
    const isEnd = at >= this.bytes.length && !reason.startsWith("a string");
    this.fault = { at, reason: isEnd ? "the text ends here" : reason };
    return FAILED;
  }
}

const NUMBER = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isSame(known: Buffer, bytes: Buffer, at: number): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[at + i]) return false;
  return true;
}

function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e)
    return true;
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** Why `raw` is no JSON object that can be taken, or null; keys and kinds stand in `text`. */
export function checkJsonRecord(text: JsonText): string | null {
  const end = text.check(text.skipSpace(0));
  if (end === FAILED) return malformed(text, text.fault!.at, text.fault!.reason);
  const behind = text.skipSpace(end);
  if (behind < text.bytes.length) return malformed(text, behind, "more text behind the value");
  if (text.problem !== null) return text.problem;
  if (text.kind === "object") return null;
  return `it is ${ARTICLES[text.kind]}, not an object`;
}

function malformed(text: JsonText, at: number, reason: string): string {
  const column = text.bytes.toString("utf8", 0, at).length + 1;
  return `malformed JSON, column ${column}: ${reason}`;
}

const ARTICLES: Readonly<Record<JsonKind, string>> = {
  object: "an object",
  array: "an array",
  string: "a string",
  number: "a number",
  boolean: "a boolean",
  null: "null",
};
