/**
 * JSON (RFC 8259) to exact values. Strict: no comments, no trailing commas, no duplicate handling
 * beyond "the last one wins" (as `JSON.parse`). Foreign bytes: every fault is DATA_LOSS with the
 * offset, nesting is bounded. `parseJson` takes the fast road through `JSON.parse` when no number
 * in the text can lose digits; `parseExactJson` never does.
 */
import { SovereignError } from "../errors.ts";
import { type ExactJson, JsonNumber } from "./json-number.ts";

export interface ParseJsonOptions {
  /** What is being read, for the message: a file name, `stats of part-0.parquet`. */
  source?: string;
  /** Added to the reported offset: where `text` starts in `source`. */
  baseOffset?: number;
  /** Keep numbers with a fraction or exponent as `JsonNumber` instead of rounding to a double. */
  keepDecimals?: boolean;
  maxDepth?: number;
  /** Of the error; the usual one is about files of tables. */
  hint?: string;
}

interface Cursor {
  readonly text: string;
  readonly options: ParseJsonOptions;
  readonly maxDepth: number;
  at: number;
  depth: number;
}

const DEFAULT_MAX_DEPTH = 200;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WHITESPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold them raw
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Parses one JSON document; integers beyond 2^53 become bigint, the rest is `JSON.parse`'s. */
export function parseExactJson(text: string, options: ParseJsonOptions = {}): ExactJson {
  const maxDepth = options.maxDepth ?? DEFAULT_MAX_DEPTH;
  const cursor: Cursor = { text, options, maxDepth, at: 0, depth: 0 };
  const value = readValue(cursor);
  skipWhitespace(cursor);
  if (cursor.at < text.length) throw malformed(cursor, "text after the end of the document");
  return value;
}

const LONG_DIGITS = /[0-9]{16}/;
/**
 * A long number that is a value of the document itself. A key inside a string (the statistics
 * text of an `add`) ends in `\"`, so long numbers there do not cost the slow road.
 */
const LONG_NUMBER = /(?:(?:[^\\]|\\\\)"\s*:|[[,])\s*-?[0-9]{16}/;

/** `parseExactJson`, but through `JSON.parse` when the text holds no number that long. */
export function parseJson(text: string, options: ParseJsonOptions = {}): ExactJson {
  const mayLoseDigits = LONG_DIGITS.test(text) && LONG_NUMBER.test(text);
  const isDeep = options.maxDepth !== undefined && isDeeper(text, options.maxDepth);
  if (mayLoseDigits || options.keepDecimals || isDeep) return parseExactJson(text, options);
  try {
    return JSON.parse(text) as ExactJson;
  } catch {
    // The engine's message has no dependable offset: read again for ours.
    return parseExactJson(text, options);
  }
}

/** Whether more brackets are open at some place of a JSON text than `most`. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      do at = text.indexOf('"', at + 1);
      while (at > 0 && isEscaped(text, at));
      if (at < 0) return false;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > most) return true;
    } else if (code === OPEN_LIST + 2 || code === OPEN_OBJECT + 2) depth--;
  }
  return false;
}

const [QUOTE, OPEN_LIST, OPEN_OBJECT] = [0x22, 0x5b, 0x7b];

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === "\\") first--;
  return (at - first) % 2 === 1;
}

function malformed(cursor: Cursor, problem: string): SovereignError {
  const offset = cursor.at + (cursor.options.baseOffset ?? 0);
  const source = cursor.options.source ?? "JSON";
  return new SovereignError(
    "DATA_LOSS",
    `malformed JSON in ${source} at offset ${offset}: ${problem}`,
    {
      hint:
        cursor.options.hint ??
        "restore the file from a backup, or read an earlier version of the table",
      details: { source, offset },
    },
  );
}

function skipWhitespace(cursor: Cursor): void {
  WHITESPACE.lastIndex = cursor.at;
  WHITESPACE.test(cursor.text);
  cursor.at = WHITESPACE.lastIndex;
}

function readValue(cursor: Cursor): ExactJson {
  skipWhitespace(cursor);
  switch (cursor.text[cursor.at]) {
    case "{":
      return readObject(cursor);
    case "[":
      return readArray(cursor);
    case '"':
      return readString(cursor);
    case "t":
      return readWord(cursor, "true", true);
    case "f":
      return readWord(cursor, "false", false);
    case "n":
      return readWord(cursor, "null", null);
    case undefined:
      throw malformed(cursor, "unexpected end");
    default:
      return readNumber(cursor);
  }
}

function readWord<T extends ExactJson>(cursor: Cursor, word: string, value: T): T {
  if (!cursor.text.startsWith(word, cursor.at)) throw malformed(cursor, "unknown word");
  cursor.at += word.length;
  return value;
}

function readNumber(cursor: Cursor): ExactJson {
  NUMBER.lastIndex = cursor.at;
  const match = NUMBER.exec(cursor.text);
  if (match === null) throw malformed(cursor, "unexpected character");
  cursor.at = NUMBER.lastIndex;
  const text = match[0];
  if (match[1] !== undefined || match[2] !== undefined) {
    return cursor.options.keepDecimals ? new JsonNumber(text) : Number(text);
  }
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function readString(cursor: Cursor): string {
  const { text } = cursor;
  cursor.at++;
  let result = "";
  for (;;) {
    const start = cursor.at;
    PLAIN.lastIndex = start;
    PLAIN.test(text);
    cursor.at = PLAIN.lastIndex;
    result += text.slice(start, cursor.at);
    const stop = text[cursor.at];
    if (stop === '"') {
      cursor.at++;
      return result;
    }
    if (stop !== "\\") {
      throw malformed(cursor, stop === undefined ? "unterminated string" : "control character");
    }
    result += readEscape(cursor);
  }
}

function readEscape(cursor: Cursor): string {
  const letter = cursor.text[cursor.at + 1];
  if (letter === "u") {
    const digits = cursor.text.slice(cursor.at + 2, cursor.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw malformed(cursor, "bad \\u escape");
    cursor.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  const character = letter === undefined ? undefined : ESCAPES[letter];
  if (character === undefined) throw malformed(cursor, "bad escape");
  cursor.at += 2;
  return character;
}

function enter(cursor: Cursor): void {
  if (++cursor.depth > cursor.maxDepth) throw malformed(cursor, "nested too deep");
  cursor.at++;
  skipWhitespace(cursor);
}

/** Steps over `,` and tells whether another entry follows; false after the closing bracket. */
function hasMore(cursor: Cursor, close: string): boolean {
  skipWhitespace(cursor);
  const character = cursor.text[cursor.at];
  if (character !== "," && character !== close) {
    throw malformed(cursor, character === undefined ? "unexpected end" : `expected , or ${close}`);
  }
  cursor.at++;
  if (character === ",") {
    skipWhitespace(cursor);
    return true;
  }
  cursor.depth--;
  return false;
}

function readArray(cursor: Cursor): ExactJson[] {
  enter(cursor);
  const array: ExactJson[] = [];
  if (cursor.text[cursor.at] === "]") {
    cursor.at++;
    cursor.depth--;
    return array;
  }
  do array.push(readValue(cursor));
  while (hasMore(cursor, "]"));
  return array;
}

function readObject(cursor: Cursor): { [key: string]: ExactJson } {
  enter(cursor);
  const object: { [key: string]: ExactJson } = {};
  if (cursor.text[cursor.at] === "}") {
    cursor.at++;
    cursor.depth--;
    return object;
  }
  do {
    if (cursor.text[cursor.at] !== '"') throw malformed(cursor, "expected a key");
    const key = readString(cursor);
    skipWhitespace(cursor);
    if (cursor.text[cursor.at] !== ":") throw malformed(cursor, "expected :");
    cursor.at++;
    setKey(object, key, readValue(cursor));
  } while (hasMore(cursor, "}"));
  return object;
}

function setKey(object: { [key: string]: ExactJson }, key: string, value: ExactJson): void {
  if (key !== "__proto__") {
    object[key] = value;
    return;
  }
  // A plain assignment would change the prototype instead of adding a key.
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
