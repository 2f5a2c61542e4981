/** DESCRIBE and EXPLAIN (references: Spark 4.2 `describe*`, Delta `describeDelta*`). */
import type { Statement } from "../ast.ts";
import { isSchemaWord } from "./catalog-object.ts";
import type { Cursor } from "./cursor.ts";
import { parseNumber, parseStringLiteral } from "./literal.ts";
import { isName, parseName } from "./name.ts";
import { parseQuery, startsQuery } from "./query.ts";
import {
  parseObjectName,
  parsePartitionSpec,
  parseTableOrPath,
  parseVersionedTable,
} from "./table-reference.ts";
import { skipUnsupported } from "./unsupported.ts";

type Describe = Omit<Extract<Statement, { kind: "describe" }>, "span">;

/** DESC or DESCRIBE …. */
export function parseDescribe(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  if (c.isWord("PROCEDURE") && isName(c, 1)) return skipUnsupported(c, start, "DESCRIBE PROCEDURE");
  return { ...parseWhat(c), span: c.spanFrom(start) };
}

function base(what: Describe["what"], extended = false): Describe {
  return { kind: "describe", what, extended, asJson: false };
}

/** Whether the word is a keyword here: something to describe stands behind it. */
function introduces(c: Cursor, word: string): boolean {
  if (!c.isWord(word)) return false;
  const { kind } = c.peek(1);
  return kind === "word" || kind === "quoted" || kind === "string";
}

function parseWhat(c: Cursor): Describe {
  if (introduces(c, "DETAIL")) {
    c.advance();
    return { ...base("detail"), table: parseTableOrPath(c) };
  }
  if (introduces(c, "HISTORY")) return parseHistory(c);
  if (introduces(c, "FUNCTION") || (c.isWord("FUNCTION") && c.peek(1).kind === "symbol")) {
    return parseFunction(c);
  }
  if ((isSchemaWord(c) || c.isWord("CATALOG")) && isName(c, 1)) {
    const what = c.advance().word === "CATALOG" ? "catalog" : "schema";
    const extended = takeExtended(c);
    return { ...base(what, extended), name: parseObjectName(c) };
  }
  if (c.isWord("QUERY") && c.peek(1).kind === "word") {
    c.advance();
    return { ...base("query"), query: parseQuery(c) };
  }
  if (!c.isWord("TABLE") && startsQuery(c)) return { ...base("query"), query: parseQuery(c) };
  return parseTableDescription(c);
}

function takeExtended(c: Cursor): boolean {
  return isName(c, 1) && c.takeAny("EXTENDED", "FORMATTED") !== undefined;
}

function parseHistory(c: Cursor): Describe {
  c.advance();
  const result = { ...base("history"), table: parseTableOrPath(c) };
  if (!c.takeWords("LIMIT")) return result;
  if (c.peek().kind !== "number") throw c.fail("a number");
  return { ...result, limit: parseNumber(c, "", c.start) };
}

/** The function may be an operator such as `<=>`. */
function parseFunction(c: Cursor): Describe {
  c.advance();
  const extended = c.isWord("EXTENDED") && c.peek(1).kind !== "end" && c.takeWords("EXTENDED");
  const { kind, start } = c.peek();
  if (kind === "string") {
    const { value, span } = parseStringLiteral(c);
    return { ...base("function", extended), name: singleName(value, span) };
  }
  if (kind !== "symbol") return { ...base("function", extended), name: parseObjectName(c) };
  let text = "";
  while (c.peek().kind === "symbol" && !c.isSymbol(";")) text += c.advance().word;
  return { ...base("function", extended), name: singleName(text, c.spanFrom(start)) };
}

function singleName(name: string, span: { start: number; end: number }): Describe["name"] & object {
  return { parts: [{ name, quoted: true, span }], span };
}

function parseTableDescription(c: Cursor): Describe {
  if (isName(c, 1)) c.takeWords("TABLE");
  const extended = takeExtended(c);
  const result: Describe = { ...base("table", extended), table: parseVersionedTable(c) };
  const partition = parsePartitionSpec(c);
  if (partition) result.partition = partition;
  if (isName(c) && !c.isWords("AS", "JSON")) result.column = parseName(c, "a column");
  if (partition && result.column) {
    const message = "DESCRIBE of a column takes no PARTITION";
    throw c.refuse("PARSE_SYNTAX_ERROR", message, partition.span, "leave one of them out");
  }
  result.asJson = c.takeWords("AS", "JSON");
  return result;
}

const MODES = {
  EXTENDED: "extended",
  CODEGEN: "codegen",
  COST: "cost",
  FORMATTED: "formatted",
} as const;

/** EXPLAIN [mode] statement. */
export function parseExplain(c: Cursor, statement: (c: Cursor) => Statement): Statement {
  const start = c.start;
  c.advance();
  const word = c.takeAny("EXTENDED", "CODEGEN", "COST", "FORMATTED", "LOGICAL");
  if (word === "LOGICAL") {
    const message = "EXPLAIN LOGICAL is not a statement of Spark";
    const hint = "use EXPLAIN EXTENDED";
    throw c.refuse("INVALID_STATEMENT_OR_CLAUSE", message, c.spanFrom(start), hint);
  }
  const mode = word ? MODES[word as keyof typeof MODES] : "simple";
  return {
    kind: "explain",
    mode,
    statement: c.nested(() => statement(c)),
    span: c.spanFrom(start),
  };
}
