/**
 * Values as text: `formatValue` prints what Spark 4.2's `CAST(x AS STRING)` gives (session zone
 * UTC), `formatJson` prints JSON with exact integers and decimals, `parseJsonParameter` reads a
 * JSON scalar as a value. Numbers are in `format-number.ts`, variants in `variant-text.ts`.
 */
import { civilFromDays, civilFromMicros } from "../sql/functions/js/civil.ts";
import {
  BOOLEAN,
  type DataType,
  DOUBLE,
  INT,
  type JsonScalar,
  LONG,
  STRING,
  VOID,
} from "./data-type.ts";
import { formatInterval } from "./format-interval.ts";
import { formatDecimal, formatDouble, formatFloat } from "./format-number.ts";
import type { MapValue, StructValue, Value, VariantValue } from "./value.ts";
import { variantText } from "./variant-text.ts";

/** Spark's text of a non-NULL value; NULL gives null. */
export function formatValue(value: Value, type: DataType): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case "float":
      return formatFloat(value as number);
    case "double":
      return formatDouble(value as number);
    case "decimal":
      return formatDecimal(value as bigint, type.scale);
    case "binary":
      return new TextDecoder().decode(value as Uint8Array);
    case "date":
      return formatDate(value as number);
    case "timestamp":
    case "timestamp_ntz":
      return formatTimestamp(value as bigint);
    case "interval_ym":
    case "interval_dt":
      return formatInterval(value as number | bigint, type);
    case "array":
      return `[${(value as readonly Value[]).map((v) => inner(v, type.element)).join(", ")}]`;
    case "map":
      return `{${(value as MapValue).entries
        .map(([k, v]) => `${inner(k, type.key)} -> ${inner(v, type.value)}`)
        .join(", ")}}`;
    case "struct":
      return `{${(value as StructValue).values
        .map((v, i) => inner(v, type.fields[i]!.type))
        .join(", ")}}`;
    case "variant":
      return variantText(value as VariantValue);
    default:
      return String(value);
  }
}

function inner(value: Value, type: DataType): string {
  return formatValue(value, type) ?? "null";
}

/** `2026-01-05`; years outside 0000 to 9999 carry their sign. */
export function formatDate(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${formatYear(year)}-${pad(month)}-${pad(day)}`;
}

/** `2026-01-05 13:04:05.678`, the fraction without trailing zeros. */
export function formatTimestamp(micros: bigint): string {
  const t = civilFromMicros(micros);
  const fraction = t.micros === 0 ? "" : `.${pad(t.micros, 6).replace(/0+$/, "")}`;
  const date = `${formatYear(t.year)}-${pad(t.month)}-${pad(t.day)}`;
  return `${date} ${pad(t.hour)}:${pad(t.minute)}:${pad(t.second)}${fraction}`;
}

function formatYear(year: number): string {
  if (year > 9999) return `+${year}`;
  return year < 0 ? `-${pad(-year, 4)}` : pad(year, 4);
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

/** How values become JSON. */
export interface JsonOptions {
  /** Leave out struct fields that are NULL, as `to_json` does. */
  ignoreNullFields?: boolean;
  /** Text of a timestamp; default ISO 8601 with `Z` and microseconds where there are any. */
  timestamp?: (micros: bigint, type: DataType) => string;
}

/** JSON text of a value. Non-finite doubles become strings, binary base64. */
export function formatJson(value: Value, type: DataType, options: JsonOptions = {}): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "float":
    case "double":
      return Number.isFinite(value)
        ? (formatValue(value, type) as string)
        : `"${inner(value, type)}"`;
    case "boolean":
    case "byte":
    case "short":
    case "int":
    case "long":
    case "decimal":
      return inner(value, type);
    case "binary":
      return JSON.stringify(Buffer.from(value as Uint8Array).toString("base64"));
    case "timestamp":
    case "timestamp_ntz":
      return JSON.stringify((options.timestamp ?? formatIsoTimestamp)(value as bigint, type));
    case "array":
      return `[${(value as readonly Value[])
        .map((v) => formatJson(v, type.element, options))
        .join(",")}]`;
    case "map":
      return `{${(value as MapValue).entries
        .map(
          ([k, v]) => `${JSON.stringify(inner(k, type.key))}:${formatJson(v, type.value, options)}`,
        )
        .join(",")}}`;
    case "struct":
      return `{${(value as StructValue).values
        .flatMap((v, i) => {
          if (v === null && options.ignoreNullFields) return [];
          const field = type.fields[i]!;
          return [`${JSON.stringify(field.name)}:${formatJson(v, field.type, options)}`];
        })
        .join(",")}}`;
    case "variant":
      return variantText(value as VariantValue);
    default:
      return JSON.stringify(inner(value, type));
  }
}

function formatIsoTimestamp(micros: bigint, type: DataType): string {
  const text = formatTimestamp(micros).replace(" ", "T");
  return type.kind === "timestamp" ? `${text}Z` : text;
}

/** The typed value a JSON scalar stands for as a statement's parameter. */
export function parseJsonParameter(scalar: JsonScalar): { value: Value; type: DataType } {
  switch (typeof scalar) {
    case "boolean":
      return { value: scalar, type: BOOLEAN };
    case "string":
      return { value: scalar, type: STRING };
    case "bigint":
      return { value: scalar, type: LONG };
    case "number": {
      if (Number.isInteger(scalar) && Math.abs(scalar) < 2 ** 31)
        return { value: scalar, type: INT };
      if (Number.isSafeInteger(scalar)) return { value: BigInt(scalar), type: LONG };
      return { value: scalar, type: DOUBLE };
    }
    default:
      return { value: null, type: VOID };
  }
}
