/** SHOW (reference: Spark 4.2 `statement`). */
import type { Statement } from "../ast.ts";
import { isSchemaWord } from "./catalog-object.ts";
import type { Cursor } from "./cursor.ts";
import { parseStringLiteral } from "./literal.ts";
import { isName, parseIdentifier, parseName } from "./name.ts";
import { parsePropertyKey } from "./property.ts";
import { parseObjectName, parsePartitionSpec, takeFromOrIn } from "./table-reference.ts";
import { skipUnsupported } from "./unsupported.ts";

type Show = Extract<Statement, { kind: "show" }>;

/** SHOW …. */
export function parseShow(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  const show = parseKnown(c);
  if (!show) return skipUnsupported(c, start, "SHOW");
  return { ...show, span: c.spanFrom(start) };
}

type Known = Omit<Show, "span">;

function parseKnown(c: Cursor): Known | undefined {
  if (c.takeWords("CATALOGS")) return withLike(c, { kind: "show", what: "catalogs" });
  if (c.takeAny("SCHEMAS", "DATABASES", "NAMESPACES")) return listing(c, "schemas");
  if (c.takeWords("TABLES")) return listing(c, "tables");
  if (c.takeWords("VIEWS")) return listing(c, "views");
  if (c.takeWords("TABLE", "EXTENDED")) {
    const result = listing(c, "table_extended");
    if (result.like === undefined) throw c.fail("LIKE and a pattern");
    const partition = parsePartitionSpec(c);
    return partition ? { ...result, partition } : result;
  }
  if (c.takeWords("TBLPROPERTIES")) return tblproperties(c);
  if (c.takeWords("COLUMNS")) return columns(c);
  if (c.takeWords("PARTITIONS")) {
    const name = parseObjectName(c);
    const partition = parsePartitionSpec(c);
    return { kind: "show", what: "partitions", name, ...(partition ? { partition } : {}) };
  }
  if (c.takeWords("CREATE", "TABLE")) {
    const name = parseObjectName(c);
    const asSerde = c.takeWords("AS", "SERDE") ? { scope: "SERDE" } : {};
    return { kind: "show", what: "create_table", name, ...asSerde };
  }
  if (c.isWord("CURRENT") && isSchemaWord(c, 1)) {
    c.advance();
    c.advance();
    return { kind: "show", what: "current_schema" };
  }
  return functions(c);
}

/** `[FROM|IN x] [[LIKE] 'pattern']`. */
function listing(c: Cursor, what: Show["what"]): Known {
  const inName = takeFromOrIn(c) ? { inName: parseObjectName(c) } : {};
  return withLike(c, { kind: "show", what, ...inName });
}

function withLike(c: Cursor, show: Known): Known {
  const explicit = c.takeWords("LIKE");
  if (!explicit && c.peek().kind !== "string") return show;
  return { ...show, like: parseStringLiteral(c, "a pattern").value };
}

function tblproperties(c: Cursor): Known {
  const show: Known = { kind: "show", what: "tblproperties", name: parseObjectName(c) };
  if (!c.takeSymbol("(")) return show;
  const key = parsePropertyKey(c);
  c.expectSymbol(")");
  return { ...show, key };
}

function columns(c: Cursor): Known {
  if (!takeFromOrIn(c)) throw c.fail("FROM or IN");
  const show: Known = { kind: "show", what: "columns", name: parseObjectName(c) };
  return takeFromOrIn(c) ? { ...show, inName: parseName(c, "a schema") } : show;
}

/** `[USER|SYSTEM|ALL] FUNCTIONS [FROM x] [[LIKE] name|'pattern']`. */
function functions(c: Cursor): Known | undefined {
  const scoped = isName(c) && c.isWord("FUNCTIONS", 1);
  if (!scoped && !c.isWord("FUNCTIONS")) return undefined;
  const scope = scoped ? { scope: readScope(c) } : {};
  c.expectWords("FUNCTIONS");
  const inName = takeFromOrIn(c) ? { inName: parseObjectName(c) } : {};
  const show: Known = { kind: "show", what: "functions", ...scope, ...inName };
  const explicit = c.takeWords("LIKE");
  if (c.peek().kind === "string") return { ...show, like: parseStringLiteral(c).value };
  if (!explicit && !isName(c)) return show;
  const name = parseName(c, "a function or a pattern");
  return { ...show, like: name.parts.map((part) => part.name).join(".") };
}

function readScope(c: Cursor): string {
  const { name, span } = parseIdentifier(c);
  const scope = name.toUpperCase();
  if (["USER", "SYSTEM", "ALL"].includes(scope)) return scope;
  const message = `SHOW ${name} FUNCTIONS is not supported`;
  const hint = "write SHOW USER FUNCTIONS, SHOW SYSTEM FUNCTIONS or SHOW ALL FUNCTIONS";
  throw c.refuse("INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE", message, span, hint);
}
