/**
 * Types of columns nobody declared: told from JavaScript values, or from an Arrow field by Spark's
 * own mapping (`ArrowUtils.fromArrowField`, Spark 4.2). What is not clear is refused, not guessed.
 */
import { SovereignError } from "../core/errors.ts";
import type { ArrowField } from "./arrow-table.ts";
import {
  arrayType,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  FLOAT,
  INT,
  LONG,
  mapType,
  SHORT,
  STRING,
  structField,
  structType,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from "./schema/data-type.ts";

/**
 * The type that holds every sample: BIGINT for whole numbers, DOUBLE once one has a fraction,
 * TIMESTAMP for `Date`, arrays and structs by what is in them. Samples hold no null.
 */
export function inferType(samples: readonly unknown[], column: string): DataType {
  const kinds = new Set(samples.map(kindOf));
  const [kind] = kinds;
  if (kinds.size === 2 && kinds.has("number") && kinds.has("bigint") && areWhole(samples)) {
    return LONG;
  }
  if (kinds.size !== 1) throw unclear(column);
  switch (kind) {
    case "string":
      return STRING;
    case "boolean":
      return BOOLEAN;
    case "date":
      return TIMESTAMP;
    case "bytes":
      return BINARY;
    case "bigint":
      return LONG;
    case "number":
      return areWhole(samples) ? LONG : DOUBLE;
    case "array":
      return arrayType(inferType(present((samples as unknown[][]).flat()), column));
    case "object":
      return inferStruct(samples as Record<string, unknown>[], column);
    default:
      throw unclear(column);
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "date";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value !== "object") return typeof value;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? "object" : "other";
}

function areWhole(samples: readonly unknown[]): boolean {
  return samples.every((value) => typeof value === "bigint" || Number.isSafeInteger(value));
}

function present(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== null && value !== undefined);
}

function inferStruct(samples: readonly Record<string, unknown>[], column: string): DataType {
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample)))];
  return structType(
    names.map((name) => {
      const values = present(samples.map((sample) => sample[name]));
      return structField(name, inferType(values, `${column}.${name}`));
    }),
  );
}

function unclear(column: string): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the type of column \`${column}\` is not clear from its values`,
    { hint: "declare it first, in CREATE TABLE or with ALTER TABLE … ADD COLUMN" },
  );
}

/** The parts of apache-arrow's types that say which they are. */
interface ArrowType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly timezone?: string | null;
  readonly children?: readonly ArrowField[];
  readonly dictionary?: ArrowType;
}

const SIGNED: Readonly<Record<number, DataType>> = { 8: BYTE, 16: SHORT, 32: INT, 64: LONG };
/** Unsigned numbers take the next type that holds them all; there is none for 64 bits. */
const UNSIGNED: Readonly<Record<number, DataType>> = { 8: SHORT, 16: INT, 32: LONG };

/** The column type of an Arrow field; NOT_IMPLEMENTED for one without a counterpart. */
export function arrowType(field: ArrowField): DataType {
  const type = readType(field.type as ArrowType);
  if (type !== null) return type;
  throw new SovereignError(
    "NOT_IMPLEMENTED",
    `column \`${field.name}\`: Arrow's ${String(field.type)} has no type here`,
    { hint: "cast the column before writing it" },
  );
}

/** By `Type` of apache-arrow, its numbers repeated so that this file imports no code from it. */
function readType(type: ArrowType): DataType | null {
  const [child] = type.children ?? [];
  switch (type.typeId) {
    case -1:
      return type.dictionary === undefined ? null : readType(type.dictionary);
    case 2:
      return (type.isSigned ? SIGNED : UNSIGNED)[type.bitWidth ?? 0] ?? null;
    case 3:
      return type.precision === 2 ? DOUBLE : FLOAT;
    case 4:
    case 15:
    case 19:
      return BINARY;
    case 5:
    case 20:
      return STRING;
    case 6:
      return BOOLEAN;
    case 7:
      return type.precision! > 38 ? null : decimalType(type.precision!, type.scale!);
    case 8:
      return DATE;
    case 10:
      return type.timezone ? TIMESTAMP : TIMESTAMP_NTZ;
    case 12:
      return child === undefined ? null : arrayType(arrowType(child), child.nullable);
    case 13:
      return structType(
        (type.children ?? []).map((part) => structField(part.name, arrowType(part))),
      );
    case 17:
      return child === undefined ? null : readMap(child);
    default:
      return null;
  }
}

function readMap(entries: ArrowField): DataType | null {
  const [key, value] = (entries.type as ArrowType).children ?? [];
  if (key === undefined || value === undefined) return null;
  return mapType(arrowType(key), arrowType(value), value.nullable);
}
