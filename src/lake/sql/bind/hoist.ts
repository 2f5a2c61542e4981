/**
 * Subqueries in the ON condition of an outer, semi or anti join. The engine has no such joins, so a
 * subquery that looks at one side only is computed there as a column first.
 */
import type { Attribute, BoundExpression, SubqueryExpression } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { hasSubquery, mapChildren, walkExpression } from "../plan/transform.ts";
import { refer } from "./column.ts";
import type { BindContext } from "./context.ts";
import { outerReferences } from "./query.ts";

export interface Hoisted {
  readonly left: Plan;
  readonly right: Plan;
  readonly condition: BoundExpression;
}

/** Moves the subqueries of a join condition into projections of its sides. */
export function hoistSubqueries(
  join: { left: Plan; right: Plan; condition: BoundExpression },
  context: BindContext,
): Hoisted {
  if (!hasSubquery(join.condition)) return join;
  const sides = [side(join.left, context), side(join.right, context)];
  const move = (node: BoundExpression): BoundExpression => {
    if (node.kind !== "subquery") return mapChildren(node, move);
    const ids = references(node);
    const home = sides.find((s) => [...ids].every((id) => s.ids.has(id)));
    return home ? home.add(node) : node;
  };
  const condition = move(join.condition);
  return { left: sides[0]!.plan(), right: sides[1]!.plan(), condition };
}

function side(plan: Plan, context: BindContext) {
  const ids = new Set(outputOf(plan).map((attribute) => attribute.id));
  const added: { expression: BoundExpression; output: Attribute }[] = [];
  return {
    ids,
    add(expression: SubqueryExpression): BoundExpression {
      const { type, nullable } = expression;
      const output = { id: context.allocate(), name: "subquery", type, nullable, qualifier: [] };
      added.push({ expression, output });
      return refer(output);
    },
    plan(): Plan {
      if (added.length === 0) return plan;
      const through = outputOf(plan).map((output) => ({ expression: refer(output), output }));
      return { kind: "project", input: plan, expressions: [...through, ...added] };
    },
  };
}

/** Columns of the join's sides that a subquery uses, in its operands or inside. */
function references(subquery: SubqueryExpression): Set<number> {
  const ids = outerReferences(subquery.plan);
  for (const operand of subquery.operands) {
    walkExpression(operand, (e) => {
      if (e.kind === "attribute" && !e.outer) ids.add(e.attribute.id);
    });
  }
  return ids;
}
