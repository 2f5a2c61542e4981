/**
 * Spark SQL text to tokens (reference: Spark 4.2 `SqlBaseLexer.g4`): strings in single and double
 * quotes, raw strings, back-ticked names, nested comments, hints. Offsets count UTF-16 units.
 * `${…}` is not substituted. Time is linear in the text.
 */
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import { matchNumber } from "./number-literal.ts";
import { unescapeString } from "./string-literal.ts";
import type { NumberSuffix, Token, TokenKind } from "./token.ts";

const SPACE = /[ \t\n\f\r\v\u00a0\u1680\u2000-\u200a\u2028\u202f\u205f\u3000\ufeff]+/y;
const WORD = /[\p{L}\p{M}\p{N}_]+/uy;
const URI_REST = /:\/\/[\p{L}0-9_/\-.?=&#%]+/uy;
/** Longest first. */
const SYMBOLS = [
  ...["<=>", "/*+", "<>", "!=", "<=", "!>", ">=", "!<", "<<", "==", "||", "|>", "::"],
  ...["->", "=>", "*/"],
];
const SYMBOLS_BY_FIRST = new Map<string, string[]>();
for (const symbol of SYMBOLS) {
  const list = SYMBOLS_BY_FIRST.get(symbol[0]!) ?? [];
  list.push(symbol);
  SYMBOLS_BY_FIRST.set(symbol[0]!, list);
}

/** Tokens of a text in order, closed by one `end` token. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (true) {
    at = skipBlank(text, at);
    if (at >= text.length) break;
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push(makeToken("end", text.length, text.length));
  return tokens;
}

function makeToken(
  kind: TokenKind,
  start: number,
  end: number,
  rest: { word?: string; value?: string; suffix?: NumberSuffix } = {},
): Token {
  const { word = "", value = "", suffix = "" } = rest;
  return { kind, start, end, word, value, suffix };
}

function skipBlank(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    SPACE.lastIndex = at;
    const space = SPACE.exec(text);
    if (space) {
      at += space[0].length;
    } else if (text.startsWith("--", at)) {
      at = skipLineComment(text, at);
    } else if (text.startsWith("/*", at) && text[at + 2] !== "+") {
      at = skipBlockComment(text, at);
    } else {
      return at;
    }
  }
  return at;
}

/** To the end of the line; a backslash before the line feed continues the comment. */
function skipLineComment(text: string, start: number): number {
  let from = start;
  while (true) {
    const feed = text.indexOf("\n", from);
    if (feed < 0) return text.length;
    if (text[feed - 1] !== "\\") return feed + 1;
    from = feed + 1;
  }
}

function skipBlockComment(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "/" && text[at + 1] === "*") {
      depth++;
      at++;
    } else if (text[at] === "*" && text[at + 1] === "/") {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  throw new SqlError("comment opened with `/*` is never closed", {
    errorClass: "UNCLOSED_BRACKETED_COMMENT",
    sqlState: "42601",
    span: { start, end: start + 2 },
    hint: "close the comment with `*/`; comments nest, so each `/*` needs its own",
  });
}

function readToken(text: string, start: number): Token {
  const ch = text[start]!;
  if (ch === "'" || ch === '"') return readString(text, start, ch);
  if ((ch === "r" || ch === "R") && (text[start + 1] === "'" || text[start + 1] === '"')) {
    return readRawString(text, start);
  }
  if (ch === "`") return readQuotedName(text, start);
  if ((ch >= "0" && ch <= "9") || ch === ".") {
    const match = matchNumber(text, start);
    if (match) {
      const value = text.slice(start, match.digitsEnd);
      return makeToken("number", start, match.end, { value, suffix: match.suffix });
    }
  }
  WORD.lastIndex = start;
  const word = WORD.exec(text);
  if (word) return readWord(text, start, word[0]);
  for (const symbol of SYMBOLS_BY_FIRST.get(ch) ?? []) {
    if (text.startsWith(symbol, start)) {
      return makeToken("symbol", start, start + symbol.length, { word: symbol });
    }
  }
  const point = String.fromCodePoint(text.codePointAt(start)!);
  return makeToken("symbol", start, start + point.length, { word: point });
}

function readWord(text: string, start: number, word: string): Token {
  URI_REST.lastIndex = start + word.length;
  const uri = text[start + word.length] === ":" ? URI_REST.exec(text) : null;
  const value = uri ? word + uri[0] : word;
  return makeToken("word", start, start + value.length, { word: value.toUpperCase(), value });
}

/** A quote inside is doubled or follows a backslash. */
function readString(text: string, start: number, quote: string): Token {
  for (let at = start + 1; at < text.length; at++) {
    const ch = text[at];
    if (ch === "\\") at++;
    else if (ch === quote) {
      if (text[at + 1] !== quote) {
        const value = unescapeString(text.slice(start + 1, at), quote);
        return makeToken("string", start, at + 1, { value });
      }
      at++;
    }
  }
  throw unterminated("string", quote, { start, end: text.length });
}

function readRawString(text: string, start: number): Token {
  const quote = text[start + 1]!;
  const close = text.indexOf(quote, start + 2);
  if (close < 0) throw unterminated("string", quote, { start, end: text.length });
  return makeToken("string", start, close + 1, { value: text.slice(start + 2, close) });
}

function readQuotedName(text: string, start: number): Token {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== "`") continue;
    if (text[at + 1] === "`") {
      at++;
      continue;
    }
    const value = text.slice(start + 1, at).replaceAll("``", "`");
    return makeToken("quoted", start, at + 1, { value });
  }
  throw unterminated("name", "`", { start, end: text.length });
}

function unterminated(what: string, quote: string, span: Span): SqlError {
  return new SqlError(
    `${what} opened with ${quote === "`" ? "a back-tick" : quote} is never closed`,
    {
      errorClass: "PARSE_SYNTAX_ERROR",
      sqlState: "42601",
      span,
      hint:
        what === "string"
          ? `close the string; write a ${quote} inside it as ${quote}${quote} or \\${quote}`
          : "close the name with a back-tick; write a back-tick inside it twice",
    },
  );
}
