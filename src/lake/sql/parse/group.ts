/**
 * GROUP BY in its three forms (reference: Spark 4.2 `aggregationClause`): a list that may hold
 * ROLLUP, CUBE and GROUPING SETS; `… WITH ROLLUP|CUBE`; `GROUP BY a, b GROUPING SETS (…)`.
 */
import type { Expression, GroupBy, GroupingItem, Select } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseExpressionTuple } from "./query.ts";

/** GROUP BY and what modifies it. */
export function parseGroupBy(c: Cursor): Pick<Select, "groupBy" | "groupingModifier"> {
  c.expectWords("GROUP", "BY");
  if (isGroupByAll(c)) {
    c.advance();
    return { groupBy: { kind: "all" } };
  }
  const items = c.commaList(() => parseGroupingItem(c));
  const groupBy: GroupBy = { kind: "expressions", items };
  if (c.isWord("WITH") && (c.isWord("ROLLUP", 1) || c.isWord("CUBE", 1))) {
    refuseAnalytics(c, items);
    c.advance();
    const kind = c.advance().word === "ROLLUP" ? "rollup" : "cube";
    return { groupBy, groupingModifier: { kind } };
  }
  if (c.isWords("GROUPING", "SETS")) {
    refuseAnalytics(c, items);
    c.advance();
    c.advance();
    const sets = c.parenthesized(() => parseGroupingSet(c));
    return { groupBy, groupingModifier: { kind: "grouping_sets", sets } };
  }
  return { groupBy };
}

/** ALL alone; with anything but the next clause behind it, it is a column. */
function isGroupByAll(c: Cursor): boolean {
  if (!c.isWord("ALL")) return false;
  const next = c.peek(1);
  return next.kind === "end" || next.kind === "word" || [")", ";", "|>"].includes(next.word);
}

function refuseAnalytics(c: Cursor, items: readonly GroupingItem[]): void {
  if (items.some((item) => item.kind !== "expression")) throw c.fail("the end of GROUP BY");
}

/** An expression, ROLLUP(…), CUBE(…) or GROUPING SETS(…). */
export function parseGroupingItem(c: Cursor): GroupingItem {
  return parseAnalytics(c) ?? { kind: "expression", expression: parseExpression(c) };
}

function parseAnalytics(c: Cursor): GroupingItem | undefined {
  const start = c.start;
  if ((c.isWord("ROLLUP") || c.isWord("CUBE")) && c.isSymbol("(", 1)) {
    const kind = c.advance().word === "ROLLUP" ? "rollup" : "cube";
    const sets = c.parenthesized(() => parseGroupingSet(c));
    const span = c.spanFrom(start);
    if (sets.some((set) => set.length === 0)) {
      const message = `${kind.toUpperCase()} cannot hold an empty set`;
      throw c.refuse("_LEGACY_ERROR_TEMP_0051", message, span, "leave the `()` out");
    }
    return { kind, sets, span };
  }
  if (!c.isWords("GROUPING", "SETS") || !c.isSymbol("(", 2)) return undefined;
  c.advance();
  c.advance();
  const sets = c.parenthesized((): GroupingItem[] => {
    const analytics = c.nested(() => parseAnalytics(c));
    if (analytics) return [analytics];
    return parseGroupingSet(c).map((expression) => ({ kind: "expression", expression }));
  });
  return { kind: "grouping_sets", sets, span: c.spanFrom(start) };
}

/** `(a, b)`, `()` or a single expression, which may itself start with a parenthesis. */
function parseGroupingSet(c: Cursor): Expression[] {
  if (c.isSymbol("(")) {
    const after = c.at(c.matching(c.index) + 1);
    if (after.kind === "symbol" && (after.word === "," || after.word === ")")) {
      return parseExpressionTuple(c);
    }
  }
  return [parseExpression(c)];
}
