/**
 * Typed values as JSON (Spark 4.2 `JacksonGenerator`): fields that are NULL are left out unless
 * asked for, NULL in arrays and maps stays, timestamps have milliseconds and the zone `Z`.
 */
import type { DataType } from "../../../schema/data-type.ts";
import { formatFloat } from "../../../schema/format-number.ts";
import { formatDate, formatValue } from "../../../schema/format-value.ts";
import type { MapValue, StructValue, Value, VariantValue } from "../../../schema/value.ts";
import { variantText } from "../../../schema/variant-text.ts";
import { runtimeError } from "../builder.ts";
import { MICROS_PER_DAY } from "./civil.ts";
import { formatDatetime } from "./java-datetime.ts";
import { quoteJson, writeDouble } from "./json-write.ts";

export interface ToJsonOptions {
  readonly keepNull: boolean;
  readonly timestampFormat: string | null;
  readonly timestampNtzFormat: string | null;
  readonly dateFormat: string | null;
}

/** JSON text of a value. */
export function toJson(value: Value, type: DataType, options: ToJsonOptions): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "boolean":
    case "byte":
    case "short":
    case "int":
    case "long":
      return String(value);
    case "double":
      return writeDouble(value as number);
    case "float":
      return Number.isFinite(value) ? formatFloat(value as number) : writeDouble(value as number);
    case "decimal":
      return bigDecimalText(value as bigint, type.scale);
    case "binary":
      return quoteJson(Buffer.from(value as Uint8Array).toString("base64"));
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return quoteJson(datetimeText(value as number | bigint, type, options));
    case "array":
      return `[${(value as readonly Value[]).map((v) => toJson(v, type.element, options)).join(",")}]`;
    case "map": {
      const entries = (value as MapValue).entries.map(
        ([k, v]) => `${quoteJson(keyText(k, type.key))}:${toJson(v, type.value, options)}`,
      );
      return `{${entries.join(",")}}`;
    }
    case "struct": {
      const fields = (value as StructValue).values.flatMap((v, i) => {
        const field = type.fields[i]!;
        if (v === null && !options.keepNull) return [];
        return [`${quoteJson(field.name)}:${toJson(v, field.type, options)}`];
      });
      return `{${fields.join(",")}}`;
    }
    case "variant":
      return variantText(value as VariantValue);
    default:
      return quoteJson(formatValue(value, type)!);
  }
}

function datetimeText(value: number | bigint, type: DataType, options: ToJsonOptions): string {
  if (type.kind === "date") {
    const pattern = options.dateFormat;
    return pattern === null
      ? formatDate(value as number)
      : formatDatetime(BigInt(value) * MICROS_PER_DAY, pattern);
  }
  const micros = value as bigint;
  const zoned = type.kind === "timestamp";
  const pattern = zoned ? options.timestampFormat : options.timestampNtzFormat;
  if (pattern !== null) return formatDatetime(micros, pattern);
  if (micros < FIRST_MICROS || micros > LAST_MICROS) {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "JSON of a year before 1 or after 9999");
  }
  return `${new Date(Number(micros / 1000n - (micros % 1000n < 0n ? 1n : 0n))).toISOString().slice(0, 23)}${zoned ? "Z" : ""}`;
}

/** 0001-01-01 and the end of 9999-12-31. */
const FIRST_MICROS = -62_135_596_800_000_000n;
const LAST_MICROS = 253_402_300_799_999_999n;

/** Spark names map keys by their inner form: days for a date, microseconds for a timestamp. */
function keyText(key: Value, type: DataType): string {
  switch (type.kind) {
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return String(key);
    default:
      return formatValue(key, type)!;
  }
}

/** Whether a map key of this type has a name in JSON that is the same on every run. */
export function isNamedKey(type: DataType): boolean {
  return ["string", "boolean", "byte", "short", "int", "long", "date", "timestamp"].includes(
    type.kind,
  );
}

/** Java's `BigDecimal.toString`: scientific below 1E-6. */
export function bigDecimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString();
  const sign = negative ? "-" : "";
  const exponent = digits.length - 1 - scale;
  if (scale === 0) return sign + digits;
  if (exponent >= -6) {
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits[0]}${fraction}E${exponent}`;
}
