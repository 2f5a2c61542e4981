/**
 * Aggregates that gather rows in the order they come (`collect_list`, `first` …) over a sorted
 * subquery: the engine does not promise to keep a subquery's order, so the sort keys are written
 * into the aggregate itself.
 */
import { notImplemented } from "../error.ts";
import type { CallExpression, SortKey } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { someExpression } from "../plan/transform.ts";

const ORDER_SENSITIVE = new Set([
  "collect_list",
  "collect_set",
  "first",
  "last",
  "any_value",
  "listagg",
]);

/** The call with the order of its input, when it has one and the call depends on it. */
export function followInputOrder(call: CallExpression, input: Plan): CallExpression {
  if (!ORDER_SENSITIVE.has(call.fn.name) || call.orderBy) return call;
  const keys = inputOrder(input);
  if (!keys) return call;
  const visible = new Set(outputOf(input).map((attribute) => attribute.id));
  const hidden = keys.some((key) =>
    someExpression(
      key.expression,
      (e) => e.kind === "attribute" && !e.outer && !visible.has(e.attribute.id),
    ),
  );
  if (hidden) {
    throw notImplemented(
      `${call.fn.name} over a subquery sorted by a column it does not show`,
      call.span,
      "add the sort column to the subquery's select list",
    );
  }
  return { ...call, orderBy: keys };
}

function inputOrder(plan: Plan): readonly SortKey[] | null {
  switch (plan.kind) {
    case "sort":
      return plan.keys;
    case "project":
    case "filter":
    case "limit":
      return inputOrder(plan.input);
    default:
      return null;
  }
}
