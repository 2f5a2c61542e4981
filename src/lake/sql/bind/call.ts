/**
 * Function calls: look-up, DISTINCT, FILTER, WITHIN GROUP, OVER and what each kind of function may
 * carry. Argument types are the function's own business (`functions/`).
 */
import { quoteString } from "../../engine/engine-type.ts";
import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  FLOAT,
  INT,
  LONG,
  SHORT,
  STRING,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import type { Expression, FunctionArgument, Identifier, SortItem, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { FunctionDef } from "../functions/definition.ts";
import { lookupFunction } from "../functions/index.ts";
import { createCall } from "../functions/operators.ts";
import { refuseComparedVariants } from "../functions/variant.ts";
import type { BoundExpression, CallExpression, SortKey } from "../plan/expression.ts";
import { someExpression } from "../plan/transform.ts";
import { explicitCast } from "../types/coercion.ts";
import { typedLiteral } from "../types/literal.ts";
import { isAggregateCall } from "./aggregate.ts";
import { aggregateMisplaced, checkPlacement } from "./call-checks.ts";
import { tryBindColumn } from "./column.ts";
import { bindCondition } from "./condition.ts";
import type { ExpressionEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { bindGroupingCall } from "./grouping.ts";
import { bindLambdaArgument } from "./lambda.ts";
import { bindSortItems } from "./order.ts";
import { quoteName } from "./scope.ts";
import { expandStar } from "./star.ts";
import { bindWindowSpec } from "./window.ts";

type Call = Extract<Expression, { kind: "call" }> & { span: Span };

/** Binds a call; a name without parentheses means a column first. */
export function bindCall(
  call: Call,
  env: ExpressionEnv,
  options: { calledAs?: string } = {},
): BoundExpression {
  if (call.bare) {
    const column = tryBindColumn(call.name.parts, call.span, env);
    if (column) return column;
  }
  const name = functionName(call.name.parts);
  const special = contextValue(name, call, env) ?? castFunction(name, call, env);
  if (special) return special;
  const fn = lookupFunction(name);
  const isAggregate = fn?.kind === "aggregate";
  const inner = isAggregate && !call.over ? aggregateArgumentEnv(env) : env;
  const args = bindArguments(name, call, inner);
  const grouping = bindGroupingCall(name, args, call.span);
  if (grouping) {
    if (!env.allowAggregates) throw aggregateMisplaced(name, env, call.span);
    return grouping;
  }
  if (!fn) throw unknownFunction(call, name);
  checkPlacement(fn, call, env, args);
  return finish(fn, name, args, call, { env, inner, ...options });
}

function functionName(parts: readonly Identifier[]): string {
  const names = parts.map((p) => p.name.toLowerCase());
  if (names.length === 1) return names[0]!;
  const prefix = names.slice(0, -1).join(".");
  if (prefix === "system.builtin" || prefix === "builtin") return names.at(-1)!;
  return names.join(".");
}

/** A value of the session rather than of a row; prints as the constant it is. */
const SESSION_VALUES = new Map<string, FunctionDef>(
  ["current_catalog", "current_schema"].map((name) => [
    name,
    {
      name,
      kind: "scalar",
      summary: "Name of the session's current namespace.",
      resolve: () => ({ type: STRING, nullable: false, args: [] }),
      emit: (_args, call) => quoteString(String(call.data)),
    },
  ]),
);

function contextValue(name: string, call: Call, env: ExpressionEnv): BoundExpression | null {
  const canonical = name === "current_database" ? "current_schema" : name;
  const fn = SESSION_VALUES.get(canonical);
  if (!fn || call.args.length > 0) return null;
  const { namespace } = env.query.context;
  const data = canonical === "current_catalog" ? namespace.catalog : namespace.schema;
  const { span } = call;
  return { kind: "call", fn, args: [], calledAs: name, type: STRING, nullable: false, data, span };
}

const CAST_FUNCTIONS: Readonly<Record<string, DataType>> = {
  boolean: BOOLEAN,
  tinyint: BYTE,
  smallint: SHORT,
  int: INT,
  bigint: LONG,
  float: FLOAT,
  double: DOUBLE,
  decimal: decimalType(10, 0),
  date: DATE,
  timestamp: TIMESTAMP,
  binary: BINARY,
  string: STRING,
};

/** `double(x)` is a cast that column names do not show. */
function castFunction(name: string, call: Call, env: ExpressionEnv): BoundExpression | null {
  const type = CAST_FUNCTIONS[name];
  const value = call.args[0]?.value;
  if (!type || !value || call.args.length !== 1 || call.distinct || call.over || call.filter) {
    return null;
  }
  if (value.kind === "star" || call.args[0]!.name) return null;
  const cast = explicitCast(bindExpression(value, env), type, { span: call.span });
  return cast.kind === "cast" ? { ...cast, implicit: true } : cast;
}

function aggregateArgumentEnv(env: ExpressionEnv): ExpressionEnv {
  return { ...env, clause: "aggregate function", allowWindows: false };
}

// ---------------------------------------------------------------- arguments

function bindArguments(
  name: string,
  { args, distinct }: Call,
  env: ExpressionEnv,
): BoundExpression[] {
  if (name === "struct") return structArguments(args, env);
  const only = args[0]?.value;
  if (name === "count" && args.length === 1 && only?.kind === "star" && !distinct) {
    if (isPlainStar(only)) return [typedLiteral(1, { kind: "int" })];
    if (only.qualifier.length > 0) throw countOfTable(only.span);
  }
  return args.flatMap((arg) => {
    if (arg.table) throw notImplemented("a table argument", arg.value.span);
    if (arg.name) throw notImplemented("named arguments", arg.name.span);
    if (arg.value.kind === "star") return expandStar(arg.value, env).map((c) => c.expression);
    return [bindExpression(arg.value, env)];
  });
}

function countOfTable(span: Span): SqlError {
  return new SqlError("count(t.*) is not allowed", {
    errorClass: "_LEGACY_ERROR_TEMP_1021",
    sqlState: "42000",
    span,
    hint: "use count(*), or name the columns",
  });
}

function isPlainStar(star: Extract<Expression, { kind: "star" }>): boolean {
  return star.qualifier.length === 0 && star.except.length === 0;
}

/** `struct(a, b + 1, c AS d)` is `named_struct('a', a, 'col2', b + 1, 'd', c)`. */
function structArguments(args: readonly FunctionArgument[], env: ExpressionEnv): BoundExpression[] {
  const fields = args.flatMap(({ name, value }) => {
    if (value.kind === "star") return expandStar(value, env);
    const expression = bindExpression(value, env);
    return [{ expression, name: name?.name ?? fieldName(value, expression) }];
  });
  return fields.flatMap(({ expression, name }, i) => [
    typedLiteral(name ?? `col${i + 1}`, STRING),
    expression,
  ]);
}

function fieldName(ast: Expression, bound: BoundExpression): string | null {
  if (ast.kind === "column") return ast.name.parts.at(-1)!.name;
  if (bound.kind === "field" && bound.operand.type.kind === "struct") {
    return bound.operand.type.fields[bound.index]!.name;
  }
  return null;
}

// ---------------------------------------------------------------- resolution

/** A call of a function by name over bound arguments, as rewrites need it. */
export function resolveNamedCall(
  name: string,
  args: readonly BoundExpression[],
  span: Span,
): CallExpression {
  const fn = lookupFunction(name);
  if (!fn) throw notImplemented(`the function ${name}`, span);
  return resolve(fn, name, args, span, { isWindow: false });
}

function resolve(
  fn: FunctionDef,
  calledAs: string,
  args: readonly BoundExpression[],
  span: Span,
  options: { isWindow: boolean; env?: ExpressionEnv },
): CallExpression {
  const { env } = options;
  return createCall(fn, args, {
    calledAs,
    span,
    isWindow: options.isWindow,
    bindLambda: (argument, parameters) => {
      if (!env) throw notImplemented("a lambda here", span);
      return bindLambdaArgument(argument, parameters, env);
    },
  });
}

function finish(
  fn: FunctionDef,
  name: string,
  args: readonly BoundExpression[],
  call: Call,
  { env, inner, ...given }: { env: ExpressionEnv; inner: ExpressionEnv; calledAs?: string },
): CallExpression {
  const writtenAs = call.name.parts.at(-1)!.name;
  const calledAs = given.calledAs ?? (name === "struct" ? "struct" : writtenAs);
  const target = name === "struct" ? (lookupFunction("named_struct") ?? fn) : fn;
  const bound = resolve(target, calledAs, args, call.span, { isWindow: !!call.over, env: inner });
  refuseComparedVariants(bound.fn.name, bound.args, { distinct: !!call.distinct, span: call.span });
  const filter = call.filter ? bindFilter(call.filter, inner) : null;
  const orderBy = call.withinGroup ? bindWithinGroup(call.withinGroup, inner) : null;
  return {
    ...bound,
    ...(call.distinct ? { distinct: true } : {}),
    ...(filter ? { filter } : {}),
    ...(orderBy ? { orderBy } : {}),
    ...(call.nulls === "ignore" ? { ignoreNulls: true } : {}),
    ...(call.over ? { window: bindWindowSpec(call.over, env) } : {}),
  };
}

function bindFilter(filter: Expression, env: ExpressionEnv): BoundExpression {
  const condition = bindCondition(filter, env);
  if (someExpression(condition, isAggregateCall)) {
    throw new SqlError("FILTER cannot contain an aggregate function", {
      errorClass: "INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE",
      sqlState: "42903",
      span: filter.span,
      hint: "filter with HAVING",
    });
  }
  if (condition.kind === "call" && condition.fn.volatile) {
    throw notImplemented("a volatile FILTER condition", filter.span);
  }
  return condition;
}

function bindWithinGroup(items: readonly SortItem[], env: ExpressionEnv): SortKey[] {
  const entries = items.map((item) => ({ kind: "item" as const, item }));
  return bindSortItems(entries, env, null);
}

function unknownFunction(call: Call, name: string): SqlError {
  return new SqlError(`the function ${quoteName(name)} is not supported`, {
    code: "NOT_IMPLEMENTED",
    errorClass: "UNRESOLVED_ROUTINE",
    sqlState: "42883",
    span: call.name.span,
    hint: "check its spelling, or write it with other functions: this version lacks it",
  });
}
