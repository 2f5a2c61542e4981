/**
 * Where subqueries may stand and look at the columns around them (Spark 4.2
 * `CheckAnalysis.checkSubqueryExpression` and `checkCorrelationsInSubquery`): what Spark refuses is
 * refused, though the engine would answer.
 */
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import type { Plan } from "../plan/plan.ts";
import { expressionsOf, someExpression, walkPlan } from "../plan/transform.ts";
import { isAggregateCall } from "./aggregate.ts";
import type { Clause, ExpressionEnv } from "./environment.ts";

type Form = "scalar" | "exists" | "in";

const HOSTS_PREDICATES: ReadonlySet<Clause> = new Set([
  "select",
  "where",
  "having",
  "qualify",
  "join condition",
  "group by",
  "statement",
  "aggregate function",
  "window",
]);

/** Checks a subquery just bound; throws UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY errors. */
export function checkCorrelation(plan: Plan, form: Form, env: ExpressionEnv, span: Span): void {
  if (form !== "scalar" && !HOSTS_PREDICATES.has(env.clause)) {
    throw unsupported(
      "UNSUPPORTED_IN_EXISTS_SUBQUERY",
      "IN and EXISTS subqueries can only stand in filters, joins, aggregations and projections",
      span,
    );
  }
  const correlated = hasOuterReference(plan);
  if (!correlated) return;
  if (form === "scalar" && (env.clause === "order by" || env.clause === "join condition")) {
    throw unsupported(
      "UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY",
      "correlated scalar subqueries can only stand in filters, aggregations and projections",
      span,
    );
  }
  walkPlan(plan, (node) => checkNode(node, span));
}

function hasOuterReference(plan: Plan): boolean {
  let found = false;
  walkPlan(plan, (node) => {
    found ||= expressionsOf(node).some((e) => someExpression(e, isOuter));
  });
  return found;
}

function isOuter(node: BoundExpression): boolean {
  return node.kind === "attribute" && node.outer;
}

function isLocal(node: BoundExpression): boolean {
  return node.kind === "attribute" && !node.outer;
}

function checkNode(node: Plan, span: Span): void {
  for (const expression of expressionsOf(node)) {
    if (!someExpression(expression, isOuter)) continue;
    checkExpression(node, expression, span);
  }
}

function checkExpression(node: Plan, expression: BoundExpression, span: Span): void {
  if (node.kind === "aggregate" && someExpression(expression, isOuter)) {
    const call = node.aggregates.find((a) => a.call.args.includes(expression));
    if (
      call &&
      isAggregateCall(call.call) &&
      call.call.args.some((a) => someExpression(a, isLocal))
    ) {
      throw unsupported(
        "AGGREGATE_FUNCTION_MIXED_OUTER_LOCAL_REFERENCES",
        "an aggregate function in a subquery mixes columns of both queries",
        span,
      );
    }
  }
  if (node.kind === "join" && node.join === "full") {
    throw unsupported(
      "UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
      "a FULL JOIN in a subquery cannot look at columns around it",
      span,
    );
  }
  if (someExpression(expression, (e) => isOuter(e) && e.type.kind === "map")) {
    throw unsupported(
      "UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE",
      "a subquery cannot look at a map column around it",
      span,
    );
  }
}

function unsupported(category: string, message: string, span: Span): SqlError {
  return new SqlError(message, {
    errorClass: `UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.${category}`,
    sqlState: "0A000",
    span,
    hint: "rewrite the subquery as a join",
  });
}
