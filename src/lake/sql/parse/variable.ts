/** Session variables: DECLARE, SET VARIABLE, DROP TEMPORARY VARIABLE (Spark 4.2 `SqlBaseParser`). */
import type { Expression, MultipartName, Statement } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { toDefault } from "./default-value.ts";
import { parseExpression } from "./expression.ts";
import { isName, parseName } from "./name.ts";
import { parseParenthesizedQuery } from "./query.ts";
import { parseType } from "./type.ts";

/** `DECLARE [OR REPLACE] [VARIABLE] a, b [type] [DEFAULT value]`. */
export function parseDeclare(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("DECLARE");
  const orReplace = c.takeWords("OR", "REPLACE");
  skipVariableWord(c);
  const names = c.commaList(() => parseName(c, "a variable"));
  const startsDefault = () => c.isWord("DEFAULT") || c.isSymbol("=");
  const ends = c.atEnd || c.isSymbol(";");
  const type = ends || startsDefault() ? undefined : parseType(c);
  const value = startsDefault() && c.advance() ? parseExpression(c) : undefined;
  const span = c.spanFrom(start);
  if (!type && !value) {
    const message = "a variable needs a type or a DEFAULT";
    const hint = "write for example DECLARE x INT DEFAULT 0";
    throw c.refuse("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", message, span, hint);
  }
  return {
    ...{ kind: "declare_variable", names, orReplace, span },
    ...(type ? { type } : {}),
    ...(value ? { default: value } : {}),
  };
}

/** VARIABLE or VAR, where it is not the variable's own name. */
function skipVariableWord(c: Cursor): void {
  const isWord = c.isWord("VARIABLE") || c.isWord("VAR");
  const type = c.peek(1).word;
  const isOwnName = TYPE_WORDS.has(type) && (c.isSymbol("=", 2) || c.isWord("DEFAULT", 2));
  if (isWord && isName(c, 1) && !isOwnName && !c.isWord("DEFAULT", 1)) c.advance();
}

const TYPE_WORDS = new Set(["INT", "BIGINT", "STRING", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP"]);

/** What follows `SET VARIABLE`: assignments, or `(a, b) = (query)`. */
export function parseSetVariable(c: Cursor, start: number): Statement {
  c.advance();
  if (c.isSymbol("(")) {
    const names = c.parenthesized(() => parseName(c, "a variable"));
    c.expectSymbol("=");
    const query = parseParenthesizedQuery(c);
    return { kind: "set_variable", names, query, span: c.spanFrom(start) };
  }
  const names: MultipartName[] = [];
  const values: Expression[] = c.commaList(() => {
    names.push(parseName(c, "a variable"));
    c.expectSymbol("=");
    return toDefault(parseExpression(c));
  });
  return { kind: "set_variable", names, values, span: c.spanFrom(start) };
}

/** `DROP TEMPORARY VARIABLE [IF EXISTS] name`. */
export function parseDropVariable(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  c.advance();
  c.expectWords("VARIABLE");
  const ifExists = c.takeWords("IF", "EXISTS");
  const name = parseName(c, "a variable");
  return { kind: "drop_variable", name, ifExists, span: c.spanFrom(start) };
}

/** Whether `DROP TEMPORARY VARIABLE` comes next. */
export function startsDropVariable(c: Cursor): boolean {
  const temporary = c.isWord("TEMPORARY", 1) || c.isWord("TEMP", 1);
  return c.isWord("DROP") && temporary && c.isWord("VARIABLE", 2);
}
