import { describe, expect, it } from "vitest";
import { SqlError } from "../../../../src/lake/sql/error.ts";
import {
  parseDataType,
  parseScript,
  parseStatement,
  splitScript,
} from "../../../../src/lake/sql/parse/index.ts";

function errorOf(parse: () => unknown): SqlError {
  try {
    parse();
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("syntax errors", () => {
  it.each([
    ["SELCT 1", "syntax error at `SELCT`: expected a statement", 0, "did you mean `SELECT`?"],
    [
      "select * form t where",
      "syntax error at `t`: expected the end of the statement",
      14,
      undefined,
    ],
    ["select (1", "syntax error at end of input: expected `)` or an operator", 9, undefined],
    [
      "drop tabel t",
      "syntax error at `tabel`: expected TABLE, VIEW, SCHEMA or CATALOG",
      5,
      undefined,
    ],
    ["create table my-t (a int)", "the unquoted name `my-t` is invalid", 13, undefined],
  ])("%s", (text, message, start, hint) => {
    const error = errorOf(() => parseStatement(text));
    expect(error.message).toBe(message);
    expect(error.span?.start).toBe(start);
    if (hint) expect(error.hint).toBe(hint);
    expect(error.exitCode).toBe(2);
  });

  it.each([
    ["", "PARSE_EMPTY_STATEMENT", "42617"],
    [" -- only a comment", "PARSE_EMPTY_STATEMENT", "42617"],
    ["select 'abc", "PARSE_SYNTAX_ERROR", "42601"],
    ["select /* /* */ 1", "UNCLOSED_BRACKETED_COMMENT", "42601"],
    ["select geo 'x'", "UNSUPPORTED_TYPED_LITERAL", "0A000"],
    ["select x'zz'", "INVALID_TYPED_LITERAL", "42604"],
    ["select dateadd('DAY', 1, d)", "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023"],
    ["select 1 ! in (2)", "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", "42601"],
    ["with a as (select 1), A as (select 2) select 1", "DUPLICATED_CTE_NAMES", "42602"],
  ])("%s is %s", (text, errorClass, sqlState) => {
    const { details } = errorOf(() => parseStatement(text));
    expect(details).toMatchObject({ error_class: errorClass, sql_state: sqlState });
  });

  it.each([
    ["decimal(39)", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"],
    ["strnig", "UNSUPPORTED_DATATYPE"],
    ["varchar", "DATATYPE_MISSING_SIZE"],
    ["array", "INCOMPLETE_TYPE_DEFINITION.ARRAY"],
  ])("the type %s is %s", (text, errorClass) => {
    expect(errorOf(() => parseDataType(text)).details.error_class).toBe(errorClass);
  });

  it("says of what it knows and has not built that it is not supported yet", () => {
    const error = errorOf(() => parseStatement("select cast(a as time)"));
    expect(error.code).toBe("NOT_IMPLEMENTED");
    expect(error.exitCode).toBe(3);
    expect(parseStatement("grant select on t to u")).toMatchObject({
      kind: "unsupported",
      keyword: "GRANT",
    });
  });
});

describe("scripts", () => {
  it("splits at semicolons outside strings, names, comments and blocks", () => {
    const script = `select ';' as \`a;b\`; -- one; comment
      /* two; */ select 2;;
      begin select 1; if a then select 2; end if; case when b then select 3; end case; end; select 4`;
    const parts = splitScript(script);
    expect(parts.map((part) => part.text)).toEqual([
      "select ';' as `a;b`",
      "select 2",
      "begin select 1; if a then select 2; end if; case when b then select 3; end case; end",
      "select 4",
    ]);
    for (const { text, offset } of parts) expect(script.slice(offset).startsWith(text)).toBe(true);
  });

  it("counts spans of trees from the statement and of errors from the script", () => {
    const [, second] = parseScript("select 1;\n  select abc from t;");
    expect(second).toMatchObject({ offset: 12, text: "select abc from t" });
    expect(second!.statement.span).toEqual({ start: 0, end: 17 });
    const error = errorOf(() => parseScript("select 1;\n  select from where"));
    expect(error.span?.start).toBe(19);
  });
});
