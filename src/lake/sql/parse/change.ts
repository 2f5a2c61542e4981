/** UPDATE, DELETE and MERGE (reference: Spark 4.2 `dmlStatementNoWith`). */
import type { Assignment, MergeAction, MergeClause, Relation, Statement } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { toDefault } from "./default-value.ts";
import { parseExpression } from "./expression.ts";
import { parseName } from "./name.ts";
import { parseRelationPrimary } from "./relation.ts";
import { parseAliasedTable } from "./table-reference.ts";

function parseAssignments(c: Cursor): Assignment[] {
  return c.commaList(() => {
    const start = c.start;
    const target = parseName(c, "a column");
    c.expectSymbol(c.isSymbol("==") ? "==" : "=");
    const value = toDefault(parseExpression(c));
    return { target, value, span: c.spanFrom(start) };
  });
}

/** `UPDATE t SET a = …, … [WHERE …]`. */
export function parseUpdate(c: Cursor, start: number): Statement {
  c.expectWords("UPDATE");
  const table = parseAliasedTable(c);
  c.expectWords("SET");
  const assignments = parseAssignments(c);
  const where = c.takeWords("WHERE") ? { where: parseExpression(c) } : {};
  return { kind: "update", table, assignments, ...where, span: c.spanFrom(start) };
}

/** `DELETE FROM t [WHERE …]`. */
export function parseDelete(c: Cursor, start: number): Statement {
  c.expectWords("DELETE", "FROM");
  const table = parseAliasedTable(c);
  const where = c.takeWords("WHERE") ? { where: parseExpression(c) } : {};
  return { kind: "delete", table, ...where, span: c.spanFrom(start) };
}

/** `MERGE [WITH SCHEMA EVOLUTION] INTO t USING s ON … WHEN …`. */
export function parseMerge(c: Cursor, start: number): Statement {
  c.expectWords("MERGE");
  const schemaEvolution = c.takeWords("WITH", "SCHEMA", "EVOLUTION");
  c.expectWords("INTO");
  const target = parseAliasedTable(c);
  c.expectWords("USING");
  const source = parseRelationPrimary(c, false);
  refuseColumnAliases(c, source);
  c.expectWords("ON");
  const on = parseExpression(c);
  const clauses: MergeClause[] = [];
  while (c.isWord("WHEN")) clauses.push(parseClause(c));
  if (clauses.length === 0) {
    if (!c.atEnd && !c.isSymbol(";")) throw c.fail("`WHEN`");
    const message = "MERGE has no WHEN clause";
    const hint = "add for example WHEN MATCHED THEN UPDATE SET *";
    throw c.refuse("MERGE_WITHOUT_WHEN", message, c.spanFrom(start), hint);
  }
  refuseDeadClauses(c, clauses);
  return {
    kind: "merge",
    target,
    source,
    on,
    clauses,
    schemaEvolution,
    span: c.spanFrom(start),
  };
}

function refuseColumnAliases(c: Cursor, source: Relation): void {
  const [column] = source.kind !== "join" && "alias" in source ? (source.alias?.columns ?? []) : [];
  if (!column || source.kind === "values") return;
  const hint = "name the columns in the source query";
  const message = "the alias of the source names no columns";
  throw c.refuse("COLUMN_ALIASES_NOT_ALLOWED", message, column.span, hint);
}

function parseClause(c: Cursor): MergeClause {
  const start = c.start;
  c.advance();
  const match = parseMatch(c);
  const condition = c.takeWords("AND") ? { condition: parseExpression(c) } : {};
  c.expectWords("THEN");
  const action = parseAction(c, match);
  return { match, ...condition, action, span: c.spanFrom(start) };
}

function parseMatch(c: Cursor): MergeClause["match"] {
  const negated = c.takeNot();
  if (!c.takeWords("MATCHED")) throw c.fail("MATCHED or NOT MATCHED");
  if (!negated) return "matched";
  if (c.takeWords("BY", "SOURCE")) return "not_matched_by_source";
  if (c.isWord("BY")) c.expectWords("BY", "TARGET");
  return "not_matched";
}

function parseAction(c: Cursor, match: MergeClause["match"]): MergeAction {
  if (match === "not_matched") return parseInsertAction(c);
  if (c.takeWords("DELETE")) return { kind: "delete" };
  if (!c.takeWords("UPDATE")) throw c.fail("UPDATE or DELETE");
  c.expectWords("SET");
  if (match === "matched" && c.takeSymbol("*")) return { kind: "update", assignments: "*" };
  return { kind: "update", assignments: parseAssignments(c) };
}

function parseInsertAction(c: Cursor): MergeAction {
  const start = c.start;
  if (!c.takeWords("INSERT")) throw c.fail("INSERT");
  if (c.takeSymbol("*")) return { kind: "insert", columns: "*", values: [] };
  const columns = c.parenthesized(() => parseName(c, "a column"));
  c.expectWords("VALUES");
  const values = c.parenthesized(() => toDefault(parseExpression(c)));
  if (values.length !== columns.length) {
    const message = `INSERT names ${columns.length} columns and gives ${values.length} values`;
    const hint = "give one value for each column";
    throw c.refuse("PARSE_SYNTAX_ERROR", message, c.spanFrom(start), hint);
  }
  return { kind: "insert", columns, values };
}

/** A clause without condition takes every row, so none of its kind may follow. */
function refuseDeadClauses(c: Cursor, clauses: readonly MergeClause[]): void {
  for (const match of ["matched", "not_matched", "not_matched_by_source"] as const) {
    const same = clauses.filter((clause) => clause.match === match);
    const dead = same.slice(0, -1).find((clause) => !clause.condition);
    if (!dead) continue;
    throw c.refuse(
      `NON_LAST_${match.toUpperCase()}_CLAUSE_OMIT_CONDITION`,
      "only the last clause of its kind may have no condition",
      dead.span,
      "add AND and a condition, or move the clause to the end",
    );
  }
}
