/** PIVOT and UNPIVOT (reference: Spark 4.2 `pivotClause`, `unpivotClause`). */
import type { Identifier, MultipartName, PivotClause, UnpivotClause } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { isExpressionAlias } from "./keywords.ts";
import { parseIdentifier, parseName } from "./name.ts";
import { parseTableAlias } from "./relation.ts";
import { parseSelectItem } from "./select.ts";

/** Whether the clause, and not an alias of that name, comes next. */
export function startsPivot(c: Cursor, word: "PIVOT" | "UNPIVOT"): boolean {
  if (!c.isWord(word)) return false;
  return c.isSymbol("(", 1) || c.isWord("INCLUDE", 1) || c.isWord("EXCLUDE", 1);
}

function withAlias<T extends object>(value: T, alias: Identifier | undefined) {
  return alias ? { ...value, alias } : value;
}

/** `PIVOT (aggregates FOR columns IN (values)) [alias]`. */
export function parsePivot(c: Cursor): PivotClause {
  const start = c.start;
  c.expectWords("PIVOT");
  c.expectSymbol("(");
  const aggregates = c.commaList(() => {
    const { expression, alias } = parseSelectItem(c);
    return withAlias({ expression }, alias);
  });
  c.expectWords("FOR");
  const columns = parsePivotColumns(c);
  c.expectWords("IN");
  const values = c.parenthesized(() => {
    const expression = parseExpression(c);
    return withAlias({ expression }, parseOptionalAlias(c));
  });
  c.expectSymbol(")");
  const alias = parseTableAlias(c);
  const span = c.spanFrom(start);
  return { aggregates, columns, values, ...(alias ? { alias } : {}), span };
}

function parsePivotColumns(c: Cursor): MultipartName[] {
  const column = (): MultipartName => {
    const part = parseIdentifier(c, "a column");
    return { parts: [part], span: part.span };
  };
  return c.isSymbol("(") ? c.parenthesized(column) : [column()];
}

function parseOptionalAlias(c: Cursor): Identifier | undefined {
  if (c.takeWords("AS")) return parseIdentifier(c, "an alias");
  return isExpressionAlias(c) ? parseIdentifier(c) : undefined;
}

/** `UNPIVOT [INCLUDE|EXCLUDE NULLS] (value FOR name IN (columns)) [alias]`. */
export function parseUnpivot(c: Cursor): UnpivotClause {
  const start = c.start;
  c.expectWords("UNPIVOT");
  const includeNulls = c.takeWords("INCLUDE", "NULLS");
  if (!includeNulls) c.takeWords("EXCLUDE", "NULLS");
  c.expectSymbol("(");
  const isMulti = c.isSymbol("(");
  const valueColumns = isMulti
    ? c.parenthesized(() => parseIdentifier(c, "a value column"))
    : [parseIdentifier(c, "a value column")];
  c.expectWords("FOR");
  const nameColumn = parseIdentifier(c, "a name column");
  c.expectWords("IN");
  const columns = c.parenthesized(() => {
    const names = isMulti ? c.parenthesized(() => parseName(c)) : [parseName(c, "a column")];
    return withAlias({ names }, parseOptionalAlias(c));
  });
  c.expectSymbol(")");
  const name = parseOptionalTableAlias(c);
  const alias = name ? { alias: { name, columns: [] } } : {};
  return { includeNulls, nameColumn, valueColumns, columns, ...alias, span: c.spanFrom(start) };
}

/** UNPIVOT takes no column list behind its alias. */
function parseOptionalTableAlias(c: Cursor): Identifier | undefined {
  const alias = parseTableAlias(c);
  if (alias && alias.columns.length > 0) throw c.fail("the end of UNPIVOT");
  return alias?.name;
}
