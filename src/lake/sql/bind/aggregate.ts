/**
 * Taking aggregates out of the expressions of a grouped SELECT: each call is computed once by the
 * aggregate operator, GROUP BY expressions become its columns, and any other column is an error
 * (Spark 4.2 `CheckAnalysis`). A plain column keeps its id through the grouping, so subqueries that
 * look at it need no rewriting.
 */
import { holdsVariant } from "../../engine/engine-type.ts";
import { prettyName } from "../emit/pretty-name.ts";
import { notImplemented, SqlError } from "../error.ts";
import type {
  Attribute,
  BoundExpression,
  CallExpression,
  NamedExpression,
} from "../plan/expression.ts";
import type { Plan } from "../plan/plan.ts";
import { mapChildren, someExpression } from "../plan/transform.ts";
import { refer } from "./column.ts";
import type { BindContext } from "./context.ts";
import type { BoundGroupBy } from "./group-by.ts";
import { groupingWithoutSets, isGroupingCall, lowerGroupingCall } from "./grouping.ts";
import { followInputOrder } from "./input-order.ts";
import { expressionKey } from "./key.ts";
import { outerReferences } from "./query.ts";
import type { SelectState } from "./select.ts";

/** Whether the expression is a call of an aggregate function that is not over a window. */
export function isAggregateCall(expression: BoundExpression): expression is CallExpression {
  return expression.kind === "call" && expression.fn.kind === "aggregate" && !expression.window;
}

/** Whether an aggregate is computed anywhere in the expression. */
export function hasAggregate(expression: BoundExpression): boolean {
  return someExpression(expression, (node) => isAggregateCall(node) || isGroupingCall(node));
}

/** The grouping of one SELECT. */
export interface Grouping {
  /** Replaces aggregates and GROUP BY expressions by the aggregate operator's columns. */
  rewrite(expression: BoundExpression): BoundExpression;
  /** Whether the column is grouped by as it is. */
  isPlainKey(attribute: Attribute): boolean;
  /** The aggregate operator with all calls met so far. */
  plan(input: Plan): Plan;
}

/** Prepares the grouping; calls are collected as expressions are rewritten. */
export function groupSelect(state: SelectState, groupBy: BoundGroupBy): Grouping {
  return createGrouping(groupBy, state.query.context);
}

/** A grouping over given expressions and sets. */
export function createGrouping(groupBy: BoundGroupBy, context: BindContext): Grouping {
  const groups = groupBy.expressions.map((expression, i) =>
    groupColumn(expression, isAlwaysGrouped(groupBy, i), context),
  );
  const keys = groupBy.expressions.map(expressionKey);
  const calls = new Map<string, { call: CallExpression; output: Attribute }>();
  /** Lambda parameters are columns of nothing and are left alone. */
  const variables = new Set<number>();
  let mask: Attribute | null = null;

  const takeMask = (): Attribute => {
    mask ??= {
      id: context.allocate(),
      name: "grouping_id",
      type: { kind: "long" },
      nullable: false,
      qualifier: [],
    };
    return mask;
  };
  const register = (call: CallExpression): BoundExpression => {
    refuseNested(call);
    const key = expressionKey(call);
    const known = calls.get(key);
    if (known && !call.fn.volatile) return refer(known.output);
    const output: Attribute = {
      id: context.allocate(),
      name: prettyName(call),
      type: call.type,
      nullable: call.nullable,
      qualifier: [],
    };
    calls.set(known ? `${key}#${output.id}` : key, { call, output });
    return refer(output);
  };
  const indexOf = (expression: BoundExpression) => keys.indexOf(expressionKey(expression));
  const rewrite = (node: BoundExpression): BoundExpression => {
    if (isGroupingCall(node)) {
      if (!groupBy.sets) throw groupingWithoutSets(node);
      return lowerGroupingCall(node, takeMask(), groups.length, indexOf);
    }
    const index = indexOf(node);
    if (index >= 0) return refer(groups[index]!.output, node.span);
    if (isAggregateCall(node)) return register(node);
    if (node.kind === "attribute" && !node.outer) {
      if (variables.has(node.attribute.id)) return node;
      throw missingAggregation(node, groupBy.expressions.length > 0);
    }
    if (node.kind === "lambda") for (const p of node.parameters) variables.add(p.id);
    if (node.kind === "subquery") checkSubquery(node.plan, groups, groupBy);
    return mapChildren(node, rewrite);
  };
  return {
    rewrite,
    isPlainKey: (attribute) => groups.some((group) => group.output.id === attribute.id),
    plan: (input) => ({
      kind: "aggregate",
      input,
      groups,
      groupingSets: groupBy.sets,
      aggregates: [...calls.values()].map(({ call, output }) => ({
        call: followInputOrder(call, input),
        output,
      })),
      groupingId: mask,
    }),
  };
}

function isAlwaysGrouped(groupBy: BoundGroupBy, index: number): boolean {
  return groupBy.sets?.every((set) => set.includes(index)) ?? true;
}

function groupColumn(
  expression: BoundExpression,
  always: boolean,
  context: BindContext,
): NamedExpression {
  refuseUngroupable(expression);
  const nullable = expression.nullable || !always;
  if (expression.kind === "attribute" && !expression.outer) {
    return { expression, output: { ...expression.attribute, nullable } };
  }
  return {
    expression,
    output: {
      id: context.allocate(),
      name: prettyName(expression),
      type: expression.type,
      nullable,
      qualifier: [],
    },
  };
}

function refuseUngroupable(expression: BoundExpression): void {
  const { type } = expression;
  if (holdsVariant(type)) {
    throw new SqlError("a VARIANT has no order to group by", {
      errorClass: "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
      sqlState: "42822",
      span: expression.span,
      hint: "group by a part of it, cast to a type",
    });
  }
  if (type.kind === "map") throw notImplemented("grouping by a map", expression.span);
}

function refuseNested(call: CallExpression): void {
  const inner = call.args.some((arg) => someExpression(arg, isAggregateCall));
  if (!inner) return;
  throw new SqlError("it is not allowed to use an aggregate function in another one's argument", {
    errorClass: "NESTED_AGGREGATE_FUNCTION",
    sqlState: "42607",
    span: call.span,
    hint: "use the inner aggregate in a subquery",
  });
}

/** The error of a column that is neither grouped nor aggregated. */
function missingAggregation(node: BoundExpression, grouped: boolean): SqlError {
  const name = prettyName(node);
  return new SqlError(
    grouped
      ? `the non-aggregating expression "${name}" is based on columns which are not ` +
          "participating in the GROUP BY clause"
      : "the query does not include a GROUP BY clause",
    {
      errorClass: grouped ? "MISSING_AGGREGATION" : "MISSING_GROUP_BY",
      sqlState: "42803",
      span: node.span,
      hint: `add it to GROUP BY, or use any_value(${name})`,
    },
  );
}

/** A subquery of a grouped SELECT may look at plain grouping columns only. */
function checkSubquery(
  plan: Plan,
  groups: readonly NamedExpression[],
  groupBy: BoundGroupBy,
): void {
  const grouped = new Set(groups.map((g) => g.output.id));
  for (const id of outerReferences(plan)) {
    if (grouped.has(id)) continue;
    const attribute = groupBy.input.find((a) => a.id === id);
    if (attribute) throw missingAggregation(refer(attribute), groups.length > 0);
  }
}
