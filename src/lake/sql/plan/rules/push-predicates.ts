/**
 * Filter conditions carried down to scans as pruning predicates. The filters themselves stay where
 * they are: a predicate only says which files cannot matter. Column ids are unique, so a condition
 * may pass an operator exactly when dropping its input rows drops just the output rows it rejects.
 */
import type { Attribute, BoundExpression } from "../expression.ts";
import {
  type JoinPlan,
  outputOf,
  type Plan,
  type ScanPlan,
  type SetOperationPlan,
} from "../plan.ts";
import {
  expressionsOf,
  hasSubquery,
  mapInputs,
  mapPlanExpressions,
  rewriteExpression,
  someExpression,
  walkExpression,
} from "../transform.ts";
import { toPrunePredicate } from "./prune-predicate.ts";

type Conditions = readonly BoundExpression[];

/** The plan with a pruning predicate on every scan that has conditions above it. */
export function pushPredicates(plan: Plan): Plan {
  return push(plan, []);
}

/** The conjuncts of a condition. */
export function conjunctsOf(condition: BoundExpression): BoundExpression[] {
  return condition.kind === "call" && condition.fn.name === "and"
    ? condition.args.flatMap(conjunctsOf)
    : [condition];
}

function push(plan: Plan, conditions: Conditions): Plan {
  const node = intoSubqueries(plan);
  switch (node.kind) {
    case "scan":
      return pruneScan(node, conditions);
    case "filter":
      return { ...node, input: push(node.input, [...conditions, ...usable(node.condition)]) };
    case "project":
    case "sort":
    case "distinct":
    case "generate":
      return { ...node, input: push(node.input, conditions) };
    case "with":
      return {
        ...node,
        definitions: node.definitions.map((d) => ({ ...d, plan: push(d.plan, []) })),
        input: push(node.input, conditions),
      };
    case "aggregate": {
      const keys = new Set(node.groupingSets ? [] : node.groups.map((g) => g.output.id));
      const kept = conditions.filter((c) => references(c).every((id) => keys.has(id)));
      return { ...node, input: push(node.input, kept) };
    }
    case "join":
      return pushJoin(node, conditions);
    case "set_operation":
      return node.operator === "union" ? pushUnion(node, conditions) : pushNothing(node);
    default:
      return pushNothing(node);
  }
}

function pushNothing(node: Plan): Plan {
  return mapInputs(node, (input) => push(input, []));
}

/** Conditions on the union's columns hold for the columns in the same places on either side. */
function pushUnion(plan: SetOperationPlan, conditions: Conditions): Plan {
  const side = (input: Plan): Plan => {
    const columns = new Map(plan.output.map((a, i) => [a.id, outputOf(input)[i]!]));
    const own = conditions.filter((c) => references(c).every((id) => columns.has(id)));
    const moved = own.map((condition) =>
      rewriteExpression(condition, (e) =>
        e.kind === "attribute" ? { ...e, attribute: columns.get(e.attribute.id)! } : e,
      ),
    );
    return push(input, moved);
  };
  return { ...plan, left: side(plan.left), right: side(plan.right) };
}

function pushJoin(plan: JoinPlan, conditions: Conditions): Plan {
  const on = plan.condition ? usable(plan.condition) : [];
  const { join } = plan;
  const toLeft = [
    ...(join === "right" || join === "full" ? [] : conditions),
    ...(join === "left" || join === "full" || join === "left_anti" ? [] : on),
  ];
  const toRight = [
    ...(join === "inner" || join === "cross" || join === "right" ? conditions : []),
    ...(join === "right" || join === "full" ? [] : on),
  ];
  return { ...plan, left: push(plan.left, toLeft), right: push(plan.right, toRight) };
}

function usable(condition: BoundExpression): BoundExpression[] {
  return conjunctsOf(condition).filter(
    (c) =>
      !someExpression(
        c,
        (e) =>
          e.kind === "subquery" ||
          (e.kind === "attribute" && e.outer) ||
          (e.kind === "call" && e.fn.volatile === true),
      ),
  );
}

function references(expression: BoundExpression): number[] {
  const ids: number[] = [];
  walkExpression(expression, (e) => {
    if (e.kind === "attribute") ids.push(e.attribute.id);
  });
  return ids;
}

function pruneScan(plan: ScanPlan, conditions: Conditions): ScanPlan {
  const columns = new Map<number, Attribute>(plan.output.map((a) => [a.id, a]));
  const own = conditions.filter((c) => references(c).every((id) => columns.has(id)));
  const predicates = own
    .map((c) => toPrunePredicate(c, columns))
    .filter((p) => p.kind !== "unknown");
  if (predicates.length === 0) return plan;
  const args = plan.prune ? [plan.prune, ...predicates] : predicates;
  return { ...plan, prune: args.length === 1 ? args[0]! : { kind: "and", args } };
}

function intoSubqueries(plan: Plan): Plan {
  if (!expressionsOf(plan).some(hasSubquery)) return plan;
  return mapPlanExpressions(plan, (e) =>
    rewriteExpression(
      e,
      (node) => node,
      (inner) => push(inner, []),
    ),
  );
}
