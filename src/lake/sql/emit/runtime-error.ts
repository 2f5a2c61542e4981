/**
 * What the engine throws while a statement runs, as Spark's run-time errors (ANSI mode). Our own
 * checks travel as `[CLASS|SQLSTATE] text`; the engine's overflow and conversion messages are
 * recognised by their wording (DuckDB 1.5).
 */
import { SqlError } from "../error.ts";

const OWN = /\[([A-Z0-9_.]+)\|([0-9A-Z]{5})\] ([\s\S]*)/;

interface Rule {
  pattern: RegExp;
  errorClass: string;
  sqlState: string;
  message: string;
  hint: string;
}

const ARITHMETIC = {
  errorClass: "ARITHMETIC_OVERFLOW",
  sqlState: "22003",
  message: "arithmetic overflow",
  hint: "use a wider type, or a `try_` function to get NULL instead",
};

const DECIMAL_RANGE = {
  errorClass: "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
  sqlState: "22003",
  message: "a decimal value does not fit its type",
  hint: "cast to a decimal of higher precision, or use `try_cast` to get NULL instead",
};

const RULES: readonly Rule[] = [
  { pattern: /Type HUGEINT with value .* out of range for the destination type/, ...ARITHMETIC },
  { pattern: /Type INT128 with value .* out of range for the destination type/, ...ARITHMETIC },
  { pattern: /DECIMAL\(\d+(?:,\s*\d+)?\)/, ...DECIMAL_RANGE },
  { pattern: /number out of int32 range/, ...ARITHMETIC },
  {
    pattern: /can't be cast because the value is out of range for the destination type/,
    errorClass: "CAST_OVERFLOW",
    sqlState: "22003",
    message: "a value overflows the type it is cast to",
    hint: "cast to a wider type, or use `try_cast` to get NULL instead",
  },
  { pattern: /^Out of Range Error: Overflow|Overflow in|overflow/i, ...ARITHMETIC },
  {
    pattern: /Failed to cast decimal value|Could not cast value .* to/,
    errorClass: "CAST_OVERFLOW",
    sqlState: "22003",
    message: "a value overflows the type it is cast to",
    hint: "cast to a wider type, or use `try_cast` to get NULL instead",
  },
  {
    pattern: /Map keys must be unique/,
    errorClass: "DUPLICATED_MAP_KEY",
    sqlState: "23505",
    message: "a map has the same key twice",
    hint: "remove the duplicate key",
  },
  {
    pattern: /Map keys can not be NULL/,
    errorClass: "NULL_MAP_KEY",
    sqlState: "2200E",
    message: "a map key is NULL",
    hint: "filter NULL keys out first",
  },
  {
    pattern: /More than one row returned by a subquery/,
    errorClass: "SCALAR_SUBQUERY_TOO_MANY_ROWS",
    sqlState: "21000",
    message: "a subquery used as a value returned more than one row",
    hint: "aggregate in the subquery, or add LIMIT 1",
  },
  {
    pattern:
      /(timestamp|date|interval).*(out of range|overflow)|Date out of range|Timestamp out of/i,
    errorClass: "DATETIME_OVERFLOW",
    sqlState: "22008",
    message: "a date or timestamp is out of range",
    hint: "keep dates between the years 0001 and 9999",
  },
];

/** Spark's error for an engine message, or null when it is none we know. */
export function mapRuntimeError(message: string): SqlError | null {
  const own = OWN.exec(message);
  if (own) return ownError(own[1]!, own[2]!, own[3]!.split("\n")[0]!);
  const rule = RULES.find((r) => r.pattern.test(message));
  if (!rule) return null;
  const detail = message
    .split("\n")[0]!
    .replace(/^[A-Za-z ]+ Error: /, "")
    .replace(/ when casting from source column \S+$/, "");
  return new SqlError(`${rule.message}: ${detail}`, {
    code: "INVALID_STATE",
    errorClass: rule.errorClass,
    sqlState: rule.sqlState,
    hint: rule.hint,
  });
}

function ownError(errorClass: string, sqlState: string, text: string): SqlError {
  const unsupported = errorClass === "UNSUPPORTED_FEATURE";
  return new SqlError(text, {
    code: unsupported ? "NOT_IMPLEMENTED" : "INVALID_STATE",
    errorClass,
    sqlState,
    hint: unsupported
      ? "rewrite the expression without it"
      : "correct the value, or use a `try_` function to get NULL instead",
  });
}
