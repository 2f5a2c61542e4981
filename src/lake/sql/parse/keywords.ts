/**
 * Words that cannot be a name in some place. Spark reserves nothing by default; an alias without
 * AS is still not allowed to swallow the keyword that begins the next clause, which Spark's
 * generated parser finds out by unlimited lookahead and this one by the word and its follower.
 */
import type { Cursor } from "./cursor.ts";

/** Spark's strict non-reserved words: never a table alias or the name of a CTE. */
const STRICT = new Set([
  ...["ANTI", "CROSS", "EXCEPT", "FULL", "INNER", "INTERSECT", "JOIN", "LATERAL", "LEFT"],
  ...["NATURAL", "ON", "RIGHT", "SEMI", "MINUS", "UNION", "USING"],
]);

/** Clause words that always need something behind them. */
const CLAUSES = new Set([
  ...["FROM", "WHERE", "HAVING", "LIMIT", "OFFSET", "QUALIFY", "SELECT", "INSERT", "SET"],
  ...["WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "IN", "IS", "LIKE", "ILIKE", "RLIKE"],
  ...["BETWEEN", "ESCAPE", "AS", "REGEXP"],
]);

/** Clause words only in front of a certain word (or any of several). */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  GROUP: ["BY"],
  ORDER: ["BY"],
  SORT: ["BY"],
  CLUSTER: ["BY"],
  DISTRIBUTE: ["BY"],
  PARTITION: ["BY"],
  LATERAL: ["VIEW"],
  VERSION: ["AS"],
  TIMESTAMP: ["AS"],
  SYSTEM_VERSION: ["AS"],
  SYSTEM_TIME: ["AS"],
  WITH: ["ROLLUP", "CUBE", "SCHEMA"],
  GROUPING: ["SETS"],
  UNPIVOT: ["INCLUDE", "EXCLUDE"],
  TABLESAMPLE: ["SYSTEM", "BERNOULLI"],
};

/** Clause words only in front of a parenthesis. */
const BEFORE_PARENTHESIS = new Set(["PIVOT", "UNPIVOT", "TABLESAMPLE", "WITH"]);

const VERSION_WORDS = new Set(["VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME"]);

const NO_OPERAND = new Set([",", ")", ";", "]", "|>"]);

function lacksOperand(c: Cursor): boolean {
  const next = c.peek(1);
  if (next.kind === "end") return true;
  return next.kind === "symbol" && NO_OPERAND.has(next.word);
}

/** `WINDOW w AS`, with the name maybe spelt `IDENTIFIER('w')`. */
export function startsWindowClause(c: Cursor): boolean {
  if (!c.isWord("WINDOW")) return false;
  return c.isWord("AS", 2) || (c.isWord("IDENTIFIER", 1) && c.isSymbol("(", 2));
}

/** `FOR VERSION AS OF` behind a table, `FOR column IN` in PIVOT. */
function isForClause(c: Cursor): boolean {
  if (c.isAnyWord(VERSION_WORDS, 1) && c.isWord("AS", 2)) return true;
  if (c.isWord("IN", 2)) return true;
  return c.isSymbol("(", 1) && c.at(c.matching(c.index + 1) + 1).word === "IN";
}

/** Whether the next word begins a clause rather than naming something. */
export function startsClause(c: Cursor): boolean {
  const { kind, word } = c.peek();
  if (kind !== "word") return false;
  if (word === "END" || word === "AND" || word === "OR" || word === "FROM") return true;
  if (CLAUSES.has(word)) return !lacksOperand(c);
  if (word === "WINDOW") return startsWindowClause(c);
  if (word === "FOR") return isForClause(c);
  if (word === "CHANGES") return c.isWord("FROM", 1) && c.isAnyWord(VERSION_WORDS, 2);
  if (word === "WATERMARK") return c.isWord("DELAY", 2) || c.isWord("OF", 3);
  const pair = PAIRS[word];
  if (pair?.some((follower) => c.isWord(follower, 1))) return true;
  return BEFORE_PARENTHESIS.has(word) && c.isSymbol("(", 1);
}

/** Whether an alias without AS may stand here in a select list or row constructor. */
export function isExpressionAlias(c: Cursor): boolean {
  const { kind, word } = c.peek();
  if (kind === "quoted") return true;
  if (kind !== "word") return false;
  if (STRICT.has(word)) return lacksOperand(c) || c.isWord("FROM", 1);
  return !startsClause(c);
}

/** Whether a table alias may stand here, with or without AS in front. */
export function isTableAlias(c: Cursor): boolean {
  const { kind, word } = c.peek();
  if (kind === "quoted") return true;
  return kind === "word" && !STRICT.has(word) && !startsClause(c);
}

/** Whether the word is one Spark never takes for a table alias, written after AS or not. */
export function isStrictWord(word: string): boolean {
  return STRICT.has(word);
}
