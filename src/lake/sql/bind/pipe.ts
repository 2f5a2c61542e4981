/**
 * Pipe operators (Spark 4.2 `visitOperatorPipeRightSide`): each takes a bound relation to the next.
 * Columns keep the qualifier of the table they came from until AS gives them another.
 *
 * Read `select.ts` first: SELECT, EXTEND, SET and AGGREGATE are select lists over the relation.
 */
import type {
  Expression,
  Identifier,
  PipeOperator,
  QueryBody,
  Select,
  SelectItem,
  Span,
} from "../ast.ts";
import { SqlError } from "../error.ts";
import { lookupFunction } from "../functions/index.ts";
import type { Attribute } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { refer, unresolvedColumn } from "./column.ts";
import { bindCondition } from "./condition.ts";
import type { QueryEnv } from "./environment.ts";
import { bindJoinTo } from "./join.ts";
import { bindLimit, ordinalOf, sortOutput } from "./order.ts";
import { bindPivot } from "./pivot.ts";
import { bindBody } from "./query.ts";
import { bindFrom, bindTable } from "./relation.ts";
import type { BoundRelation } from "./relation-alias.ts";
import { bindSample } from "./sample.ts";
import { createScope, findColumn, requalify } from "./scope.ts";
import { bindSelect, inputEnv } from "./select.ts";
import { combineSets } from "./set-operation.ts";
import { bindUnpivot } from "./unpivot.ts";
import { bindValues } from "./values.ts";

type Operator<K extends PipeOperator["kind"]> = Extract<PipeOperator, { kind: K }>;

/** Binds a query body with the pipe operators behind it. */
export function bindPipe(body: Extract<QueryBody, { kind: "pipe" }>, env: QueryEnv): Plan {
  let relation = bindInput(body.input, env);
  for (const operator of body.operators) relation = applyOperator(relation, operator, env);
  return showScope(relation);
}

/** A table, VALUES or FROM alone keeps its columns' qualifiers. */
function bindInput(body: QueryBody, env: QueryEnv): BoundRelation {
  if (body.kind === "values_query") return bindValues(body.rows, body.alias, body.span, env);
  if (body.kind === "table_query") return bindTable({ name: body.name }, env);
  if (body.kind === "select" && isFromAlone(body)) return bindFrom(body.from, env);
  return toRelation(bindBody(body, env));
}

function isFromAlone(select: Select): boolean {
  const [item] = select.items;
  const star = item?.expression;
  return (
    select.from !== undefined &&
    item!.span.start === select.span.start &&
    star?.kind === "star" &&
    star.qualifier.length === 0
  );
}

function toRelation(plan: Plan): BoundRelation {
  return { plan, scope: createScope(outputOf(plan)) };
}

/** The plan with exactly the columns in sight, in their order. */
function showScope({ plan, scope }: BoundRelation): Plan {
  const wanted = scope.attributes.filter((a) => !a.hidden);
  const output = outputOf(plan);
  const same =
    output.length === wanted.length &&
    output.every((a, i) => a.id === wanted[i]!.id && a.name === wanted[i]!.name);
  if (same) return plan;
  return {
    kind: "project",
    input: plan,
    expressions: wanted.map((attribute) => ({ expression: refer(attribute), output: attribute })),
  };
}

function applyOperator(input: BoundRelation, operator: PipeOperator, env: QueryEnv): BoundRelation {
  switch (operator.kind) {
    case "select":
      return overSelect(input, operator.select, env);
    case "extend":
      return extend(input, operator, env);
    case "set":
      return assign(input, operator, env);
    case "drop":
      return drop(input, operator, env);
    case "as":
      return {
        plan: input.plan,
        scope: createScope(requalify(input.scope.attributes, [operator.alias.name])),
      };
    case "where": {
      const condition = bindCondition(operator.condition, inputEnv("where", input.scope, env));
      return { plan: { kind: "filter", input: input.plan, condition }, scope: input.scope };
    }
    case "pivot":
      return bindPivot(input, operator.pivot, env);
    case "unpivot":
      return bindUnpivot(input, operator.unpivot, env);
    case "sample":
      return bindSample(input, operator.sample, operator.span, env);
    case "join":
      return bindJoinTo(input, operator, env);
    case "set_operation": {
      const right = bindBody(operator.right, env);
      return toRelation(combineSets(operator, showScope(input), right, env.context));
    }
    case "organize":
      return organize(input, operator, env);
    case "aggregate":
      return aggregate(input, operator, env);
  }
}

function overSelect(input: BoundRelation, select: Select, env: QueryEnv): BoundRelation {
  return toRelation(bindSelect(select, env, null, input));
}

function selectOf(items: SelectItem[], span: Span, more: Partial<Select> = {}): Select {
  return { kind: "select", distinct: false, items, windows: [], hints: [], span, ...more };
}

function starItem(span: Span): SelectItem {
  return { expression: { kind: "star", qualifier: [], except: [], span }, span };
}

function extend(input: BoundRelation, operator: Operator<"extend">, env: QueryEnv) {
  for (const { expression } of operator.items) refuseAggregates(expression, operator);
  const items = [starItem(operator.span), ...operator.items];
  const { windows } = operator;
  return overSelect(input, selectOf(items, operator.span, { windows }), env);
}

/** Each assignment sees what the ones before it made. */
function assign(input: BoundRelation, operator: Operator<"set">, env: QueryEnv): BoundRelation {
  let relation = input;
  for (const { column, value } of operator.assignments) {
    refuseAggregates(value, operator);
    const replaced = columnOf(relation, column);
    const item: SelectItem = { expression: value, alias: column, span: value.span };
    const { windows } = operator;
    const select = selectOf([starItem(value.span), item], value.span, { windows });
    const plan = bindSelect(select, env, null, relation);
    const output = outputOf(plan);
    const made = output.at(-1)!;
    const attributes = output.slice(0, -1).map((a) => (a.id === replaced.id ? made : a));
    relation = { plan, scope: createScope(attributes) };
  }
  return relation;
}

function columnOf({ scope }: BoundRelation, column: Identifier): Attribute {
  const match = findColumn(scope, [column], column.span);
  if (!match) throw unresolvedColumn([column], scope, column.span);
  return match.attribute;
}

function drop(input: BoundRelation, operator: Operator<"drop">, env: QueryEnv): BoundRelation {
  const { span, columns } = operator;
  const star: Expression = { kind: "star", qualifier: [], except: columns, span };
  return overSelect(input, selectOf([{ expression: star, span }], span), env);
}

function organize(input: BoundRelation, operator: Operator<"organize">, env: QueryEnv) {
  const sorted = sortOutput(input.plan, operator, env, input.scope);
  return { plan: bindLimit(operator, sorted, env), scope: input.scope };
}

// ---------------------------------------------------------------- AGGREGATE

/** The grouping columns, then the aggregates. */
function aggregate(input: BoundRelation, operator: Operator<"aggregate">, env: QueryEnv) {
  const { analytics, span } = operator;
  if (analytics) throw unsupportedCase(analyticsName(analytics), span);
  for (const { expression } of operator.items) checkAggregate(expression, span);
  const keys = (operator.groupBy ?? []).map((item) => groupingKey(item, input));
  const items = [...keys, ...operator.items];
  if (!operator.groupBy) return overSelect(input, selectOf(items, span), env);
  const expressions = keys.map(({ expression }) => ({ kind: "expression" as const, expression }));
  const groupBy = { kind: "expressions" as const, items: expressions };
  return overSelect(input, selectOf(items, span, { groupBy }), env);
}

/** A whole number names a column of the input. */
function groupingKey(item: SelectItem, input: BoundRelation): SelectItem {
  const ordinal = ordinalOf(item.expression);
  if (ordinal === null) return item;
  const column = input.scope.attributes.filter((a) => !a.hidden)[ordinal - 1];
  const { span } = item;
  if (!column) {
    throw new SqlError(`GROUP BY position ${ordinal} is not a column of the input`, {
      errorClass: "GROUP_BY_POS_OUT_OF_RANGE",
      sqlState: "42805",
      span,
      hint: "count the columns before the pipe from 1",
    });
  }
  const parts = [...column.qualifier, column.name].map((name) => ({ name, quoted: true, span }));
  return { ...item, expression: { kind: "column", name: { parts, span }, span } };
}

function analyticsName(analytics: NonNullable<Operator<"aggregate">["analytics"]>): string {
  if (analytics.kind === "all") return "GROUP BY ALL";
  const kind = analytics.items.find((item) => item.kind !== "expression")?.kind;
  if (kind === "rollup" || kind === "cube") return `GROUP BY ${kind.toUpperCase()}`;
  return "GROUPING SETS";
}

function unsupportedCase(what: string, span: Span): SqlError {
  return new SqlError(`AGGREGATE in a pipe does not take ${what}`, {
    errorClass: "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE",
    sqlState: "0A000",
    span,
    hint: "write it as `|> SELECT … GROUP BY …`",
  });
}

function checkAggregate(expression: Expression, span: Span): void {
  refuseStar(expression, "AGGREGATE");
  const calls = callsOf(expression);
  if (calls.some((call) => call.over)) throw unsupportedCase("window functions", span);
  const grouping = calls.find((call) => /^grouping(_id)?$/i.test(lastName(call)));
  if (grouping) throw unsupportedCase(lastName(grouping).toUpperCase(), span);
  if (calls.some(isAggregate)) return;
  throw new SqlError("an expression of AGGREGATE in a pipe has no aggregate function", {
    errorClass: "PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION",
    sqlState: "0A000",
    span: expression.span,
    hint: "aggregate it, or move it to GROUP BY",
  });
}

function refuseStar(expression: Expression, keyword: string): void {
  if (expression.kind !== "star") return;
  throw new SqlError(`\`*\` cannot stand in ${keyword}`, {
    errorClass: "INVALID_USAGE_OF_STAR_OR_REGEX",
    sqlState: "42000",
    span: expression.span,
    hint: "name the columns",
  });
}

function refuseAggregates(expression: Expression, operator: PipeOperator): void {
  refuseStar(expression, operator.keyword);
  const call = callsOf(expression).find((c) => isAggregate(c) && !c.over);
  if (!call) return;
  throw new SqlError(`${operator.keyword} in a pipe does not take an aggregate function`, {
    errorClass: "PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION",
    sqlState: "0A000",
    span: expression.span,
    hint: "use `|> AGGREGATE …`",
  });
}

type Call = Extract<Expression, { kind: "call" }>;

function lastName(call: Call): string {
  return call.name.parts.at(-1)!.name;
}

function isAggregate(call: Call): boolean {
  return lookupFunction(lastName(call))?.kind === "aggregate";
}

/** Calls anywhere in an expression, but not in its subqueries. */
function callsOf(expression: Expression): Call[] {
  const found: Call[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    if ("body" in node && "orderBy" in node) return;
    if ((node as { kind?: string }).kind === "call") found.push(node as Call);
    for (const value of Object.values(node)) visit(value);
  };
  visit(expression);
  return found;
}
