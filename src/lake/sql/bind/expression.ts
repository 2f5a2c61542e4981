/**
 * Expressions: names to columns, operators and functions to typed calls. Types and coercions are
 * the business of `../types` and `../functions`; this file walks the tree and decides what may
 * stand where.
 */
import { BOOLEAN } from "../../schema/data-type.ts";
import type { Expression, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import {
  bindInterval,
  bindLiteral,
  bindOperator,
  explicitCast,
  implicitCast,
  toCommonType,
} from "../types/coercion.ts";
import { bindCall } from "./call.ts";
import { bindColumn } from "./column.ts";
import { constantName, unboundParameter } from "./constant.ts";
import type { ExpressionEnv } from "./environment.ts";
import { bindExtraction } from "./extraction.ts";
import { lambdaPlaceholder } from "./lambda.ts";
import { bindExists, bindInQuery, bindScalarQuery } from "./subquery.ts";
import { bindVariantPath } from "./variant-path.ts";

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }> & { span: Span };

/** Binds an expression. */
export function bindExpression(expression: Expression, env: ExpressionEnv): BoundExpression {
  const inner =
    env.isCondition && !keepsCondition(expression) ? { ...env, isCondition: false } : env;
  const bound = bindNode(expression, inner);
  return bound.span ? bound : { ...bound, span: expression.span };
}

function keepsCondition(expression: Expression): boolean {
  switch (expression.kind) {
    case "binary":
      return expression.operator === "and" || expression.operator === "or";
    case "unary":
      return expression.operator === "not";
    default:
      return expression.kind === "in_query" || expression.kind === "column";
  }
}

function bindNode(expression: Expression, env: ExpressionEnv): BoundExpression {
  const bind = (e: Expression) => bindExpression(e, env);
  const { span } = expression;
  switch (expression.kind) {
    case "literal":
      return bindLiteral(expression.value, span);
    case "column":
      return bindColumn(expression.name.parts, span, env);
    case "unary":
      if (expression.operator === "not" && expression.operand.kind === "in_query") {
        const { operand } = expression;
        return bindNode({ ...operand, negated: !operand.negated, span }, env);
      }
      return bindOperator(expression.operator, [bind(expression.operand)], span);
    case "binary":
      return bindOperator(
        expression.operator,
        [bind(expression.left), bind(expression.right)],
        span,
      );
    case "is":
      return bindIs(expression, env);
    case "is_distinct":
      return negateIf(
        !expression.negated,
        bindOperator("<=>", [bind(expression.left), bind(expression.right)], span),
        span,
      );
    case "between":
    case "in_list":
    case "like":
    case "like_quantified":
      return bindPredicate(expression, env);
    case "in_query":
      return negateIf(expression.negated, bindInQuery(expression, env), span);
    case "exists":
      return bindExists(expression.query, env, span);
    case "scalar_query":
      return bindScalarQuery(expression.query, env, span);
    case "case":
      return bindCase(expression, env);
    case "cast":
      return explicitCast(bind(expression.operand), expression.type, {
        mode: expression.try ? "try" : "ansi",
        span,
      });
    case "call":
      return bindCall(expression, env);
    case "lambda":
      return lambdaPlaceholder(expression, env);
    case "subscript":
      return bindOperator("[]", [bind(expression.operand), bind(expression.index)], span);
    case "field":
      return bindExtraction(bind(expression.operand), expression.field.name, span);
    case "interval":
      return bindInterval(expression.parts, span, expression.negated);
    case "row":
      return bindRow(expression, env);
    case "parameter": {
      const value = env.query.context.parameters.get(expression.name);
      if (!value) throw unboundParameter(expression.name, expression);
      return { ...value, span };
    }
    case "identifier_clause":
      return bindIdentifierClause(expression, env);
    case "star":
      throw starMisplaced(span);
    case "collate":
      throw notImplemented("COLLATE", span);
    case "semi_structured":
      return bindVariantPath(bind(expression.operand), expression.path, span);
    case "default":
      throw new SqlError("DEFAULT may only stand alone in INSERT, UPDATE and MERGE", {
        errorClass: "DEFAULT_PLACEMENT_INVALID",
        sqlState: "42608",
        span,
        hint: "write the value",
      });
  }
}

function negateIf(negated: boolean, bound: BoundExpression, span: Span): BoundExpression {
  return negated ? bindOperator("not", [bound], span) : bound;
}

function bindIs(expression: Of<"is">, env: ExpressionEnv): BoundExpression {
  const operand = bindExpression(expression.operand, env);
  const name = `is ${expression.negated ? "not " : ""}${expression.what}`;
  return bindOperator(name, [operand], expression.span);
}

function bindPredicate(
  expression: Of<"between"> | Of<"in_list"> | Of<"like"> | Of<"like_quantified">,
  env: ExpressionEnv,
): BoundExpression {
  const bind = (e: Expression) => bindExpression(e, env);
  const { span } = expression;
  const operand = bind(expression.operand);
  switch (expression.kind) {
    case "between": {
      if (expression.symmetric) throw notImplemented("BETWEEN SYMMETRIC", span);
      const args = [operand, bind(expression.low), bind(expression.high)];
      return negateIf(expression.negated, bindOperator("between", args, span), span);
    }
    case "in_list": {
      const values = expression.values.map(bind);
      return negateIf(expression.negated, bindOperator("in", [operand, ...values], span), span);
    }
    case "like": {
      const args = [operand, bind(expression.pattern)];
      if (expression.escape) args.push(bind(expression.escape));
      return negateIf(expression.negated, bindOperator(expression.operator, args, span), span);
    }
    case "like_quantified": {
      const patterns = expression.patterns.map(bind);
      const not = expression.negated ? "not " : "";
      const name = `${not}${expression.operator} ${expression.quantifier}`;
      return bindOperator(name, [operand, ...patterns], span);
    }
  }
}

function bindCase(expression: Of<"case">, env: ExpressionEnv): BoundExpression {
  const operand = expression.operand ? bindExpression(expression.operand, env) : null;
  const whens = expression.branches.map((branch) => {
    const when = bindExpression(branch.when, { ...env, isCondition: !operand });
    return operand ? bindOperator("=", [operand, when], branch.when.span) : when;
  });
  const results = expression.branches.map((branch) => bindExpression(branch.then, env));
  if (expression.otherwise) results.push(bindExpression(expression.otherwise, env));
  const { type, expressions } = toCommonType(results, "CASE", expression.span);
  for (const when of whens) {
    if (when.type.kind !== "boolean") {
      throw new SqlError("WHEN needs a BOOLEAN condition", {
        errorClass: "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        sqlState: "42K09",
        span: when.span,
        hint: "compare it with something",
      });
    }
  }
  const count = whens.length;
  return {
    kind: "case",
    branches: whens.map((when, i) => ({
      when: implicitCast(when, BOOLEAN),
      // biome-ignore lint/suspicious/noThenProperty: a CASE branch, never awaited
      then: expressions[i]!,
    })),
    otherwise: expressions[count] ?? null,
    type,
    nullable: !expression.otherwise || expressions.some((e) => e.nullable),
    span: expression.span,
  };
}

/** `(a, b)` is a struct with fields `col1`, `col2` or the columns' own names. */
function bindRow(expression: Of<"row">, env: ExpressionEnv): BoundExpression {
  const args = expression.items.map((item) => ({
    value: item.expression,
    ...(item.alias ? { name: item.alias } : {}),
  }));
  const part = { name: "struct", quoted: false, span: expression.span };
  return bindCall(
    {
      kind: "call",
      name: { parts: [part], span: expression.span },
      args,
      distinct: false,
      span: expression.span,
    },
    env,
    { calledAs: "named_struct" },
  );
}

function bindIdentifierClause(
  expression: Of<"identifier_clause">,
  env: ExpressionEnv,
): BoundExpression {
  const name = constantName(expression.operand, env.query.context.parameters);
  if (!expression.args) return bindColumn(name.parts, expression.span, env);
  return bindCall(
    { kind: "call", name, args: expression.args, distinct: false, span: expression.span },
    env,
  );
}

function starMisplaced(span: Span): SqlError {
  return new SqlError("`*` cannot stand here", {
    errorClass: "INVALID_USAGE_OF_STAR_OR_REGEX",
    sqlState: "42000",
    span,
    hint: "name the columns",
  });
}
