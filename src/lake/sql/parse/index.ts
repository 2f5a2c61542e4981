/**
 * Spark SQL text to the syntax tree of `../ast.ts` (reference: Spark 4.2 `SqlBaseParser.g4`, Delta
 * `DeltaSqlBase.g4`, and Databricks' COPY INTO, QUALIFY, `@v3`). Hand-written, no lookahead beyond
 * a bounded number of tokens, linear time. Statements it knows but nobody has built come back as
 * `unsupported`; everything it cannot read is a `SqlError` with the place and what was expected.
 *
 * Reading order: cursor, expression, primary, query, select, relation, statement.
 */
import type { DataType, StructType } from "../../schema/data-type.ts";
import { structType } from "../../schema/data-type.ts";
import type { Expression, MultipartName, ParsedStatement, Statement } from "../ast.ts";
import { Cursor } from "./cursor.ts";
import { checkHeight } from "./depth.ts";
import { parseExpression as readExpression } from "./expression.ts";
import { parseName } from "./name.ts";
import { parseAll } from "./script.ts";
import { parseStatementBody } from "./statement.ts";
import { suggestClause } from "./suggest.ts";
import { parseField, parseType } from "./type.ts";

export { quoteIdentifier } from "./name.ts";
export { type ScriptPart, splitScript } from "./script.ts";

/** One statement; semicolons behind it are allowed. */
export function parseStatement(text: string): Statement {
  const c = new Cursor(text);
  if (c.atEnd || c.isSymbol(";")) {
    const span = { start: 0, end: text.length };
    const hint = "write a statement, for example SELECT 1";
    throw c.refuse("PARSE_EMPTY_STATEMENT", "there is no statement here", span, hint);
  }
  const statement = parseStatementBody(c);
  while (c.takeSymbol(";")) {}
  if (!c.atEnd) throw c.fail("the end of the statement", suggestClause(c));
  checkHeight(statement);
  return statement;
}

/** All statements of a script in order; spans in an error count from the start of the script. */
export function parseScript(text: string): ParsedStatement[] {
  return parseAll(text, parseStatement);
}

/** One expression, as in CHECK constraints, generated columns and defaults. */
export function parseExpression(text: string): Expression {
  const expression = readWhole(text, readExpression);
  checkHeight(expression);
  return expression;
}

/** A dotted name given as text: ``main.`my schema`.t``. */
export function parseTableName(text: string): MultipartName {
  return readWhole(text, parseName);
}

/** One data type: `array<struct<a: int>>`. */
export function parseDataType(text: string): DataType {
  return readWhole(text, parseType);
}

/** Columns as a struct: `a INT NOT NULL, b STRING COMMENT 'x'`, or one `STRUCT<…>`. */
export function parseTableSchema(text: string): StructType {
  return readWhole(text, (c) => {
    if (c.isWord("STRUCT") && (c.isSymbol("<", 1) || c.isSymbol("<>", 1))) {
      const type = parseType(c);
      if (type.kind === "struct") return type;
    }
    return structType(c.commaList(() => parseField(c, false)));
  });
}

function readWhole<T>(text: string, read: (c: Cursor) => T): T {
  const c = new Cursor(text);
  const result = read(c);
  if (!c.atEnd) throw c.fail("the end of the text");
  return result;
}
