/**
 * Interval literals with units (reference: Spark 4.2 `interval`): `INTERVAL 1 DAY 2 HOURS`,
 * `INTERVAL '1-2' YEAR TO MONTH`, signs included. `INTERVAL '1 day'` is a typed literal and is
 * read in `literal.ts`; whether fields of a string fit their units is the binder's to say.
 */
import type { Expression, IntervalPart, Span } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseNumber, parseStringLiteral, stringNode } from "./literal.ts";

const UNITS = new Set([
  ...["NANOSECOND", "MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK"],
  ...["MONTH", "YEAR"],
]);

/** Singular upper-case unit of a word, or undefined. */
function unitOf(word: string): string | undefined {
  const singular = word.endsWith("S") ? word.slice(0, -1) : word;
  return UNITS.has(singular) ? singular : undefined;
}

function isUnit(c: Cursor, ahead: number): boolean {
  const token = c.peek(ahead);
  return token.kind === "word" && unitOf(token.word) !== undefined;
}

/** Tokens a signed value takes from `ahead` on, or 0 when none stands there. */
function valueLength(c: Cursor, ahead: number): number {
  const signed = c.isSymbol("-", ahead) || c.isSymbol("+", ahead) ? 1 : 0;
  let length = signed;
  const { kind } = c.peek(ahead + length);
  if (kind === "number") return length + 1;
  if (kind !== "string") return 0;
  while (c.peek(ahead + length).kind === "string") length++;
  return length;
}

/** Whether the word INTERVAL here begins an interval with units. */
export function startsInterval(c: Cursor): boolean {
  if (!c.isWord("INTERVAL")) return false;
  const length = valueLength(c, 1);
  return length > 0 && isUnit(c, 1 + length);
}

/** INTERVAL and its parts; the caller has checked `startsInterval`. */
export function parseInterval(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  const parts: IntervalPart[] = [];
  do {
    parts.push(parsePart(c));
  } while (isAnotherPart(c));
  const span = c.spanFrom(start);
  refuseMixedUnits(c, parts, span);
  if (parts.length > 1 && parts.some((part) => part.toUnit !== undefined)) {
    throw c.refuse(
      "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
      "an interval with TO has exactly one value",
      span,
      "for example INTERVAL '1-2' YEAR TO MONTH",
    );
  }
  return { kind: "interval", parts, span };
}

const YEAR_MONTH = new Set(["year", "month"]);

function refuseMixedUnits(c: Cursor, parts: readonly IntervalPart[], span: Span): void {
  const yearMonth = parts.filter((part) => YEAR_MONTH.has(part.unit)).length;
  if (yearMonth === 0 || yearMonth === parts.length) return;
  const message = "an interval cannot mix years and months with smaller units";
  throw c.refuse("_LEGACY_ERROR_TEMP_0029", message, span, "write two intervals and add both");
}

/** A further value and unit; `INTERVAL 1 DAY + 2` is an addition, `… + 2 HOURS` is not. */
function isAnotherPart(c: Cursor): boolean {
  const length = valueLength(c, 0);
  return length > 0 && isUnit(c, length);
}

function parsePart(c: Cursor): IntervalPart {
  const value = parseSignedValue(c);
  const unit = unitOf(c.peek().word);
  if (unit === undefined) throw c.fail("an interval unit such as DAY or MONTH");
  c.advance();
  if (!c.isWord("TO") || !isUnit(c, 1)) return { value, unit: unit.toLowerCase() };
  if (value.kind === "literal" && value.value.kind !== "string") {
    const hint = "for example INTERVAL '1-2' YEAR TO MONTH";
    const message = "the value of an interval with TO must be a string";
    throw c.refuse("_LEGACY_ERROR_TEMP_0027", message, value.span, hint);
  }
  c.advance();
  const toUnit = unitOf(c.advance().word)!;
  if (!isRange(unit, toUnit)) {
    throw c.refuse(
      "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
      `there are no intervals from ${unit} to ${toUnit}`,
      c.spanFrom(value.span.start),
      "ranges: YEAR TO MONTH, and DAY, HOUR, MINUTE to a smaller one down to SECOND",
    );
  }
  return { value, unit: unit.toLowerCase(), toUnit: toUnit.toLowerCase() };
}

function isRange(from: string, to: string): boolean {
  if (from === "YEAR") return to === "MONTH";
  const units = ["DAY", "HOUR", "MINUTE", "SECOND"];
  return units.includes(from) && units.indexOf(to) > units.indexOf(from);
}

function parseSignedValue(c: Cursor): Expression {
  const start = c.start;
  const sign = c.takeSymbol("-") ? "-" : "";
  if (!sign) c.takeSymbol("+");
  if (c.peek().kind === "number") {
    if (c.peek().suffix !== "") throw c.fail("a number without suffix");
    return parseNumber(c, sign, start);
  }
  const { value, span } = parseStringLiteral(c);
  const operand = stringNode(value, span);
  if (!sign) return operand;
  return { kind: "unary", operator: "-", operand, span: c.spanFrom(start) };
}
