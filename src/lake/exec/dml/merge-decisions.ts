/**
 * What the matching pass of MERGE decided, as a relation of the writing pass, and the small pieces
 * its plans are put together from.
 */
import type { ScanFile } from "../../delta/index.ts";
import type { StructField } from "../../schema/data-type.ts";
import { INT, LONG } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import type { StatementContext } from "../statement.ts";
import { storeInPlace } from "../write/stored-rows.ts";
import type { Merge } from "./merge-clauses.ts";
import type { Pairs } from "./merge-pairs.ts";

export interface Decisions {
  plan: Plan;
  file: Attribute;
  row: Attribute;
  source: Attribute;
  clause: Attribute;
}

/** What happens to the rows of the files, once each. */
export async function decisionsFor(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
  files: readonly ScanFile[],
): Promise<Decisions> {
  const file = column(ctx, "file_index", INT);
  const row = column(ctx, "row_index", LONG);
  const source = column(ctx, "source_row", LONG);
  const clause = column(ctx, "clause", INT);
  // File positions count within these files here, within the candidates in the tables.
  const indexes = new Map(merge.candidates.map((candidate, i) => [candidate, i]));
  const positions = files.map((f, i) => `(${indexes.get(f)!}, ${i})`).join(", ");
  const sql =
    "SELECT CAST(m.n AS INTEGER), d.row_index, d.source_row, d.clause FROM (" +
    `SELECT file_index, row_index, min(source_row) AS source_row, clause FROM ${pairs.table} ` +
    "WHERE clause IS NOT NULL GROUP BY file_index, row_index, clause UNION ALL " +
    `SELECT file_index, row_index, NULL, clause FROM ${pairs.orphans}) AS d ` +
    `JOIN (VALUES ${positions}) AS m(i, n) ON m.i = d.file_index`;
  const output = [file, row, source, clause];
  const once: Plan = { kind: "engine_relation", sql, output };
  const plan = merge.pieceCount > 1 ? await storeInPlace(ctx, [once]) : once;
  return { plan, file, row, source, clause };
}

/** A join of two plans; all conditions hold. */
export function join(
  kind: "left" | "inner",
  left: Plan,
  right: Plan,
  conditions: readonly BoundExpression[],
): Plan {
  return {
    kind: "join",
    join: kind,
    left,
    right,
    condition: conditions.reduce((a, b) => bindOperator("and", [a, b])),
    lateral: false,
    output: [...outputOf(left), ...outputOf(right)],
  };
}

/** `a = b`. */
export function equal(a: Attribute, b: Attribute): BoundExpression {
  return bindOperator("=", [refer(a), refer(b)]);
}

/** A hidden column of the passes themselves. */
export function column(ctx: StatementContext, name: string, type: Attribute["type"]): Attribute {
  return { id: ctx.allocate(), name, type, nullable: true, qualifier: [], hidden: true };
}

/** A column of the written rows. */
export function outputColumn(ctx: StatementContext, field: StructField): Attribute {
  return {
    id: ctx.allocate(),
    name: field.name,
    type: field.type,
    nullable: true,
    qualifier: [],
  };
}
