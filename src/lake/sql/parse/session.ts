/** USE, SET, RESET and EXECUTE IMMEDIATE (reference: Spark 4.2 `setResetStatement`). */
import type { Expression, Identifier, MultipartName, Statement } from "../ast.ts";
import { isSchemaWord } from "./catalog-object.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { startsInterval } from "./interval.ts";
import { parseStringLiteral } from "./literal.ts";
import { isName, parseIdentifier, parseName } from "./name.ts";
import { parseSelectItem } from "./select.ts";
import { parseObjectName } from "./table-reference.ts";
import { skipUnsupported } from "./unsupported.ts";
import { parseSetVariable } from "./variable.ts";

/** `USE [CATALOG|SCHEMA|DATABASE] name`. */
export function parseUse(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("USE");
  const isCatalog = c.isWord("CATALOG") && (isName(c, 1) || c.peek(1).kind === "string");
  const isSchema = isSchemaWord(c) && isName(c, 1);
  if (isCatalog || isSchema) c.advance();
  const what = isCatalog ? "catalog" : isSchema ? "schema" : "any";
  const name = isCatalog ? parseCatalogName(c) : parseObjectName(c);
  return { kind: "use", what, name, span: c.spanFrom(start) };
}

function parseCatalogName(c: Cursor): MultipartName {
  if (c.peek().kind !== "string") return toName(parseIdentifier(c, "a catalog"));
  const { value, span } = parseStringLiteral(c);
  return toName({ name: value, quoted: true, span });
}

function toName(part: Identifier): MultipartName {
  return { parts: [part], span: part.span };
}

/** `SET …`: a catalog, a variable, the time zone or a configuration key. */
export function parseSet(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("SET");
  if (c.isWord("CATALOG") && !c.isSymbol("=", 1) && !c.isSymbol(".", 1)) {
    c.advance();
    const name = parseCatalogName(c);
    return { kind: "use", what: "catalog", name, span: c.spanFrom(start) };
  }
  if (c.takeWords("TIME", "ZONE")) return parseTimeZone(c, start);
  if (c.isWord("ROLE") && isName(c, 1)) return skipUnsupported(c, start, "SET ROLE");
  const isVariable = c.isWord("VARIABLE") || c.isWord("VAR");
  if (isVariable && (isName(c, 1) || c.isSymbol("(", 1))) return parseSetVariable(c, start);
  return parseConfiguration(c, start);
}

const TIME_ZONE = "spark.sql.session.timeZone";

function parseTimeZone(c: Cursor, start: number): Statement {
  if (startsInterval(c) || (c.isWord("INTERVAL") && c.peek(1).kind === "string")) {
    parseExpression(c);
    return { kind: "unsupported", keyword: "SET TIME ZONE INTERVAL", span: c.spanFrom(start) };
  }
  if (c.takeWords("LOCAL")) {
    return { kind: "unsupported", keyword: "SET TIME ZONE LOCAL", span: c.spanFrom(start) };
  }
  if (c.peek().kind === "string") {
    const { value } = parseStringLiteral(c);
    return { kind: "set", key: TIME_ZONE, value, span: c.spanFrom(start) };
  }
  const rest = { start: c.start, end: c.peek().end };
  const hint = "for example SET TIME ZONE 'UTC'";
  throw c.refuse("PARSE_SYNTAX_ERROR", "SET TIME ZONE takes a zone in quotes", rest, hint);
}

/** Keys and values are plain text: `SET spark.sql.shuffle.partitions = 4`. */
function parseConfiguration(c: Cursor, start: number): Statement {
  const from = c.start;
  let equals: number | undefined;
  while (!c.atEnd && !c.isSymbol(";")) {
    if (equals === undefined && c.isSymbol("=")) equals = c.start;
    c.advance();
  }
  const span = c.spanFrom(start);
  if (span.end <= from) return { kind: "set", span };
  const key = unquote(c.text.slice(from, equals ?? span.end).trim());
  if (!/^[A-Za-z0-9_.:-]+$/.test(key) && !/^`/.test(c.text.slice(from))) {
    const hint = "for example SET spark.sql.shuffle.partitions = 4";
    const where = { start: from, end: equals ?? span.end };
    throw c.refuse("INVALID_SET_SYNTAX", "expected format is `SET key = value`", where, hint);
  }
  if (equals === undefined) return { kind: "set", key, span };
  return { kind: "set", key, value: unquote(c.text.slice(equals + 1, span.end).trim()), span };
}

function unquote(text: string): string {
  if (!/^`(?:[^`]|``)*`$/.test(text)) return text;
  return text.slice(1, -1).replaceAll("``", "`");
}

/** `RESET [key]`. */
export function parseReset(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("RESET");
  const from = c.start;
  while (!c.atEnd && !c.isSymbol(";")) c.advance();
  const span = c.spanFrom(start);
  if (span.end <= from) return { kind: "reset", span };
  return { kind: "reset", key: unquote(c.text.slice(from, span.end).trim()), span };
}

/** `EXECUTE IMMEDIATE sql [INTO …] [USING …]`. */
export function parseExecuteImmediate(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("EXECUTE", "IMMEDIATE");
  const sql = parseExpression(c);
  const into = c.takeWords("INTO") ? c.commaList(() => parseName(c, "a variable")) : [];
  const using = c.takeWords("USING") ? parseUsing(c) : [];
  return { kind: "execute_immediate", sql, into, using, span: c.spanFrom(start) };
}

function parseUsing(c: Cursor): { value: Expression; alias?: Identifier }[] {
  const item = () => {
    const { expression: value, alias } = parseSelectItem(c);
    return alias ? { value, alias } : { value };
  };
  const closes = c.isSymbol("(") && ["", ";"].includes(c.at(c.matching(c.index) + 1).word);
  return closes ? c.parenthesized(item) : c.commaList(item);
}
