/** The rows of chosen files that a condition selects, and those that it leaves. */
import type { ScanFile, Snapshot } from "../../delta/index.ts";
import { BOOLEAN } from "../../schema/data-type.ts";
import type { BoundExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import type { StatementContext } from "../statement.ts";
import { pickColumns } from "../write/stored-rows.ts";
import { asCondition, type Condition } from "./find-rows.ts";
import { openTargetScan } from "./target-scan.ts";

/** The rows for which the condition is false or NULL. */
export function keptRows(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  condition: NonNullable<Condition>,
  qualifier: readonly string[],
): Promise<Plan> {
  const isNotTrue: NonNullable<Condition> = (columns) => {
    const holds = asCondition(condition(columns));
    const same = bindOperator("<=>", [holds, typedLiteral(true, BOOLEAN)]);
    return bindOperator("not", [same]);
  };
  return selectedRows(ctx, snapshot, files, isNotTrue, qualifier);
}

/** The rows for which the condition is true, in the order of the schema; row ids follow. */
export async function selectedRows(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  condition: NonNullable<Condition>,
  qualifier: readonly string[],
): Promise<Plan> {
  const scan = await openTargetScan(ctx, snapshot, files, qualifier);
  const holds: BoundExpression = asCondition(condition(scan.columns));
  const input: Plan = { kind: "filter", input: scan.plan, condition: holds };
  return pickColumns(ctx, input, [...scan.columns, ...scan.tracking]);
}
