/** Statements by their first word; each family has its own file. */
import type { Statement } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseQuery } from "./query.ts";

/** One statement, without the semicolon behind it. */
export function parseStatementBody(c: Cursor): Statement {
  const query = parseQuery(c);
  return { kind: "query", query, span: query.span };
}
