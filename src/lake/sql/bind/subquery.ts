/**
 * Subqueries in expressions: scalar, EXISTS, IN. They see the columns around them through the
 * environment's `outer`; a value of more than one row fails when the query runs. Where Spark
 * refuses a correlation (`CheckAnalysis.checkCorrelationsInSubquery`), so does `correlation.ts`.
 */
import { holdsVariant } from "../../engine/engine-type.ts";
import { BOOLEAN, formatTypeSql } from "../../schema/data-type.ts";
import type { Expression, Query, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression, SubqueryExpression } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { commonType, implicitCast } from "../types/coercion.ts";
import { mismatch } from "../types/mismatch.ts";
import { checkCorrelation } from "./correlation.ts";
import { type ExpressionEnv, type QueryEnv, subqueryEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { bindQueryIn } from "./query.ts";
import { castTo } from "./set-operation.ts";
import { columnlessEnv } from "./values.ts";

function innerEnv(env: ExpressionEnv): QueryEnv {
  const resolve = env.lambdas === null ? env.resolve : columnlessEnv(env.query, "values").resolve;
  return subqueryEnv(env.query, resolve);
}

/** Binds `(SELECT …)` used as a value. */
export function bindScalarQuery(query: Query, env: ExpressionEnv, span: Span): SubqueryExpression {
  const plan = bindQueryIn(query, innerEnv(env));
  const output = outputOf(plan).filter((a) => !a.hidden);
  if (output.length !== 1) {
    throw new SqlError(`a scalar subquery must return one column, not ${output.length}`, {
      errorClass: "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
      sqlState: "42823",
      span,
      hint: "select a single column",
    });
  }
  checkCorrelation(plan, "scalar", env, span);
  return {
    kind: "subquery",
    form: "scalar",
    plan,
    operands: [],
    type: output[0]!.type,
    nullable: true,
    span,
  };
}

/** Binds `EXISTS (SELECT …)`. */
export function bindExists(query: Query, env: ExpressionEnv, span: Span): SubqueryExpression {
  const plan = bindQueryIn(query, innerEnv(env));
  checkCorrelation(plan, "exists", env, span);
  return {
    kind: "subquery",
    form: "exists",
    plan,
    operands: [],
    type: BOOLEAN,
    nullable: false,
    span,
  };
}

/** Binds `x IN (SELECT …)` and `(a, b) IN (SELECT …)`; NOT is the caller's. */
export function bindInQuery(
  expression: Extract<Expression, { kind: "in_query" }> & { span: Span },
  env: ExpressionEnv,
): SubqueryExpression {
  const { span } = expression;
  const operands = operandsOf(expression.operand, env);
  const plan = bindQueryIn(expression.query, innerEnv(env));
  const output = outputOf(plan);
  if (output.length !== operands.length) {
    throw new SqlError(
      `IN compares ${operands.length} value(s) with ${output.length} column(s) of the subquery`,
      {
        errorClass: "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
        sqlState: "42K09",
        span,
        hint: "select as many columns as there are values on the left",
      },
    );
  }
  checkCorrelation(plan, "in", env, span);
  if (operands.some((operand) => holdsVariant(operand.type))) {
    throw mismatch("INVALID_ORDERING_TYPE", "`in` does not compare variants", span);
  }
  const coerced = coerce(operands, plan, env, span);
  const isCondition = env.isCondition || env.clause === "statement";
  const nullable = operands.some((o) => o.nullable) || output.some((a) => a.nullable);
  const bound: SubqueryExpression = {
    kind: "subquery",
    form: "in",
    ...coerced,
    type: BOOLEAN,
    nullable,
    span,
  };
  if (!nullable || isCondition) return bound;
  if (env.clause === "join condition") {
    throw notImplemented("an IN subquery as a value in a join condition", span);
  }
  // As a value NOT IN is false too where the standard says NULL.
  return { ...bound, nullable: false, nullAs: expression.negated };
}

function operandsOf(operand: Expression, env: ExpressionEnv): BoundExpression[] {
  if (operand.kind === "row") {
    return operand.items.map((item) => bindExpression(item.expression, env));
  }
  return [bindExpression(operand, env)];
}

function coerce(operands: readonly BoundExpression[], plan: Plan, env: ExpressionEnv, span: Span) {
  const types = outputOf(plan).map((attribute, i) => {
    const common = commonType([operands[i]!.type, attribute.type]);
    if (common) return common;
    throw new SqlError(
      `IN compares ${formatTypeSql(operands[i]!.type)} with ${formatTypeSql(attribute.type)}`,
      {
        errorClass: "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
        sqlState: "42K09",
        span,
        hint: "cast one side",
      },
    );
  });
  return {
    operands: operands.map((operand, i) => implicitCast(operand, types[i]!)),
    plan: castTo(plan, types, env.query.context),
  };
}
