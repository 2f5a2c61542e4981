/**
 * `filters_json` of Databricks Vector Search: an object whose members all hold.
 *
 * | key            | value      | meaning                                         |
 * |----------------|------------|-------------------------------------------------|
 * | `a`            | x          | equal                                           |
 * | `a`            | [x, y]     | equal to one of them                            |
 * | `a NOT`        | x or [x]   | not equal, or to none of them                   |
 * | `a <` `<=` …   | x          | less, at most, greater, at least                |
 * | `a LIKE`       | text       | one of the words of the text, as split at blanks |
 * | `a OR b`       | [x, y]     | a equal to x, or b to y                         |
 */
import { SovereignError } from "../../core/errors.ts";
import { parseJson } from "../../core/json/index.ts";
import type { Comparison, Filter, Literal } from "./filter.ts";

const OPERATOR = /^(.*\S)\s+(NOT|LIKE|<=|>=|<|>)$/is;

/** Reads a filter from JSON text or its value; INVALID_PARAMETER_VALUE naming the member. */
export function readFiltersJson(input: unknown): Filter {
  const value = typeof input === "string" ? parseText(input) : input;
  if (typeof value !== "object" || value === null || !isPlain(value)) {
    throw refuse("filters_json", "is no object");
  }
  const parts = Object.entries(value).map(([key, item]) => readMember(key, item));
  return parts.length === 1 ? parts[0]! : { kind: "and", parts };
}

/** Of a map or a promise no member would be seen, and every row taken. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (!Array.isArray(value) && Object.getPrototypeOf(prototype) === null);
}

function parseText(text: string): unknown {
  try {
    return parseJson(text, { source: "filters_json", maxDepth: 20 });
  } catch (cause) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", (cause as Error).message, {
      hint: 'write an object such as `{"id <": 5}`',
      cause,
    });
  }
}

function readMember(key: string, value: unknown): Filter {
  // From the first blank of a run alone: from each it would take the square of their number.
  const names = key.split(/(?<!\s)\s+OR\s+/i);
  if (names.length > 1) return readOr(key, names, value);
  const match = OPERATOR.exec(key.trim());
  const [field, operator] = [match?.[1] ?? key.trim(), match?.[2]?.toUpperCase()];
  switch (operator) {
    case undefined:
      return readEqual(field, value, key);
    case "NOT":
      return { kind: "not", part: readEqual(field, value, key) };
    case "LIKE":
      if (typeof value !== "string") throw refuse(key, "wants a text");
      return { kind: "token", field, value };
    default:
      return {
        kind: "compare",
        field,
        operator: operator as Comparison,
        value: readLiteral(value, key),
      };
  }
}

function readOr(key: string, names: readonly string[], value: unknown): Filter {
  if (!Array.isArray(value) || value.length !== names.length) {
    throw refuse(key, `wants a list of ${names.length} values, one for each column`);
  }
  return { kind: "or", parts: names.map((name, i) => readMember(name, value[i])) };
}

function readEqual(field: string, value: unknown, key: string): Filter {
  if (value === null) return { kind: "null", field };
  if (Array.isArray(value)) {
    return { kind: "in", field, values: value.map((item) => readLiteral(item, key)) };
  }
  return { kind: "compare", field, operator: "=", value: readLiteral(value, key) };
}

function readLiteral(value: unknown, key: string): Literal {
  if (["string", "number", "bigint", "boolean"].includes(typeof value)) return value as Literal;
  throw refuse(key, "wants a text, a number or a boolean");
}

function refuse(key: string, problem: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", `filters_json: \`${key}\` ${problem}`, {
    hint: 'write members such as `{"id <": 5}`, `{"id": [1, 2]}`, `{"a OR b": ["x", "y"]}`',
  });
}
