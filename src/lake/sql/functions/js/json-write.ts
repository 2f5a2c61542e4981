/**
 * JSON text as Spark's generator (Jackson 2.18) writes it: control characters as `\u001F`, doubles
 * as Java prints them, no blanks.
 */
import { formatDouble } from "../../../schema/format-number.ts";
import type { JsonNode } from "./json-read.ts";

const NAMED: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes
const ESCAPED = /[\u0000-\u001f"\\]/g;

/** A JSON string. */
export function quoteJson(text: string): string {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(char: string): string {
  const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return NAMED[char] ?? `\\u${code}`;
}

/** A double as JSON: NaN and infinities are strings. */
export function writeDouble(value: number): string {
  const text = formatDouble(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

/** A tree as JSON again: fractions become doubles, whole numbers stay exact. */
export function writeJson(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "string":
      return quoteJson(node.text);
    case "int":
      return BigInt(node.text).toString();
    case "float":
      return writeDouble(Number(node.text));
    case "special":
      return writeDouble(specialNumber(node.text));
    case "array":
      return `[${node.items.map(writeJson).join(",")}]`;
    case "object":
      return `{${node.entries.map(([name, value]) => `${quoteJson(name)}:${writeJson(value)}`).join(",")}}`;
  }
}

/** `NaN`, `Infinity`, `-INF` … as a number. */
export function specialNumber(text: string): number {
  if (text === "NaN") return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
