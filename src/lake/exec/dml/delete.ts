/**
 * DELETE and TRUNCATE. Files whose rows all go are only removed from the log; of the others the
 * rows are marked in a deletion vector, or the file is written again without them.
 */
import type { AddFile, ScanFile, Snapshot } from "../../delta/index.ts";
import { type MarkedFiles, markDeleted } from "../../delta/write/mark-deleted.ts";
import { deleteOperation, truncateOperation } from "../../delta/write/operations.ts";
import { BOOLEAN, LONG, structField, structType } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import { notImplemented } from "../../sql/error.ts";
import type { BoundExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { expressionBinder } from "../bind-port.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { commitChange, totalBytes } from "../write/commit.ts";
import { commitOrDiscard, targetOf, type WrittenData, writeData } from "../write/data-files.ts";
import type { Reads } from "../write/source-reads.ts";
import { asCondition, type Condition, findCandidates } from "./find-rows.ts";
import { markedRows, splitSelected, vectorMetrics } from "./split-touched.ts";
import { aliasOf } from "./target-alias.ts";
import { openTargetScan } from "./target-scan.ts";

const AFFECTED = structType([structField("num_affected_rows", LONG)]);

/** Runs a DELETE. */
export async function executeDelete(
  ctx: StatementContext,
  statement: StatementOf<"delete">,
): Promise<Outcome> {
  const handle = await openTable(ctx, statement.table);
  const bind = await expressionBinder(ctx, statement);
  const { where } = statement;
  const condition: Condition = where ? (attributes) => bind(where, attributes) : null;
  const startMs = ctx.session.clock.monotonicMs();
  const deleted = await deleteMatching(ctx, handle, condition, aliasOf(statement.table, handle));
  const rows = [[BigInt(deleted.deletedCount)]];
  if (deleted.removes.length === 0) return localOutcome(AFFECTED, rows);
  return commitOrDiscard(deleted, async () => {
    const commit = await commitChange(ctx, handle, {
      ...deleteOperation(deleted.text),
      ...changeOf(deleted),
      metrics: deleteMetrics(deleted, ctx.session.clock.monotonicMs() - startMs),
    });
    return localOutcome(AFFECTED, rows, { commit });
  });
}

/** Runs a TRUNCATE. */
export async function executeTruncate(
  ctx: StatementContext,
  statement: StatementOf<"truncate">,
): Promise<Outcome> {
  if (statement.partition) {
    throw notImplemented("TRUNCATE … PARTITION", statement.span, "use DELETE FROM t WHERE …");
  }
  const handle = await openTable(ctx, statement.table);
  const deleted = await deleteMatching(ctx, handle, null);
  if (deleted.removes.length === 0) return localOutcome(structType([]), []);
  const commit = await commitChange(ctx, handle, {
    ...truncateOperation(),
    ...changeOf(deleted),
    metrics: deleteMetrics(deleted, 0),
  });
  return localOutcome(structType([]), [], { commit });
}

export interface Deleted {
  adds: AddFile[];
  removes: AddFile[];
  /** Rows of removed files that stay, in new files. */
  written: WrittenData | null;
  /** Files that stay with fewer rows. */
  marked: MarkedFiles;
  deletedCount: number;
  reads: Reads;
  /** The condition as the history shows it. */
  text: string | undefined;
  /** Removes what was written; for a statement that does not reach its commit. */
  discard(): void;
}

/** Takes selected rows out of the table's files; commits nothing. */
export async function deleteMatching(
  ctx: StatementContext,
  handle: TableHandle,
  condition: Condition,
  qualifier: readonly string[] = handle.qualifier,
): Promise<Deleted> {
  const { snapshot } = handle;
  const { files, reads, text } = await findCandidates(ctx, snapshot, condition, qualifier);
  const { rewritten, marked: holed } = await splitSelected(
    ctx,
    snapshot,
    files,
    condition,
    qualifier,
  );
  const partly = rewritten.filter((t) => t.matchedCount < t.rowCount).map((t) => t.file);
  const written =
    partly.length > 0 && condition
      ? await writeKept(ctx, snapshot, partly, condition, qualifier)
      : null;
  const marked = await commitOrDiscard(written, () =>
    markDeleted(snapshot.tableRoot, holed.map(markedRows)),
  );
  const gone = rewritten.map((t) => t.file.add);
  return {
    adds: [...(written?.adds ?? []), ...marked.adds],
    removes: [...gone, ...marked.removes],
    written,
    marked,
    deletedCount: [...rewritten, ...holed].reduce((sum, t) => sum + t.matchedCount, 0),
    reads,
    text,
    discard() {
      written?.discard();
      marked.discard();
    },
  };
}

/** Writes the rows of the files that the condition leaves. */
async function writeKept(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  condition: NonNullable<Condition>,
  qualifier: readonly string[],
): Promise<WrittenData> {
  const scan = await openTargetScan(ctx, snapshot, files, qualifier);
  const kept: Plan = {
    kind: "filter",
    input: scan.plan,
    condition: isNotTrue(asCondition(condition(scan.columns))),
  };
  const expressions = scan.columns.map((attribute) => ({
    expression: refer(attribute),
    output: { ...attribute, id: ctx.allocate() },
  }));
  return writeData(ctx, { kind: "project", input: kept, expressions }, targetOf(snapshot));
}

/** True where the condition is false or NULL. */
function isNotTrue(condition: BoundExpression): BoundExpression {
  const same = bindOperator("<=>", [condition, typedLiteral(true, BOOLEAN)]);
  return bindOperator("not", [same]);
}

function changeOf({ adds, removes, reads }: Deleted) {
  return { adds, removes, reads };
}

function deleteMetrics(deleted: Deleted, durationMs: number): Record<string, string> {
  const { marked, written } = deleted;
  const gone = deleted.removes.filter((add) => !marked.removes.includes(add));
  return {
    numRemovedFiles: String(gone.length),
    numRemovedBytes: String(totalBytes(gone)),
    numAddedFiles: String(written?.adds.length ?? 0),
    numAddedBytes: String(written?.sizeBytes ?? 0),
    numAddedChangeFiles: "0",
    numCopiedRows: String(written?.rowCount ?? 0),
    numDeletedRows: String(deleted.deletedCount),
    ...vectorMetrics(marked, gone, "num"),
    executionTimeMs: String(Math.round(durationMs)),
  };
}
