/** A MERGE put together clause by clause; `execute` runs it as one SQL statement. */
import type { CommitSummary } from "./exec/result.ts";
import { quoteIdentifier } from "./sql/parse/name.ts";

/** Columns to Spark SQL expressions, or every column of the same name. */
export type Assignments = Readonly<Record<string, string>> | "*";

/**
 * A MERGE in the making; as `DeltaMergeBuilder` of delta-spark. For each pair of rows the first
 * clause of its kind whose condition holds decides; expressions are Spark SQL over both sides.
 * Builders are immutable: every call returns a new one.
 */
export interface MergeBuilder {
  /** Changes target rows that match: `{ price: "source.price" }`, or every column of that name. */
  whenMatchedUpdate(set: Assignments, condition?: string): MergeBuilder;
  /** Deletes target rows that match. */
  whenMatchedDelete(condition?: string): MergeBuilder;
  /** Inserts source rows that match nothing; columns left out take their default, or NULL. */
  whenNotMatchedInsert(values: Assignments, condition?: string): MergeBuilder;
  /** Changes target rows that no source row matches. */
  whenNotMatchedBySourceUpdate(
    set: Readonly<Record<string, string>>,
    condition?: string,
  ): MergeBuilder;
  /** Deletes target rows that no source row matches. */
  whenNotMatchedBySourceDelete(condition?: string): MergeBuilder;
  /** Adds columns the table does not have. */
  withSchemaEvolution(): MergeBuilder;
  /**
   * Runs it; null when nothing changed. INVALID_STATE when two source rows would change one target
   * row, RESOURCE_CONFLICT when another writer came first, INVALID_PARAMETER_VALUE without any
   * clause.
   */
  execute(): Promise<CommitSummary | null>;
}

/** A builder over `target AS t USING source AS s ON …`. Builders are immutable. */
export function startMerge(
  head: string,
  run: (text: string) => Promise<CommitSummary | null>,
): MergeBuilder {
  return createBuilder(head, [], false, run);
}

function createBuilder(
  head: string,
  clauses: readonly string[],
  evolves: boolean,
  run: (text: string) => Promise<CommitSummary | null>,
): MergeBuilder {
  const add = (match: string, condition: string | undefined, action: string): MergeBuilder => {
    const and = condition === undefined ? "" : ` AND (${condition})`;
    return createBuilder(head, [...clauses, `WHEN ${match}${and} THEN ${action}`], evolves, run);
  };
  const bySource = "NOT MATCHED BY SOURCE";
  return {
    whenMatchedUpdate: (set, condition) => add("MATCHED", condition, `UPDATE SET ${setList(set)}`),
    whenMatchedDelete: (condition) => add("MATCHED", condition, "DELETE"),
    whenNotMatchedInsert: (values, condition) =>
      add("NOT MATCHED", condition, `INSERT ${insertList(values)}`),
    whenNotMatchedBySourceUpdate: (set, condition) =>
      add(bySource, condition, `UPDATE SET ${setList(set)}`),
    whenNotMatchedBySourceDelete: (condition) => add(bySource, condition, "DELETE"),
    withSchemaEvolution: () => createBuilder(head, clauses, true, run),
    execute: () =>
      run(`MERGE ${evolves ? "WITH SCHEMA EVOLUTION " : ""}INTO ${head} ${clauses.join(" ")}`),
  };
}

function setList(set: Assignments): string {
  if (set === "*") return "*";
  return Object.entries(set)
    .map(([column, value]) => `${quoteIdentifier(column)} = ${value}`)
    .join(", ");
}

function insertList(values: Assignments): string {
  if (values === "*") return "*";
  const columns = Object.keys(values).map(quoteIdentifier);
  return `(${columns.join(", ")}) VALUES (${Object.values(values).join(", ")})`;
}
