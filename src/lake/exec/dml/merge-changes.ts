/**
 * The writing pass of MERGE on a table with a change data feed: every changed row is computed once,
 * with its values before and after, and stored; the data files and the change data files are both
 * written from there. Rows are found by the positions of the matching pass, not by a second join.
 */
import { INT } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { asChanges } from "../changes/write-changes.ts";
import type { StatementContext } from "../statement.ts";
import { enforceRules } from "../write/enforce.ts";
import { pickColumns, storeRows, unionAll } from "../write/stored-rows.ts";
import type { Merge } from "./merge-clauses.ts";
import { decisionsFor, equal } from "./merge-decisions.ts";
import { insertedRows } from "./merge-inserts.ts";
import type { Pairs } from "./merge-pairs.ts";
import { targetRows } from "./merge-rows.ts";
import type { SplitFiles } from "./split-touched.ts";
import { openTargetScan } from "./target-scan.ts";

/** What a MERGE writes; `data` is null when it only deletes. */
export interface TrackedMerge {
  data: Plan | null;
  changes: Plan[];
}

/** All rows to write and the changes to record; some file has changed rows. */
export async function trackMerge(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
  { rewritten, marked }: SplitFiles,
): Promise<TrackedMerge> {
  const { updated, deleted, inserted } = pairs.counts;
  const files = [...rewritten, ...marked].map((t) => t.file);
  const rows = await targetRows(ctx, merge, pairs, { files, onlyChanged: true, keepsOld: true });
  const changed = await changedParts(ctx, merge, rows);
  const data: Plan[] = [];
  const changes: Plan[] = [];
  if (rewritten.length > 0) data.push(await copiedRows(ctx, merge, pairs, rewritten));
  if (updated.total > 0) {
    data.push(changed("update", "after"));
    changes.push(asChanges(ctx, changed("update", "before"), "update_preimage"));
    const checked = await enforceRules(ctx, changed("update", "after"), merge.target);
    changes.push(asChanges(ctx, checked, "update_postimage"));
  }
  if (deleted.total > 0) changes.push(asChanges(ctx, changed("delete", "before"), "delete"));
  if (inserted > 0) {
    const added = await storeRows(ctx, await insertedRows(ctx, merge, pairs));
    data.push(pickColumns(ctx, added, added.output));
    const checked = await enforceRules(ctx, pickColumns(ctx, added, added.output), merge.target);
    changes.push(asChanges(ctx, checked, "insert"));
  }
  return { data: data.length > 0 ? unionAll(ctx, data) : null, changes };
}

/** Stores changed rows; what it returns picks those of one action, before or after it. */
async function changedParts(ctx: StatementContext, merge: Merge, rows: Plan) {
  const stored = await storeRows(ctx, rows);
  const names = merge.target.schema.fields.map((field) => field.name);
  const clause = stored.output[2 * names.length]!;
  const tracking = stored.output.slice(2 * names.length + 1);
  return (action: "update" | "delete", side: "before" | "after"): Plan => {
    const numbers = merge.statement.clauses.flatMap((c, i) =>
      c.action.kind === action ? [i] : [],
    );
    const start = side === "after" ? 0 : names.length;
    const columns = stored.output.slice(start, start + names.length);
    const moved = side === "after" ? tracking : [];
    return pickColumns(
      ctx,
      onlyClauses(stored, clause, numbers),
      [...columns, ...moved],
      [...names, ...moved.map((column) => column.name)],
    );
  };
}

function onlyClauses(input: Plan, clause: Attribute, numbers: readonly number[]): Plan {
  const conditions = numbers.map((n) => bindOperator("=", [refer(clause), typedLiteral(n, INT)]));
  return {
    kind: "filter",
    input,
    condition: conditions.reduce((a, b) => bindOperator("or", [a, b])),
  };
}

/** Rows of files that are written again which no clause changes. */
async function copiedRows(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
  rewritten: SplitFiles["rewritten"],
): Promise<Plan> {
  const files = rewritten.map((t) => t.file);
  const { snapshot } = merge.handle;
  const scan = await openTargetScan(ctx, snapshot, files, merge.qualifier, merge.target.schema);
  const decisions = await decisionsFor(ctx, merge, pairs, files);
  const kept: Plan = {
    kind: "join",
    join: "left_anti",
    left: scan.plan,
    right: decisions.plan,
    condition: bindOperator("and", [
      equal(scan.fileIndex, decisions.file),
      equal(scan.rowIndex, decisions.row),
    ]),
    lateral: false,
    output: scan.plan.output,
  };
  return pickColumns(ctx, kept, [...scan.columns, ...scan.tracking]);
}
