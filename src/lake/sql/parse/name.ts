/**
 * Identifiers and dotted names (reference: Spark 4.2 `multipartIdentifier`, `strictIdentifier`),
 * with `IDENTIFIER('literal')` standing for a name, and the check that an unquoted name keeps to
 * ASCII letters, digits and underscores.
 */
import type { Identifier, MultipartName, Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import { tokenize } from "../lex/lexer.ts";
import type { Token } from "../lex/token.ts";
import { Cursor } from "./cursor.ts";
import { isStrictWord, isTableAlias } from "./keywords.ts";

const PLAIN_NAME = /^[A-Za-z0-9_]+$/;

/** Whether a name may come next; any word may be one. */
export function isName(c: Cursor, ahead = 0): boolean {
  const { kind } = c.peek(ahead);
  return kind === "word" || kind === "quoted";
}

/** One identifier; `what` completes the error "expected …". */
export function parseIdentifier(c: Cursor, what = "a name"): Identifier {
  if (isIdentifierLiteral(c)) {
    const { parts, span } = parseIdentifierLiteral(c);
    if (parts.length === 1) return parts[0]!;
    throw new SqlError(`\`IDENTIFIER\` names ${parts.length} parts where one may stand`, {
      errorClass: "IDENTIFIER_TOO_MANY_NAME_PARTS",
      sqlState: "42601",
      span,
      hint: "give a single name here",
    });
  }
  if (!isName(c)) throw c.fail(what);
  return toIdentifier(c, c.advance());
}

/** A name where `IDENTIFIER('…')` may not stand: parameters, hints, fields of EXTRACT. */
export function parseWordName(c: Cursor, what = "a name"): Identifier {
  if (!isName(c) || isIdentifierLiteral(c)) throw c.fail(what);
  return toIdentifier(c, c.advance());
}

function toIdentifier(c: Cursor, token: Token): Identifier {
  const span = { start: token.start, end: token.end };
  if (token.kind === "word" && !PLAIN_NAME.test(token.value)) {
    throw c.refuse(
      "INVALID_IDENTIFIER",
      `the unquoted name \`${token.value}\` is invalid`,
      span,
      `put it in back-ticks: \`${token.value}\``,
    );
  }
  return { name: token.value, quoted: token.kind === "quoted", span };
}

/** A name where Spark wants a strict identifier: table aliases, CTEs. */
export function parseStrictIdentifier(c: Cursor, what = "a name"): Identifier {
  const token = c.peek();
  if (token.kind === "word" && isStrictWord(token.word)) throw c.fail(what);
  return parseIdentifier(c, what);
}

/** `[AS] alias` of a table, if there is one. */
export function parseTableAliasName(c: Cursor): Identifier | undefined {
  // `VALUES (1) AS (a)`: Spark takes the word AS for the alias.
  if (c.isWord("AS") && c.isSymbol("(", 1)) return parseIdentifier(c);
  if (c.takeWords("AS")) return parseStrictIdentifier(c, "an alias");
  return isTableAlias(c) ? refuseHyphen(c, parseIdentifier(c)) : undefined;
}

/** `a.b.c`. */
export function parseName(c: Cursor, what = "a name"): MultipartName {
  const start = c.start;
  const parts: Identifier[] = [];
  do {
    if (isIdentifierLiteral(c)) parts.push(...parseIdentifierLiteral(c).parts);
    else parts.push(refuseHyphen(c, parseIdentifier(c, what)));
  } while (c.takeSymbol("."));
  return { parts, span: c.spanFrom(start) };
}

/** Names `test-table` as the mistake it is: such a name needs back-ticks. */
function refuseHyphen(c: Cursor, first: Identifier): Identifier {
  const minus = c.peek();
  if (!c.isSymbol("-") || minus.start !== first.span.end || !isName(c, 1)) return first;
  if (c.peek(1).start !== minus.end) return first;
  const span: Span = { start: first.span.start, end: c.peek(1).end };
  const written = c.text.slice(span.start, span.end);
  throw c.refuse(
    "INVALID_IDENTIFIER",
    `the unquoted name \`${written}\` is invalid`,
    span,
    `put it in back-ticks: \`${written}\``,
  );
}

/** Whether `IDENTIFIER('…')` comes next, with only string literals and `||` inside. */
export function isIdentifierLiteral(c: Cursor): boolean {
  if (!c.isWord("IDENTIFIER") || !c.isSymbol("(", 1)) return false;
  let ahead = 2;
  while (c.peek(ahead).kind === "string") {
    ahead++;
    if (c.isSymbol("||", ahead)) ahead++;
  }
  return ahead > 2 && c.isSymbol(")", ahead) && c.peek(ahead - 1).kind === "string";
}

/** The name that `IDENTIFIER('a.b')` spells; its parts all carry the clause's span. */
export function parseIdentifierLiteral(c: Cursor): MultipartName {
  const start = c.start;
  c.advance();
  c.expectSymbol("(");
  let text = "";
  while (c.peek().kind === "string") {
    text += c.advance().value;
    c.takeSymbol("||");
  }
  c.expectSymbol(")");
  const span = c.spanFrom(start);
  return { parts: readNameText(c, text, span), span };
}

function readNameText(c: Cursor, text: string, span: Span): Identifier[] {
  try {
    const inner = new Cursor(text, tokenize(text));
    const { parts } = parseName(inner);
    if (!inner.atEnd) throw inner.fail("the end of the name");
    return parts.map((part) => ({ ...part, span }));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const hint = "write a name there, parts separated by dots, odd ones in back-ticks";
    throw c.refuse("PARSE_SYNTAX_ERROR", `\`${text}\` is not a name`, span, hint);
  }
}

/** Text of an identifier in SQL: bare when it can be, in back-ticks otherwise. */
export function quoteIdentifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}
