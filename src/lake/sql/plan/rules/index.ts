/** Rewrites of the bound plan before it is printed; none of them changes what the query means. */
import type { Plan } from "../plan.ts";
import { foldConstantFilters } from "./constant-filter.ts";
import { pruneColumns } from "./prune-columns.ts";
import { pushPredicates } from "./push-predicates.ts";

export { toPruneLiteral, toPrunePredicate } from "./prune-predicate.ts";

/** The plan with constant filters folded, files pruned and unused columns taken out. */
export function optimizePlan(plan: Plan): Plan {
  return pruneColumns(pushPredicates(foldConstantFilters(plan)));
}
