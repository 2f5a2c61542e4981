/**
 * Queries (reference: Spark 4.2 `query`, `queryTerm`, `queryPrimary`): WITH, set operations with
 * INTERSECT first, pipes, and the clauses behind them. SELECT itself is in `select.ts`.
 */
import type {
  CommonTableExpression,
  Expression,
  Query,
  QueryBody,
  QueryOrganization,
} from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseInteger } from "./literal.ts";
import { isName, parseIdentifier, parseName, parseStrictIdentifier } from "./name.ts";
import { parsePipe } from "./pipe.ts";
import { parseInlineTable } from "./relation.ts";
import { parseFromStatement, parseSelect } from "./select.ts";
import { parseDirection, parseSortItem, parseWindowClause } from "./window.ts";

const SET_OPERATORS = { UNION: "union", EXCEPT: "except", MINUS: "except" } as const;
/** What may follow a parenthesised query and keep it a query. */
const QUERY_CONTINUES = new Set([
  ...["UNION", "EXCEPT", "MINUS", "INTERSECT", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE"],
  ...["LIMIT", "OFFSET"],
]);

/** A query with its WITH clause and its ORDER BY … OFFSET. */
export function parseQuery(c: Cursor): Query {
  const start = c.start;
  return c.nested(() => parseQueryRest(c, parseWith(c), start));
}

/** A query whose WITH clause has been read. */
export function parseQueryRest(c: Cursor, ctes: CommonTableExpression[], start: number): Query {
  const body = parseTerm(c, 0);
  const organization = parseOrganization(c, body);
  return { with: ctes, body, ...organization, span: c.spanFrom(start) };
}

/** `( query )`. */
export function parseParenthesizedQuery(c: Cursor): Query {
  c.expectSymbol("(");
  const query = parseQuery(c);
  c.expectSymbol(")");
  return query;
}

/** Whether a query starts at the cursor. */
export function startsQuery(c: Cursor): boolean {
  return isQueryStart(c, c.index) || (c.isSymbol("(") && isQueryParenthesis(c, c.index));
}

function isQueryStart(c: Cursor, index: number): boolean {
  const token = c.at(index);
  const next = c.at(index + 1);
  if (token.kind !== "word") return false;
  const named = next.kind === "word" || next.kind === "quoted";
  switch (token.word) {
    case "SELECT":
      return next.kind !== "end" && ![")", ",", "."].includes(next.word);
    case "FROM":
      return named || next.word === "(";
    case "WITH": {
      if (!named) return false;
      const after = c.at(index + 2).word;
      return next.word === "RECURSIVE" || after === "AS" || after === "(" || after === "MAX";
    }
    case "VALUES":
      if (next.kind === "symbol") return ["(", "-", "+", "?", ":", "["].includes(next.word);
      return next.kind !== "end";
    case "TABLE":
      return named;
    default:
      return false;
  }
}

/** Whether the `(` at a token index opens a query and not an expression or relation. */
export function isQueryParenthesis(c: Cursor, index: number): boolean {
  const known = c.queryMemo.get(index);
  if (known !== undefined) return known;
  // A run of parentheses is walked once, innermost first, so that nesting costs nothing twice.
  let depth = index;
  while (c.at(depth + 1).word === "(" && c.at(depth + 1).kind === "symbol") depth++;
  let answer = isQueryStart(c, depth + 1);
  c.queryMemo.set(depth, answer);
  for (let i = depth - 1; i >= index; i--) {
    const close = c.matching(i + 1);
    const after = c.at(close + 1);
    if (close + 1 !== c.matching(i)) {
      const continues = after.word === "|>" || QUERY_CONTINUES.has(after.word);
      answer = answer && continues;
    }
    c.queryMemo.set(i, answer);
  }
  return answer;
}

/** `WITH [RECURSIVE] a (x, y) AS (…), …`, if it comes next. */
export function parseWith(c: Cursor): CommonTableExpression[] {
  if (!c.isWord("WITH")) return [];
  c.advance();
  const recursive = c.isWord("RECURSIVE") && isName(c, 1) && c.advance() !== undefined;
  const ctes = c.commaList(() => parseCte(c, recursive));
  const seen = new Set<string>();
  for (const { name } of ctes) {
    const key = name.name.toLowerCase();
    if (seen.has(key)) {
      const message = `the name \`${name.name}\` stands twice in the WITH clause`;
      throw c.refuse("DUPLICATED_CTE_NAMES", message, name.span, "rename one of them");
    }
    seen.add(key);
  }
  return ctes;
}

function parseCte(c: Cursor, recursive: boolean): CommonTableExpression {
  const start = c.start;
  const name = parseStrictIdentifier(c, "the name of a common table expression");
  const isList = c.isSymbol("(") && !isQueryParenthesis(c, c.index);
  const columns = isList ? c.parenthesized(() => parseIdentifier(c, "a column")) : [];
  const levels = c.takeWords("MAX", "RECURSION", "LEVEL") ? Number(parseInteger(c)) : undefined;
  if (levels !== undefined && !recursive) {
    const message = "MAX RECURSION LEVEL stands in WITH RECURSIVE";
    throw c.refuse("_LEGACY_ERROR_TEMP_0035", message, c.spanFrom(start), "write WITH RECURSIVE");
  }
  c.takeWords("AS");
  const query = parseParenthesizedQuery(c);
  const limit = levels === undefined ? {} : { levels };
  return { name, columns, query, recursive, ...limit, span: c.spanFrom(start) };
}

/** Level 0 takes every operator, 1 only INTERSECT (right of UNION), 2 none. */
function parseTerm(c: Cursor, level: number): QueryBody {
  const start = c.start;
  let left = parseQueryPrimary(c);
  while (true) {
    if (level === 0 && c.isSymbol("|>")) {
      left = parsePipe(c, left, start);
      continue;
    }
    const { word, kind } = c.peek();
    const isLow = kind === "word" && word in SET_OPERATORS && level === 0;
    if (!isLow && !(c.isWord("INTERSECT") && level < 2)) return left;
    c.advance();
    const operator = isLow ? SET_OPERATORS[word as keyof typeof SET_OPERATORS] : "intersect";
    const all = parseQuantifier(c);
    const byName = c.takeWords("BY", "NAME");
    const right = parseTerm(c, isLow ? 1 : 2);
    left = { kind: "set_operation", operator, all, byName, left, right, span: c.spanFrom(start) };
  }
}

/** `ALL` gives true; DISTINCT, also unwritten, false. */
export function parseQuantifier(c: Cursor): boolean {
  return c.takeAny("ALL", "DISTINCT") === "ALL";
}

/** What stands left or right of a set operation. */
export function parseQueryPrimary(c: Cursor): QueryBody {
  const start = c.start;
  if (c.isSymbol("(")) {
    const query = parseParenthesizedQuery(c);
    return { kind: "nested", query, span: c.spanFrom(start) };
  }
  const { word, kind } = c.peek();
  switch (kind === "word" ? word : "") {
    case "SELECT":
      return parseSelect(c);
    case "FROM":
      return parseFromStatement(c);
    case "TABLE": {
      c.advance();
      const name = parseName(c, "a table");
      return { kind: "table_query", name, span: c.spanFrom(start) };
    }
    case "VALUES": {
      const { rows, alias } = parseInlineTable(c);
      return { kind: "values_query", rows, ...(alias ? { alias } : {}), span: c.spanFrom(start) };
    }
    case "MAP":
    case "REDUCE":
      throw notImplemented(`${word} … USING`, { start, end: c.peek().end });
    default:
      throw c.fail("a query (SELECT, VALUES, TABLE, FROM or WITH)");
  }
}

/** ORDER BY … OFFSET behind a query body. */
export function parseOrganization(c: Cursor, body?: QueryBody): QueryOrganization {
  const expressions = () => c.commaList(() => parseExpression(c));
  const sorts = () => c.commaList(() => parseSortItem(c));
  const result: QueryOrganization = {
    orderBy: c.takeWords("ORDER", "BY") ? (parseOrderByAll(c) ?? sorts()) : [],
    sortBy: [],
    distributeBy: [],
    clusterBy: [],
  };
  if (c.takeWords("CLUSTER", "BY")) result.clusterBy = expressions();
  if (c.takeWords("DISTRIBUTE", "BY")) result.distributeBy = expressions();
  if (c.takeWords("SORT", "BY")) result.sortBy = sorts();
  refuseCombination(c, result);
  const windows = parseWindowClause(c);
  if (windows.length > 0) {
    if (body?.kind !== "select") throw notImplemented("WINDOW after a set operation", body?.span);
    body.windows.push(...windows);
  }
  if (c.takeWords("LIMIT")) result.limit = c.takeWords("ALL") ? "all" : parseExpression(c);
  if (c.takeWords("OFFSET")) result.offset = parseExpression(c);
  return result;
}

/** ORDER BY and CLUSTER BY stand alone; SORT BY and DISTRIBUTE BY may stand together. */
function refuseCombination(c: Cursor, result: QueryOrganization): void {
  const ordered = !Array.isArray(result.orderBy) || result.orderBy.length > 0;
  const clustered = result.clusterBy.length > 0;
  const other = result.distributeBy.length + result.sortBy.length > 0;
  if (Number(ordered) + Number(clustered) + Number(other) < 2) return;
  const end = c.spanFrom(c.start).end;
  throw c.refuse(
    "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES",
    "ORDER BY, SORT BY, DISTRIBUTE BY and CLUSTER BY do not go together",
    { start: Math.max(0, end - 1), end },
    "keep ORDER BY for the order of the result",
  );
}

const AFTER_ALL = new Set(["LIMIT", "OFFSET", "ASC", "DESC", "NULLS", "WINDOW", "UNION"]);

/** `ORDER BY ALL`, unless ALL is the first of several keys or part of an expression. */
function parseOrderByAll(c: Cursor): QueryOrganization["orderBy"] | undefined {
  if (!c.isWord("ALL")) return undefined;
  const next = c.peek(1);
  const ends = next.kind === "end" || [")", ";", "|>"].includes(next.word);
  if (!ends && !AFTER_ALL.has(next.word)) return undefined;
  c.advance();
  return { kind: "all", ...parseDirection(c) };
}

/** An expression list in parentheses that may be empty. */
export function parseExpressionTuple(c: Cursor): Expression[] {
  if (!c.isSymbol("(") || !c.isSymbol(")", 1)) return c.parenthesized(() => parseExpression(c));
  c.advance();
  c.advance();
  return [];
}
