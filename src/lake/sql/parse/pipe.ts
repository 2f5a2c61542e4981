/**
 * Pipe operators (reference: Spark 4.2 `operatorPipeRightSide`). Each is parsed in full; which of
 * them run is the binder's to say.
 */
import type { PipeOperator, QueryBody, SelectItem, Span } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseGroupBy } from "./group.ts";
import { parseJoinTail, startsJoin } from "./join.ts";
import { parseIdentifier } from "./name.ts";
import { parsePivot, parseUnpivot } from "./pivot.ts";
import { parseOrganization, parseQuantifier, parseQueryPrimary } from "./query.ts";
import { parseSample } from "./sample.ts";
import { parseSelectHead, parseSelectItem } from "./select.ts";
import { parseWindowClause } from "./window.ts";

type Operation = PipeOperator extends infer P ? (P extends PipeOperator ? Strip<P> : never) : never;
type Strip<P> = Omit<P, "keyword" | "span">;

/** All `|> …` behind a query body, as one node. */
export function parsePipe(c: Cursor, input: QueryBody, start: number): QueryBody {
  const operators: PipeOperator[] = [];
  while (c.takeSymbol("|>")) {
    const from = c.start;
    const keyword = c.peek().word;
    const operation = parseOperation(c);
    const span: Span = c.spanFrom(from);
    operators.push({ ...operation, keyword, span } as PipeOperator);
  }
  return { kind: "pipe", input, operators, span: c.spanFrom(start) };
}

function parseOperation(c: Cursor): Operation {
  const { word } = c.peek();
  if (startsJoin(c)) return { kind: "join", ...parseJoinTail(c) };
  switch (word) {
    case "SELECT":
      return { kind: "select", ...parseSelectHead(c), windows: parseWindowClause(c) };
    case "EXTEND":
      c.advance();
      return { kind: "extend", items: c.commaList(() => parseSelectItem(c)) };
    case "SET":
      return parseSet(c);
    case "DROP":
      c.advance();
      return { kind: "drop", columns: c.commaList(() => parseIdentifier(c, "a column")) };
    case "AS":
      c.advance();
      return { kind: "as", alias: parseIdentifier(c, "an alias") };
    case "WHERE":
      c.advance();
      return { kind: "where", condition: parseExpression(c) };
    case "PIVOT":
      return { kind: "pivot", pivot: parsePivot(c) };
    case "UNPIVOT":
      return { kind: "unpivot", unpivot: parseUnpivot(c) };
    case "TABLESAMPLE": {
      const sample = parseSample(c);
      if (!sample) throw c.fail("`(`");
      return { kind: "sample", sample };
    }
    case "UNION":
    case "EXCEPT":
    case "MINUS":
    case "INTERSECT":
      return parseSetOperation(c, word);
    case "AGGREGATE":
      return parseAggregate(c);
    default:
      return parseOrganize(c);
  }
}

function parseSet(c: Cursor): Operation {
  c.advance();
  const assignments = c.commaList(() => {
    const column = parseIdentifier(c, "a column");
    c.expectSymbol("=");
    return { column, value: parseExpression(c) };
  });
  return { kind: "set", assignments };
}

function parseSetOperation(c: Cursor, word: string): Operation {
  c.advance();
  const operator = word === "UNION" ? "union" : word === "INTERSECT" ? "intersect" : "except";
  const all = parseQuantifier(c);
  return { kind: "set_operation", operator, all, right: parseQueryPrimary(c) };
}

function parseOrganize(c: Cursor): Operation {
  const before = c.index;
  const organization = parseOrganization(c);
  if (c.index === before) {
    throw c.fail("a pipe operator such as SELECT, WHERE, AGGREGATE, JOIN or ORDER BY");
  }
  return { kind: "organize", ...organization };
}

/** The keys of a plain GROUP BY may be named: `GROUP BY a + 1 AS b`. */
function parseAggregate(c: Cursor): Operation {
  c.advance();
  const isGroup = c.isWords("GROUP", "BY");
  const items = isGroup ? [] : c.commaList(() => parseSelectItem(c));
  if (!c.isWords("GROUP", "BY")) return { kind: "aggregate", items };
  const before = c.index;
  c.moveTo(before + 2);
  if (isAnalytics(c)) {
    c.moveTo(before);
    return { kind: "aggregate", items, ...toAnalytics(parseGroupBy(c)) };
  }
  const groupBy: SelectItem[] = c.commaList(() => parseSelectItem(c));
  return { kind: "aggregate", items, groupBy };
}

function isAnalytics(c: Cursor): boolean {
  const { word } = c.peek();
  if (word === "ALL") return c.peek(1).kind === "end" || c.isSymbol(")", 1) || c.isSymbol("|>", 1);
  return word === "ROLLUP" || word === "CUBE" ? c.isSymbol("(", 1) : c.isWords("GROUPING", "SETS");
}

function toAnalytics({ groupBy }: ReturnType<typeof parseGroupBy>) {
  return groupBy ? { analytics: groupBy } : {};
}
