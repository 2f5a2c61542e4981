/**
 * The FROM clause (reference: Spark 4.2 `fromClause`, `relationPrimary`): tables with time travel,
 * subqueries, table functions, VALUES, samples, aliases, lateral views. Joins are in `join.ts`,
 * PIVOT and UNPIVOT in `pivot.ts`, time travel in `time-travel.ts`.
 */
import type {
  Expression,
  FunctionArgument,
  LateralView,
  Relation,
  Sample,
  TableAlias,
} from "../ast.ts";
import { notImplemented } from "../error.ts";
import { parseArgument, parseCall } from "./call.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { joinAll, parseRelation } from "./join.ts";
import { isTableAlias } from "./keywords.ts";
import {
  isIdentifierLiteral,
  isName,
  parseIdentifier,
  parseName,
  parseTableAliasName,
} from "./name.ts";
import { isQueryParenthesis, parseParenthesizedQuery, startsQuery } from "./query.ts";
import { parseSample } from "./sample.ts";
import { parseTimeTravel, splitPathVersion } from "./time-travel.ts";

/** FROM and its relations, lateral views included. */
export function parseFrom(c: Cursor): Relation[] {
  c.expectWords("FROM");
  const relations = c.commaList(() => parseRelation(c));
  return c.isWords("LATERAL", "VIEW") ? parseLateralViews(c, relations) : relations;
}

/** `LATERAL VIEW …` over everything in FROM so far; without FROM, over one empty row. */
export function parseLateralViews(c: Cursor, relations: readonly Relation[]): Relation[] {
  const none = { start: c.start, end: c.start };
  const oneRow: Relation = { kind: "values", rows: [[]], span: none };
  let input = relations.length > 0 ? joinAll(relations) : oneRow;
  while (c.isWords("LATERAL", "VIEW")) {
    const view = parseLateralView(c);
    input = { kind: "lateral_view", input, view, span: c.spanFrom(input.span.start) };
  }
  return [input];
}

function parseLateralView(c: Cursor): LateralView {
  const { start } = c.peek();
  c.expectWords("LATERAL", "VIEW");
  const outer = c.isWord("OUTER") && isName(c, 1) && c.takeWords("OUTER");
  const name = parseName(c, "a generator such as explode");
  if (!c.isSymbol("(")) throw c.fail("`(`");
  const call = parseCall(c, name);
  const alias = parseIdentifier(c, "a name for the lateral view");
  const named = c.takeWords("AS") || isTableAlias(c);
  const columns = named ? c.commaList(() => parseIdentifier(c, "a column")) : [];
  return { outer, call, alias, columns, span: c.spanFrom(start) };
}

/** `[AS] name [(columns)]`, if it comes next. */
export function parseTableAlias(c: Cursor): TableAlias | undefined {
  const name = parseTableAliasName(c);
  if (!name) return undefined;
  const columns = c.isSymbol("(") ? c.parenthesized(() => parseIdentifier(c, "a column")) : [];
  return { name, columns };
}

/** One relation without joins behind it. */
export function parseRelationPrimary(c: Cursor, lateral: boolean): Relation {
  const start = c.start;
  if (c.isSymbol("(")) return parseParenthesizedRelation(c, lateral);
  if (c.isWord("VALUES") && startsQuery(c)) {
    const { rows, alias } = parseInlineTable(c);
    return { kind: "values", rows, ...(alias ? { alias } : {}), span: c.spanFrom(start) };
  }
  if (c.isWord("STREAM") && (c.isSymbol("(", 1) || (isName(c, 1) && !c.isWord("AS", 1)))) {
    throw notImplemented("STREAM in a query", { start, end: c.peek().end });
  }
  if (c.isWord("IDENTIFIER") && c.isSymbol("(", 1) && !isIdentifierLiteral(c)) {
    return parseIdentifierTable(c);
  }
  return parseNamedRelation(c, lateral);
}

function parseParenthesizedRelation(c: Cursor, lateral: boolean): Relation {
  const start = c.start;
  if (isQueryParenthesis(c, c.index)) {
    const query = parseParenthesizedQuery(c);
    const rest = parseSampleAndAlias(c);
    return { kind: "subquery", query, lateral, ...rest, span: c.spanFrom(start) };
  }
  c.advance();
  const input = c.nested(() => parseRelation(c));
  c.expectSymbol(")");
  const rest = parseSampleAndAlias(c);
  if (!rest.alias && !rest.sample) return { ...input, span: c.spanFrom(start) };
  return { kind: "aliased", input, ...rest, span: c.spanFrom(start) };
}

function parseSampleAndAlias(c: Cursor): { sample?: Sample; alias?: TableAlias } {
  const sample = parseSample(c);
  refuseWatermark(c);
  const alias = parseTableAlias(c);
  return { ...(sample ? { sample } : {}), ...(alias ? { alias } : {}) };
}

function refuseWatermark(c: Cursor): void {
  if (!c.isWord("WATERMARK") || !(c.isWord("DELAY", 2) || c.isSymbol("(", 2))) return;
  throw notImplemented("WATERMARK", { start: c.start, end: c.peek().end });
}

/** `IDENTIFIER(expr)` as a table. */
function parseIdentifierTable(c: Cursor): Relation {
  const start = c.start;
  c.advance();
  c.expectSymbol("(");
  const operand = parseExpression(c);
  c.expectSymbol(")");
  if (c.isSymbol("(")) throw notImplemented("IDENTIFIER(…) as a table function", c.spanFrom(start));
  const timeTravel = parseTimeTravel(c);
  const alias = parseTableAlias(c);
  return {
    kind: "identifier_table",
    operand,
    ...(timeTravel ? { timeTravel } : {}),
    ...(alias ? { alias } : {}),
    span: c.spanFrom(start),
  };
}

function parseNamedRelation(c: Cursor, lateral: boolean): Relation {
  const start = c.start;
  const written = parseName(c, "a table, a subquery or VALUES");
  if (c.isSymbol("(")) {
    const args = parseTableFunctionArguments(c);
    refuseWatermark(c);
    const alias = parseTableAlias(c);
    const rest = alias ? { alias } : {};
    return {
      kind: "table_function",
      name: written,
      args,
      lateral,
      ...rest,
      span: c.spanFrom(start),
    };
  }
  const { name, timeTravel: ofPath } = splitPathVersion(written);
  const timeTravel = ofPath ?? parseTimeTravel(c);
  if (c.isWords("CHANGES", "FROM") && c.peek(2).kind === "word" && !c.isSymbol(".", 2)) {
    throw notImplemented("CHANGES FROM", { start: c.start, end: c.peek(1).end });
  }
  if (c.isWord("WITH") && c.isSymbol("(", 1)) {
    throw notImplemented("options on a table (WITH)", { start: c.start, end: c.peek().end });
  }
  const rest = parseSampleAndAlias(c);
  const travel = timeTravel ? { timeTravel } : {};
  return { kind: "table", name, ...travel, ...rest, span: c.spanFrom(start) };
}

function parseTableFunctionArguments(c: Cursor): FunctionArgument[] {
  c.expectSymbol("(");
  const args = c.isSymbol(")") ? [] : c.commaList(() => parseArgument(c));
  c.expectSymbol(")");
  return args;
}

/** `TABLE t`, `TABLE(t)` or `TABLE(query)` as an argument of a table function. */
export function parseTableArgument(c: Cursor): Relation {
  const start = c.start;
  c.expectWords("TABLE");
  let relation: Relation;
  if (c.isSymbol("(") && isQueryParenthesis(c, c.index)) {
    const query = parseParenthesizedQuery(c);
    relation = { kind: "subquery", query, lateral: false, span: c.spanFrom(start) };
  } else {
    const wrapped = c.takeSymbol("(");
    const name = parseName(c, "a table");
    if (wrapped) c.expectSymbol(")");
    else throw bareTableArgument(c, c.spanFrom(start));
    relation = { kind: "table", name, span: c.spanFrom(start) };
  }
  if (["WITH", "PARTITION", "DISTRIBUTE", "ORDER", "SORT"].some((word) => c.isWord(word))) {
    throw notImplemented("partitioning of a table argument", { start: c.start, end: c.peek().end });
  }
  return relation;
}

function bareTableArgument(c: Cursor, span: Relation["span"]): Error {
  return c.refuse(
    "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_IDENTIFIER_ARGUMENT_MISSING_PARENTHESES",
    "a table argument needs parentheses around the table",
    span,
    "write TABLE(t)",
  );
}

/** `VALUES row, row … [alias]`; a row constructor or STRUCT(…) gives several columns. */
export function parseInlineTable(c: Cursor): { rows: Expression[][]; alias?: TableAlias } {
  c.expectWords("VALUES");
  const rows = c.commaList(() => toRow(parseExpression(c)));
  const alias = parseTableAlias(c);
  refuseRaggedRows(c, rows, alias);
  return { rows, ...(alias ? { alias } : {}) };
}

function refuseRaggedRows(c: Cursor, rows: Expression[][], alias?: TableAlias): void {
  const width = alias?.columns.length || rows[0]!.length;
  const ragged = rows.find((row) => row.length !== width);
  if (!ragged || rows.some((row) => row.some((item) => item.kind === "star"))) return;
  throw c.refuse(
    "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
    `a row of VALUES has ${ragged.length} values where ${width} are expected`,
    ragged[0]?.span ?? c.spanFrom(c.start),
    "give every row as many values as there are columns",
  );
}

function toRow(expression: Expression): Expression[] {
  if (expression.kind === "row") return expression.items.map((item) => item.expression);
  if (expression.kind === "call" && expression.name.parts.length === 1 && !expression.over) {
    const [{ name, quoted } = { name: "", quoted: true }] = expression.name.parts;
    if (!quoted && name.toLowerCase() === "struct") return expression.args.map((a) => a.value);
  }
  return [expression];
}
