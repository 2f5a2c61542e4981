/** Filters with a constant condition: true ones vanish, others leave a relation without rows. */
import { outputOf, type Plan } from "../plan.ts";
import { rewritePlan } from "../transform.ts";

/** Replaces constant filters. */
export function foldConstantFilters(plan: Plan): Plan {
  return rewritePlan(plan, (node) => {
    if (node.kind !== "filter" || node.condition.kind !== "literal") return node;
    if (node.condition.value === true) return node.input;
    return { kind: "local", output: outputOf(node.input), rows: [] };
  });
}
