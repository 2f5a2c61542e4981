/**
 * Partition values (PROTOCOL.md, "Partition Value Serialization"): text to the value of the
 * column's type. An empty text is null for every type. Timestamps come in two spellings, with and
 * without a zone; without one they are read as UTC.
 */
import { SovereignError } from "../../core/errors.ts";
import { type DataType, formatType } from "../schema/data-type.ts";
import type { Value } from "../schema/value.ts";
import { parseDecimalText, rescaleDecimal } from "./decimal-text.ts";
import { parseDateText, parseTimestampText } from "./temporal-text.ts";

const INTEGER = /^[+-]?\d{1,30}$/;
const INTEGER_LIMITS: Partial<Record<DataType["kind"], bigint>> = {
  byte: 2n ** 7n,
  short: 2n ** 15n,
  int: 2n ** 31n,
  long: 2n ** 63n,
};
const SPECIAL_NUMBERS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

/** The value; DATA_LOSS naming the column when the text does not fit its type. */
export function parsePartitionValue(
  text: string | null | undefined,
  type: DataType,
  column: string,
): Value {
  if (text === null || text === undefined || text === "") return null;
  const value = tryParse(text, type);
  if (value !== undefined) return value;
  throw new SovereignError(
    "DATA_LOSS",
    `partition value \`${text}\` of column \`${column}\` is no ${formatType(type)}`,
    {
      hint: "read an earlier version of the table, or rewrite it with the engine that wrote it",
      details: { column, value: text },
    },
  );
}

/** `undefined` for text that does not fit the type. */
function tryParse(text: string, type: DataType): Value | undefined {
  switch (type.kind) {
    case "string":
      return text;
    case "boolean":
      return parseBoolean(text);
    case "byte":
    case "short":
    case "int":
    case "long":
      return parseInteger(text, type.kind);
    case "float": {
      const number = parseNumber(text);
      return number === undefined ? undefined : Math.fround(number);
    }
    case "double":
      return parseNumber(text);
    case "decimal": {
      const decimal = parseDecimalText(text);
      return (decimal === null ? null : rescaleDecimal(decimal, type.scale)) ?? undefined;
    }
    case "date":
      return parseDateText(text) ?? parseTimestampDate(text);
    case "timestamp":
    case "timestamp_ntz":
      return parseTimestampText(text) ?? undefined;
    case "binary":
      return Buffer.from(text, "utf8");
    default:
      return undefined;
  }
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (lower === "true") return true;
  return lower === "false" ? false : undefined;
}

function parseInteger(text: string, kind: "byte" | "short" | "int" | "long") {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ""));
  const limit = INTEGER_LIMITS[kind]!;
  if (value >= limit || value < -limit) return undefined;
  return kind === "long" ? value : Number(value);
}

function parseNumber(text: string): number | undefined {
  const special = SPECIAL_NUMBERS[text.toLowerCase()];
  if (special !== undefined) return special;
  return parseDecimalText(text) === null ? undefined : Number(text);
}

/** NOTE: some writers spell a date partition as its midnight. */
function parseTimestampDate(text: string): number | undefined {
  const micros = parseTimestampText(text);
  if (micros === null || micros % 86_400_000_000n !== 0n) return undefined;
  return Number(micros / 86_400_000_000n);
}
