/**
 * The refusal of a MERGE in which two source rows would change one target row: it names the first
 * such row by the columns that ON compares.
 */
import { SovereignError } from "../../../core/errors.ts";
import { LONG, STRING } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { walkExpression } from "../../sql/plan/transform.ts";
import { bindOperator, explicitCast } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { prepareQuery } from "../bind-port.ts";
import type { StatementContext } from "../statement.ts";
import { type BoundClause, bindMerge, type Merge } from "./merge-clauses.ts";
import { openTargetScan } from "./target-scan.ts";

const SHOWN_COLUMNS = 5;

/**
 * Whether a second match of one target row has no defined outcome. A single unconditional DELETE is
 * the exception: deleting twice is deleting.
 */
export function isAmbiguous(matched: readonly BoundClause[]): boolean {
  const [first] = matched;
  return (
    first !== undefined && (matched.length > 1 || first.action !== "delete" || !!first.condition)
  );
}

/** Throws INVALID_STATE when a target row stands twice among the pairs that a clause takes. */
export async function refuseRepeatedMatches(
  ctx: StatementContext,
  merge: Merge,
  table: string,
): Promise<void> {
  const engine = await ctx.engine();
  const [found] = await engine.rows(
    "SELECT count(*), min(file_index), arg_min(row_index, (file_index, row_index)) FROM (" +
      `SELECT file_index, row_index FROM ${table} WHERE clause IS NOT NULL ` +
      "GROUP BY file_index, row_index HAVING count(*) > 1)",
  );
  const others = Number(found![0]) - 1;
  if (others < 0) return;
  const row = await describeRow(ctx, merge, Number(found![1]), found![2] as bigint);
  const shown = Object.entries(row).map(([name, value]) => `${name} = ${value ?? "NULL"}`);
  const more = others === 0 ? "" : ` (and ${others} more ${others === 1 ? "does" : "do"})`;
  throw new SovereignError(
    "INVALID_STATE",
    `the row of the table with ${shown.join(", ")} matches more than one row of the source${more}`,
    {
      hint: "make the source unique on the columns of ON, for example with row_number() = 1",
      details: {
        error_class: "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
        sql_state: "21506",
        row,
        row_count: others + 1,
      },
    },
  );
}

/** The columns of a target row that ON names, or else its first ones, as text. */
async function describeRow(
  ctx: StatementContext,
  merge: Merge,
  fileIndex: number,
  rowIndex: bigint,
): Promise<Record<string, string | null>> {
  const { snapshot } = merge.handle;
  const files = [merge.candidates[fileIndex]!];
  const scan = await openTargetScan(ctx, snapshot, files, merge.qualifier, merge.target.schema);
  const named = namedIn(bindMerge(merge, scan.columns).on, scan.columns);
  const columns = (named.length > 0 ? named : scan.columns).slice(0, SHOWN_COLUMNS);
  const input: Plan = {
    kind: "filter",
    input: scan.plan,
    condition: bindOperator("=", [refer(scan.rowIndex), typedLiteral(rowIndex, LONG)]),
  };
  const expressions = columns.map((column) => ({
    expression: explicitCast(refer(column), STRING),
    output: { ...column, id: ctx.allocate(), type: STRING },
  }));
  const query = await prepareQuery(ctx, { kind: "project", input, expressions });
  const [values] = await (await ctx.engine()).rows(query.sql);
  return Object.fromEntries(columns.map(({ name }, i) => [name, values![i] as string | null]));
}

function namedIn(expression: BoundExpression, columns: readonly Attribute[]): Attribute[] {
  const ids = new Set<number>();
  walkExpression(expression, (node) => {
    if (node.kind === "attribute") ids.add(node.attribute.id);
  });
  return columns.filter((column) => ids.has(column.id));
}
