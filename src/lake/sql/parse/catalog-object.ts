/** CREATE and DROP of schemas, catalogs, tables and views; CREATE dispatches to the table and
 * view files. Databricks' CREATE CATALOG and MANAGED LOCATION are read too. */
import type { Statement } from "../ast.ts";
import { parseCreateTable } from "./create-table.ts";
import type { Cursor } from "./cursor.ts";
import { parseStringLiteral } from "./literal.ts";
import { parseIdentifier } from "./name.ts";
import { parseProperties } from "./property.ts";
import { parseObjectName, takeIfExists, takeIfNotExists } from "./table-reference.ts";
import { skipUnsupported } from "./unsupported.ts";
import { parseCreateView } from "./view.ts";

const SCHEMA_WORDS = new Set(["SCHEMA", "DATABASE", "NAMESPACE"]);

/** Whether SCHEMA, DATABASE or NAMESPACE comes next. */
export function isSchemaWord(c: Cursor, ahead = 0): boolean {
  return c.isAnyWord(SCHEMA_WORDS, ahead);
}

/** CREATE …, or REPLACE TABLE. */
export function parseCreate(c: Cursor): Statement {
  const start = c.start;
  const replaceOnly = c.isWord("REPLACE");
  c.advance();
  const orReplace = !replaceOnly && c.takeWords("OR", "REPLACE");
  if (!replaceOnly && !orReplace && isSchemaWord(c)) return parseCreateSchema(c, start);
  if (!replaceOnly && !orReplace && c.isWord("CATALOG")) return parseCreateCatalog(c, start);
  const before = c.index;
  const global = c.takeWords("GLOBAL");
  const temporary = c.takeAny("TEMPORARY", "TEMP") !== undefined;
  const external = c.takeWords("EXTERNAL");
  if (c.isWord("TABLE") && !global) {
    return parseCreateTable(c, { start, orReplace, replaceOnly, temporary, external });
  }
  if (c.isWord("VIEW") && !replaceOnly && !external && (temporary || !global)) {
    return parseCreateView(c, { start, orReplace, global, temporary });
  }
  c.moveTo(before);
  return skipUnsupported(c, start, replaceOnly ? "REPLACE" : "CREATE");
}

function parseCreateSchema(c: Cursor, start: number): Statement {
  c.advance();
  const ifNotExists = takeIfNotExists(c);
  const statement: Extract<Statement, { kind: "create_schema" }> = {
    kind: "create_schema",
    name: parseObjectName(c, "a schema"),
    ifNotExists,
    properties: [],
    span: { start, end: start },
  };
  const seen = new Set<string>();
  while (true) {
    const from = c.start;
    const { word } = c.peek();
    if (c.takeWords("COMMENT")) statement.comment = parseStringLiteral(c).value;
    else if (c.takeWords("LOCATION")) statement.location = parseStringLiteral(c).value;
    else if (c.takeWords("MANAGED", "LOCATION")) {
      statement.managedLocation = parseStringLiteral(c).value;
    } else if (c.takeWords("WITH", "DBPROPERTIES") || c.takeWords("WITH", "PROPERTIES")) {
      statement.properties = parseProperties(c);
    } else if (c.takeWords("DEFAULT", "COLLATION")) {
      return skipUnsupported(c, start, "CREATE SCHEMA … DEFAULT COLLATION");
    } else {
      statement.span = c.spanFrom(start);
      return statement;
    }
    if (seen.has(word)) {
      const message = `the clause ${word} stands twice`;
      throw c.refuse("DUPLICATE_CLAUSES", message, c.spanFrom(from), "keep one of them");
    }
    seen.add(word);
  }
}

function parseCreateCatalog(c: Cursor, start: number): Statement {
  c.advance();
  const ifNotExists = takeIfNotExists(c);
  const name = parseIdentifier(c, "a catalog");
  let managedLocation: string | undefined;
  let comment: string | undefined;
  while (true) {
    if (c.takeWords("MANAGED", "LOCATION")) managedLocation = parseStringLiteral(c).value;
    else if (c.takeWords("COMMENT")) comment = parseStringLiteral(c).value;
    else break;
  }
  return {
    kind: "create_catalog",
    name,
    ifNotExists,
    ...(comment === undefined ? {} : { comment }),
    ...(managedLocation === undefined ? {} : { managedLocation }),
    span: c.spanFrom(start),
  };
}

/** DROP TABLE, VIEW, SCHEMA, CATALOG. */
export function parseDrop(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  const what = dropKind(c);
  if (!what) return skipUnsupported(c, start, "DROP");
  c.advance();
  const ifExists = takeIfExists(c);
  const name = parseObjectName(c);
  const isNamespace = what === "schema" || what === "catalog";
  const cascade = isNamespace && c.takeAny("RESTRICT", "CASCADE") === "CASCADE";
  const purge = what === "table" && c.takeWords("PURGE");
  return { kind: "drop", what, name, ifExists, cascade, purge, span: c.spanFrom(start) };
}

function dropKind(c: Cursor): Extract<Statement, { kind: "drop" }>["what"] | undefined {
  if (c.isWord("TABLE")) return "table";
  if (c.isWord("VIEW")) return "view";
  if (c.isWord("CATALOG")) return "catalog";
  return isSchemaWord(c) ? "schema" : undefined;
}

/** `COMMENT ON TABLE|SCHEMA|CATALOG|COLUMN name IS '…'|NULL`. */
export function parseCommentOn(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("COMMENT", "ON");
  const what = commentKind(c);
  if (!what) throw c.fail("TABLE, SCHEMA, CATALOG or COLUMN");
  c.advance();
  const name = parseObjectName(c);
  c.expectWords("IS");
  const comment = c.takeWords("NULL") ? null : parseStringLiteral(c, "a string or NULL").value;
  return { kind: "comment_on", what, name, comment, span: c.spanFrom(start) };
}

function commentKind(c: Cursor): Extract<Statement, { kind: "comment_on" }>["what"] | undefined {
  if (c.isWord("TABLE")) return "table";
  if (c.isWord("COLUMN")) return "column";
  if (c.isWord("CATALOG")) return "catalog";
  return isSchemaWord(c) ? "schema" : undefined;
}
