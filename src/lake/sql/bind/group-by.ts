/**
 * GROUP BY: expressions, ordinals, aliases of the select list, ALL, and the grouping sets of
 * ROLLUP, CUBE and GROUPING SETS, multiplied out (Spark 4.2 `ResolveGroupingAnalytics`).
 */
import type { Expression, GroupingItem, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute, BoundExpression } from "../plan/expression.ts";
import { outputOf } from "../plan/plan.ts";
import { childrenOf, someExpression } from "../plan/transform.ts";
import { hasAggregate } from "./aggregate.ts";
import { chainResolvers, scopeResolver } from "./column.ts";
import type { ColumnResolver } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { isGroupingCall } from "./grouping.ts";
import { expressionKey } from "./key.ts";
import { ALL_COLUMN, ordinalOf } from "./order.ts";
import { sameName } from "./scope.ts";
import { inputEnv, type SelectState } from "./select.ts";
import { lower, type SelectOutput } from "./select-list.ts";

export interface BoundGroupBy {
  readonly expressions: readonly BoundExpression[];
  /** Indices into `expressions`; null means one set of all. */
  readonly sets: readonly (readonly number[])[] | null;
  /** Columns of the input, to tell them from columns around the query. */
  readonly input: readonly Attribute[];
}

/** Binds the GROUP BY clause; without one there is a single group. */
export function bindGroupBy(state: SelectState): BoundGroupBy {
  const { select } = state;
  const input = outputOf(state.input.plan);
  const { groupBy } = select;
  if (!groupBy) return { expressions: [], sets: null, input };
  if (groupBy.kind === "all") {
    const isColumn = state.input.scope.attributes.some((a) => sameName(a.name, "all"));
    const expressions = isColumn ? [bindGroupExpression(ALL_COLUMN, state)] : groupByAll(state);
    return { expressions, sets: null, input };
  }
  const collector = createCollector(state);
  const modifier = select.groupingModifier;
  if (modifier) {
    const plain = groupBy.items.map((item) => plainIndex(item, collector));
    const sets =
      modifier.kind === "grouping_sets"
        ? modifier.sets.map((set) => set.map((e) => collector.index(e)))
        : expandSets(
            modifier.kind,
            plain.map((index) => [index]),
          );
    return { expressions: collector.expressions, sets, input };
  }
  if (groupBy.items.every((item) => item.kind === "expression")) {
    for (const item of groupBy.items) plainIndex(item, collector);
    return { expressions: collector.expressions, sets: null, input };
  }
  const sets = crossProduct(groupBy.items.map((item) => setsOf(item, collector)));
  return { expressions: collector.expressions, sets, input };
}

interface Collector {
  readonly expressions: BoundExpression[];
  /** Position of the expression among the groups; added when new. */
  index(expression: Expression): number;
}

function createCollector(state: SelectState): Collector {
  const expressions: BoundExpression[] = [];
  const positions = new Map<string, number>();
  return {
    expressions,
    index(expression) {
      const bound = bindGroupExpression(expression, state);
      const key = expressionKey(bound);
      let position = positions.get(key);
      if (position === undefined) {
        position = expressions.push(bound) - 1;
        positions.set(key, position);
      }
      return position;
    },
  };
}

function plainIndex(item: GroupingItem, collector: Collector): number {
  if (item.kind === "expression") return collector.index(item.expression);
  throw notImplemented("grouping analytics mixed with WITH ROLLUP or CUBE", item.span);
}

function setsOf(item: GroupingItem, collector: Collector): number[][] {
  switch (item.kind) {
    case "expression":
      return [[collector.index(item.expression)]];
    case "rollup":
    case "cube":
      return expandSets(
        item.kind,
        item.sets.map((set) => set.map((e) => collector.index(e))),
      );
    case "grouping_sets":
      return item.sets.flatMap((set) => crossProduct(set.map((inner) => setsOf(inner, collector))));
  }
}

function expandSets(kind: "rollup" | "cube", parts: readonly number[][]): number[][] {
  if (kind === "rollup") {
    return Array.from({ length: parts.length + 1 }, (_, i) =>
      parts.slice(0, parts.length - i).flat(),
    );
  }
  if (parts.length > 12) throw notImplemented("CUBE of more than 12 expressions");
  return Array.from({ length: 2 ** parts.length }, (_, i) =>
    parts.filter((_part, p) => (i & (1 << (parts.length - 1 - p))) === 0).flat(),
  );
}

function crossProduct(lists: readonly number[][][]): number[][] {
  return lists.reduce<number[][]>(
    (sets, list) => sets.flatMap((set) => list.map((more) => unique([...set, ...more]))),
    [[]],
  );
}

function unique(indexes: readonly number[]): number[] {
  return [...new Set(indexes)];
}

// ---------------------------------------------------------------- one expression

function bindGroupExpression(expression: Expression, state: SelectState): BoundExpression {
  const ordinal = ordinalOf(expression);
  const bound =
    ordinal === null
      ? bindExpression(expression, {
          ...inputEnv("group by", state.input.scope, state.query),
          resolve: chainResolvers(scopeResolver(state.input.scope), aliasResolver(state.outputs)),
        })
      : groupOrdinal(ordinal, state, expression.span);
  const lowered = lower(bound, state.outputs);
  if (hasAggregate(lowered) || someExpression(lowered, isGroupingCall)) {
    throw new SqlError("aggregate functions are not allowed in GROUP BY", {
      errorClass: ordinal === null ? "GROUP_BY_AGGREGATE" : "GROUP_BY_POS_AGGREGATE",
      sqlState: "42903",
      span: expression.span,
      hint: "group by the columns the aggregate is computed over",
    });
  }
  return lowered;
}

function groupOrdinal(ordinal: number, state: SelectState, span: Span): BoundExpression {
  const outputs = state.outputs;
  const output = outputs[ordinal - 1];
  if (!output) {
    throw new SqlError(
      `GROUP BY position ${ordinal} is not in select list (valid range is [1, ${outputs.length}])`,
      {
        errorClass: "GROUP_BY_POS_OUT_OF_RANGE",
        sqlState: "42805",
        span,
        hint: "count the columns of the select list from 1",
      },
    );
  }
  return output.expression;
}

/** Names of the select list stand for their expressions where the input has no such column. */
function aliasResolver(outputs: readonly SelectOutput[]): ColumnResolver {
  return (parts) => {
    if (parts.length !== 1) return null;
    const output = outputs.find((o) => sameName(o.attributes[0]?.name ?? "", parts[0]!.name));
    return output && !output.generator ? output.expression : null;
  };
}

function groupByAll(state: SelectState): BoundExpression[] {
  const lowered = state.outputs.map((o) => lower(o.expression, state.outputs));
  const plain = lowered.filter((e) => !hasAggregate(e));
  const bare = (e: BoundExpression): boolean => {
    if (hasAggregate(e) && e.kind === "call" && e.fn.kind === "aggregate") return false;
    if (e.kind === "attribute") return !e.outer;
    return childrenOf(e).some(bare);
  };
  if (plain.length === 0 && lowered.some(bare)) {
    throw new SqlError("cannot infer grouping columns for GROUP BY ALL", {
      errorClass: "UNRESOLVED_ALL_IN_GROUP_BY",
      sqlState: "42803",
      span: state.select.span,
      hint: "name the grouping columns",
    });
  }
  const seen = new Set<string>();
  return plain.filter((e) => {
    const key = expressionKey(e);
    return seen.has(key) ? false : seen.add(key);
  });
}
