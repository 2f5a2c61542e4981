/**
 * Functions with keywords between their arguments (reference: Spark 4.2 `primaryExpression`):
 * EXTRACT, SUBSTRING FROM FOR, TRIM, OVERLAY, POSITION, dateadd with a unit, STRUCT with aliases.
 * Each becomes a plain call in the argument order of the function it stands for.
 */
import type { Expression, FunctionArgument, Identifier } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseValue } from "./expression.ts";
import { stringNode } from "./literal.ts";
import { parseIdentifier, parseWordName } from "./name.ts";
import { parseSelectItem } from "./select.ts";

const DATETIME_UNITS = new Set([
  ...["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND"],
  ...["MILLISECOND", "MICROSECOND"],
]);

const DATE_FUNCTIONS: Readonly<Record<string, string>> = {
  TIMESTAMPADD: "timestampadd",
  DATEADD: "timestampadd",
  DATE_ADD: "timestampadd",
  TIMESTAMPDIFF: "timestampdiff",
  DATEDIFF: "timestampdiff",
  DATE_DIFF: "timestampdiff",
  TIMEDIFF: "timestampdiff",
};

/** The call at a word followed by `(`, or undefined when it is an ordinary one. */
export function parseSpecialCall(c: Cursor): Expression | undefined {
  const { word } = c.peek();
  const open = c.index + 1;
  if (DATE_FUNCTIONS[word] !== undefined) return parseDateArithmetic(c);
  switch (word) {
    case "STRUCT":
      return parseStruct(c);
    case "EXTRACT":
      return c.hasDirectWord(open, "FROM") ? parseExtract(c) : undefined;
    case "SUBSTRING":
    case "SUBSTR":
      return c.hasDirectWord(open, "FROM") ? parseSubstring(c) : undefined;
    case "TRIM":
      return c.hasDirectWord(open, "FROM") ? parseTrim(c) : undefined;
    case "OVERLAY":
      return c.hasDirectWord(open, "PLACING") ? parseOverlay(c) : undefined;
    case "POSITION":
      return c.hasDirectWord(open, "IN") ? parsePosition(c) : undefined;
    default:
      return undefined;
  }
}

function call(c: Cursor, word: Identifier, name: string, values: Expression[]): Expression {
  return {
    kind: "call",
    name: { parts: [{ ...word, name }], span: word.span },
    args: values.map((value) => ({ value })),
    distinct: false,
    special: true,
    span: c.spanFrom(word.span.start),
  };
}

/** Reads the word and the parenthesis. */
function open(c: Cursor): Identifier {
  const word = parseIdentifier(c);
  c.expectSymbol("(");
  return word;
}

/** `dateadd(DAY, 1, d)`; with two arguments, or another first one, it is an ordinary call. */
function parseDateArithmetic(c: Cursor): Expression | undefined {
  const first = c.peek(2);
  if (!c.isSymbol(",", 3)) return undefined;
  const isUnit = first.kind === "word" && DATETIME_UNITS.has(first.word);
  if (!isUnit && (first.kind !== "string" || countArguments(c) !== 3)) return undefined;
  if (!isUnit) {
    throw c.refuse(
      "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
      `\`${c.peek().value}\` expects a unit without quotes, got '${first.value}'`,
      { start: first.start, end: first.end },
      "write the unit as a bare word: YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND …",
    );
  }
  const name = DATE_FUNCTIONS[c.peek().word]!;
  const word = open(c);
  c.advance();
  const unit = stringNode(first.value, { start: first.start, end: first.end });
  c.expectSymbol(",");
  const amount = parseValue(c);
  c.expectSymbol(",");
  const date = parseValue(c);
  c.expectSymbol(")");
  return call(c, word, name, [unit, amount, date]);
}

function countArguments(c: Cursor): number {
  const close = c.matching(c.index + 1);
  let count = 1;
  for (let i = c.index + 2; i < close; i++) {
    if (c.at(i).word === "(") i = c.matching(i);
    else if (c.at(i).word === ",") count++;
  }
  return count;
}

/** `struct(a, b AS c)`: an alias goes into the argument's name. */
function parseStruct(c: Cursor): Expression | undefined {
  if (c.isSymbol(")", 2) || c.isWord("DISTINCT", 2)) return undefined;
  const word = open(c);
  const args = c.commaList((): FunctionArgument => {
    const { expression, alias } = parseSelectItem(c);
    return alias ? { name: alias, value: expression } : { value: expression };
  });
  c.expectSymbol(")");
  const span = c.spanFrom(word.span.start);
  const name = { parts: [word], span: word.span };
  return { kind: "call", name, args, distinct: false, span };
}

function parseExtract(c: Cursor): Expression {
  const word = open(c);
  const field = parseWordName(c, "a field such as YEAR");
  c.expectWords("FROM");
  const source = parseValue(c);
  c.expectSymbol(")");
  return call(c, word, "extract", [stringNode(field.name, field.span), source]);
}

function parseSubstring(c: Cursor): Expression {
  const word = open(c);
  const values = [parseValue(c)];
  c.expectWords("FROM");
  values.push(parseValue(c));
  if (c.takeWords("FOR")) values.push(parseValue(c));
  c.expectSymbol(")");
  return call(c, word, "substring", values);
}

function parseTrim(c: Cursor): Expression {
  const word = open(c);
  const side = c.takeAny("BOTH", "LEADING", "TRAILING") ?? "BOTH";
  const characters = c.isWord("FROM") ? undefined : parseValue(c);
  c.expectWords("FROM");
  const text = parseValue(c);
  c.expectSymbol(")");
  const name = side === "BOTH" ? "trim" : side === "LEADING" ? "ltrim" : "rtrim";
  return call(c, word, name, characters ? [characters, text] : [text]);
}

function parseOverlay(c: Cursor): Expression {
  const word = open(c);
  const values = [parseValue(c)];
  c.expectWords("PLACING");
  values.push(parseValue(c));
  c.expectWords("FROM");
  values.push(parseValue(c));
  if (c.takeWords("FOR")) values.push(parseValue(c));
  c.expectSymbol(")");
  return call(c, word, "overlay", values);
}

function parsePosition(c: Cursor): Expression {
  const word = open(c);
  const needle = parseValue(c);
  c.expectWords("IN");
  const text = parseValue(c);
  c.expectSymbol(")");
  return call(c, word, "locate", [needle, text]);
}
