/**
 * Walking and rebuilding bound plans and expressions. Nodes are immutable: a rewrite returns the
 * same node when nothing below it changed, so identity tells whether a rule did something.
 */
import type {
  BoundExpression,
  BoundFrameBound,
  BoundWindow,
  CallExpression,
  NamedExpression,
  SortKey,
} from "./expression.ts";
import type { Plan } from "./plan.ts";

export type ExpressionMapper = (expression: BoundExpression) => BoundExpression;

function mapList<T>(items: readonly T[], map: (item: T) => T): readonly T[] {
  let changed = false;
  const mapped = items.map((item) => {
    const next = map(item);
    if (next !== item) changed = true;
    return next;
  });
  return changed ? mapped : items;
}

/** Maps sort keys' expressions. */
export function mapSortKeys(keys: readonly SortKey[], map: ExpressionMapper): readonly SortKey[] {
  return mapList(keys, (key) => {
    const expression = map(key.expression);
    return expression === key.expression ? key : { ...key, expression };
  });
}

function mapBound(bound: BoundFrameBound, map: ExpressionMapper): BoundFrameBound {
  return bound.value ? { ...bound, value: map(bound.value) } : bound;
}

function mapWindow(window: BoundWindow, map: ExpressionMapper): BoundWindow {
  return {
    partitionBy: mapList(window.partitionBy, map),
    orderBy: mapSortKeys(window.orderBy, map),
    ...(window.frame
      ? {
          frame: {
            unit: window.frame.unit,
            start: mapBound(window.frame.start, map),
            end: mapBound(window.frame.end, map),
          },
        }
      : {}),
  };
}

/** Maps everything a call holds. */
export function mapCall(call: CallExpression, map: ExpressionMapper): CallExpression {
  return {
    ...call,
    args: mapList(call.args, map),
    ...(call.filter ? { filter: map(call.filter) } : {}),
    ...(call.orderBy ? { orderBy: mapSortKeys(call.orderBy, map) } : {}),
    ...(call.window ? { window: mapWindow(call.window, map) } : {}),
  };
}

/** Rebuilds a node from its mapped direct children; plans of subqueries are left alone. */
export function mapChildren(expression: BoundExpression, map: ExpressionMapper): BoundExpression {
  switch (expression.kind) {
    case "literal":
    case "attribute":
      return expression;
    case "call":
      return expression.args.length === 0 && !expression.window && !expression.filter
        ? expression
        : mapCall(expression, map);
    case "cast":
    case "field": {
      const operand = map(expression.operand);
      return operand === expression.operand ? expression : { ...expression, operand };
    }
    case "case":
      return {
        ...expression,
        branches: expression.branches.map((b) => ({
          when: map(b.when),
          // biome-ignore lint/suspicious/noThenProperty: a CASE branch, never awaited
          then: map(b.then),
        })),
        otherwise: expression.otherwise ? map(expression.otherwise) : null,
      };
    case "lambda":
      return { ...expression, body: map(expression.body) };
    case "subquery":
      return expression.operands.length === 0
        ? expression
        : { ...expression, operands: mapList(expression.operands, map) };
  }
}

/** Direct children, without the plans of subqueries. */
export function childrenOf(expression: BoundExpression): BoundExpression[] {
  const children: BoundExpression[] = [];
  mapChildren(expression, (child) => {
    children.push(child);
    return child;
  });
  return children;
}

/** Calls `visit` on the expression and everything below it, not entering subquery plans. */
export function walkExpression(
  expression: BoundExpression,
  visit: (expression: BoundExpression) => void,
): void {
  visit(expression);
  for (const child of childrenOf(expression)) walkExpression(child, visit);
}

/** Whether the expression or anything below it satisfies `test`. */
export function someExpression(
  expression: BoundExpression,
  test: (expression: BoundExpression) => boolean,
): boolean {
  return test(expression) || childrenOf(expression).some((child) => someExpression(child, test));
}

/** Rewrites bottom-up; enters subquery plans when `intoPlans` is given. */
export function rewriteExpression(
  expression: BoundExpression,
  rewrite: ExpressionMapper,
  intoPlans?: (plan: Plan) => Plan,
): BoundExpression {
  let node = mapChildren(expression, (child) => rewriteExpression(child, rewrite, intoPlans));
  if (node.kind === "subquery" && intoPlans) {
    const plan = intoPlans(node.plan);
    if (plan !== node.plan) node = { ...node, plan };
  }
  return rewrite(node);
}

function mapNamed(named: readonly NamedExpression[], map: ExpressionMapper) {
  return mapList(named, (item) => {
    const expression = map(item.expression);
    return expression === item.expression ? item : { ...item, expression };
  });
}

function mapCalls<T extends { readonly call: CallExpression }>(
  calls: readonly T[],
  map: ExpressionMapper,
): readonly T[] {
  return calls.map((item) => ({ ...item, call: mapCall(item.call, map) }));
}

/** Rebuilds a plan node from its own mapped expressions; inputs are left alone. */
export function mapPlanExpressions(plan: Plan, map: ExpressionMapper): Plan {
  switch (plan.kind) {
    case "values":
      return { ...plan, rows: plan.rows.map((row) => row.map(map)) };
    case "project":
      return { ...plan, expressions: mapNamed(plan.expressions, map) };
    case "filter":
      return { ...plan, condition: map(plan.condition) };
    case "join":
      return plan.condition ? { ...plan, condition: map(plan.condition) } : plan;
    case "aggregate":
      return {
        ...plan,
        groups: mapNamed(plan.groups, map),
        aggregates: mapCalls(plan.aggregates, map),
      };
    case "window":
      return { ...plan, calls: mapCalls(plan.calls, map) };
    case "sort":
      return { ...plan, keys: mapSortKeys(plan.keys, map) };
    case "limit":
      return {
        ...plan,
        limit: plan.limit ? map(plan.limit) : null,
        offset: plan.offset ? map(plan.offset) : null,
      };
    case "generate":
      return { ...plan, call: mapCall(plan.call, map) };
    default:
      return plan;
  }
}

/** Direct inputs, left to right; definitions of a `with` come before its input. */
export function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case "project":
    case "filter":
    case "aggregate":
    case "window":
    case "sort":
    case "limit":
    case "distinct":
    case "generate":
    case "sample":
      return [plan.input];
    case "join":
    case "set_operation":
      return [plan.left, plan.right];
    case "with":
      return [...plan.definitions.map((d) => d.plan), plan.input];
    case "recursive":
      return [plan.anchor, plan.step];
    default:
      return [];
  }
}

/** Rebuilds a node from its mapped inputs. */
export function mapInputs(plan: Plan, map: (plan: Plan) => Plan): Plan {
  switch (plan.kind) {
    case "project":
    case "filter":
    case "aggregate":
    case "window":
    case "sort":
    case "limit":
    case "distinct":
    case "generate":
    case "sample": {
      const input = map(plan.input);
      return input === plan.input ? plan : { ...plan, input };
    }
    case "join":
    case "set_operation":
      return { ...plan, left: map(plan.left), right: map(plan.right) };
    case "with":
      return {
        ...plan,
        definitions: plan.definitions.map((d) => ({ ...d, plan: map(d.plan) })),
        input: map(plan.input),
      };
    case "recursive":
      return { ...plan, anchor: map(plan.anchor), step: map(plan.step) };
    default:
      return plan;
  }
}

/** Expressions a node holds itself. */
export function expressionsOf(plan: Plan): BoundExpression[] {
  const found: BoundExpression[] = [];
  mapPlanExpressions(plan, (expression) => {
    found.push(expression);
    return expression;
  });
  return found;
}

/** Visits every node of the plan, subquery plans included, parents first. */
export function walkPlan(plan: Plan, visit: (plan: Plan) => void): void {
  visit(plan);
  for (const expression of expressionsOf(plan)) {
    walkExpression(expression, (node) => {
      if (node.kind === "subquery") walkPlan(node.plan, visit);
    });
  }
  for (const input of inputsOf(plan)) walkPlan(input, visit);
}

/** Names of the columns that a subquery's plan takes from the query around it, one per mention. */
export function outerNames(plan: Plan): string[] {
  const names: string[] = [];
  walkPlan(plan, (node) => {
    for (const expression of expressionsOf(node)) {
      walkExpression(expression, (e) => {
        if (e.kind === "attribute" && e.outer) names.push(e.attribute.name);
      });
    }
  });
  return names;
}

/** Rewrites every node bottom-up, in subquery plans too. */
export function rewritePlan(plan: Plan, rewrite: (plan: Plan) => Plan): Plan {
  const inner = (node: Plan): Plan => rewritePlan(node, rewrite);
  const withInputs = mapInputs(plan, inner);
  const withExpressions = expressionsOf(withInputs).some(hasSubquery)
    ? mapPlanExpressions(withInputs, (e) => rewriteExpression(e, (node) => node, inner))
    : withInputs;
  return rewrite(withExpressions);
}

/** Whether a subquery stands anywhere in the expression. */
export function hasSubquery(expression: BoundExpression): boolean {
  return someExpression(expression, (node) => node.kind === "subquery");
}
