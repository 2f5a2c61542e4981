/** Exact values to JSON text, the inverse of `parse-json.ts`: no digit is lost. */
import { JsonNumber } from "./json-number.ts";

/**
 * Compact JSON. Like `JSON.stringify` but bigint prints as an integer and `JsonNumber` verbatim;
 * `undefined` members are left out. NaN and infinities throw: JSON has no such numbers.
 */
export function printJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new RangeError(`JSON has no number ${value}`);
      return Object.is(value, -0) ? "-0.0" : String(value);
    case "bigint":
      return value.toString();
    case "boolean":
      return value ? "true" : "false";
    case "object":
      break;
    default:
      return "null";
  }
  if (value === null) return "null";
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(printJson).join(",")}]`;
  const parts: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) parts.push(`${JSON.stringify(key)}:${printJson(member)}`);
  }
  return `{${parts.join(",")}}`;
}
