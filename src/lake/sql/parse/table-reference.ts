/** Tables as statements name them: by name, by path, by IDENTIFIER(…), with alias or version. */
import type { Identifier, MultipartName, PartitionSpec, TableReference } from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression, parseValue } from "./expression.ts";
import { parseStringLiteral } from "./literal.ts";
import { isIdentifierLiteral, parseIdentifier, parseName } from "./name.ts";
import { parseTableAlias } from "./relation.ts";
import { parseTimeTravel, splitPathVersion } from "./time-travel.ts";

/** `a.b.t`, ``delta.`/path` `` or IDENTIFIER(expr). */
export function parseTable(c: Cursor): TableReference {
  if (c.isWord("IDENTIFIER") && c.isSymbol("(", 1) && !isIdentifierLiteral(c)) {
    const word = parseIdentifier(c);
    c.expectSymbol("(");
    const identifierClause = parseExpression(c);
    c.expectSymbol(")");
    return { name: { parts: [word], span: c.spanFrom(word.span.start) }, identifierClause };
  }
  return { name: parseName(c, "a table") };
}

/** A name where IDENTIFIER(…) could stand but only `IDENTIFIER('literal')` is built. */
export function parseObjectName(c: Cursor, what = "a name"): MultipartName {
  if (!c.isWord("IDENTIFIER") || !c.isSymbol("(", 1) || isIdentifierLiteral(c)) {
    return parseName(c, what);
  }
  parseTable(c);
  throw notImplemented("IDENTIFIER(…) of an expression here", c.spanFrom(c.start));
}

/** A table that may carry a version and, where `alias` is set, an alias. */
export function parseVersionedTable(c: Cursor, alias = false): TableReference {
  const table = parseTable(c);
  const { name, timeTravel: ofPath } = splitPathVersion(table.name);
  const result: TableReference = { ...table, name };
  const timeTravel = ofPath ?? parseTimeTravel(c);
  if (timeTravel) result.timeTravel = timeTravel;
  const tableAlias = alias ? parseTableAlias(c) : undefined;
  if (tableAlias) result.alias = tableAlias;
  return result;
}

/** A table that is changed, with an optional alias, which names no columns. */
export function parseAliasedTable(c: Cursor): TableReference {
  const table = parseTable(c);
  const alias = parseTableAlias(c);
  const [column] = alias?.columns ?? [];
  if (column) {
    const message = "the alias of the target names no columns";
    const hint = "leave the parentheses out";
    throw c.refuse("COLUMN_ALIASES_NOT_ALLOWED", message, column.span, hint);
  }
  return alias ? { ...table, alias } : table;
}

/** A table, or its path as a string, which stands for ``delta.`path` ``. */
export function parseTableOrPath(c: Cursor): TableReference {
  if (c.peek().kind !== "string") return parseTable(c);
  const { value, span } = parseStringLiteral(c);
  const format: Identifier = { name: "delta", quoted: false, span };
  return { name: { parts: [format, { name: value, quoted: true, span }], span } };
}

/** `PARTITION (a = 1, b)`, if it comes next. */
export function parsePartitionSpec(c: Cursor): PartitionSpec | undefined {
  if (!c.isWord("PARTITION") || !c.isSymbol("(", 1)) return undefined;
  const { start } = c.advance();
  const items = c.parenthesized(() => {
    const name = parseIdentifier(c, "a partition column");
    return c.takeSymbol("=") ? { name, value: parseValue(c, 2) } : { name };
  });
  return { items, span: c.spanFrom(start) };
}

/** `IF EXISTS`. */
export function takeIfExists(c: Cursor): boolean {
  return c.takeWords("IF", "EXISTS");
}

/** `IF NOT EXISTS`. */
export function takeIfNotExists(c: Cursor): boolean {
  if (!c.isWord("IF") || !c.isNot(1) || !c.isWord("EXISTS", 2)) return false;
  c.advance();
  return c.takeNot() && c.takeWords("EXISTS");
}

/** `FROM x` or `IN x`. */
export function takeFromOrIn(c: Cursor): boolean {
  return c.takeAny("FROM", "IN") !== undefined;
}

/** The source text between two offsets of the cursor's statement. */
export function textSince(c: Cursor, start: number): string {
  return c.text.slice(start, c.spanFrom(start).end);
}
