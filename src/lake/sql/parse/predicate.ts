/**
 * What may follow an operand once: BETWEEN, IN, LIKE, ILIKE, RLIKE, IS (reference: Spark 4.2
 * `predicate`). `BETWEEN SYMMETRIC` is PostgreSQL's and met as an error here as in Spark.
 */
import type { Expression } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression, parseValue } from "./expression.ts";
import { parseStringLiteral } from "./literal.ts";
import { isQueryParenthesis, parseParenthesizedQuery } from "./query.ts";

const PREDICATES = new Set(["BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"]);

/** The operand, with the predicate behind it if there is one. */
export function parsePredicate(c: Cursor, operand: Expression): Expression {
  if (c.isWord("IS")) return parseIs(c, operand);
  const negated = c.isNot() && c.isAnyWord(PREDICATES, 1);
  if (!negated && !c.isAnyWord(PREDICATES)) return operand;
  if (c.isWord("IN", negated ? 1 : 0) && !c.isSymbol("(", negated ? 2 : 1)) return operand;
  if (negated) c.takeNot();
  const word = c.advance().word;
  switch (word) {
    case "BETWEEN":
      return parseBetween(c, operand, negated);
    case "IN":
      return parseIn(c, operand, negated);
    case "LIKE":
    case "ILIKE":
      return parseLike(c, operand, negated, word === "LIKE" ? "like" : "ilike");
    default: {
      const pattern = parseValue(c);
      const span = c.spanFrom(operand.span.start);
      return { kind: "like", negated, operator: "rlike", operand, pattern, span };
    }
  }
}

function parseBetween(c: Cursor, operand: Expression, negated: boolean): Expression {
  const low = parseValue(c);
  c.expectWords("AND");
  const high = parseValue(c);
  const span = c.spanFrom(operand.span.start);
  return { kind: "between", negated, operand, low, high, symmetric: false, span };
}

function parseIn(c: Cursor, operand: Expression, negated: boolean): Expression {
  if (isQueryParenthesis(c, c.index) && !isWrappedTwice(c) && !callsValues(c)) {
    const query = parseParenthesizedQuery(c);
    return { kind: "in_query", negated, operand, query, span: c.spanFrom(operand.span.start) };
  }
  const values = c.parenthesized(() => parseExpression(c));
  return { kind: "in_list", negated, operand, values, span: c.spanFrom(operand.span.start) };
}

/** `IN (VALUES (1), (2))`: Spark reads a call of a function `values`. */
function callsValues(c: Cursor): boolean {
  return c.isWord("VALUES", 1) && c.isSymbol("(", 2);
}

/** `IN ((SELECT …))`: Spark reads a list of one scalar subquery. */
function isWrappedTwice(c: Cursor): boolean {
  if (!c.isSymbol("(", 1)) return false;
  return c.matching(c.index + 1) + 1 === c.matching(c.index);
}

function parseLike(
  c: Cursor,
  operand: Expression,
  negated: boolean,
  operator: "like" | "ilike",
): Expression {
  const start = operand.span.start;
  if (["ANY", "SOME", "ALL"].some((word) => c.isWord(word)) && c.isSymbol("(", 1)) {
    const quantifier = c.advance().word === "ALL" ? "all" : "any";
    const open = c.peek();
    if (c.isSymbol(")", 1)) {
      const span = { start: open.start, end: c.peek(1).end };
      const hint = "give at least one pattern between the parentheses";
      throw c.refuse("INVALID_SQL_SYNTAX.LIKE_ALL_ANY_WITHOUT_PATTERNS", "no pattern", span, hint);
    }
    const patterns = c.parenthesized(() => parseExpression(c));
    const span = c.spanFrom(start);
    return { kind: "like_quantified", negated, operator, quantifier, operand, patterns, span };
  }
  const pattern = parseValue(c);
  if (!c.takeWords("ESCAPE")) {
    return { kind: "like", negated, operator, operand, pattern, span: c.spanFrom(start) };
  }
  const written = parseStringLiteral(c);
  if (written.value.length !== 1) {
    throw c.refuse(
      "INVALID_ESCAPE_CHAR",
      "the escape of LIKE must be one character",
      written.span,
      "for example `LIKE 'a!%' ESCAPE '!'`",
    );
  }
  const node: Expression = {
    kind: "literal",
    value: { kind: "string", value: written.value },
    span: written.span,
  };
  const span = c.spanFrom(start);
  return { kind: "like", negated, operator, operand, pattern, escape: node, span };
}

function parseIs(c: Cursor, operand: Expression): Expression {
  const start = operand.span.start;
  c.advance();
  const negated = c.takeNot();
  const word = c.takeAny("NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT");
  switch (word) {
    case "NULL":
      return { kind: "is", negated, operand, what: "null", span: c.spanFrom(start) };
    case "TRUE":
      return { kind: "is", negated, operand, what: "true", span: c.spanFrom(start) };
    case "FALSE":
      return { kind: "is", negated, operand, what: "false", span: c.spanFrom(start) };
    case "UNKNOWN":
      return { kind: "is", negated, operand, what: "unknown", span: c.spanFrom(start) };
    case "DISTINCT": {
      c.expectWords("FROM");
      const right = parseValue(c);
      return { kind: "is_distinct", negated, left: operand, right, span: c.spanFrom(start) };
    }
    default:
      throw c.fail("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS");
  }
}
