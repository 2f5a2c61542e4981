/**
 * CREATE and REPLACE TABLE with columns, as a query, LIKE another, or as a clone (references:
 * Spark 4.2 `createTable`, Delta `cloneTableHeader`).
 */
import type { Statement, TableReference } from "../ast.ts";
import { parseTableElements } from "./column.ts";
import type { Cursor } from "./cursor.ts";
import { parseQuery, startsQuery } from "./query.ts";
import { noOptions, parseTableOptions } from "./table-options.ts";
import { parseTable, parseVersionedTable, takeIfNotExists } from "./table-reference.ts";

/** What stood in front of TABLE. */
export interface CreateHead {
  start: number;
  orReplace: boolean;
  /** REPLACE TABLE without CREATE OR. */
  replaceOnly: boolean;
  temporary: boolean;
  external: boolean;
}

/** From the word TABLE on. */
export function parseCreateTable(c: Cursor, head: CreateHead): Statement {
  const { start, ...flags } = head;
  c.expectWords("TABLE");
  const ifNotExists = takeIfNotExists(c);
  if (ifNotExists && (flags.orReplace || flags.replaceOnly)) {
    const span = c.spanFrom(start);
    const message = "REPLACE and IF NOT EXISTS exclude each other";
    throw c.refuse("PARSE_SYNTAX_ERROR", message, span, "keep one of them");
  }
  const table = parseTable(c);
  if (c.isWord("LIKE")) return parseLike(c, table, ifNotExists, start);
  if (c.isWord("CLONE", 1) && (c.isWord("SHALLOW") || c.isWord("DEEP"))) {
    return parseClone(c, table, { ...head, ifNotExists });
  }
  if (c.isWord("CLONE")) return parseClone(c, table, { ...head, ifNotExists });
  const hasElements = c.isSymbol("(") && !startsQuery(c);
  const elements = hasElements ? parseTableElements(c) : { columns: [], constraints: [] };
  const options = parseTableOptions(c);
  const hasQuery = c.takeWords("AS") || startsQuery(c);
  const query = hasQuery ? { query: parseQuery(c) } : {};
  return {
    kind: "create_table",
    table,
    ...flags,
    ifNotExists,
    ...elements,
    options,
    ...query,
    span: c.spanFrom(start),
  };
}

function parseLike(
  c: Cursor,
  table: TableReference,
  ifNotExists: boolean,
  start: number,
): Statement {
  c.expectWords("LIKE");
  const source = parseTable(c);
  const options = parseTableOptions(c);
  const span = c.spanFrom(start);
  return { kind: "create_table_like", table, source, ifNotExists, options, span };
}

/** Without a word in front of CLONE it is deep, as on Databricks. */
function parseClone(
  c: Cursor,
  table: TableReference,
  head: CreateHead & { ifNotExists: boolean },
): Statement {
  const shallow = c.takeAny("SHALLOW", "DEEP") === "SHALLOW";
  c.expectWords("CLONE");
  const source = parseVersionedTable(c);
  const isEnd = c.atEnd || c.isSymbol(";");
  const options = isEnd ? noOptions() : parseTableOptions(c);
  return {
    kind: "clone_table",
    table,
    source,
    shallow,
    orReplace: head.orReplace || head.replaceOnly,
    ifNotExists: head.ifNotExists,
    options,
    span: c.spanFrom(head.start),
  };
}
