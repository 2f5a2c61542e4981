/** TABLESAMPLE (reference: Spark 4.2 `sample`): percent, rows, buckets or bytes. */
import type { Expression, Sample, Span } from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { parseValue } from "./expression.ts";
import { literal, parseInteger } from "./literal.ts";
import { parseName } from "./name.ts";

/** `TABLESAMPLE (…) [REPEATABLE (seed)]`, if it comes next. */
export function parseSample(c: Cursor): Sample | undefined {
  if (!c.isWord("TABLESAMPLE")) return undefined;
  if ((c.isWord("SYSTEM", 1) || c.isWord("BERNOULLI", 1)) && c.isSymbol("(", 2)) {
    const span = { start: c.start, end: c.peek(1).end };
    throw notImplemented(`TABLESAMPLE ${c.peek(1).word}`, span);
  }
  if (!c.isSymbol("(", 1)) return undefined;
  const { start } = c.advance();
  c.advance();
  const sample = parseMethod(c);
  c.expectSymbol(")");
  refuseFraction(c, sample, c.spanFrom(start));
  if (!c.takeWords("REPEATABLE")) return sample;
  c.expectSymbol("(");
  const seed = integerNode(c);
  c.expectSymbol(")");
  return { ...sample, seed };
}

function numberOf(expression: Expression | undefined): number {
  if (expression?.kind !== "literal" || expression.value.kind !== "number") return Number.NaN;
  return Number(expression.value.text);
}

function refuseFraction(c: Cursor, sample: Sample, span: Span): void {
  const total = sample.kind === "percent" ? 100 : numberOf(sample.outOf);
  const value = numberOf(sample.value);
  if (sample.kind === "rows" || Number.isNaN(value) || Number.isNaN(total)) return;
  if (value >= 0 && value <= total) return;
  const message = "a sample lies between nothing and the whole table";
  throw c.refuse("_LEGACY_ERROR_TEMP_0064", message, span, "for example TABLESAMPLE (10 PERCENT)");
}

function integerNode(c: Cursor): Expression {
  const { start } = c.peek();
  const text = String(parseInteger(c));
  return literal({ kind: "number", text, suffix: "" }, c.spanFrom(start));
}

function parseMethod(c: Cursor): Sample {
  const start = c.start;
  if (c.isSymbol(")")) {
    const span = { start, end: c.peek().end };
    const hint = "for example TABLESAMPLE (10 PERCENT)";
    throw c.refuse("_LEGACY_ERROR_TEMP_0014", "TABLESAMPLE is empty", span, hint);
  }
  if (c.isWord("BUCKET") && c.peek(1).kind === "number") return parseBucket(c);
  const value = parseValue(c);
  if (c.takeWords("PERCENT")) return { kind: "percent", value };
  if (c.takeWords("ROWS")) return { kind: "rows", value };
  const hint = "give PERCENT or ROWS";
  throw c.refuse(
    "_LEGACY_ERROR_TEMP_0015",
    "samples by bytes do not exist",
    c.spanFrom(start),
    hint,
  );
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
    throw c.refuse("_LEGACY_ERROR_TEMP_0016", message, c.spanFrom(start), "leave ON out");
  }
  return { kind: "bucket", value, outOf };
}
