/** Property lists (reference: Spark 4.2 `propertyList`, `expressionPropertyList`). */
import type { Expression, Property } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseStringLiteral } from "./literal.ts";
import { parseIdentifier } from "./name.ts";

/** `(key = value, …)`; keys are dotted names or strings, values constants, text as written. */
export function parseProperties(c: Cursor): Property[] {
  const properties = c.parenthesized((): Property => {
    const start = c.start;
    const key = parsePropertyKey(c);
    c.takeSymbol("=");
    const value = parsePropertyValue(c);
    return { key, value, span: c.spanFrom(start) };
  });
  refuseDuplicates(c, properties);
  return properties;
}

function refuseDuplicates(c: Cursor, properties: readonly Property[]): void {
  const seen = new Set<string>();
  for (const { key, span } of properties) {
    if (seen.has(key)) {
      throw c.refuse("DUPLICATE_KEY", `the key \`${key}\` stands twice`, span, "keep one of them");
    }
    seen.add(key);
  }
}

/** A dotted name or a string. */
export function parsePropertyKey(c: Cursor): string {
  if (c.peek().kind === "string") return parseStringLiteral(c).value;
  const parts: string[] = [];
  do parts.push(parseIdentifier(c, "a property").name);
  while (c.takeSymbol("."));
  return parts.join(".");
}

function parsePropertyValue(c: Cursor): string {
  const { kind, value, suffix } = c.peek();
  if (kind === "string") return parseStringLiteral(c).value;
  if (kind === "number" && suffix === "") return c.advance().value;
  const word = c.takeAny("TRUE", "FALSE");
  if (word) return value.toLowerCase();
  throw c.fail("a string, number, TRUE or FALSE");
}

/** `(key, key)` of UNSET TBLPROPERTIES. */
export function parsePropertyKeys(c: Cursor): string[] {
  return c.parenthesized(() => parsePropertyKey(c));
}

/** `(key = expr, key expr, key)` of OPTIONS; a constant gives its text, NULL and nothing "". */
export function parseOptionProperties(c: Cursor): Property[] {
  const properties = c.parenthesized((): Property => {
    const start = c.start;
    const key = parsePropertyKey(c);
    const hasValue = c.takeSymbol("=") || !(c.isSymbol(",") || c.isSymbol(")"));
    const value = hasValue ? constantText(c, parseExpression(c)) : "";
    return { key, value, span: c.spanFrom(start) };
  });
  refuseDuplicates(c, properties);
  return properties;
}

function constantText(c: Cursor, expression: Expression): string {
  if (expression.kind === "literal") {
    const { value } = expression;
    if (value.kind === "string") return value.value;
    if (value.kind === "boolean") return String(value.value);
    if (value.kind === "number") return value.text;
    if (value.kind === "null") return "";
  }
  return c.text.slice(expression.span.start, expression.span.end);
}
