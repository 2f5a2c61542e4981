/**
 * JSON as Python writes and reads it: MLflow's messages quote the offending value by `json.dumps`
 * and name its Python type, so a float stays a float (`9.0`) and NaN, Infinity are words.
 */
import {
  type ExactJson,
  isJsonObject,
  JsonNumber,
  parseExactJson,
  parseJson,
} from "../../core/json/index.ts";

/** Parses a body; undefined when it is not JSON. `exact` keeps decimals as they were written. */
export function parseBody(text: string, exact = false): ExactJson | undefined {
  try {
    return exact ? parseExactJson(text, { keepDecimals: true }) : parseJson(text);
  } catch {
    return parsePythonWords(text);
  }
}

function parsePythonWords(text: string): ExactJson | undefined {
  if (!/NaN|Infinity/.test(text)) return undefined;
  // Strings are stepped over whole, so a word inside one stays.
  try {
    // Plain letters in one step: one by one, a long string is too much for the stack.
    const quoted = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[^"]+/gs, (piece) =>
      piece.startsWith('"') ? piece : piece.replace(/-?\b(?:NaN|Infinity)\b/g, '"\\u0000$&"'),
    );
    return restoreWords(parseJson(quoted));
  } catch {
    return undefined;
  }
}

/** The bare words as the floats they are, told from texts of the same letters. */
function restoreWords(value: ExactJson): ExactJson {
  if (typeof value === "string") {
    return /^\0-?(NaN|Infinity)$/.test(value) ? new JsonNumber(value.slice(1)) : value;
  }
  if (Array.isArray(value)) return value.map(restoreWords);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, restoreWords(member)]),
  );
}

/** `json.dumps(value, sort_keys=True, separators=(",", ":"))`. */
export function printPythonJson(value: ExactJson): string {
  if (value instanceof JsonNumber) return printPythonFloat(value.toNumber());
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return printAscii(value);
  if (Array.isArray(value)) return `[${value.map(printPythonJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const keys = Object.keys(value).sort();
  const entries = keys.map((key) => `${printAscii(key)}:${printPythonJson(value[key] ?? null)}`);
  return `{${entries.join(",")}}`;
}

/** Python's `type(value).__name__`. */
export function namePythonType(value: ExactJson): string {
  if (value === null) return "NoneType";
  if (value instanceof JsonNumber) return "float";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "number":
    case "bigint":
      return "int";
    default:
      return "dict";
  }
}

/** `repr` of a float: shortest digits, `.0` on whole numbers, exponents of two digits. */
export function printPythonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A JSON string with every letter beyond ASCII escaped. */
export function printAscii(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
