/**
 * SELECT and its clauses up to WINDOW, and FROM-first statements (reference: Spark 4.2
 * `querySpecification`, `fromStatement`). QUALIFY stands behind HAVING, as on Databricks.
 */
import type { Expression, Identifier, Relation, Select, SelectItem } from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseGroupBy } from "./group.ts";
import { isExpressionAlias } from "./keywords.ts";
import { isName, parseIdentifier, parseWordName } from "./name.ts";
import { parsePrimary } from "./primary.ts";
import { parseFrom, parseLateralViews } from "./relation.ts";
import { parseWindowClause } from "./window.ts";

/** `SELECT [hints] [DISTINCT|ALL] items`. */
export type SelectHead = Pick<Select, "distinct" | "items" | "hints">;

/** `SELECT … FROM … WHERE … GROUP BY … HAVING … QUALIFY … WINDOW`. */
export function parseSelect(c: Cursor): Select {
  const start = c.start;
  const head = parseSelectHead(c);
  const select: Select = { kind: "select", ...head, windows: [], span: c.spanFrom(start) };
  if (c.isWord("FROM")) select.from = parseFrom(c);
  if (isLateralView(c)) select.from = parseLateralViews(c, select.from ?? []);
  parseTail(c, select);
  select.span = c.spanFrom(start);
  return select;
}

function isLateralView(c: Cursor): boolean {
  return c.isWords("LATERAL", "VIEW");
}

/** SELECT with its items, as it also stands in a pipe. */
export function parseSelectHead(c: Cursor): SelectHead {
  c.expectWords("SELECT");
  if (c.isWord("TRANSFORM") && c.isSymbol("(", 1)) refuseTransform(c);
  const hints: Select["hints"] = [];
  while (c.isSymbol("/*+")) hints.push(...parseHint(c));
  const quantified = c.isWord("DISTINCT") || (c.isWord("ALL") && !isWholeItem(c));
  const distinct = quantified && c.advance().word === "DISTINCT";
  const items = c.commaList(() => parseSelectItem(c));
  return { distinct, items, hints };
}

/** SELECT behind a pipe: it may group and name windows, and reads what stands before it. */
export function parsePipeSelect(c: Cursor): Select {
  const start = c.start;
  const head = parseSelectHead(c);
  const grouped = c.isWords("GROUP", "BY") ? parseGroupBy(c) : {};
  const windows = parseWindowClause(c);
  return { kind: "select", ...head, ...grouped, windows, span: c.spanFrom(start) };
}

/** `SELECT all FROM t` names a column. */
function isWholeItem(c: Cursor): boolean {
  const next = c.peek(1);
  return next.kind === "end" || next.word === "," || next.word === "FROM" || next.word === ".";
}

/** `SELECT TRANSFORM(…) USING 'script'`; the function of that name is not followed by these. */
function refuseTransform(c: Cursor): void {
  const { word } = c.at(c.matching(c.index + 1) + 1);
  if (word === "USING" || word === "ROW" || word === "RECORDWRITER") {
    throw notImplemented("SELECT TRANSFORM … USING", { start: c.start, end: c.peek().end });
  }
}

function parseHint(c: Cursor): Select["hints"] {
  c.advance();
  const hints: Select["hints"] = [];
  while (!c.isSymbol("*/")) {
    const { name } = parseWordName(c, "a hint");
    const args = c.isSymbol("(") ? c.parenthesized(() => parsePrimary(c)) : [];
    hints.push({ name, args });
    c.takeSymbol(",");
  }
  c.advance();
  if (hints.length === 0) throw c.fail("a hint");
  return hints;
}

/** `expr [[AS] alias]` or `expr [AS] (a, b)`. */
export function parseSelectItem(c: Cursor): SelectItem {
  const start = c.start;
  const expression = parseExpression(c);
  const explicit = c.isWord("AS") && (isName(c, 1) || c.isSymbol("(", 1));
  if (explicit) c.advance();
  if (c.isSymbol("(") && isName(c, 1)) {
    const aliases = c.parenthesized(() => parseIdentifier(c, "an alias"));
    return { expression, aliases, span: c.spanFrom(start) };
  }
  if (!explicit && !isExpressionAlias(c)) return { expression, span: c.spanFrom(start) };
  const alias: Identifier = parseIdentifier(c, "an alias");
  return { expression, alias, span: c.spanFrom(start) };
}

function parseTail(c: Cursor, select: Select): void {
  if (c.takeWords("WHERE")) select.where = parseExpression(c);
  if (c.isWords("GROUP", "BY")) Object.assign(select, parseGroupBy(c));
  if (c.takeWords("HAVING")) select.having = parseExpression(c);
  if (c.takeWords("QUALIFY")) select.qualify = parseExpression(c);
  select.windows = parseWindowClause(c);
  if (!select.qualify && c.takeWords("QUALIFY")) select.qualify = parseExpression(c);
}

/** `FROM t SELECT …`, or `FROM t` alone, which selects everything. */
export function parseFromStatement(c: Cursor): Select {
  const start = c.start;
  const from: Relation[] = parseFrom(c);
  if (c.isWord("INSERT")) {
    throw notImplemented("FROM … INSERT (several inserts)", { start: c.start, end: c.peek().end });
  }
  if (c.isWord("MAP") || c.isWord("REDUCE")) {
    throw notImplemented("FROM … MAP … USING", { start: c.start, end: c.peek().end });
  }
  if (!c.isWord("SELECT")) {
    const span = c.spanFrom(start);
    const star: Expression = { kind: "star", qualifier: [], except: [], span };
    const items = [{ expression: star, span }];
    return { kind: "select", distinct: false, items, from, windows: [], hints: [], span };
  }
  const head = parseSelectHead(c);
  const select: Select = { kind: "select", ...head, from, windows: [], span: c.spanFrom(start) };
  if (isLateralView(c)) select.from = parseLateralViews(c, from);
  parseTail(c, select);
  select.span = c.spanFrom(start);
  if (c.isWord("SELECT")) {
    throw notImplemented("FROM … SELECT … SELECT", { start: c.start, end: c.peek().end });
  }
  return select;
}
