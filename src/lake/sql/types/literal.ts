/**
 * Literals of the syntax tree as typed constants (Spark 4.2 `AstBuilder`): numbers get the
 * narrowest of int, bigint and decimal, `1e3` is a double, typed literals are parsed here.
 */
import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  type DayTimeUnit,
  DOUBLE,
  decimalType,
  FLOAT,
  INT,
  LONG,
  SHORT,
  STRING,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VOID,
  type YearMonthUnit,
} from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { Expression, IntervalPart, LiteralValue, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import {
  DAY_TIME_UNITS,
  fieldOfUnit,
  microsOfUnit,
  readDayTime,
  readUnitList,
  readYearMonth,
} from "../functions/js/interval.ts";
import { readDate, readTimestamp, readTimestampText } from "../functions/js/read-datetime.ts";
import { readBigDecimal } from "../functions/js/read-number.ts";
import type { LiteralExpression } from "../plan/expression.ts";
import { decimalFromLiteral } from "./decimal-rules.ts";

/** A constant of a known type. */
export function typedLiteral(value: Value, type: DataType, span?: Span): LiteralExpression {
  return { kind: "literal", value, type, nullable: value === null, ...(span ? { span } : {}) };
}

/** Binds a literal of the syntax tree. */
export function bindLiteral(literal: LiteralValue, span?: Span): LiteralExpression {
  switch (literal.kind) {
    case "null":
      return typedLiteral(null, VOID, span);
    case "boolean":
      return typedLiteral(literal.value, BOOLEAN, span);
    case "string":
      return typedLiteral(literal.value, STRING, span);
    case "binary":
      return typedLiteral(new Uint8Array(Buffer.from(literal.hex, "hex")), BINARY, span);
    case "typed":
      return bindTyped(literal.type, literal.text, span);
    default:
      return bindNumber(literal.text, literal.suffix, span);
  }
}

const INTEGER_SUFFIXES = {
  L: { type: LONG, bits: 64 },
  S: { type: SHORT, bits: 16 },
  Y: { type: BYTE, bits: 8 },
} as const;

function bindNumber(
  text: string,
  suffix: "" | "L" | "S" | "Y" | "D" | "F" | "BD",
  span?: Span,
): LiteralExpression {
  if (suffix === "D" || suffix === "F") {
    const value = suffix === "F" ? Math.fround(Number(text)) : Number(text);
    if (!Number.isFinite(value)) throw outOfRange(text, span);
    return typedLiteral(value, suffix === "F" ? FLOAT : DOUBLE, span);
  }
  if (suffix === "L" || suffix === "S" || suffix === "Y") {
    const { type, bits } = INTEGER_SUFFIXES[suffix];
    const value = BigInt(text);
    if (BigInt.asIntN(bits, value) !== value) throw outOfRange(text + suffix, span);
    return typedLiteral(suffix === "L" ? value : Number(value), type, span);
  }
  if (suffix === "" && /e/i.test(text)) return typedLiteral(Number(text), DOUBLE, span);
  if (suffix === "" && /^[+-]?\d+$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(32, value) === value) return typedLiteral(Number(value), INT, span);
    if (BigInt.asIntN(64, value) === value) return typedLiteral(value, LONG, span);
  }
  return bindDecimal(text, span);
}

function bindDecimal(text: string, span?: Span): LiteralExpression {
  const parsed = readBigDecimal(text);
  if (!parsed) throw outOfRange(text, span);
  const scale = Math.max(parsed.scale, 0);
  const unscaled = parsed.unscaled * 10n ** BigInt(scale - parsed.scale);
  const { precision } = decimalFromLiteral(unscaled, scale);
  if (precision > 38) {
    throw new SqlError(`decimal precision ${precision} exceeds max precision 38`, {
      errorClass: "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
      sqlState: "22003",
      span,
      hint: "write the number with a D suffix to make it a double",
    });
  }
  return typedLiteral(unscaled, decimalType(precision, scale), span);
}

function outOfRange(text: string, span?: Span): SqlError {
  return new SqlError(`numeric literal ${text} is out of range for its type`, {
    errorClass: "INVALID_NUMERIC_LITERAL_RANGE",
    sqlState: "22003",
    span,
    hint: "use a wider suffix: L for bigint, BD for decimal, D for double",
  });
}

/** `DATE '…'`, `TIMESTAMP '…'`, `INTERVAL '1 day'`: the text read as the type's literal. */
export function bindTyped(type: string, text: string, span?: Span): LiteralExpression {
  if (/^\s*(now|today|tomorrow|yesterday)\s*$/i.test(text) && type !== "interval") {
    throw notImplemented(
      `the special value '${text.trim()}' in a literal`,
      span,
      "use current_date()",
    );
  }
  const epoch = /^\s*epoch\s*$/i.test(text);
  switch (type.toLowerCase()) {
    case "date": {
      const days = epoch ? 0 : readDate(text);
      if (days !== null) return typedLiteral(days, DATE, span);
      break;
    }
    case "timestamp":
    case "timestamp_ltz": {
      const micros = epoch ? 0n : readTimestamp(text);
      if (micros === "time_only") throw timeOnly(span);
      if (micros !== null) return typedLiteral(micros, TIMESTAMP, span);
      break;
    }
    case "timestamp_ntz": {
      const parts = readTimestampText(text);
      if (epoch) return typedLiteral(0n, TIMESTAMP_NTZ, span);
      if (parts.kind === "value" && parts.zone === null) {
        return typedLiteral(parts.local, TIMESTAMP_NTZ, span);
      }
      break;
    }
    case "interval":
      return bindUnitList(text, span);
    case "time":
      throw notImplemented("the type TIME", span);
  }
  throw new SqlError(`'${text}' is not a ${type.toUpperCase()} literal`, {
    errorClass: "INVALID_TYPED_LITERAL",
    sqlState: "42604",
    span,
    hint: "write DATE 'yyyy-MM-dd' or TIMESTAMP 'yyyy-MM-dd HH:mm:ss'",
  });
}

function timeOnly(span?: Span): SqlError {
  return notImplemented("a timestamp literal without a date", span, "write the date in front");
}

function bindUnitList(text: string, span?: Span): LiteralExpression {
  const parts = readUnitList(text);
  if (!parts) throw invalidInterval(text, span);
  return intervalOf(parts, span);
}

/** `INTERVAL 1 DAY 2 HOURS`, `INTERVAL '1-2' YEAR TO MONTH`: parts as the parser left them. */
export function bindInterval(
  parts: readonly IntervalPart[],
  span?: Span,
  negated = false,
): LiteralExpression {
  const texts = parts.map((part) => ({
    amount: amountText(part.value),
    unit: part.unit.toLowerCase(),
    toUnit: part.toUnit?.toLowerCase(),
  }));
  const first = texts[0]!;
  const literal =
    texts.length === 1 && first.toUnit
      ? rangeInterval(first.amount, first.unit, first.toUnit, span)
      : intervalOf(texts, span);
  if (!negated) return literal;
  const value = literal.value as number | bigint;
  return { ...literal, value: typeof value === "bigint" ? -value : -value };
}

function amountText(value: Expression): string {
  if (value.kind === "literal") {
    if (value.value.kind === "number") return value.value.text;
    if (value.value.kind === "string") return value.value.value;
  }
  if (value.kind === "unary" && (value.operator === "-" || value.operator === "+")) {
    const inner = amountText(value.operand).trim();
    if (value.operator === "+") return inner;
    return inner.startsWith("-") ? inner.slice(1) : `-${inner.replace(/^\+/, "")}`;
  }
  throw notImplemented("an interval of a computed amount", value.span, "use make_dt_interval()");
}

function rangeInterval(text: string, from: string, to: string, span?: Span): LiteralExpression {
  if (from === "year" && to === "month") {
    const months = readYearMonth(text, "year", "month");
    if (months === null) throw invalidInterval(text, span);
    return typedLiteral(months, { kind: "interval_ym", from: "year", to: "month" }, span);
  }
  const order = DAY_TIME_UNITS.indexOf(from as DayTimeUnit);
  if (order < 0 || DAY_TIME_UNITS.indexOf(to as DayTimeUnit) <= order) {
    throw new SqlError(`interval literal ${from} to ${to} is not supported`, {
      errorClass: "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
      sqlState: "22006",
      span,
      hint: "write the larger unit first, for example DAY TO SECOND",
    });
  }
  const type: DataType = { kind: "interval_dt", from: from as DayTimeUnit, to: to as DayTimeUnit };
  const micros = readDayTime(text, type.from, type.to);
  if (micros === null) throw invalidInterval(text, span);
  return typedLiteral(micros, type, span);
}

function intervalOf(
  parts: readonly { amount: string; unit: string }[],
  span?: Span,
): LiteralExpression {
  const isMonths = (unit: string) => unit === "year" || unit === "month";
  if (parts.every((p) => isMonths(p.unit))) return monthsOf(parts, span);
  if (parts.some((p) => isMonths(p.unit))) {
    throw notImplemented("an interval that mixes months with days", span, "use two intervals");
  }
  const fields = parts.map((p) => DAY_TIME_UNITS.indexOf(fieldOfUnit(p.unit)));
  if (fields.includes(-1)) throw invalidInterval(parts.map((p) => p.unit).join(" "), span);
  const from = DAY_TIME_UNITS[Math.min(...fields)]!;
  const to = DAY_TIME_UNITS[Math.max(...fields)]!;
  let total = 0n;
  for (const part of parts) {
    const micros = microsOfUnit(part.amount, part.unit);
    if (micros === null) throw invalidInterval(`${part.amount} ${part.unit}`, span);
    total += micros;
  }
  if (BigInt.asIntN(64, total) !== total) throw invalidInterval("overflow", span);
  return typedLiteral(total, { kind: "interval_dt", from, to }, span);
}

function monthsOf(
  parts: readonly { amount: string; unit: string }[],
  span?: Span,
): LiteralExpression {
  const units = parts.map((p) => p.unit as YearMonthUnit);
  let total = 0;
  for (const part of parts) {
    const months = readYearMonth(
      part.amount,
      part.unit as YearMonthUnit,
      part.unit as YearMonthUnit,
    );
    if (months === null) throw invalidInterval(`${part.amount} ${part.unit}`, span);
    total += months;
  }
  if ((total | 0) !== total) throw invalidInterval("overflow", span);
  const from = units.includes("year") ? "year" : "month";
  const to = units.includes("month") ? "month" : "year";
  return typedLiteral(total, { kind: "interval_ym", from, to }, span);
}

function invalidInterval(text: string, span?: Span): SqlError {
  return new SqlError(`'${text}' is not an interval`, {
    errorClass: "INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY",
    sqlState: "22006",
    span,
    hint: "write for example INTERVAL '1' DAY or INTERVAL '1-2' YEAR TO MONTH",
  });
}
