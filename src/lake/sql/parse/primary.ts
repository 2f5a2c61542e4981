/**
 * Operands and what binds tightest behind them (reference: Spark 4.2 `primaryExpression`): names,
 * stars, CASE, CAST, parentheses, lambdas, then `.field`, `[index]`, `::type`, `:path`, COLLATE.
 * Literals are in `literal.ts`, calls in `call.ts`, calls with keywords in `special-call.ts`.
 */
import type { Expression, Identifier, MultipartName } from "../ast.ts";
import { parseCall } from "./call.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression, parseValue } from "./expression.ts";
import { parseInterval, startsInterval } from "./interval.ts";
import {
  literal,
  parseNumber,
  parseStringLiteral,
  parseTypedLiteral,
  stringNode,
} from "./literal.ts";
import {
  isIdentifierLiteral,
  isName,
  parseIdentifier,
  parseIdentifierLiteral,
  parseName,
  parseWordName,
} from "./name.ts";
import { isQueryParenthesis, parseParenthesizedQuery } from "./query.ts";
import { parseSelectItem } from "./select.ts";
import { parseSpecialCall } from "./special-call.ts";
import { parseTypeWithText } from "./type.ts";

/** Words that cannot be an operand, because here they can only begin what comes next. */
const NEVER_OPERAND = new Set(["FROM", "WHERE", "GROUP", "HAVING", "THEN", "WHEN", "ELSE", "AND"]);
/** Functions written without parentheses. */
const BARE_FUNCTIONS = new Set([
  ...["CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_TIME", "CURRENT_USER", "USER", "SESSION_USER"],
]);

/** `-5` as one literal, so that the smallest integers fit; undefined when no number follows. */
export function foldNegativeNumber(c: Cursor): Expression | undefined {
  if (!c.isSymbol("-") || c.peek(1).kind !== "number") return undefined;
  const start = c.start;
  c.advance();
  return parsePostfix(c, parseNumber(c, "-", start));
}

/** An operand with everything that binds to it. */
export function parsePrimary(c: Cursor): Expression {
  return parsePostfix(c, parseOperand(c));
}

function parseOperand(c: Cursor): Expression {
  const token = c.peek();
  switch (token.kind) {
    case "number":
      return parseNumber(c, "", token.start);
    case "string": {
      const { value, span } = parseStringLiteral(c);
      return stringNode(value, span);
    }
    case "symbol":
      return parseSymbolOperand(c);
    case "quoted":
      return parseNamed(c);
    case "word":
      return parseWordOperand(c);
    case "end":
      throw c.fail("an expression");
  }
}

function parseSymbolOperand(c: Cursor): Expression {
  const start = c.start;
  if (c.isSymbol("(")) return parseParenthesis(c);
  if (c.takeSymbol("*")) return parseStarRest(c, [], start);
  if (c.takeSymbol("?")) {
    return { kind: "parameter", name: String(c.nextPosition()), span: c.spanFrom(start) };
  }
  if (c.isSymbol(":") && isName(c, 1)) {
    c.advance();
    const { name } = parseWordName(c, "the name of a parameter");
    return { kind: "parameter", name, span: c.spanFrom(start) };
  }
  throw c.fail("an expression");
}

function parseWordOperand(c: Cursor): Expression {
  const { word, start } = c.peek();
  if (word === "CASE" && startsCase(c)) return parseCase(c);
  if (startsInterval(c)) return parseInterval(c);
  const typed = parseTypedLiteral(c);
  if (typed) return typed;
  if (NEVER_OPERAND.has(word) && !c.isSymbol(".", 1) && !c.isSymbol("(", 1)) {
    throw c.fail("an expression");
  }
  if (!c.isSymbol(".", 1) && !c.isSymbol("->", 1) && !c.isSymbol("=>", 1)) {
    if (word === "NULL" || word === "TRUE" || word === "FALSE") {
      c.advance();
      const span = c.spanFrom(start);
      if (word === "NULL") return literal({ kind: "null" }, span);
      return literal({ kind: "boolean", value: word === "TRUE" }, span);
    }
    if (BARE_FUNCTIONS.has(word) && !c.isSymbol("(", 1)) {
      const name = { parts: [parseIdentifier(c)], span: c.spanFrom(start) };
      return { kind: "call", name, args: [], distinct: false, bare: true, span: name.span };
    }
  }
  if (c.isSymbol("(", 1)) {
    if ((word === "CAST" || word === "TRY_CAST") && c.hasDirectWord(c.index + 1, "AS")) {
      return parseCast(c);
    }
    const special = c.nested(() => parseSpecialCall(c));
    if (special) return special;
  }
  return parseNamed(c);
}

/** A column, `t.*`, a call or a lambda. */
function parseNamed(c: Cursor): Expression {
  const start = c.start;
  if (c.isSymbol("->", 1)) {
    const parameters = [parseIdentifier(c)];
    return parseLambdaBody(c, parameters, start);
  }
  if (c.isWord("IDENTIFIER") && c.isSymbol("(", 1) && !isIdentifierLiteral(c)) {
    const clause = parseIdentifierClause(c);
    if (clause) return clause;
  }
  const parts: Identifier[] = [];
  while (true) {
    if (isIdentifierLiteral(c)) parts.push(...parseIdentifierLiteral(c).parts);
    else parts.push(parseIdentifier(c, "an expression"));
    if (!c.isSymbol(".")) break;
    if (c.isSymbol("*", 1)) {
      c.advance();
      c.advance();
      return parseStarRest(c, parts, start);
    }
    if (!isName(c, 1)) break;
    c.advance();
  }
  const name: MultipartName = { parts, span: c.spanFrom(start) };
  if (c.isSymbol("(") && !isQueryWord(c, 1)) return parseCall(c, name);
  return { kind: "column", name, span: name.span };
}

/** `b (SELECT …`: what stands in front of the parenthesis is no function. */
function isQueryWord(c: Cursor, ahead: number): boolean {
  return (c.isWord("SELECT", ahead) || c.isWord("WITH", ahead)) && isQueryParenthesis(c, c.index);
}

function startsCase(c: Cursor): boolean {
  const next = c.peek(1);
  return next.kind !== "end" && ![",", ")", ".", "->", "=>"].includes(next.word);
}

/** `IDENTIFIER(expr)`, maybe called; the parser cannot know the name. */
function parseIdentifierClause(c: Cursor): Expression | undefined {
  const start = c.start;
  c.advance();
  c.expectSymbol("(");
  const operand = parseExpression(c);
  c.expectSymbol(")");
  const span = c.spanFrom(start);
  if (!c.isSymbol("(")) return { kind: "identifier_clause", operand, span };
  const name: MultipartName = { parts: [{ name: "identifier", quoted: false, span }], span };
  const call = parseCall(c, name);
  const args = call.kind === "call" ? call.args : [];
  return { kind: "identifier_clause", operand, args, span: call.span };
}

function parseStarRest(c: Cursor, qualifier: Identifier[], start: number): Expression {
  const excepts = (c.isWord("EXCEPT") || c.isWord("EXCLUDE")) && c.isSymbol("(", 1);
  if (!excepts || isQueryParenthesis(c, c.index + 1)) {
    return { kind: "star", qualifier, except: [], span: c.spanFrom(start) };
  }
  c.advance();
  const except = c.parenthesized(() => parseName(c, "a column"));
  return { kind: "star", qualifier, except, span: c.spanFrom(start) };
}

/** A lambda, a subquery, a row or just parentheses. */
function parseParenthesis(c: Cursor): Expression {
  const start = c.start;
  if (c.at(c.matching(c.index) + 1).word === "->") {
    const parameters = c.parenthesized(() => parseIdentifier(c, "a parameter"));
    if (parameters.length > 1) return parseLambdaBody(c, parameters, start);
    throw c.fail("an operator", "write a lambda of one parameter without parentheses: x -> …");
  }
  if (isQueryParenthesis(c, c.index)) {
    const query = parseParenthesizedQuery(c);
    return { kind: "scalar_query", query, span: c.spanFrom(start) };
  }
  c.advance();
  const first = parseRowItem(c);
  if (first.alias === undefined && c.takeSymbol(")")) {
    return { ...first.expression, span: c.spanFrom(start) };
  }
  const items = [first];
  while (c.takeSymbol(",")) items.push(parseRowItem(c));
  if (items.length === 1) throw c.fail("`)` or an operator");
  c.expectSymbol(")");
  return { kind: "row", items, span: c.spanFrom(start) };
}

function parseRowItem(c: Cursor): { expression: Expression; alias?: Identifier } {
  const { expression, alias } = parseSelectItem(c);
  return alias ? { expression, alias } : { expression };
}

function parseLambdaBody(c: Cursor, parameters: Identifier[], start: number): Expression {
  c.expectSymbol("->");
  const body = parseExpression(c);
  return { kind: "lambda", parameters, body, span: c.spanFrom(start) };
}

function parseCase(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  const operand = c.isWord("WHEN") ? undefined : parseExpression(c);
  const branches: { when: Expression; then: Expression }[] = [];
  while (c.takeWords("WHEN")) {
    const when = parseExpression(c);
    c.expectWords("THEN");
    // biome-ignore lint/suspicious/noThenProperty: the syntax tree names the branch as SQL does
    branches.push({ when, then: parseExpression(c) });
  }
  if (branches.length === 0) throw c.fail("`WHEN`");
  const otherwise = c.takeWords("ELSE") ? parseExpression(c) : undefined;
  c.expectWords("END");
  return {
    kind: "case",
    branches,
    span: c.spanFrom(start),
    ...(operand ? { operand } : {}),
    ...(otherwise ? { otherwise } : {}),
  };
}

function parseCast(c: Cursor): Expression {
  const start = c.start;
  const isTry = c.advance().word === "TRY_CAST";
  c.expectSymbol("(");
  const operand = parseExpression(c);
  c.expectWords("AS");
  const { type, span: typeSpan } = parseTypeWithText(c);
  c.expectSymbol(")");
  const span = c.spanFrom(start);
  return { kind: "cast", try: isTry, operand, type, typeSpan, syntax: "cast", span };
}

function parsePostfix(c: Cursor, operand: Expression): Expression {
  const start = operand.span.start;
  let result = operand;
  while (c.peek().kind === "symbol" || c.isWord("COLLATE")) {
    if (c.isSymbol(".") && isName(c, 1)) {
      c.advance();
      const field = parseIdentifier(c);
      result = { kind: "field", operand: result, field, span: c.spanFrom(start) };
    } else if (c.takeSymbol("[")) {
      const index = c.nested(() => parseValue(c));
      c.expectSymbol("]");
      result = { kind: "subscript", operand: result, index, span: c.spanFrom(start) };
    } else if (c.takeSymbol("::")) {
      const { type, span: typeSpan } = parseTypeWithText(c);
      const span = c.spanFrom(start);
      result = { kind: "cast", try: false, operand: result, type, typeSpan, syntax: "::", span };
    } else if (c.isSymbol(":") && (isName(c, 1) || c.isSymbol("[", 1))) {
      const path = parsePath(c);
      result = { kind: "semi_structured", operand: result, path, span: c.spanFrom(start) };
    } else if (c.isWord("COLLATE") && isName(c, 1)) {
      c.advance();
      const collation = parseName(c, "a collation");
      result = { kind: "collate", operand: result, collation, span: c.spanFrom(start) };
    } else {
      break;
    }
  }
  return result;
}

/** The path behind the colon, as written: `a.b[0]['c']`. */
function parsePath(c: Cursor): string {
  c.advance();
  const start = c.start;
  if (!c.isSymbol("[")) parseIdentifier(c, "a field");
  while (true) {
    if (c.isSymbol(".") && isName(c, 1)) {
      c.advance();
      c.advance();
    } else if (c.takeSymbol("[")) {
      const { kind } = c.peek();
      if (kind === "string") parseStringLiteral(c);
      else if (kind === "number" || c.isSymbol("*") || isName(c)) c.advance();
      else throw c.fail("a position or a quoted field");
      c.expectSymbol("]");
    } else {
      return c.text.slice(start, c.spanFrom(start).end);
    }
  }
}
