/**
 * INSERT (reference: Spark 4.2 `insertInto`), with Databricks' REPLACE USING and REPLACE ON. For
 * REPLACE ON the condition stands in `replaceWhere`, and a source alias makes the source
 * `SELECT * FROM (…) AS alias`.
 */
import type {
  CommonTableExpression,
  Expression,
  Query,
  Statement,
  TableReference,
} from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { markDefaults } from "./default-value.ts";
import { parseExpression } from "./expression.ts";
import { isName, parseIdentifier, parseTableAliasName } from "./name.ts";
import { isQueryParenthesis, parseQuery } from "./query.ts";
import {
  parseAliasedTable,
  parsePartitionSpec,
  parseTable,
  takeIfNotExists,
} from "./table-reference.ts";
import { skipUnsupported } from "./unsupported.ts";

type Insert = Extract<Statement, { kind: "insert" }>;
type Target = Omit<Insert, "source" | "span">;

/** INSERT, whose WITH clause has been read. */
export function parseInsert(c: Cursor, ctes: CommonTableExpression[], start: number): Statement {
  c.expectWords("INSERT");
  const schemaEvolution = c.takeWords("WITH", "SCHEMA", "EVOLUTION");
  const word = c.takeAny("INTO", "OVERWRITE");
  if (!word) throw c.fail("INTO or OVERWRITE");
  if (word === "OVERWRITE" && isDirectory(c)) {
    return skipUnsupported(c, start, "INSERT OVERWRITE DIRECTORY");
  }
  c.takeWords("TABLE");
  const target = parseTarget(c, word === "INTO" ? "into" : "overwrite");
  const { alias } = target.table;
  if (alias && target.mode === "replace_where") {
    const message = "REPLACE WHERE takes no alias of the table";
    const hint = "leave the alias out";
    throw c.refuse("INSERT_REPLACE_WHERE_TABLE_ALIAS_NOT_ALLOWED", message, alias.name.span, hint);
  }
  const source = parseSource(c, target.mode.startsWith("replace"));
  const query = markDefaults({ ...source, with: [...ctes, ...source.with] });
  return { ...target, source: query, schemaEvolution, span: c.spanFrom(start) };
}

function isDirectory(c: Cursor): boolean {
  if (c.isWords("LOCAL", "DIRECTORY")) return true;
  return c.isWord("DIRECTORY") && (c.peek(1).kind === "string" || c.isWord("USING", 1));
}

function parseTarget(c: Cursor, mode: "into" | "overwrite"): Target {
  const table = parseInsertTable(c);
  if (c.isWord("WITH") && c.isSymbol("(", 1)) {
    throw notImplemented("options on a table (WITH)", { start: c.start, end: c.peek().end });
  }
  const target: Target = {
    kind: "insert",
    table,
    mode,
    byName: false,
    ifNotExists: false,
    columns: [],
    schemaEvolution: false,
  };
  if (mode === "into" && c.isWord("REPLACE")) return { ...target, ...parseReplace(c) };
  const partition = parsePartitionSpec(c);
  if (partition) target.partition = partition;
  target.ifNotExists = parseIfNotExists(c, target);
  target.byName = c.takeWords("BY", "NAME");
  if (!target.byName && c.isSymbol("(") && !isQueryParenthesis(c, c.index)) {
    target.columns = c.parenthesized(() => parseIdentifier(c, "a column"));
  }
  if (mode === "into" && c.isWord("REPLACE")) return { ...target, ...parseReplace(c) };
  return target;
}

/** IF NOT EXISTS only goes with OVERWRITE of partitions whose values are all given. */
function parseIfNotExists(c: Cursor, target: Target): boolean {
  const start = c.start;
  if (!takeIfNotExists(c)) return false;
  const isStatic = target.partition?.items.every((item) => item.value !== undefined) ?? false;
  if (target.mode === "overwrite" && isStatic) return true;
  const message = "IF NOT EXISTS only goes with INSERT OVERWRITE of a static partition";
  throw c.refuse("INVALID_STATEMENT_OR_CLAUSE", message, c.spanFrom(start), "leave it out");
}

/** The alias is Databricks'; without REPLACE behind it, it would hide a misspelt query. */
function parseInsertTable(c: Cursor): TableReference {
  const isAliased = c.index;
  const table = parseTable(c);
  if (!c.isWord("AS") && !isAliasHere(c)) return table;
  c.moveTo(isAliased);
  return parseAliasedTable(c);
}

function isAliasHere(c: Cursor): boolean {
  return isName(c) && !c.isWord("BY") && c.isWord("REPLACE", 1);
}

function parseReplace(c: Cursor): Pick<Target, "mode" | "replaceWhere" | "replaceUsing"> {
  c.advance();
  if (c.takeWords("WHERE")) return { mode: "replace_where", replaceWhere: parseExpression(c) };
  if (c.takeWords("USING")) {
    const replaceUsing = c.parenthesized(() => parseIdentifier(c, "a column"));
    return { mode: "replace_using", replaceUsing };
  }
  if (!c.takeWords("ON")) throw c.fail("WHERE, USING or ON");
  return { mode: "replace_on", replaceWhere: parseExpression(c) };
}

function parseSource(c: Cursor, mayHaveAlias: boolean): Query {
  const query = parseQuery(c);
  const name = mayHaveAlias ? parseTableAliasName(c) : undefined;
  if (!name) return query;
  const span = c.spanFrom(query.span.start);
  const star: Expression = { kind: "star", qualifier: [], except: [], span };
  const alias = { name, columns: [] };
  return {
    with: [],
    body: {
      kind: "select",
      distinct: false,
      items: [{ expression: star, span }],
      from: [{ kind: "subquery", query, lateral: false, alias, span }],
      windows: [],
      hints: [],
      span,
    },
    orderBy: [],
    sortBy: [],
    distributeBy: [],
    clusterBy: [],
    span,
  };
}
