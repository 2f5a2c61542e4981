/**
 * Expressions, from OR down to the operators (reference: Spark 4.2 `booleanExpression` and
 * `valueExpression`). Binding from loose to tight: OR, AND, NOT, one predicate (BETWEEN, IN, LIKE,
 * IS), comparison, `|`, `^`, `&`, shifts, `+ - ||`, `* / % div`, unary signs; what binds tighter
 * is in `primary.ts`. As in Spark, a predicate ends its operand: `a IS NULL = b` is an error.
 */
import type { BinaryOperator, Expression } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parsePredicate } from "./predicate.ts";
import { foldNegativeNumber, parsePrimary } from "./primary.ts";
import { isQueryParenthesis, parseParenthesizedQuery } from "./query.ts";

/** Any expression. */
export function parseExpression(c: Cursor): Expression {
  return c.nested(() => parseLogical(c, "or"));
}

/** Chains of AND and OR become balanced trees, as Spark builds them: long chains stay shallow. */
function parseLogical(c: Cursor, operator: "or" | "and"): Expression {
  const word = operator === "or" ? "OR" : "AND";
  const operands: Expression[] = [];
  do {
    operands.push(operator === "or" ? parseLogical(c, "and") : parseNot(c));
  } while (c.takeWords(word));
  return balance(operands, operator, 0, operands.length - 1);
}

function balance(
  operands: readonly Expression[],
  operator: "or" | "and",
  low: number,
  high: number,
): Expression {
  if (low === high) return operands[low]!;
  const middle = low + ((high - low) >> 1);
  const left = balance(operands, operator, low, middle);
  const right = balance(operands, operator, middle + 1, high);
  const span = { start: left.span.start, end: right.span.end };
  return { kind: "binary", operator, left, right, text: operator.toUpperCase(), span };
}

function parseNot(c: Cursor): Expression {
  const start = c.start;
  if (c.isNot() && !endsOperand(c, 1)) {
    c.advance();
    const operand = c.nested(() => parseNot(c));
    return { kind: "unary", operator: "not", operand, span: c.spanFrom(start) };
  }
  if (c.isWord("EXISTS") && c.isSymbol("(", 1) && isQueryParenthesis(c, c.index + 1)) {
    c.advance();
    const query = parseParenthesizedQuery(c);
    return { kind: "exists", query, span: c.spanFrom(start) };
  }
  return parsePredicate(c, parseValue(c));
}

/** Whether no operand can start there, so that a keyword in front is a name. */
function endsOperand(c: Cursor, ahead: number): boolean {
  const token = c.peek(ahead);
  return token.kind === "end" || (token.kind === "symbol" && [",", ")", "."].includes(token.word));
}

const LEVELS: Readonly<Record<string, number>> = {
  "=": 1,
  "==": 1,
  "<=>": 1,
  "<>": 1,
  "!=": 1,
  "<": 1,
  "<=": 1,
  "!>": 1,
  ">": 1,
  ">=": 1,
  "!<": 1,
  "|": 2,
  "^": 3,
  "&": 4,
  "<<": 5,
  ">>": 5,
  ">>>": 5,
  "+": 6,
  "-": 6,
  "||": 6,
  "*": 7,
  "/": 7,
  "%": 7,
  DIV: 7,
};

const CANONICAL: Readonly<Record<string, BinaryOperator>> = {
  "==": "=",
  "<>": "!=",
  "!>": "<=",
  "!<": ">=",
  DIV: "div",
};

/** The binary operator that comes next: its text, level and number of tokens. */
function peekOperator(c: Cursor): { text: string; level: number; tokens: number } | undefined {
  const token = c.peek();
  if (token.kind !== "symbol") {
    if (token.kind !== "word" || token.word !== "DIV") return undefined;
    return { text: "DIV", level: 7, tokens: 1 };
  }
  let text = token.word;
  let tokens = 1;
  if (text === ">") {
    while (tokens < 3 && isJoined(c, tokens)) tokens++;
    text = ">".repeat(tokens);
  }
  const level = LEVELS[text];
  return level === undefined ? undefined : { text, level, tokens };
}

function isJoined(c: Cursor, ahead: number): boolean {
  return c.isSymbol(">", ahead) && c.peek(ahead).start === c.peek(ahead - 1).end;
}

/** Operators of at least `level`, left to right (precedence climbing). */
export function parseValue(c: Cursor, level = 1): Expression {
  let left = parseUnary(c);
  while (true) {
    const found = peekOperator(c);
    if (!found || found.level < level) return left;
    const written = c.text.slice(c.start, c.peek(found.tokens - 1).end);
    for (let i = 0; i < found.tokens; i++) c.advance();
    const right = parseValue(c, found.level + 1);
    left = {
      kind: "binary",
      operator: CANONICAL[found.text] ?? (found.text as BinaryOperator),
      left,
      right,
      text: written,
      span: { start: left.span.start, end: right.span.end },
    };
  }
}

function parseUnary(c: Cursor): Expression {
  const start = c.start;
  const folded = foldNegativeNumber(c);
  if (folded) return folded;
  for (const operator of ["-", "+", "~"] as const) {
    if (!c.takeSymbol(operator)) continue;
    const operand = c.nested(() => parseUnary(c));
    return { kind: "unary", operator, operand, span: c.spanFrom(start) };
  }
  return parsePrimary(c);
}
