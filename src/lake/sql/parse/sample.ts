/** TABLESAMPLE (reference: Spark 4.2 `sample`): percent, rows, buckets or bytes. */
import type { Expression, Sample } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression, parseValue } from "./expression.ts";
import { literal, parseInteger } from "./literal.ts";
import { parseName } from "./name.ts";

/** `TABLESAMPLE (…) [REPEATABLE (seed)]`, if it comes next. */
export function parseSample(c: Cursor): Sample | undefined {
  if (!c.isWord("TABLESAMPLE") || !c.isSymbol("(", 1)) return undefined;
  c.advance();
  c.advance();
  const sample = parseMethod(c);
  c.expectSymbol(")");
  if (!c.takeWords("REPEATABLE")) return sample;
  c.expectSymbol("(");
  const seed = integerNode(c);
  c.expectSymbol(")");
  return { ...sample, seed };
}

function integerNode(c: Cursor): Expression {
  const { start } = c.peek();
  const text = String(parseInteger(c));
  return literal({ kind: "number", text, suffix: "" }, c.spanFrom(start));
}

function parseMethod(c: Cursor): Sample {
  if (c.isSymbol(")")) {
    const span = { start: c.start, end: c.peek().end };
    const hint = "For example TABLESAMPLE (10 PERCENT).";
    throw c.refuse("INVALID_SQL_SYNTAX.TABLESAMPLE", "TABLESAMPLE is empty", span, hint);
  }
  if (c.isWord("BUCKET") && c.peek(1).kind === "number") return parseBucket(c);
  const isBytes = c.peek().kind === "word" && /^\d+[BKMG]$/.test(c.peek().word);
  const value = isBytes ? parseExpression(c) : parseValue(c);
  if (c.takeWords("PERCENT")) return { kind: "percent", value };
  if (c.takeWords("ROWS")) return { kind: "rows", value };
  return { kind: "bytes", value };
}

function parseBucket(c: Cursor): Sample {
  c.advance();
  const value = integerNode(c);
  c.expectWords("OUT", "OF");
  const outOf = integerNode(c);
  if (c.isWord("ON")) {
    const { start } = c.advance();
    parseName(c, "a column");
    const message = "TABLESAMPLE (BUCKET … ON …) is not supported";
    const hint = "Leave ON out.";
    throw c.refuse("INVALID_SQL_SYNTAX.TABLESAMPLE", message, c.spanFrom(start), hint);
  }
  return { kind: "bucket", value, outOf };
}
