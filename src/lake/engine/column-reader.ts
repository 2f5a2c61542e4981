/**
 * Turns DuckDB's column vectors into the lake's `ColumnVector`s: a value is made only when someone
 * asks for the cell, in the form `schema/value.ts` fixes for its type. Types come from the caller
 * or, without one, from DuckDB's own (`result-type.ts`).
 */
import type { DuckDBType, DuckDBValue, DuckDBVector } from "@duckdb/node-api";
import { SovereignError } from "../../core/errors.ts";
import { type DataType, formatType } from "../schema/data-type.ts";
import {
  type ColumnVector,
  MapValue,
  StructValue,
  type Value,
  VariantValue,
} from "../schema/value.ts";

/** A lazy column over one vector of one chunk. `owner` keeps the chunk's memory alive. */
export function readColumn(vector: DuckDBVector, type: DataType, owner: object): ColumnVector {
  const convert = converterOf(type, vector.type);
  return {
    get(rowIndex) {
      // The closure holds `owner`: strings are decoded from the chunk's memory at this moment.
      void owner;
      const raw = vector.getItem(rowIndex);
      return raw === null ? null : convert(raw);
    },
  };
}

type Converter = (raw: DuckDBValue) => Value;

/** The function that turns one non-null DuckDB value into the value form of `type`. */
export function converterOf(type: DataType, source: DuckDBType): Converter {
  switch (type.kind) {
    case "void":
      return () => null;
    case "boolean":
    case "string":
      return (raw) => (typeof raw === "object" ? String(raw) : (raw as string | boolean));
    case "byte":
    case "short":
    case "int":
    case "float":
    case "double":
      return (raw) => (typeof raw === "number" ? raw : Number(numeric(raw, type)));
    case "long":
      return (raw) => (typeof raw === "bigint" ? raw : BigInt(numeric(raw, type)));
    case "decimal":
      return (raw) => toUnscaled(raw, type.scale, type);
    case "binary":
      return toBytes;
    case "date":
      return (raw) => (raw as { days: number }).days;
    case "timestamp":
    case "timestamp_ntz":
      return toMicros;
    case "interval_ym":
      return (raw) => (typeof raw === "object" ? (raw as { months: number }).months : Number(raw));
    case "interval_dt":
      return toIntervalMicros;
    case "variant":
      return toVariant;
    default:
      return nestedConverter(type, source);
  }
}

function nestedConverter(type: DataType, source: DuckDBType): Converter {
  if (type.kind === "array" && "valueType" in source) {
    const element = orNull(converterOf(type.element, source.valueType as DuckDBType));
    return (raw) => (raw as { items: DuckDBValue[] }).items.map(element);
  }
  if (type.kind === "map" && "keyType" in source) {
    const key = orNull(converterOf(type.key, source.keyType));
    const value = orNull(converterOf(type.value, source.valueType));
    return (raw) =>
      new MapValue(
        (raw as { entries: { key: DuckDBValue; value: DuckDBValue }[] }).entries.map(
          (entry) => [key(entry.key), value(entry.value)] as const,
        ),
      );
  }
  if (type.kind === "struct" && "entryTypes" in source) {
    const names = source.entryNames;
    const fields = type.fields.map((field, i) =>
      orNull(converterOf(field.type, source.entryTypes[i]!)),
    );
    return (raw) => {
      const entries = (raw as { entries: Record<string, DuckDBValue> }).entries;
      return new StructValue(fields.map((read, i) => read(entries[names[i]!]!)));
    };
  }
  throw new SovereignError(
    "INTERNAL_ERROR",
    `the engine returned ${source} where ${formatType(type)} was expected`,
  );
}

function orNull(convert: Converter): (raw: DuckDBValue) => Value {
  return (raw) => (raw === null || raw === undefined ? null : convert(raw));
}

function numeric(raw: DuckDBValue, type: DataType): bigint | number {
  if (typeof raw === "number" || typeof raw === "bigint") return raw;
  if (typeof raw === "boolean") return Number(raw);
  if (isDecimal(raw)) return raw.scale === 0 ? raw.value : raw.toDouble();
  throw new SovereignError(
    "INTERNAL_ERROR",
    `the engine returned ${typeof raw} where ${formatType(type)} was expected`,
  );
}

function isDecimal(
  raw: DuckDBValue,
): raw is DuckDBValue & { value: bigint; scale: number; toDouble(): number } {
  return typeof raw === "object" && raw !== null && "scale" in raw && "value" in raw;
}

function toUnscaled(raw: DuckDBValue, scale: number, type: DataType): bigint {
  if (!isDecimal(raw)) return BigInt(numeric(raw, type)) * 10n ** BigInt(scale);
  if (raw.scale === scale) return raw.value;
  if (raw.scale < scale) return raw.value * 10n ** BigInt(scale - raw.scale);
  const factor = 10n ** BigInt(raw.scale - scale);
  if (raw.value % factor !== 0n) {
    throw new SovereignError(
      "INTERNAL_ERROR",
      `the engine returned ${raw} where ${formatType(type)} was expected`,
    );
  }
  return raw.value / factor;
}

function toMicros(raw: DuckDBValue): bigint {
  const value = raw as {
    micros?: bigint;
    millis?: bigint;
    milliseconds?: bigint;
    seconds?: bigint;
    nanos?: bigint;
    nanoseconds?: bigint;
  };
  if (value.micros !== undefined) return value.micros;
  const millis = value.millis ?? value.milliseconds;
  if (millis !== undefined) return millis * 1000n;
  if (value.seconds !== undefined) return value.seconds * 1_000_000n;
  const nanos = value.nanos ?? value.nanoseconds ?? 0n;
  return (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n;
}

const MICROS_PER_DAY = 86_400_000_000n;

function toIntervalMicros(raw: DuckDBValue): bigint {
  if (typeof raw !== "object") return BigInt(raw as bigint);
  const value = raw as { days: number; micros: bigint };
  return BigInt(value.days) * MICROS_PER_DAY + value.micros;
}

function toVariant(raw: DuckDBValue): VariantValue {
  const entries = (raw as { entries: Record<string, { bytes: Uint8Array }> }).entries;
  return new VariantValue(toBytes(entries.metadata!), toBytes(entries.value!));
}

/** DuckDB hands out a Node `Buffer`; the value form is a plain `Uint8Array`. */
function toBytes(raw: DuckDBValue | { bytes: Uint8Array }): Uint8Array {
  const { bytes } = raw as { bytes: Uint8Array };
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
