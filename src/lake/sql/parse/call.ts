/**
 * Function calls with everything that may follow the arguments (reference: Spark 4.2
 * `functionCall`): DISTINCT, named and table arguments, WITHIN GROUP, FILTER, IGNORE NULLS, OVER.
 */
import type { Expression, FunctionArgument, MultipartName, SortItem } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { literal } from "./literal.ts";
import { isName, parseIdentifier } from "./name.ts";
import { parseTableArgument } from "./relation.ts";
import { parseSortItem, parseWindowSpec } from "./window.ts";

/** Aggregates that take IGNORE NULLS inside their parentheses. */
const NULLS_INSIDE = new Set(["first", "last", "any_value", "first_value", "last_value"]);

type Call = Extract<Expression, { kind: "call" }>;

/** A call whose name has been read; the parenthesis comes next. */
export function parseCall(c: Cursor, name: MultipartName): Expression {
  const start = name.span.start;
  c.expectSymbol("(");
  const quantified = c.peek();
  const isQuantifier = (c.isWord("DISTINCT") || c.isWord("ALL")) && !endsName(c);
  if (isQuantifier) c.advance();
  const args: FunctionArgument[] = [];
  if (!c.isSymbol(")")) args.push(...c.commaList(() => parseArgument(c)));
  else if (isQuantifier) throw c.fail("an argument");
  const call: Call & { span: { start: number; end: number } } = {
    kind: "call",
    name,
    args,
    distinct: isQuantifier && quantified.word === "DISTINCT",
    span: name.span,
  };
  if (NULLS_INSIDE.has(name.parts.at(-1)!.name.toLowerCase())) takeNulls(c, call);
  c.expectSymbol(")");
  parseCallSuffix(c, call);
  return { ...call, span: c.spanFrom(start) };
}

/** `f(distinct)` and `f(all, 1)` name columns. */
function endsName(c: Cursor): boolean {
  return [",", ")", "."].some((symbol) => c.isSymbol(symbol, 1));
}

function takeNulls(c: Cursor, call: Call): void {
  if (c.takeWords("IGNORE", "NULLS")) call.nulls = "ignore";
  else if (c.takeWords("RESPECT", "NULLS")) call.nulls = "respect";
}

function parseCallSuffix(c: Cursor, call: Call): void {
  if (c.isWords("WITHIN", "GROUP")) call.withinGroup = parseWithinGroup(c);
  if (c.isWord("FILTER") && c.isSymbol("(", 1) && c.isWord("WHERE", 2)) {
    c.advance();
    c.expectSymbol("(");
    c.expectWords("WHERE");
    call.filter = parseExpression(c);
    c.expectSymbol(")");
  }
  takeNulls(c, call);
  if (c.isWord("OVER") && (c.isSymbol("(", 1) || isName(c, 1))) {
    c.advance();
    call.over = parseWindowSpec(c);
  }
}

function parseWithinGroup(c: Cursor): SortItem[] {
  c.advance();
  c.advance();
  c.expectSymbol("(");
  c.expectWords("ORDER", "BY");
  const items = c.commaList(() => parseSortItem(c));
  c.expectSymbol(")");
  return items;
}

/** One argument: an expression, `name => value` or `TABLE(…)`. */
export function parseArgument(c: Cursor): FunctionArgument {
  if (isName(c) && c.isSymbol("=>", 1)) {
    const name = parseIdentifier(c);
    c.advance();
    return { name, ...parseArgumentValue(c) };
  }
  return parseArgumentValue(c);
}

function parseArgumentValue(c: Cursor): FunctionArgument {
  const start = c.start;
  if (c.isWord("TABLE") && (c.isSymbol("(", 1) || isName(c, 1))) {
    const table = parseTableArgument(c);
    return { value: literal({ kind: "null" }, c.spanFrom(start)), table };
  }
  return { value: parseExpression(c) };
}
