/**
 * Casts defined in TypeScript (Spark 4.2 `Cast`, ANSI): text to every atomic type, every type to
 * text, doubles to decimals, intervals to and from numbers. `try` gives NULL where ANSI raises.
 */
import type { ScalarFunction } from "../../../engine/types.ts";
import { type DataType, formatTypeSql } from "../../../schema/data-type.ts";
import { formatDecimal, formatDouble } from "../../../schema/format-number.ts";
import { formatValue } from "../../../schema/format-value.ts";
import type { Value } from "../../../schema/value.ts";
import { runtimeError } from "../builder.ts";
import { beyondEngine, isStorable, saturate } from "./civil.ts";
import { readDayTime, readYearMonth, UNIT_MICROS } from "./interval.ts";
import { readDate, readTimestamp, readTimestampNtz } from "./read-datetime.ts";
import {
  divideHalfUp,
  fitsPrecision,
  readBigDecimal,
  readBoolean,
  readDouble,
  readInteger,
  rescale,
} from "./read-number.ts";

type Convert = (value: Value) => Value;

/** Failure of one conversion: carries the error ANSI mode raises. */
class CastFailure extends Error {}

/** The function that casts one type to another. */
export function castScript(from: DataType, to: DataType, mode: "ansi" | "try"): ScalarFunction {
  const convert = converter(from, to);
  return {
    name: mode === "try" ? "try_cast" : "cast",
    parameters: [from],
    returnType: to,
    call([value]) {
      try {
        return convert(value!);
      } catch (error) {
        if (mode === "try" && error instanceof CastFailure) return null;
        throw error;
      }
    },
  };
}

function converter(from: DataType, to: DataType): Convert {
  if (from.kind === "binary" && to.kind === "string")
    return (value) => decodeUtf8(value as Uint8Array);
  if (to.kind === "string") return (value) => formatValue(value, from);
  if (from.kind === "string") return (value) => castText(value as string, to);
  if (to.kind === "decimal" && (from.kind === "double" || from.kind === "float")) {
    return (value) => doubleToDecimal(value as number, to);
  }
  if (from.kind === "decimal" && (to.kind === "double" || to.kind === "float")) {
    return (value) => {
      const double = Number(formatDecimal(value as bigint, from.scale));
      return to.kind === "float" ? Math.fround(double) : double;
    };
  }
  if (to.kind === "timestamp") return (value) => numberToTimestamp(value as number | bigint, from);
  if (from.kind === "interval_dt" || from.kind === "interval_ym") {
    return (value) => fromInterval(BigInt(value as bigint | number), from, to);
  }
  if (to.kind === "interval_dt" || to.kind === "interval_ym") {
    return (value) => numberToInterval(value as bigint | number, from, to);
  }
  throw new Error(`no cast from ${from.kind} to ${to.kind}`);
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Strings of the engine are always valid UTF-8; Spark would carry the bytes along. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "a string of bytes that are not UTF-8");
  }
}

/** A string as a value of another type, or the CAST_INVALID_INPUT error. */
export function castText(text: string, to: DataType): Value {
  const value = readText(text, to);
  if (value !== null) return value;
  throw failure(
    "CAST_INVALID_INPUT",
    "22018",
    `the value '${text}' of the type "STRING" cannot be cast to "${formatTypeSql(to)}" ` +
      "because it is malformed; use `try_cast` to tolerate malformed input",
  );
}

function readText(text: string, to: DataType): Value {
  switch (to.kind) {
    case "boolean":
      return readBoolean(text);
    case "byte":
      return toNumber(readInteger(text, 8));
    case "short":
      return toNumber(readInteger(text, 16));
    case "int":
      return toNumber(readInteger(text, 32));
    case "long":
      return readInteger(text, 64);
    case "float": {
      const value = readDouble(text);
      return value === null ? null : Math.fround(value);
    }
    case "double":
      return readDouble(text);
    case "decimal":
      return readDecimal(text, to.precision, to.scale);
    case "binary":
      return new TextEncoder().encode(text);
    case "date":
      return readDate(text);
    case "timestamp": {
      const micros = readTimestamp(text);
      if (micros === "time_only") throw runtimeError("UNSUPPORTED_FEATURE", "0A000", TIME_ONLY);
      return micros;
    }
    case "timestamp_ntz":
      return readTimestampNtz(text);
    case "interval_ym":
      return readYearMonth(unwrapInterval(text), to.from, to.to);
    case "interval_dt":
      return readDayTime(unwrapInterval(text), to.from, to.to);
    default:
      return null;
  }
}

const TIME_ONLY = "a timestamp text without a date is not supported yet";

function toNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

/** `INTERVAL '1' DAY` as well as `1`. */
function unwrapInterval(text: string): string {
  return /^\s*INTERVAL\s*([+-]?)\s*'(.*)'\s+[A-Z ]+$/is.exec(text)?.slice(1).join("") ?? text;
}

function readDecimal(text: string, precision: number, scale: number): bigint | null {
  const parsed = readBigDecimal(text);
  if (!parsed) return null;
  if (parsed.unscaled === 0n) return 0n;
  const digits = parsed.unscaled.toString().replace("-", "").length;
  if (digits - parsed.scale > 38) throw outOfRange(text, precision, scale);
  if (digits - parsed.scale < -38 - 1) return 0n;
  const unscaled = rescale(parsed.unscaled, parsed.scale, scale);
  if (!fitsPrecision(unscaled, precision)) throw outOfRange(text, precision, scale);
  return unscaled;
}

function doubleToDecimal(value: number, to: { precision: number; scale: number }): bigint | null {
  // Spark builds the decimal first and takes the failure for NULL.
  if (!Number.isFinite(value)) return null;
  return readDecimal(formatDouble(value), to.precision, to.scale);
}

/** Seconds since 1970: decimals wrap at 64 bits as `BigDecimal.longValue` does. */
function numberToTimestamp(value: number | bigint, from: DataType): bigint {
  if (from.kind === "decimal") {
    const exact = roundToDigits(BigInt(value) * 1_000_000n, 34);
    return storable(BigInt.asIntN(64, exact / 10n ** BigInt(from.scale)));
  }
  if (typeof value === "bigint") return storable(saturate(value * 1_000_000n));
  const text = `the value ${formatDouble(value as number)} of the type "DOUBLE" cannot be cast`;
  if (!Number.isFinite(value)) {
    throw failure("CAST_INVALID_INPUT", "22018", `${text} to "TIMESTAMP"`);
  }
  const micros = BigInt(Math.trunc((value as number) * 1_000_000));
  if (saturate(micros) !== micros) throw failure("CAST_OVERFLOW", "22003", `${text} to "BIGINT"`);
  return storable(micros);
}

/** The nearest number of so many digits, half to even (`MathContext.DECIMAL128` has 34). */
function roundToDigits(value: bigint, digits: number): bigint {
  const size = value < 0n ? -value : value;
  const excess = size.toString().length - digits;
  if (excess <= 0) return value;
  const unit = 10n ** BigInt(excess);
  const [quotient, twice] = [size / unit, (size % unit) * 2n];
  const up = twice > unit || (twice === unit && quotient % 2n === 1n);
  const rounded = (up ? quotient + 1n : quotient) * unit;
  return value < 0n ? -rounded : rounded;
}

function storable(micros: bigint): bigint {
  if (isStorable(micros)) return micros;
  throw beyondEngine();
}

function outOfRange(text: string, precision: number, scale: number): Error {
  return failure(
    "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
    "22003",
    `${text} cannot be represented as Decimal(${precision}, ${scale}); use \`try_cast\` to ` +
      "tolerate overflow",
  );
}

function failure(errorClass: string, sqlState: string, message: string): CastFailure {
  return new CastFailure(`[${errorClass}|${sqlState}] ${message}`);
}

function fromInterval(value: bigint, from: DataType, to: DataType): Value {
  if (from.kind !== "interval_dt" && from.kind !== "interval_ym") return null;
  const unit = unitOf(from.to, from.kind === "interval_ym");
  if (to.kind === from.kind) {
    const end = endOf(to.to, from.kind === "interval_ym");
    const cut = (value / end) * end;
    return to.kind === "interval_ym" ? Number(cut) : cut;
  }
  if (to.kind === "decimal") {
    const scaled = divideHalfUp(value * 10n ** BigInt(to.scale), unit);
    if (!fitsPrecision(scaled, to.precision))
      throw outOfRange(String(value), to.precision, to.scale);
    return scaled;
  }
  const whole = value / unit;
  const bits = { byte: 8, short: 16, int: 32, long: 64 }[to.kind as "int"];
  if (BigInt.asIntN(bits, whole) !== whole) {
    throw failure("CAST_OVERFLOW", "22003", `an interval of ${whole} does not fit ${to.kind}`);
  }
  return to.kind === "long" ? whole : Number(whole);
}

/** Fractions of a second belong to the field SECOND. */
function endOf(field: string, months: boolean): bigint {
  return field === "second" ? 1n : unitOf(field, months);
}

function unitOf(field: string, months: boolean): bigint {
  if (months) return field === "year" ? 12n : 1n;
  return UNIT_MICROS[field]!;
}

function numberToInterval(value: bigint | number, from: DataType, to: DataType): Value {
  if (to.kind !== "interval_dt" && to.kind !== "interval_ym") return null;
  const unit = unitOf(to.to, to.kind === "interval_ym");
  const scale = from.kind === "decimal" ? from.scale : 0;
  const total = divideHalfUp(BigInt(value) * unit, 10n ** BigInt(scale));
  if (BigInt.asIntN(to.kind === "interval_ym" ? 32 : 64, total) !== total) {
    throw failure("CAST_OVERFLOW", "22003", `${value} overflows ${formatTypeSql(to)}`);
  }
  if (total % endOf(to.to, to.kind === "interval_ym") !== 0n) {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "an interval finer than its last field");
  }
  return to.kind === "interval_ym" ? Number(total) : total;
}
