/**
 * JSON as Python's `json.dumps` lays it out by default (`", "` and `": "`, keys as they come, ASCII
 * only). MLflow keeps such texts in its database and searches them as texts, so every space counts.
 * `JsonNumber` is a float, number and bigint are ints, as `loadJson` reads them.
 */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import { parseBody, printPythonFloat } from "./python-json.ts";

/** `json.dumps(value)`. */
export function dumpJson(value: ExactJson): string {
  return escapeAscii(dumpUnicode(value));
}

/** `json.dumps(value, sort_keys=True)`. */
export function dumpSorted(value: ExactJson): string {
  if (Array.isArray(value)) return `[${value.map(dumpSorted).join(", ")}]`;
  if (!isJsonObject(value)) return dumpJson(value);
  const keys = Object.keys(value).sort();
  const members = keys.map((key) => `${dumpJson(key)}: ${dumpSorted(value[key] ?? null)}`);
  return `{${members.join(", ")}}`;
}

/** `json.dumps(value, ensure_ascii=False)`. */
export function dumpUnicode(value: ExactJson): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    case "object":
      break;
    default:
      return "null";
  }
  if (value === null) return "null";
  if (value instanceof JsonNumber) return printPythonFloat(value.toNumber());
  if (Array.isArray(value)) return `[${value.map(dumpUnicode).join(", ")}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${dumpUnicode(member)}`,
  );
  return `{${members.join(", ")}}`;
}

/** Writes what is not ASCII as `\u` escapes; `text` is JSON already. */
export function escapeAscii(text: string): string {
  return text.replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `json.loads(text)` with floats told from ints; a text that is no JSON is itself the value. */
export function loadJson(text: string): ExactJson {
  const value = parseBody(text, true);
  return value === undefined ? text : value;
}

/** A float for `dumpJson`, which a JavaScript number does not tell from an int. */
export function toFloat(value: number): JsonNumber {
  return new JsonNumber(printPythonFloat(value));
}
