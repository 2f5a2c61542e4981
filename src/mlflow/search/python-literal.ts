/**
 * Reads the list of an IN clause. MLflow hands `('a', "b")` to Python's `ast.literal_eval`, so
 * strings have Python's escapes and neighbours are joined (`'a' 'b'` is `ab`). Numbers, constants
 * and nested lists are read only to be named in the refusal.
 */
import { invalidParameter } from "../wire/error.ts";
import { type PythonValue, pythonTuple } from "../wire/python-text.ts";

/** The strings between the parentheses of `text`. Errors: 400 for none, and for anything else. */
export function readTextList(text: string): readonly string[] {
  const values = readTuple(text);
  if (values.length === 0) {
    throw invalidParameter(
      "While parsing a list in the query, expected a non-empty list of string values, " +
        "but got empty list",
    );
  }
  if (!values.every((value) => typeof value === "string")) {
    throw invalidParameter(
      "While parsing a list in the query, expected string value, punctuation, " +
        `or whitespace, but got different type in list: ${pythonTuple(values)}`,
    );
  }
  return values;
}

/** The values between the parentheses of `text`. Errors: 400. */
export function readTuple(text: string): readonly PythonValue[] {
  const values = new TupleReader(withoutOuter(text)).read();
  if (values !== null) return values;
  throw invalidParameter(
    "While parsing a list in the query, expected a non-empty list of string values, " +
      "but got ill-formed list.",
  );
}

// `(('a'))` is what `('a')` is.
function withoutOuter(text: string): string {
  const inner = text.slice(1, -1).trim();
  return inner.startsWith("(") && inner.endsWith(")") && inner.indexOf(")") === inner.length - 1
    ? inner.slice(1, -1)
    : inner;
}

const ESCAPED = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);
const CONSTANTS = new Map<string, PythonValue>([
  ["None", null],
  ["True", true],
  ["False", false],
]);

class TupleReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Null when the text is no list of literals. */
  read(): PythonValue[] | null {
    const values: PythonValue[] = [];
    this.#match(/\s*/y);
    while (this.#at < this.#text.length) {
      const value = this.#value();
      if (value === undefined) return null;
      values.push(value);
      this.#match(/\s*/y);
      if (this.#at === this.#text.length) break;
      if (this.#match(/,\s*/y) === null) return null;
    }
    return values;
  }

  #value(): PythonValue | undefined {
    const first = this.#string();
    if (first !== undefined) {
      let joined = first;
      for (;;) {
        this.#match(/\s*/y);
        const more = this.#string();
        if (more === undefined) return joined;
        joined += more;
      }
    }
    const word = this.#match(/[A-Za-z]+/y);
    if (word !== null) return CONSTANTS.get(word);
    const number = this.#match(/[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/iy);
    if (number === null) return undefined;
    return /^[-+]?\d+$/.test(number) ? BigInt(number.replace("+", "")) : Number(number);
  }

  #string(): string | undefined {
    const opening = this.#match(/u?["']/iy);
    if (opening === null) return undefined;
    const quote = opening.slice(-1);
    let value = "";
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at++);
      if (char === quote) return value;
      if (char === "\n") break;
      value += char === "\\" ? this.#escape() : char;
    }
    this.#at = this.#text.length + 1;
    return undefined;
  }

  #escape(): string {
    const octal = this.#match(/[0-7]{1,3}/y);
    if (octal !== null) return String.fromCharCode(Number.parseInt(octal, 8));
    const hex = this.#match(/x[\da-f]{2}|u[\da-f]{4}/iy);
    if (hex !== null) return String.fromCharCode(Number.parseInt(hex.slice(1), 16));
    const char = this.#text.charAt(this.#at++);
    return ESCAPED.get(char) ?? `\\${char}`;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at += found[0].length;
    return found[0];
  }
}
