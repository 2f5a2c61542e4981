/**
 * Conditions in SQLite's words. Every value is bound by name (`@p0`), so a fragment may stand in a
 * statement several times, and equal searches have equal texts. The connection must have
 * `case_sensitive_like` on, as MLflow sets it, and `regexp` for RLIKE (`regexp.ts`).
 */
import type { SqlValue } from "../../core/store/index.ts";
import { invalidParameter } from "../wire/error.ts";
import type { ClauseValue, Comparator } from "./ast.ts";

// SQLite's own limit on the pattern of LIKE, in bytes.
const MAX_PATTERN_BYTES = 50_000;

/** Gathers the values of a statement. */
export class Binder {
  readonly parameters: Record<string, SqlValue> = {};
  #count = 0;

  /** The placeholder of `value`. */
  bind(value: SqlValue): string {
    const name = `p${this.#count++}`;
    this.parameters[name] = value;
    return `@${name}`;
  }

  /** A list as one value: what stands behind IN. */
  bindList(values: readonly (string | number)[]): string {
    return `(SELECT value FROM json_each(${this.bind(JSON.stringify(values))}))`;
  }
}

/** `column comparator value`; not for IS NULL. */
export function compare(
  binder: Binder,
  column: string,
  comparator: Comparator,
  value: ClauseValue,
): string {
  if (value !== null && typeof value === "object") {
    return `${column} ${comparator} ${binder.bindList(value)}`;
  }
  if (comparator === "LIKE" || comparator === "ILIKE") {
    // A number is compared as its text.
    const pattern = String(value);
    if (Buffer.byteLength(pattern) > MAX_PATTERN_BYTES) {
      throw invalidParameter(`The pattern of a ${comparator} comparison is too long.`);
    }
    const bound = binder.bind(pattern);
    return comparator === "LIKE"
      ? `${column} LIKE ${bound}`
      : `lower(${column}) LIKE lower(${bound})`;
  }
  if (comparator === "RLIKE") return `regexp(${binder.bind(String(value))}, ${column})`;
  return `${column} ${comparator} ${binder.bind(bindable(value))}`;
}

function bindable(value: string | number | bigint | null): SqlValue {
  if (typeof value !== "bigint") return value;
  // What no column can hold is compared as a double.
  return BigInt.asIntN(64, value) === value ? value : Number(value);
}

/**
 * Whether `SELECT 1 body` finds a row. Not EXISTS: SQLite may turn that into a join and begin with
 * the wrong table.
 */
export function finds(body: string): string {
  return `(SELECT 1 ${body} LIMIT 1) IS NOT NULL`;
}

/** All of `conditions`. SQLite allows 1,000 levels of an expression, so the tree is balanced. */
export function allOf(conditions: readonly string[]): string {
  if (conditions.length === 0) return "1";
  if (conditions.length <= 2) return conditions.join(" AND ");
  const half = conditions.length >> 1;
  return `(${allOf(conditions.slice(0, half))}) AND (${allOf(conditions.slice(half))})`;
}
