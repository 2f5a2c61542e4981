/**
 * Statements by their first word; each family has its own file. Words nobody knows get a
 * suggestion, words of statements not built give `unsupported`.
 */
import type { Statement } from "../ast.ts";
import { parseAlterTable } from "./alter-table.ts";
import { parseCommentOn, parseCreate, parseDrop } from "./catalog-object.ts";
import { parseDelete, parseMerge, parseUpdate } from "./change.ts";
import { parseCopyInto } from "./copy-into.ts";
import type { Cursor } from "./cursor.ts";
import { parseDescribe, parseExplain } from "./describe.ts";
import { parseInsert } from "./insert.ts";
import * as maintenance from "./maintenance.ts";
import { parseQuery, parseQueryRest, parseWith } from "./query.ts";
import { parseExecuteImmediate, parseReset, parseSet, parseUse } from "./session.ts";
import { parseShow } from "./show.ts";
import { suggestWord } from "./suggest.ts";
import { skipUnsupported } from "./unsupported.ts";
import { parseDeclare, parseDropVariable, startsDropVariable } from "./variable.ts";
import { parseAlterView } from "./view.ts";

type Parser = (c: Cursor) => Statement;

const STATEMENTS: Readonly<Record<string, Parser>> = {
  SELECT: parseQueryStatement,
  VALUES: parseQueryStatement,
  TABLE: parseQueryStatement,
  FROM: parseFromStatement,
  MAP: parseQueryStatement,
  REDUCE: parseQueryStatement,
  WITH: parseWithStatement,
  INSERT: (c) => parseInsert(c, [], c.start),
  UPDATE: (c) => parseUpdate(c, c.start),
  DELETE: (c) => parseDelete(c, c.start),
  MERGE: (c) => parseMerge(c, c.start),
  COPY: parseCopyInto,
  CREATE: parseCreate,
  REPLACE: parseCreate,
  DROP: (c) => (startsDropVariable(c) ? parseDropVariable(c) : parseDrop(c)),
  DECLARE: parseDeclare,
  ALTER: parseAlter,
  COMMENT: parseCommentOn,
  SHOW: parseShow,
  DESCRIBE: parseDescribe,
  DESC: parseDescribe,
  EXPLAIN: (c) => parseExplain(c, parseStatementBody),
  USE: parseUse,
  SET: parseSet,
  RESET: parseReset,
  EXECUTE: parseExecuteImmediate,
  OPTIMIZE: maintenance.parseOptimize,
  VACUUM: maintenance.parseVacuum,
  RESTORE: maintenance.parseRestore,
  CONVERT: maintenance.parseConvert,
  REORG: maintenance.parseReorg,
  FSCK: maintenance.parseFsck,
  TRUNCATE: maintenance.parseTruncate,
  ANALYZE: maintenance.parseAnalyze,
  REFRESH: maintenance.parseRefresh,
  CACHE: maintenance.parseCache,
  UNCACHE: maintenance.parseUncache,
  MSCK: maintenance.parseMsck,
  REPAIR: maintenance.parseMsck,
};

/** First words of statements of Spark, Delta and Databricks that are not built. */
const UNBUILT = new Set([
  ...["CALL", "CLEAR", "LOAD", "ADD", "LIST", "GRANT", "REVOKE", "EXPORT"],
  ...["IMPORT", "LOCK", "UNLOCK", "START", "COMMIT", "ROLLBACK", "DFS", "GENERATE", "UNDROP"],
  ...["DENY", "APPLY", "SYNC", "PUT", "GET", "REMOVE"],
]);

/** One statement, without the semicolon behind it. */
export function parseStatementBody(c: Cursor): Statement {
  const { kind, word, start } = c.peek();
  if (c.isSymbol("(")) return parseQueryStatement(c);
  const parser = kind === "word" && Object.hasOwn(STATEMENTS, word) ? STATEMENTS[word] : undefined;
  if (parser) return parser(c);
  const isScript = c.isSymbol(":", 1) && ["BEGIN", "WHILE", "LOOP"].some((w) => c.isWord(w, 2));
  if (isScript || c.isWord("BEGIN")) return skipScript(c);
  const isUnbuilt = kind === "word" && UNBUILT.has(word) && c.peek(1).kind !== "symbol";
  if (isUnbuilt) return skipUnsupported(c, start, word);
  throw c.fail("a statement", suggestStatement(word));
}

/** SQL scripting: the semicolons inside belong to the block. */
function skipScript(c: Cursor): Statement {
  const start = c.start;
  while (!c.atEnd) c.advance();
  return { kind: "unsupported", keyword: "BEGIN", span: c.spanFrom(start) };
}

function suggestStatement(word: string): string {
  const name = suggestWord(word, Object.keys(STATEMENTS));
  if (name) return `did you mean \`${name}\`?`;
  return "a statement starts with a word such as SELECT, INSERT, CREATE, MERGE or DESCRIBE";
}

function parseQueryStatement(c: Cursor): Statement {
  const query = parseQuery(c);
  return { kind: "query", query, span: query.span };
}

/** `FROM t INSERT INTO …` inserts several times. */
function parseFromStatement(c: Cursor): Statement {
  const start = c.start;
  for (let i = c.index; c.at(i).kind !== "end"; i++) {
    if (c.at(i).word === "(") i = c.matching(i);
    else if (c.at(i).word === "INSERT" && ["INTO", "OVERWRITE"].includes(c.at(i + 1).word)) {
      return skipUnsupported(c, start, "FROM … INSERT");
    }
  }
  return parseQueryStatement(c);
}

/** WITH in front of a query or a change. */
function parseWithStatement(c: Cursor): Statement {
  const start = c.start;
  const ctes = parseWith(c);
  if (c.isWord("INSERT")) return parseInsert(c, ctes, start);
  if (["UPDATE", "DELETE", "MERGE"].some((word) => c.isWord(word))) {
    return skipUnsupported(c, start, `WITH … ${c.peek().word}`);
  }
  const query = c.nested(() => parseQueryRest(c, ctes, start));
  return { kind: "query", query, span: query.span };
}

function parseAlter(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  if (c.takeWords("TABLE")) return parseAlterTable(c, start);
  if (c.takeWords("VIEW")) return parseAlterView(c, start);
  return skipUnsupported(c, start, "ALTER");
}
