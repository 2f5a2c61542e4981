/**
 * Sort and partition keys in engine SQL. The engine rebuilds a column from its sort key when the
 * key is the bare column, and the key knows no -0.0; `x + 0` keeps key and column apart, and makes
 * -0.0 equal 0.0, as Spark orders and groups them.
 */
import { engineType } from "../../engine/engine-type.ts";
import type { DataType } from "../../schema/data-type.ts";
import type { BoundExpression, SortKey } from "../plan/expression.ts";

type Print = (expression: BoundExpression) => string;

/** `x ASC NULLS FIRST, …`. */
export function printSortKeys(keys: readonly SortKey[], print: Print): string {
  return keys
    .map((key) => {
      const nulls = key.nulls === "first" ? "NULLS FIRST" : "NULLS LAST";
      return `${printKey(key.expression, print)} ${key.direction.toUpperCase()} ${nulls}`;
    })
    .join(", ");
}

/** An expression to order or partition by. */
export function printKey(expression: BoundExpression, print: Print): string {
  const sql = print(expression);
  return isFloatingType(expression.type) ? normalizeFloat(sql, expression.type) : sql;
}

export function isFloatingType(type: DataType): boolean {
  return type.kind === "float" || type.kind === "double";
}

/** `x + 0` in the value's own type: -0.0 becomes 0.0, everything else stays. */
export function normalizeFloat(sql: string, type: DataType): string {
  return `(${sql} + 0::${engineType(type)})`;
}
