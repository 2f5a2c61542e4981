/**
 * Values the pruner compares: a literal of a predicate against bounds from statistics, both in one
 * exact form chosen from the column's type and the literal's kind. Pairs Spark would compare after
 * a cast we do not model have no comparison, and nothing is skipped for them.
 */
import { JsonNumber } from "../../core/json/index.ts";
import type { DataType } from "../schema/data-type.ts";
import {
  compareDecimals,
  decimalToNumber,
  type ExactDecimal,
  parseDecimalText,
} from "./decimal-text.ts";
import { parseDateText, parseTimestampText } from "./temporal-text.ts";
import type { PruneLiteral } from "./types.ts";

/** How one column compares with one literal. `T` is opaque to the caller. */
export interface Comparison<T = unknown> {
  literal: T;
  compare(a: T, b: T): number;
  /** A lower or upper bound from the statistics' JSON; null when it says nothing. */
  readMin(json: unknown): T | null;
  readMax(json: unknown): T | null;
  /** A partition value in the column's value form. */
  readPartition(value: unknown): T | null;
  /** The column may hold NaN, which is above every number and in no statistics. */
  mayHoldNan: boolean;
  /** `max` may be the cut-off start of the real one. */
  maxIsPrefix: boolean;
}

const INTEGERS: readonly string[] = ["byte", "short", "int", "long"];
const MILLISECOND = 1000n;

/** The comparison of a column of this type with this literal, or null when there is none. */
export function chooseComparison(type: DataType, literal: PruneLiteral): Comparison | null {
  const { kind } = type;
  if (kind === "float" || kind === "double" || literal.kind === "double") {
    return doubleComparison(type, literal);
  }
  if (INTEGERS.includes(kind) || kind === "decimal") return exactComparison(type, literal);
  if (kind !== literal.kind) return null;
  switch (literal.kind) {
    case "string":
      return stringComparison(literal.value);
    case "boolean":
      return scalarComparison(Number(literal.value), (json) =>
        typeof json === "boolean" ? Number(json) : null,
      );
    case "date":
      return scalarComparison(literal.value, (json) =>
        typeof json === "string" ? parseDateText(json) : numberOrNull(json),
      );
    case "timestamp":
    case "timestamp_ntz":
      return timestampComparison(literal.value);
    default:
      return null;
  }
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function compareScalars<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function scalarComparison(
  literal: number,
  read: (json: unknown) => number | null,
): Comparison<unknown> {
  return asUnknown<number>({
    literal,
    compare: compareScalars,
    readMin: read,
    readMax: read,
    readPartition: (value) => (typeof value === "boolean" ? Number(value) : numberOrNull(value)),
    mayHoldNan: false,
    maxIsPrefix: false,
  });
}

/** The caller hands a comparison only what the same comparison made. */
function asUnknown<T>(comparison: Comparison<T>): Comparison {
  return comparison as unknown as Comparison;
}

function timestampComparison(literal: bigint): Comparison {
  const read = (json: unknown) => (typeof json === "string" ? parseTimestampText(json) : null);
  return asUnknown<bigint>({
    literal,
    compare: compareScalars,
    // Statistics keep milliseconds only. A writer may cut towards zero, so both ends give way.
    readMin: (json) => shift(read(json), -MILLISECOND),
    readMax: (json) => shift(read(json), MILLISECOND),
    readPartition: (value) => (typeof value === "bigint" ? value : null),
    mayHoldNan: false,
    maxIsPrefix: false,
  });
}

function shift(value: bigint | null, by: bigint): bigint | null {
  return value === null ? null : value + by;
}

function stringComparison(literal: string): Comparison {
  const read = (json: unknown) => (typeof json === "string" ? json : null);
  return asUnknown<string>({
    literal,
    compare: compareUtf8,
    readMin: read,
    readMax: read,
    readPartition: read,
    mayHoldNan: false,
    maxIsPrefix: true,
  });
}

function doubleComparison(type: DataType, literal: PruneLiteral): Comparison | null {
  const value = literalToNumber(literal);
  const numeric =
    INTEGERS.includes(type.kind) || ["decimal", "float", "double"].includes(type.kind);
  if (value === null || Number.isNaN(value) || !numeric) return null;
  const read = (json: unknown, outer: (...values: number[]) => number) => {
    const number = jsonToNumber(json);
    if (number === null || Number.isNaN(number)) return null;
    // A float prints in its shortest form, which as a double is another number: round it back. A
    // double column may have been FLOAT when the file was written.
    if (type.kind === "float") return Math.fround(number);
    return type.kind === "double" ? outer(number, Math.fround(number)) : number;
  };
  const scale = type.kind === "decimal" ? type.scale : 0;
  return asUnknown<number>({
    literal: value,
    compare: compareScalars,
    readMin: (json) => read(json, Math.min),
    readMax: (json) => read(json, Math.max),
    readPartition: (cell) => {
      const number =
        typeof cell === "bigint" ? decimalToNumber({ unscaled: cell, scale }) : numberOrNull(cell);
      return number === null || Number.isNaN(number) ? null : number;
    },
    mayHoldNan: type.kind === "float" || type.kind === "double",
    maxIsPrefix: false,
  });
}

function literalToNumber(literal: PruneLiteral): number | null {
  if (literal.kind === "double") return literal.value;
  if (literal.kind === "long") return Number(literal.value);
  return literal.kind === "decimal" ? decimalToNumber(literal) : null;
}

function jsonToNumber(json: unknown): number | null {
  if (json instanceof JsonNumber) return json.toNumber();
  return typeof json === "number" || typeof json === "bigint" ? Number(json) : null;
}

/** Digits a double keeps for sure. */
const DOUBLE_DIGITS = 15;

function exactComparison(type: DataType, literal: PruneLiteral): Comparison | null {
  if (literal.kind !== "long" && literal.kind !== "decimal") return null;
  const scale = type.kind === "decimal" ? type.scale : 0;
  // Some writers pass decimal statistics through a double; long ones may then be rounded.
  const mayBeRounded = type.kind === "decimal" && type.precision > DOUBLE_DIGITS;
  const read = (json: unknown, direction: bigint): ExactDecimal | null => {
    const value = jsonToDecimal(json);
    if (value === null || !mayBeRounded) return value;
    const magnitude = value.unscaled < 0n ? -value.unscaled : value.unscaled;
    return {
      unscaled: value.unscaled * 10n + direction * ((magnitude * 10n) / 2n ** 51n + 1n),
      scale: value.scale + 1,
    };
  };
  return asUnknown<ExactDecimal>({
    literal:
      literal.kind === "long"
        ? { unscaled: literal.value, scale: 0 }
        : { unscaled: literal.unscaled, scale: literal.scale },
    compare: compareDecimals,
    readMin: (json) => read(json, -1n),
    readMax: (json) => read(json, 1n),
    readPartition: (cell) =>
      typeof cell === "bigint" || typeof cell === "number"
        ? { unscaled: BigInt(cell), scale }
        : null,
    mayHoldNan: false,
    maxIsPrefix: false,
  });
}

function jsonToDecimal(json: unknown): ExactDecimal | null {
  if (typeof json === "bigint") return { unscaled: json, scale: 0 };
  if (json instanceof JsonNumber) return parseDecimalText(json.text);
  if (typeof json === "number") return parseDecimalText(String(json));
  // NOTE: a few writers quote decimals.
  return typeof json === "string" ? parseDecimalText(json) : null;
}

/** Order of the UTF-8 bytes, which is Spark's; JavaScript's own differs above U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      const leftIsHigh = left >= 0xd800 && left <= 0xdfff;
      const rightIsHigh = right >= 0xd800 && right <= 0xdfff;
      if (leftIsHigh !== rightIsHigh) return leftIsHigh ? 1 : -1;
      return left - right;
    }
  }
  return a.length - b.length;
}
