/**
 * JSON text as a tree, read as Spark's parser (Jackson 2.18) reads it: one value from the start,
 * what follows it is not looked at. Duplicate names stay, numbers keep their text. What Jackson
 * refuses throws `JsonFailure`: bad escapes, leading zeros, trailing commas, depth over 1000.
 */
import { runtimeError } from "../builder.ts";

export type JsonNode =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string" | "int" | "float" | "special"; readonly text: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, JsonNode])[] };

export interface JsonOptions {
  /** Control characters may stand in strings as they are. */
  readonly controlCharacters?: boolean;
  /** `NaN`, `Infinity`, `-INF` … are numbers. */
  readonly specialNumbers?: boolean;
  /** Only `"` begins a string. */
  readonly strictQuotes?: boolean;
}

/** The text is not JSON. */
export class JsonFailure extends Error {}

const MAX_DEPTH = 1000;
const MAX_NUMBER = 1000;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const SPECIAL = /NaN|[+-]?Infinity|[+-]INF/y;
const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "'": "'",
  "/": "/",
  "\\": "\\",
};

/** The first value of the text, or null when there is none but blanks. */
export function readJson(text: string, options: JsonOptions = {}): JsonNode | null {
  return new Reader(text, options).readRoot();
}

/** The same, with null for text that is not JSON. */
export function tryReadJson(text: string, options: JsonOptions = {}): JsonNode | null {
  try {
    return readJson(text, options);
  } catch (error) {
    if (error instanceof JsonFailure) return null;
    throw error;
  }
}

class Reader {
  readonly text: string;
  readonly options: JsonOptions;
  at = 0;
  depth = 0;

  constructor(text: string, options: JsonOptions) {
    this.text = text;
    this.options = options;
  }

  readRoot(): JsonNode | null {
    this.skipBlanks();
    if (this.at >= this.text.length) return null;
    const node = this.readValue();
    const next = this.text[this.at];
    const isNumber = node.kind === "int" || node.kind === "float";
    if (isNumber && next !== undefined && !" \t\r\n".includes(next)) throw this.failure();
    return node;
  }

  failure(): JsonFailure {
    return new JsonFailure(`not JSON at character ${this.at}`);
  }

  skipBlanks(): void {
    while (" \t\r\n".includes(this.text[this.at] ?? "x")) this.at++;
  }

  readValue(): JsonNode {
    this.skipBlanks();
    const char = this.text[this.at];
    switch (char) {
      case "{":
        return this.nested(() => this.readObject());
      case "[":
        return this.nested(() => this.readArray());
      case '"':
      case "'":
        return { kind: "string", text: this.readString() };
      case "t":
        return this.readWord("true", { kind: "boolean", value: true });
      case "f":
        return this.readWord("false", { kind: "boolean", value: false });
      case "n":
        return this.readWord("null", { kind: "null" });
      default:
        return this.readNumber();
    }
  }

  nested(read: () => JsonNode): JsonNode {
    this.depth++;
    if (this.depth > MAX_DEPTH) throw this.failure();
    this.at++;
    const node = read();
    this.depth--;
    return node;
  }

  readObject(): JsonNode {
    const entries: [string, JsonNode][] = [];
    this.skipBlanks();
    if (this.take("}")) return { kind: "object", entries };
    while (true) {
      this.skipBlanks();
      const name = this.readString();
      this.skipBlanks();
      if (!this.take(":")) throw this.failure();
      entries.push([name, this.readValue()]);
      this.skipBlanks();
      if (this.take("}")) return { kind: "object", entries };
      if (!this.take(",")) throw this.failure();
    }
  }

  readArray(): JsonNode {
    const items: JsonNode[] = [];
    this.skipBlanks();
    if (this.take("]")) return { kind: "array", items };
    while (true) {
      items.push(this.readValue());
      this.skipBlanks();
      if (this.take("]")) return { kind: "array", items };
      if (!this.take(",")) throw this.failure();
    }
  }

  take(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  readWord(word: string, node: JsonNode): JsonNode {
    if (!this.text.startsWith(word, this.at)) throw this.failure();
    this.at += word.length;
    if (/[\p{L}\p{N}_$]/u.test(this.text[this.at] ?? " ")) throw this.failure();
    return node;
  }

  readNumber(): JsonNode {
    if (this.options.specialNumbers) {
      SPECIAL.lastIndex = this.at;
      const special = SPECIAL.exec(this.text);
      if (special) return this.readWord(special[0], { kind: "special", text: special[0] });
    }
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (!match || match[0].length > MAX_NUMBER) throw this.failure();
    this.at += match[0].length;
    if (/[0-9.eE]/.test(this.text[this.at] ?? " ")) throw this.failure();
    const isFloat = match[1] !== undefined || match[2] !== undefined;
    return { kind: isFloat ? "float" : "int", text: match[0] };
  }

  readString(): string {
    const quote = this.text[this.at];
    const isQuote = quote === '"' || (quote === "'" && !this.options.strictQuotes);
    if (!isQuote) throw this.failure();
    let from = ++this.at;
    let result = "";
    while (true) {
      const char = this.text[this.at];
      if (char === undefined) throw this.failure();
      if (char < " " && !this.options.controlCharacters) throw this.failure();
      if (char !== quote && char !== "\\") {
        this.at++;
        continue;
      }
      result += this.text.slice(from, this.at++);
      if (char === quote) return wellFormed(result);
      result += this.readEscape();
      from = this.at;
    }
  }

  readEscape(): string {
    const char = this.text[this.at++] ?? "";
    if (char !== "u") {
      const plain = ESCAPES[char];
      if (plain === undefined) throw this.failure();
      return plain;
    }
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.failure();
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function wellFormed(text: string): string {
  if (!LONE_SURROGATE.test(text)) return text;
  throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "half a surrogate pair in JSON");
}
