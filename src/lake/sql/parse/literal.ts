/**
 * Literals (reference: Spark 4.2 `constant`): numbers with their suffix, strings written side by
 * side, X'…', and typed literals, whose text stays unread for the binder.
 */
import type { Expression, LiteralValue, Span } from "../ast.ts";
import type { Cursor } from "./cursor.ts";

const TYPED = new Set(["DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ", "INTERVAL"]);

/** A literal node. */
export function literal(value: LiteralValue, span: Span): Expression {
  return { kind: "literal", value, span };
}

/** A string node. */
export function stringNode(value: string, span: Span): Expression {
  return literal({ kind: "string", value }, span);
}

/** One or more strings side by side, as one. */
export function parseStringLiteral(c: Cursor, what = "a string"): { value: string; span: Span } {
  if (c.peek().kind !== "string") throw c.fail(what);
  const start = c.start;
  let value = "";
  while (c.peek().kind === "string") value += c.advance().value;
  return { value, span: c.spanFrom(start) };
}

/** The next token as a number node, with a sign in front if given. */
export function parseNumber(c: Cursor, sign: "" | "-", start: number): Expression {
  const token = c.advance();
  const { value, suffix } = token;
  return literal({ kind: "number", text: sign + value, suffix }, c.spanFrom(start));
}

/** A whole number without sign or suffix, as in LIMIT, types and TABLESAMPLE. */
export function parseInteger(c: Cursor, what = "a whole number"): number {
  const { kind, value, suffix } = c.peek();
  if (kind !== "number" || suffix !== "" || !/^\d+$/.test(value)) throw c.fail(what);
  c.advance();
  return Number(value);
}

/** `DATE '…'`, `X'…'`, `INTERVAL '…'` and the like; undefined when no string follows the word. */
export function parseTypedLiteral(c: Cursor): Expression | undefined {
  const { word, start, value: written } = c.peek();
  if (c.peek().kind !== "word" || c.peek(1).kind !== "string") return undefined;
  if (!TYPED.has(word) && word !== "X") {
    throw c.refuse(
      "UNSUPPORTED_TYPED_LITERAL",
      `literals of the type \`${written}\` are not supported`,
      { start, end: c.peek().end },
      "types that have literals: DATE, TIMESTAMP, TIMESTAMP_NTZ, TIMESTAMP_LTZ, INTERVAL, X, TIME",
    );
  }
  c.advance();
  const { value } = c.advance();
  const span = c.spanFrom(start);
  if (word !== "X") return literal({ kind: "typed", type: word.toLowerCase(), text: value }, span);
  if (!/^[0-9a-fA-F]*$/.test(value)) {
    const hint = "write pairs of the digits 0-9 and A-F, for example X'1F'";
    throw c.refuse("INVALID_TYPED_LITERAL", `X'${value}' is not hexadecimal`, span, hint);
  }
  const hex = value.length % 2 === 0 ? value : `0${value}`;
  return literal({ kind: "binary", hex }, span);
}
