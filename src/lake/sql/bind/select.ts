/**
 * SELECT (Spark 4.2 `QuerySpecification`): FROM, WHERE, the select list with its lateral aliases,
 * grouping, HAVING, windows, QUALIFY, generators, DISTINCT, ORDER BY.
 *
 * Every expression is bound first as it is written. References to the select list's own outputs
 * (lateral aliases, HAVING, QUALIFY and ORDER BY naming an alias) are then replaced by what they
 * stand for ("lowering"), aggregates and windows are taken out into their operators, and what is
 * left is computed by one projection.
 */

import type { Select } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute, BoundExpression, NamedExpression, SortKey } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { someExpression } from "../plan/transform.ts";
import { type Grouping, groupSelect, hasAggregate, isAggregateCall } from "./aggregate.ts";
import { chainResolvers, preferResolver, refer, scopeResolver } from "./column.ts";
import { bindCondition } from "./condition.ts";
import type { ColumnResolver, ExpressionEnv, QueryEnv } from "./environment.ts";
import { placeGenerator } from "./generator.ts";
import { bindGroupBy } from "./group-by.ts";
import { bindHaving } from "./having.ts";
import { bindSortItems, type Ordering, orderingItems } from "./order.ts";
import { bindFrom } from "./relation.ts";
import type { BoundRelation } from "./relation-alias.ts";
import { createScope, type Scope } from "./scope.ts";
import { bindSelectItems, lower, type SelectOutput } from "./select-list.ts";
import { refuseVariantSet } from "./set-operation.ts";
import { createWindowing, type Windowing } from "./window.ts";

/** What the clauses of one SELECT share while it is bound. */
export interface SelectState {
  readonly select: Select;
  readonly query: QueryEnv;
  readonly input: BoundRelation;
  readonly outputs: readonly SelectOutput[];
}

/** Binds a SELECT with the ORDER BY that follows it; `from` stands in for its FROM clause. */
export function bindSelect(
  select: Select,
  env: QueryEnv,
  ordering: Ordering | null,
  from: BoundRelation = bindFrom(select.from, env),
): Plan {
  const input = filterWhere(select, from, env);
  const outputs = bindSelectItems(select, input.scope, env);
  const state: SelectState = { select, query: env, input, outputs };
  const grouping = groupIfNeeded(state);
  const lowered = lowerOutputs(state, grouping);
  const having = select.having ? bindHaving(select.having, state, grouping!) : null;
  const windowing = createWindowing(env.context);
  const items = lowered.map((item) => windowing.extract(item));
  const covered = grouping !== null && hidesAggregates(having, lowered, windowing);
  const qualify = select.qualify ? bindQualify(state, grouping, windowing) : null;
  const sort = ordering ? bindOrdering(ordering, state, { grouping, covered }, windowing) : NO_SORT;
  let plan = grouping ? grouping.plan(input.plan) : input.plan;
  if (having) plan = { kind: "filter", input: plan, condition: having };
  plan = windowing.plan(plan);
  if (qualify) plan = { kind: "filter", input: plan, condition: qualify };
  return project(state, { plan, items, sort });
}

function filterWhere(select: Select, from: BoundRelation, env: QueryEnv): BoundRelation {
  if (!select.where) return from;
  const condition = bindCondition(select.where, inputEnv("where", from.scope, env));
  return { plan: { kind: "filter", input: from.plan, condition }, scope: from.scope };
}

/** An environment that sees the FROM clause's columns and allows neither aggregates nor windows. */
export function inputEnv(
  clause: ExpressionEnv["clause"],
  scope: Scope,
  query: QueryEnv,
  resolve: ColumnResolver = scopeResolver(scope),
): ExpressionEnv {
  return {
    query,
    clause,
    resolve,
    scope,
    allowAggregates: false,
    allowWindows: false,
    windows: [],
    lambdas: null,
  };
}

function groupIfNeeded(state: SelectState): Grouping | null {
  const { select, outputs } = state;
  const aggregated =
    select.groupBy !== undefined ||
    select.having !== undefined ||
    outputs.some((output) => hasAggregate(output.expression));
  if (!aggregated) return null;
  return groupSelect(state, bindGroupBy(state));
}

function lowerOutputs(state: SelectState, grouping: Grouping | null): BoundExpression[] {
  return state.outputs.map((output) => {
    const expression = lower(output.expression, state.outputs);
    return grouping ? grouping.rewrite(expression) : expression;
  });
}

/** Names of the select list's outputs first, then the input's. */
export function outputThenInput(state: SelectState): ColumnResolver {
  return preferResolver(outputResolver(state), scopeResolver(state.input.scope));
}

/** Resolves names against the select list's outputs. */
export function outputResolver(state: SelectState): ColumnResolver {
  const attributes = state.outputs.flatMap((output) => output.attributes);
  return scopeResolver(createScope(attributes));
}

/**
 * Whether a projection stands between the aggregate and ORDER BY: of windows, or because HAVING
 * computes something the select list does not show. Spark then finds plain columns only.
 */
function hidesAggregates(
  having: BoundExpression | null,
  items: readonly BoundExpression[],
  windowing: Windowing,
): boolean {
  if (!windowing.isEmpty()) return true;
  if (!having) return false;
  const shown = new Set(items.map((e) => (e.kind === "attribute" ? e.attribute.id : -1)));
  return someExpression(
    having,
    (e) => e.kind === "attribute" && !e.outer && !shown.has(e.attribute.id),
  );
}

function bindQualify(
  state: SelectState,
  grouping: Grouping | null,
  windowing: Windowing,
): BoundExpression {
  const env: ExpressionEnv = {
    ...inputEnv("qualify", state.input.scope, state.query),
    resolve: chainResolvers(scopeResolver(state.input.scope), outputResolver(state)),
    allowAggregates: true,
    allowWindows: true,
    windows: state.select.windows,
  };
  const bound = lower(bindCondition(state.select.qualify!, env), state.outputs);
  const extracted = windowing.extract(grouping ? grouping.rewrite(bound) : bound);
  if (windowing.isEmpty()) {
    throw new SqlError("QUALIFY needs a window function in the select list or its condition", {
      errorClass: "QUALIFY_REQUIRES_WINDOW_FUNCTION",
      sqlState: "42601",
      span: state.select.qualify!.span,
      hint: "use WHERE or HAVING",
    });
  }
  return extracted;
}

// ---------------------------------------------------------------- ORDER BY

interface BoundOrdering {
  readonly keys: readonly SortKey[];
  /** Columns computed only to sort by. */
  readonly extras: readonly NamedExpression[];
}

const NO_SORT: BoundOrdering = { keys: [], extras: [] };

function bindOrdering(
  ordering: Ordering,
  state: SelectState,
  { grouping, covered }: { grouping: Grouping | null; covered: boolean },
  windowing: Windowing,
): BoundOrdering {
  const outputs = state.outputs.flatMap((output) => output.attributes);
  const items = orderingItems(ordering, outputs);
  if (items.length === 0) return NO_SORT;
  const env: ExpressionEnv = {
    ...inputEnv("order by", state.input.scope, state.query),
    resolve: outputThenInput(state),
    scope: createScope(outputs),
    allowAggregates: grouping !== null,
    allowWindows: true,
    windows: state.select.windows,
  };
  const outputIds = new Set(outputs.map((attribute) => attribute.id));
  const extras: NamedExpression[] = [];
  const keys = bindSortItems(items, env, outputs).map((key): SortKey => {
    if (usesOnly(key.expression, outputIds)) return key;
    const lowered = lower(key.expression, state.outputs);
    if (covered) refuseCovered(lowered, grouping!);
    const rewritten = grouping ? grouping.rewrite(lowered) : lowered;
    const expression = windowing.extract(rewritten);
    const output: Attribute = {
      id: state.query.context.allocate(),
      name: "sort",
      type: expression.type,
      nullable: expression.nullable,
      qualifier: [],
    };
    extras.push({ expression, output });
    return { ...key, expression: refer(output) };
  });
  return { keys, extras };
}

function refuseCovered(key: BoundExpression, grouping: Grouping): void {
  const plain = !someExpression(
    key,
    (e) =>
      isAggregateCall(e) ||
      (e.kind === "attribute" && !e.outer && !grouping.isPlainKey(e.attribute)),
  );
  if (plain) return;
  throw new SqlError("ORDER BY cannot compute this above the windows or the HAVING of the query", {
    errorClass: "UNSUPPORTED_EXPR_FOR_OPERATOR",
    sqlState: "42K0E",
    span: key.span,
    hint: "add it to the select list and order by its alias",
  });
}

/** Whether a sort key can be computed from the select list's outputs alone. */
function usesOnly(expression: BoundExpression, ids: ReadonlySet<number>): boolean {
  return !hasAggregate(expression) && !needsInput(expression, ids);
}

function needsInput(expression: BoundExpression, ids: ReadonlySet<number>): boolean {
  return someExpression(expression, (node) => {
    if (node.kind === "subquery") return true;
    if (node.kind === "call") return node.window !== undefined || node.fn.name === "grouping";
    return node.kind === "attribute" && !node.outer && !ids.has(node.attribute.id);
  });
}

// ---------------------------------------------------------------- projection

interface Parts {
  readonly plan: Plan;
  readonly items: readonly BoundExpression[];
  readonly sort: BoundOrdering;
}

function project(state: SelectState, parts: Parts): Plan {
  const { select, outputs } = state;
  const generator = outputs.findIndex((output) => output.generator);
  const named: NamedExpression[] = [];
  let plan = parts.plan;
  outputs.forEach((output, i) => {
    const expression = parts.items[i]!;
    if (i === generator) {
      plan = placeGenerator(plan, expression, output);
      for (const attribute of output.attributes) {
        named.push({ expression: refer(attribute), output: attribute });
      }
      return;
    }
    named.push({ expression, output: withType(output.attributes[0]!, expression) });
  });
  const { keys, extras } = parts.sort;
  if (select.distinct && extras.length > 0) {
    throw notImplemented(
      "ORDER BY on an expression that SELECT DISTINCT does not show",
      select.span,
      "add the expression to the select list",
    );
  }
  plan = { kind: "project", input: plan, expressions: [...named, ...extras] };
  if (select.distinct) {
    for (const { type } of outputOf(plan)) refuseVariantSet(type, "DISTINCT", select.span);
    plan = { kind: "distinct", input: plan };
  }
  if (keys.length === 0) return plan;
  plan = { kind: "sort", input: plan, keys };
  if (extras.length === 0) return plan;
  const shown = outputOf(plan).slice(0, named.length);
  return {
    kind: "project",
    input: plan,
    expressions: shown.map((output) => ({ expression: refer(output), output })),
  };
}

/** Grouping may widen nullability, so the output follows the final expression. */
function withType(attribute: Attribute, expression: BoundExpression): Attribute {
  const outer = expression.kind === "attribute" && expression.attribute.id === attribute.id;
  return {
    ...attribute,
    type: expression.type,
    nullable: outer ? expression.attribute.nullable : expression.nullable,
  };
}
