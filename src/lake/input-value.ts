/**
 * A JavaScript value as a value of the lake, of a given type: exactly or not at all. Dates and
 * timestamps may be `Date` or ISO text, decimals text; cells are what an Arrow table holds.
 */
import { SovereignError } from "../core/errors.ts";
import { DateCell, DecimalCell, TimestampCell } from "../formats/parquet/index.ts";
import { type DataType, formatType, type StructType } from "./schema/data-type.ts";
import { MapValue, StructValue, type Value } from "./schema/value.ts";

const INTEGER_RANGES: Partial<Record<DataType["kind"], number>> = {
  byte: 2 ** 7,
  short: 2 ** 15,
  int: 2 ** 31,
};

/** One JavaScript value as a value of `type`. */
export function toValue(input: unknown, type: DataType, column: string): Value {
  if (input === null || input === undefined) return null;
  const value = convert(input, type, column);
  if (value !== undefined) return value;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `a value of column \`${column}\` is no ${formatType(type)}: ${describeInput(input)}`,
    { hint: "convert the value before writing it" },
  );
}

/** A value as a message may show it. */
export function describeInput(input: unknown): string {
  return typeof input === "object" ? Object.prototype.toString.call(input) : `\`${String(input)}\``;
}

/** `undefined` when the value does not fit. */
function convert(input: unknown, type: DataType, column: string): Value | undefined {
  switch (type.kind) {
    case "boolean":
      return typeof input === "boolean" ? input : undefined;
    case "byte":
    case "short":
    case "int": {
      const number = typeof input === "bigint" ? Number(input) : input;
      const limit = INTEGER_RANGES[type.kind]!;
      const fits =
        Number.isInteger(number) && (number as number) >= -limit && (number as number) < limit;
      return fits ? (number as number) : undefined;
    }
    case "long":
      if (typeof input === "bigint") return BigInt.asIntN(64, input) === input ? input : undefined;
      return Number.isSafeInteger(input) ? BigInt(input as number) : undefined;
    case "float":
    case "double":
      return typeof input === "number"
        ? input
        : typeof input === "bigint"
          ? Number(input)
          : undefined;
    case "decimal":
      return toDecimal(input, type.precision, type.scale);
    case "string":
      return typeof input === "string" ? input : undefined;
    case "binary":
      return input instanceof Uint8Array ? input : undefined;
    case "date":
      return toDays(input);
    case "timestamp":
    case "timestamp_ntz":
      return toMicros(input, type.kind);
    case "array":
      if (!Array.isArray(input)) return undefined;
      return input.map((item) => toValue(item, type.element, column));
    case "map":
      return toMap(input, type, column);
    case "struct":
      return toStruct(input, type, column);
    default:
      return undefined;
  }
}

function toDecimal(input: unknown, precision: number, scale: number): bigint | undefined {
  if (input instanceof DecimalCell) return toDecimal(input.toString(), precision, scale);
  const text =
    typeof input === "string"
      ? input
      : typeof input === "number" || typeof input === "bigint"
        ? String(input)
        : "";
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > scale) return undefined;
  const unscaled = BigInt(match[2]! + fraction.padEnd(scale, "0"));
  if (unscaled >= 10n ** BigInt(precision)) return undefined;
  return match[1] === "-" ? -unscaled : unscaled;
}

const MS_PER_DAY = 86_400_000;

function toDays(input: unknown): number | undefined {
  if (input instanceof DateCell) return input.days;
  if (input instanceof Date) {
    return Number.isNaN(input.getTime()) ? undefined : Math.floor(input.getTime() / MS_PER_DAY);
  }
  if (typeof input !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(input)) return undefined;
  const millis = Date.parse(`${input}T00:00:00Z`);
  const isReal = !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(input);
  return isReal ? millis / MS_PER_DAY : undefined;
}

function toMicros(input: unknown, kind: "timestamp" | "timestamp_ntz"): bigint | undefined {
  if (typeof input === "bigint") return input;
  if (input instanceof TimestampCell) {
    return input.isUtc === (kind === "timestamp") ? input.micros : undefined;
  }
  if (input instanceof Date) {
    return Number.isNaN(input.getTime()) ? undefined : BigInt(input.getTime()) * 1000n;
  }
  if (typeof input !== "string") return undefined;
  const match =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})?$/.exec(input);
  if (!match || (kind === "timestamp_ntz" && match[4])) return undefined;
  const millis = Date.parse(`${match[1]}T${match[2]}${match[4] ?? "Z"}`);
  return Number.isNaN(millis)
    ? undefined
    : BigInt(millis) * 1000n + BigInt((match[3] ?? "").padEnd(6, "0"));
}

function toMap(
  input: unknown,
  type: Extract<DataType, { kind: "map" }>,
  column: string,
): MapValue | undefined {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  const entries = input instanceof Map ? [...input] : Object.entries(input);
  return new MapValue(
    entries.map(([key, value]) => [
      toValue(key, type.key, column),
      toValue(value, type.value, column),
    ]),
  );
}

function toStruct(input: unknown, type: StructType, column: string): StructValue | undefined {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  const object = input as Record<string, unknown>;
  const extra = Object.keys(object).find((key) => !type.fields.some((f) => f.name === key));
  if (extra !== undefined) return undefined;
  return new StructValue(
    type.fields.map((field) => toValue(object[field.name], field.type, `${column}.${field.name}`)),
  );
}
