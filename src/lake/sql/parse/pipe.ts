/** Pipe operators (reference: Spark 4.2 `operatorPipeRightSide`). */
import type { PipeOperator, QueryBody, QueryOrganization, SelectItem, Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseGroupBy } from "./group.ts";
import { parseJoinTail, startsJoin } from "./join.ts";
import { parseIdentifier, parseName } from "./name.ts";
import { parsePivot, parseUnpivot } from "./pivot.ts";
import { parseOrganization, parseQuantifier, parseQueryPrimary } from "./query.ts";
import { parseSample } from "./sample.ts";
import { parsePipeSelect, parseSelectItem } from "./select.ts";
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
      return { kind: "select", select: parsePipeSelect(c) };
    case "EXTEND": {
      c.advance();
      const items = c.commaList(() => parseSelectItem(c));
      return { kind: "extend", items, windows: parseWindowClause(c) };
    }
    case "SET":
      return parseSet(c);
    case "DROP":
      c.advance();
      return { kind: "drop", columns: c.commaList(() => parseName(c, "a column")) };
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
    const { parts, span } = parseName(c, "a column");
    if (parts.length > 1) {
      const message = "SET in a pipe takes a column without a qualifier";
      throw c.refuse("_LEGACY_ERROR_TEMP_0035", message, span, "leave the qualifier out");
    }
    c.expectSymbol("=");
    return { column: parts[0]!, value: parseExpression(c) };
  });
  return { kind: "set", assignments, windows: parseWindowClause(c) };
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
  refuseSeveral(organization, c.spanFrom(c.at(before).start));
  return { kind: "organize", ...organization };
}

/** One operator orders or cuts, not both; LIMIT and OFFSET go together. */
function refuseSeveral(organization: QueryOrganization, span: Span): void {
  const { orderBy, sortBy, clusterBy, distributeBy } = organization;
  const ordered = !Array.isArray(orderBy) || orderBy.length > 0;
  const spread = sortBy.length + clusterBy.length + distributeBy.length > 0;
  const cut = organization.limit !== undefined || organization.offset !== undefined;
  if (!cut || !(ordered || spread)) return;
  throw new SqlError("one pipe operator cannot both order and cut its rows", {
    errorClass: "MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS",
    sqlState: "42000",
    span,
    hint: "write `|> ORDER BY … |> LIMIT …`",
  });
}

/** The keys of a plain GROUP BY may be named: `GROUP BY a + 1 AS b`. */
function parseAggregate(c: Cursor): Operation {
  c.advance();
  const isGroup = c.isWords("GROUP", "BY");
  if (!isGroup && (c.atEnd || c.isSymbol("|>") || c.isSymbol(")"))) {
    const message = "AGGREGATE in a pipe needs aggregates, a GROUP BY, or both";
    throw c.refuse("_LEGACY_ERROR_TEMP_0035", message, c.spanFrom(c.start), "name an aggregate");
  }
  const items = isGroup ? [] : c.commaList(() => parseSelectItem(c));
  if (!c.isWords("GROUP", "BY")) return { kind: "aggregate", items };
  const before = c.index;
  c.moveTo(before + 2);
  if (isAnalytics(c)) {
    c.moveTo(before);
    return { kind: "aggregate", items, ...toAnalytics(parseGroupBy(c)) };
  }
  const groupBy: SelectItem[] = c.commaList(() => parseSelectItem(c));
  if (!c.isWord("WITH") && !c.isWord("GROUPING")) return { kind: "aggregate", items, groupBy };
  c.moveTo(before);
  return { kind: "aggregate", items, ...toAnalytics(parseGroupBy(c)) };
}

function isAnalytics(c: Cursor): boolean {
  const { word } = c.peek();
  if (word === "ALL") return c.peek(1).kind === "end" || c.isSymbol(")", 1) || c.isSymbol("|>", 1);
  return word === "ROLLUP" || word === "CUBE" ? c.isSymbol("(", 1) : c.isWords("GROUPING", "SETS");
}

function toAnalytics({ groupBy }: ReturnType<typeof parseGroupBy>) {
  return groupBy ? { analytics: groupBy } : {};
}
