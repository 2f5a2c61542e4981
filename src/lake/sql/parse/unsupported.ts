/** Statements that are recognised by their words and read no further. */
import type { Statement } from "../ast.ts";
import type { Cursor } from "./cursor.ts";

/** What may follow the first word of a statement we know and have not built. */
const FOLLOWERS: Readonly<Record<string, readonly string[]>> = {
  CREATE: [
    ...["FUNCTION", "TEMPORARY", "TEMP", "INDEX", "ROLE", "MATERIALIZED", "STREAMING", "FLOW"],
    ...["VOLUME", "MODEL", "CONNECTION", "SHARE", "RECIPIENT", "EXTERNAL", "PROCEDURE", "GLOBAL"],
  ],
  DROP: [
    ...["FUNCTION", "TEMPORARY", "TEMP", "INDEX", "ROLE", "VOLUME", "MATERIALIZED", "MODEL"],
    ...["CONNECTION", "SHARE", "RECIPIENT", "PROCEDURE", "STREAMING"],
  ],
  ALTER: [
    ...["SCHEMA", "DATABASE", "NAMESPACE", "CATALOG", "INDEX", "MATERIALIZED", "STREAMING"],
    ...["VOLUME", "CONNECTION", "SHARE", "RECIPIENT", "MODEL"],
  ],
  SHOW: [
    ...["PROCEDURES", "GRANT", "GRANTS", "ROLE", "ROLES", "PRINCIPALS", "COMPACTIONS", "INDEXES"],
    ...["TRANSACTIONS", "LOCKS", "CURRENT", "VOLUMES", "USERS", "GROUPS", "SHARES", "RECIPIENTS"],
    ...["VARIABLES", "COLLATIONS", "CACHE"],
  ],
};

/** Reads the rest of the statement; `words` is what was read of it so far. */
export function skipUnsupported(c: Cursor, start: number, words: string): Statement {
  const followers = FOLLOWERS[words];
  const next = c.peek();
  if (followers && !(next.kind === "word" && followers.includes(next.word))) {
    throw c.fail(expectedAfter(words));
  }
  const keyword = followers ? `${words} ${next.word}` : words;
  while (!c.atEnd && !c.isSymbol(";")) c.advance();
  return { kind: "unsupported", keyword, span: c.spanFrom(start) };
}

function expectedAfter(words: string): string {
  switch (words) {
    case "CREATE":
      return "TABLE, VIEW, SCHEMA or CATALOG";
    case "DROP":
      return "TABLE, VIEW, SCHEMA or CATALOG";
    case "SHOW":
      return "TABLES, VIEWS, COLUMNS, SCHEMAS, CATALOGS, TBLPROPERTIES, FUNCTIONS or CREATE TABLE";
    default:
      return "TABLE or VIEW";
  }
}
