/**
 * Any JavaScript value as an OTLP value: what a span tells of arguments and results. As JSON would
 * have it, with circles, great depth and great size cut off in words.
 */
import type { OtlpValue } from "./otlp-spans.ts";

const MAX_DEPTH = 32;
const MAX_VALUES = 10_000;
const INT64 = 2n ** 63n;

/** The OTLP value that stands for `value`; never throws. */
export function toOtlpValue(value: unknown): OtlpValue {
  let count = 0;
  const above = new Set<object>();
  const convert = (item: unknown): OtlpValue => {
    if (++count > MAX_VALUES) return "[and more]";
    if (item === null || item === undefined) return null;
    if (typeof item === "string" || typeof item === "boolean") return item;
    if (typeof item === "number") return Number.isSafeInteger(item) ? BigInt(item) : item;
    if (typeof item === "bigint") return item < INT64 && item >= -INT64 ? item : String(item);
    if (typeof item !== "object") return typeof item === "symbol" ? String(item) : "[function]";
    if (above.has(item)) return "[circular]";
    if (above.size >= MAX_DEPTH) return "[too deep]";
    above.add(item);
    try {
      return convertObject(item, convert);
    } catch {
      return "[unreadable]";
    } finally {
      above.delete(item);
    }
  };
  return convert(value);
}

function convertObject(item: object, convert: (item: unknown) => OtlpValue): OtlpValue {
  if (item instanceof Uint8Array) return `[${item.length} bytes]`;
  if (item instanceof Error) return `${item.name}: ${item.message}`;
  if ("toJSON" in item && typeof item.toJSON === "function") return convert(item.toJSON());
  if (Array.isArray(item) || item instanceof Set) {
    return [...item].slice(0, MAX_VALUES).map(convert);
  }
  const entries = item instanceof Map ? [...item] : Object.entries(item);
  const kept = entries.slice(0, MAX_VALUES).filter(([, value]) => value !== undefined);
  return new Map(kept.map(([key, value]) => [String(key), convert(value)]));
}
