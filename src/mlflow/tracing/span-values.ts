/** Values of span attributes as the JSON texts that MLflow keeps them in. */
import { parseBody, printPythonFloat } from "../wire/python-json.ts";
import { pythonBytes } from "../wire/python-text.ts";
import type { OtlpValue } from "./otlp-spans.ts";

/** `json.dumps(value, ensure_ascii=False)` of a value that came over OTLP. */
export function dumpValue(value: OtlpValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return printPythonFloat(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(dumpValue).join(", ")}]`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => `${JSON.stringify(key)}: ${dumpValue(item)}`);
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(pythonBytes(value));
}

/**
 * The text of an attribute. What is JSON already (MLflow's client dumps objects itself) stays as it
 * came, except numbers and booleans: `"1"` is a text.
 */
export function dumpAttribute(value: OtlpValue): string {
  if (typeof value === "string" && /^\s*["{[]/.test(value) && isJson(value)) return value;
  return dumpValue(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return /NaN|Infinity/.test(text) && parseBody(text) !== undefined;
  }
}
