/**
 * What a function call may carry and where it may stand: window functions and aggregates by clause,
 * generators alone, DISTINCT, FILTER, IGNORE NULLS and WITHIN GROUP by the function's entry
 * (Spark 4.2 `CheckAnalysis`, `ResolveFunctions`).
 */
import type { Expression, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { FunctionDef } from "../functions/definition.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { someExpression } from "../plan/transform.ts";
import type { ExpressionEnv } from "./environment.ts";
import { quoteName } from "./scope.ts";

type Call = Extract<Expression, { kind: "call" }> & { span: Span };

/** Refuses a call in the wrong place or with clauses its function does not take. */
export function checkPlacement(
  fn: FunctionDef,
  call: Call,
  env: ExpressionEnv,
  args: readonly BoundExpression[],
): void {
  const { span } = call;
  if (call.over) {
    if (fn.kind !== "window" && fn.kind !== "aggregate") {
      throw invalidWindowFunction(fn, span);
    }
    if (!env.allowWindows) throw windowMisplaced(fn, env, span);
    if (call.distinct) throw distinctOver(fn, span);
    checkWindowed(fn, call);
  } else if (fn.kind === "window") {
    throw new SqlError(`window function ${quoteName(fn.name)} needs an OVER clause`, {
      errorClass: "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
      sqlState: "42601",
      span,
      hint: `write ${fn.name}(…) OVER (ORDER BY …)`,
    });
  } else if (fn.kind === "aggregate" && !env.allowAggregates) {
    if (args.some((arg) => someExpression(arg, (e) => e.kind === "attribute" && e.outer))) {
      throw notImplemented("an aggregate of the query around a subquery", span);
    }
    throw aggregateMisplaced(fn.name, env, span);
  }
  if (fn.kind === "generator") checkGenerator(fn, env, args, span);
  checkModifiers(fn, call);
}

const GENERATOR_PLACES = new Set(["select", "table function"]);

function checkGenerator(
  fn: FunctionDef,
  env: ExpressionEnv,
  args: readonly BoundExpression[],
  span: Span,
) {
  if (!GENERATOR_PLACES.has(env.clause)) throw generatorError("OUTSIDE_SELECT", fn, span);
  if (args.some((arg) => someExpression(arg, isGenerator))) {
    throw generatorError("NESTED_IN_EXPRESSIONS", fn, span);
  }
}

function isGenerator(node: BoundExpression): boolean {
  return node.kind === "call" && node.fn.kind === "generator";
}

/** The error of a generator in the wrong place. */
export function generatorError(subclass: string, fn: FunctionDef, span?: Span): SqlError {
  return new SqlError(`the generator ${fn.name} cannot stand here`, {
    errorClass: `UNSUPPORTED_GENERATOR.${subclass}`,
    sqlState: "42K0E",
    span,
    hint: "put it alone into the select list or a LATERAL VIEW",
  });
}

/** Aggregates of sorted rows: over a window they take neither ORDER BY nor a frame. */
const SORTED = new Set([
  "median",
  "percentile_cont",
  "percentile_disc",
  "listagg",
  "string_agg",
  "mode",
]);

function checkWindowed(fn: FunctionDef, call: Call): void {
  const { over, span } = call;
  if (call.filter) {
    throw new SqlError("window aggregate function with filter predicate is not supported yet", {
      errorClass: "_LEGACY_ERROR_TEMP_1030",
      sqlState: "42000",
      span,
      hint: "use CASE WHEN inside the aggregate",
    });
  }
  const spec = over!;
  if (!SORTED.has(fn.name) && !call.withinGroup) return;
  if (spec.base) throw notImplemented(`${fn.name} over a named window`, span);
  if (spec.orderBy.length > 0 || spec.frame) {
    throw new SqlError(`${fn.name} over a window takes neither ORDER BY nor a frame`, {
      errorClass: "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC",
      sqlState: "42601",
      span,
      hint: "leave PARTITION BY alone in OVER (…)",
    });
  }
}

const WITHIN_GROUP = new Set([
  "percentile_cont",
  "percentile_disc",
  "listagg",
  "string_agg",
  "mode",
]);

function checkModifiers(fn: FunctionDef, call: Call): void {
  const aggregate = fn.kind === "aggregate";
  if (call.distinct && !(aggregate && fn.allowsDistinct)) throw modifier(fn, "DISTINCT", call.span);
  if (call.filter && !aggregate) throw modifier(fn, "the FILTER clause", call.span);
  if (call.nulls === "ignore" && !fn.allowsIgnoreNulls) {
    throw modifier(fn, "IGNORE NULLS", call.span);
  }
  if (call.withinGroup && !WITHIN_GROUP.has(fn.name)) {
    throw unsupportedSyntax(fn, "WITHIN GROUP", call.span);
  }
  if (fn.requiresOrder && call.over && call.over.orderBy.length === 0 && !call.over.base) {
    throw new SqlError(`window function ${fn.name} needs an ORDER BY in its window`, {
      errorClass: "_LEGACY_ERROR_TEMP_1037",
      sqlState: "42601",
      span: call.span,
      hint: "add ORDER BY to OVER (…)",
    });
  }
}

function modifier(fn: FunctionDef, what: string, span: Span): SqlError {
  const known = fn.kind === "aggregate";
  if (known) return notImplemented(`${what} with ${fn.name}`, span);
  return unsupportedSyntax(fn, what, span);
}

function unsupportedSyntax(fn: FunctionDef, what: string, span: Span): SqlError {
  return new SqlError(`the function ${quoteName(fn.name)} does not support ${what}`, {
    errorClass: "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
    sqlState: "42000",
    span,
    hint: `leave ${what} out`,
  });
}

const MISPLACED: Readonly<Record<string, { errorClass: string; sqlState: string }>> = {
  where: { errorClass: "INVALID_WHERE_CONDITION", sqlState: "42903" },
  "group by": { errorClass: "GROUP_BY_AGGREGATE", sqlState: "42903" },
};

/** The error of an aggregate in a clause that cannot hold one. */
export function aggregateMisplaced(name: string, env: ExpressionEnv, span: Span): SqlError {
  const known = MISPLACED[env.clause];
  return new SqlError(`the aggregate function ${name} cannot stand in the ${env.clause} clause`, {
    errorClass: known?.errorClass ?? "UNSUPPORTED_EXPR_FOR_OPERATOR",
    sqlState: known?.sqlState ?? "42K0E",
    span,
    hint: "use HAVING, or aggregate in a subquery",
  });
}

function windowMisplaced(fn: FunctionDef, env: ExpressionEnv, span: Span): SqlError {
  const where = env.clause === "where";
  return new SqlError(`the window function ${fn.name} cannot stand in the ${env.clause} clause`, {
    errorClass: where ? "INVALID_WHERE_CONDITION" : "UNSUPPORTED_EXPR_FOR_OPERATOR",
    sqlState: where ? "42903" : "42K0E",
    span,
    hint: "use QUALIFY, or compute it in a subquery",
  });
}

function invalidWindowFunction(fn: FunctionDef, span: Span): SqlError {
  return new SqlError(`${quoteName(fn.name)} is not a window function`, {
    errorClass: "UNSUPPORTED_EXPR_FOR_WINDOW",
    sqlState: "42P20",
    span,
    hint: "only aggregates and window functions take OVER",
  });
}

function distinctOver(fn: FunctionDef, span: Span): SqlError {
  return new SqlError(`${fn.name}(DISTINCT …) cannot be computed over a window`, {
    errorClass: "DISTINCT_WINDOW_FUNCTION_UNSUPPORTED",
    sqlState: "0A000",
    span,
    hint: "leave DISTINCT out",
  });
}
