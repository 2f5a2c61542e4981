/**
 * Column pruning: every operator keeps only what something above it uses, down to the scans.
 * Columns that a correlated subquery looks at are kept wherever they are.
 */
import type { Attribute, BoundExpression } from "../expression.ts";
import { outputOf, type Plan, type WithPlan } from "../plan.ts";
import {
  expressionsOf,
  hasSubquery,
  mapPlanExpressions,
  rewriteExpression,
  walkExpression,
  walkPlan,
} from "../transform.ts";

type Ids = ReadonlySet<number>;

/** The plan with unused columns taken out; its own output stays as it is. */
export function pruneColumns(plan: Plan): Plan {
  const correlated = new Set<number>();
  walkPlan(plan, (node) => {
    for (const expression of expressionsOf(node)) {
      walkExpression(expression, (e) => {
        if (e.kind === "attribute" && e.outer) correlated.add(e.attribute.id);
      });
    }
  });
  return prune(plan, idsOf(outputOf(plan)), correlated);
}

function idsOf(attributes: readonly Attribute[]): Set<number> {
  return new Set(attributes.map((a) => a.id));
}

function references(expressions: readonly BoundExpression[]): Set<number> {
  const ids = new Set<number>();
  for (const expression of expressions) {
    walkExpression(expression, (e) => {
      if (e.kind === "attribute") ids.add(e.attribute.id);
    });
  }
  return ids;
}

function union(...sets: readonly Ids[]): Set<number> {
  return new Set(sets.flatMap((set) => [...set]));
}

function prune(plan: Plan, needed: Ids, correlated: Ids): Plan {
  const kept = (attribute: Attribute) => needed.has(attribute.id) || correlated.has(attribute.id);
  const node = keepOwn(plan, kept);
  const own = mapSubqueries(node, (inner) => prune(inner, idsOf(outputOf(inner)), correlated));
  const refs = references(expressionsOf(own));
  const below = (input: Plan, ids: Ids) => prune(input, ids, correlated);
  switch (own.kind) {
    case "project":
      return { ...own, input: below(own.input, refs) };
    case "aggregate":
      return { ...own, input: below(own.input, refs) };
    case "window":
      if (own.calls.length === 0) return below(own.input, needed);
      return { ...own, input: below(own.input, union(needed, refs)) };
    case "filter":
    case "sort":
    case "limit":
    case "sample":
    case "generate":
      return { ...own, input: below(own.input, union(needed, refs)) };
    case "distinct":
      return { ...own, input: below(own.input, idsOf(outputOf(own.input))) };
    case "set_operation":
      return {
        ...own,
        left: below(own.left, idsOf(outputOf(own.left))),
        right: below(own.right, idsOf(outputOf(own.right))),
      };
    case "join": {
      const ids = union(needed, refs);
      const left = below(own.left, ids);
      const right = below(own.right, ids);
      const there = idsOf([...outputOf(left), ...outputOf(right)]);
      return { ...own, left, right, output: own.output.filter((a) => there.has(a.id)) };
    }
    case "with":
      return pruneWith(own, needed, below);
    case "recursive":
      return {
        ...own,
        anchor: below(own.anchor, idsOf(outputOf(own.anchor))),
        step: below(own.step, idsOf(outputOf(own.step))),
      };
    default:
      return own;
  }
}

function pruneWith(plan: WithPlan, needed: Ids, below: (plan: Plan, ids: Ids) => Plan): Plan {
  const definitions = plan.definitions.map((d) => ({
    ...d,
    plan: below(d.plan, idsOf(outputOf(d.plan))),
  }));
  return { ...plan, definitions, input: below(plan.input, needed) };
}

/** Drops the node's own outputs nobody uses. */
function keepOwn(plan: Plan, kept: (attribute: Attribute) => boolean): Plan {
  switch (plan.kind) {
    case "project":
      return { ...plan, expressions: plan.expressions.filter((e) => kept(e.output)) };
    case "aggregate":
      return { ...plan, aggregates: plan.aggregates.filter((a) => kept(a.output)) };
    case "window":
      return { ...plan, calls: plan.calls.filter((c) => kept(c.output)) };
    case "scan":
    case "file_scan":
      return { ...plan, output: plan.output.filter(kept) };
    default:
      return plan;
  }
}

function mapSubqueries(plan: Plan, map: (plan: Plan) => Plan): Plan {
  if (!expressionsOf(plan).some(hasSubquery)) return plan;
  return mapPlanExpressions(plan, (e) => rewriteExpression(e, (node) => node, map));
}
