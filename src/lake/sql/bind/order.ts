/**
 * ORDER BY, SORT BY, LIMIT and OFFSET. There is one partition, so SORT BY orders the whole result
 * and DISTRIBUTE BY only has to name columns that exist.
 */
import { formatTypeSql } from "../../schema/data-type.ts";
import type { Expression, Query, SortItem, Span } from "../ast.ts";
import { prettyName } from "../emit/pretty-name.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute, BoundExpression, SortKey } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { implicitCast } from "../types/coercion.ts";
import { isIntegral } from "../types/type-rules.ts";
import { refer, scopeResolver } from "./column.ts";
import type { ExpressionEnv, QueryEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { foldInteger } from "./fold.ts";
import { isOrderable } from "./orderable.ts";
import { createScope, type Scope, sameName } from "./scope.ts";
import { inputEnv } from "./select.ts";
import { columnlessEnv } from "./values.ts";

export type Ordering = Pick<Query, "orderBy" | "sortBy" | "distributeBy" | "clusterBy">;

/** A sort item, or an output column by itself (ORDER BY ALL). */
export type OrderingItem =
  | { readonly kind: "item"; readonly item: SortItem }
  | { readonly kind: "output"; readonly key: SortKey };

/** What to sort by, in one list. */
export function orderingItems(
  ordering: Ordering,
  outputs: readonly Attribute[],
): readonly OrderingItem[] {
  const { orderBy } = ordering;
  if (!Array.isArray(orderBy) && outputs.some((a) => sameName(a.name, "all"))) {
    return [{ kind: "item", item: { ...orderBy, expression: ALL_COLUMN, span: ALL_COLUMN.span } }];
  }
  if (!Array.isArray(orderBy)) {
    const { direction } = orderBy;
    const nulls = orderBy.nulls ?? defaultNulls(direction);
    return outputs.map((attribute) => ({
      kind: "output",
      key: { expression: refer(attribute), direction, nulls },
    }));
  }
  const items = [...orderBy, ...ordering.sortBy, ...ordering.clusterBy.map(ascending)];
  return items.map((item) => ({ kind: "item", item }));
}

const NOWHERE = { start: 0, end: 0 };

/** `ALL` means a column of that name where there is one. */
export const ALL_COLUMN: Expression = {
  kind: "column",
  name: { parts: [{ name: "all", quoted: false, span: NOWHERE }], span: NOWHERE },
  span: NOWHERE,
};

function ascending(expression: Expression): SortItem {
  return { expression, direction: "asc", span: expression.span };
}

function defaultNulls(direction: "asc" | "desc"): "first" | "last" {
  return direction === "asc" ? "first" : "last";
}

/** Binds sort items; whole numbers are positions among `outputs` when there are any. */
export function bindSortItems(
  items: readonly OrderingItem[],
  env: ExpressionEnv,
  outputs: readonly Attribute[] | null,
): SortKey[] {
  return items.map((entry): SortKey => {
    if (entry.kind === "output") {
      checkOrderable(entry.key.expression);
      return entry.key;
    }
    const { item } = entry;
    const ordinal = outputs ? ordinalOf(item.expression) : null;
    const expression =
      ordinal === null
        ? bindExpression(item.expression, env)
        : orderOrdinal(ordinal, outputs!, item.expression.span);
    checkOrderable(expression);
    return {
      expression,
      direction: item.direction,
      nulls: item.nulls ?? defaultNulls(item.direction),
    };
  });
}

function checkOrderable(expression: BoundExpression): void {
  const verdict = isOrderable(expression.type);
  if (verdict === "yes") return;
  const type = formatTypeSql(expression.type);
  if (verdict === "unknown") throw notImplemented(`ordering by ${type}`, expression.span);
  throw new SqlError(`cannot order by \`${prettyName(expression)}\` of type ${type}`, {
    errorClass: "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
    sqlState: "42K09",
    span: expression.span,
    hint: "order by a part of it",
  });
}

/** The position an expression means in ORDER BY and GROUP BY, or null. */
export function ordinalOf(expression: Expression): number | null {
  if (expression.kind !== "literal" || expression.value.kind !== "number") return null;
  const { text, suffix } = expression.value;
  return suffix === "" && /^-?\d+$/.test(text) ? Number(text) : null;
}

function orderOrdinal(ordinal: number, outputs: readonly Attribute[], span: Span) {
  const attribute = outputs[ordinal - 1];
  if (attribute) return refer(attribute, span);
  throw new SqlError(
    `ORDER BY position ${ordinal} is not in select list (valid range is [1, ${outputs.length}])`,
    {
      errorClass: "ORDER_BY_POS_OUT_OF_RANGE",
      sqlState: "42805",
      span,
      hint: "count the columns of the select list from 1",
    },
  );
}

/** Sorts a plan by its own output: set operations, VALUES, nested queries, pipes. */
export function sortOutput(
  plan: Plan,
  ordering: Ordering,
  env: QueryEnv,
  scope: Scope = createScope(outputOf(plan)),
): Plan {
  const outputs = scope.attributes.filter((a) => !a.hidden);
  const items = orderingItems(ordering, outputs);
  if (items.length === 0) return plan;
  const keys = bindSortItems(
    items,
    inputEnv("order by", scope, env, scopeResolver(scope)),
    outputs,
  );
  return { kind: "sort", input: plan, keys };
}

// ---------------------------------------------------------------- LIMIT and OFFSET

/** Adds LIMIT and OFFSET; both must be whole numbers known before the query runs. */
export function bindLimit(
  query: Pick<Query, "limit" | "offset">,
  input: Plan,
  env: QueryEnv,
): Plan {
  const limit =
    query.limit === undefined || query.limit === "all"
      ? null
      : bindRowCount(query.limit, "limit", env);
  const offset = query.offset ? bindRowCount(query.offset, "offset", env) : null;
  if (!limit && !offset) return input;
  return { kind: "limit", input, limit, offset };
}

/** A whole number known before the query runs. */
export function bindRowCount(expression: Expression, name: "limit" | "offset", env: QueryEnv) {
  const bound = bindExpression(expression, columnlessEnv(env, "limit"));
  if (!isIntegral(bound.type) || bound.type.kind === "long") {
    throw limitError(
      "DATA_TYPE",
      `the ${name} must be an INT, not ${formatTypeSql(bound.type)}`,
      expression,
    );
  }
  const value = foldInteger(bound);
  if (value === "null") throw limitError("IS_NULL", `the ${name} must not be NULL`, expression);
  if (value === null) throw notImplemented(`a computed ${name}`, expression.span);
  if (value < 0n) {
    throw limitError("IS_NEGATIVE", `the ${name} must not be negative, it is ${value}`, expression);
  }
  return implicitCast(
    { kind: "literal", type: { kind: "int" }, nullable: false, value: Number(value) },
    { kind: "int" },
  );
}

function limitError(subclass: string, message: string, at: Expression): SqlError {
  return new SqlError(message, {
    errorClass: `INVALID_LIMIT_LIKE_EXPRESSION.${subclass}`,
    sqlState: "42K0E",
    span: at.span,
    hint: "write a whole number",
  });
}
