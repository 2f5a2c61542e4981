/** CREATE VIEW in its two forms and ALTER VIEW (reference: Spark 4.2 `createView`). */
import type { AlterAction, Identifier, Property, Statement } from "../ast.ts";
import { notImplemented } from "../error.ts";
import { parseColumnDefinition } from "./column.ts";
import type { Cursor } from "./cursor.ts";
import { parseStringLiteral } from "./literal.ts";
import { parseIdentifier, parseName } from "./name.ts";
import { parseOptionProperties, parseProperties, parsePropertyKeys } from "./property.ts";
import { parseQuery } from "./query.ts";
import { parseObjectName, takeIfExists, takeIfNotExists, textSince } from "./table-reference.ts";

type CreateView = Extract<Statement, { kind: "create_view" }>;

/** What stood in front of VIEW. */
export interface ViewHead {
  start: number;
  orReplace: boolean;
  global: boolean;
  temporary: boolean;
}

/** From the word VIEW on. */
export function parseCreateView(c: Cursor, head: ViewHead): Statement {
  c.expectWords("VIEW");
  const ifNotExists = takeIfNotExists(c);
  const name = parseObjectName(c, "a view");
  if (head.temporary && (c.isWord("USING") || isTypedList(c))) return parseUsing(c, head, name);
  if (head.temporary && name.parts.length > 1) {
    const message = "a temporary view has a name of one part";
    const hint = "leave the schema out; a temporary view lives in the session";
    throw c.refuse("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", message, name.span, hint);
  }
  const columns = c.isSymbol("(") ? c.parenthesized(() => parseViewColumn(c)) : [];
  const { comment, properties } = parseViewClauses(c);
  c.expectWords("AS");
  const from = c.start;
  const query = parseQuery(c);
  return {
    kind: "create_view",
    name,
    orReplace: head.orReplace,
    ifNotExists,
    temporary: head.temporary,
    global: head.global,
    columns,
    ...(comment === undefined ? {} : { comment }),
    properties,
    query,
    queryText: textSince(c, from),
    span: c.spanFrom(head.start),
  };
}

function isTypedList(c: Cursor): boolean {
  const behind = c.at(c.matching(c.index) + 1);
  return c.isSymbol("(") && behind.word === "USING";
}

function parseUsing(c: Cursor, head: ViewHead, name: CreateView["name"]): Statement {
  const columns = c.isSymbol("(") ? c.parenthesized(() => parseColumnDefinition(c, [])) : [];
  c.expectWords("USING");
  const using = parseName(c, "a data source")
    .parts.map((part) => part.name.toLowerCase())
    .join(".");
  const options = c.takeWords("OPTIONS") ? parseOptionProperties(c) : [];
  const { orReplace } = head;
  const span = c.spanFrom(head.start);
  return { kind: "create_view_using", name, orReplace, using, options, columns, span };
}

function parseViewColumn(c: Cursor): { name: Identifier; comment?: string } {
  const name = parseIdentifier(c, "a column");
  return c.takeWords("COMMENT") ? { name, comment: parseStringLiteral(c).value } : { name };
}

function parseViewClauses(c: Cursor): { comment?: string; properties: Property[] } {
  const result: { comment?: string; properties: Property[] } = { properties: [] };
  const seen = new Set<string>();
  while (!c.isWord("AS")) {
    const { word, start } = c.peek();
    if (c.takeWords("COMMENT")) result.comment = parseStringLiteral(c).value;
    else if (c.takeWords("TBLPROPERTIES")) result.properties = parseProperties(c);
    else if (!takeIgnoredClause(c)) throw c.fail("COMMENT, TBLPROPERTIES or AS and a query");
    if (seen.has(word)) {
      const message = `the clause ${word} stands twice`;
      throw c.refuse("DUPLICATE_CLAUSES", message, c.spanFrom(start), "keep one of them");
    }
    seen.add(word);
  }
  return result;
}

/** `WITH SCHEMA COMPENSATION` is how a view takes later changes of its tables anyway. */
function takeIgnoredClause(c: Cursor): boolean {
  const start = c.start;
  if (c.takeWords("WITH", "SCHEMA")) {
    if (c.takeWords("COMPENSATION")) return true;
    if (c.takeWords("TYPE", "EVOLUTION") || c.takeAny("BINDING", "EVOLUTION")) {
      throw notImplemented("a view WITH SCHEMA other than COMPENSATION", c.spanFrom(start));
    }
    throw c.fail("BINDING, COMPENSATION, TYPE EVOLUTION or EVOLUTION");
  }
  if (c.takeWords("DEFAULT", "COLLATION")) {
    throw notImplemented("DEFAULT COLLATION of a view", c.spanFrom(start));
  }
  if (!c.takeWords("PARTITIONED", "ON")) return false;
  throw notImplemented("PARTITIONED ON of a view", c.spanFrom(start));
}

/** From behind ALTER VIEW on. */
export function parseAlterView(c: Cursor, start: number): Statement {
  const name = parseObjectName(c, "a view");
  const action = parseViewAction(c);
  if (action) return { kind: "alter_view", name, action, span: c.spanFrom(start) };
  c.takeWords("AS");
  const from = c.start;
  const query = parseQuery(c);
  const queryText = textSince(c, from);
  return { kind: "alter_view", name, query, queryText, span: c.spanFrom(start) };
}

function parseViewAction(c: Cursor): AlterAction | undefined {
  if (c.takeWords("RENAME", "TO")) return { kind: "rename", to: parseName(c, "a view") };
  if (c.takeWords("SET", "TBLPROPERTIES")) {
    return { kind: "set_properties", properties: parseProperties(c) };
  }
  if (c.takeWords("UNSET", "TBLPROPERTIES")) {
    const ifExists = takeIfExists(c);
    return { kind: "unset_properties", keys: parsePropertyKeys(c), ifExists };
  }
  if (c.isWords("WITH", "SCHEMA")) {
    takeIgnoredClause(c);
    return { kind: "unsupported", keyword: "WITH SCHEMA" };
  }
  return undefined;
}
