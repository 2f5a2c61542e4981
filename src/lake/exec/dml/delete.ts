/**
 * DELETE and TRUNCATE, copy-on-write: files whose rows all go are only removed from the log, the
 * others are written again without the rows.
 */
import type { AddFile, PrunePredicate } from "../../delta/index.ts";
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
import { asCondition, type Condition, findCandidates, findTouched } from "./find-rows.ts";
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
  return commitOrDiscard(deleted.written, async () => {
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
  if (statement.partition) throw notImplemented("TRUNCATE … PARTITION", statement.span);
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
  removes: AddFile[];
  /** Rows of the removed files that stay, in new files. */
  written: WrittenData | null;
  deletedCount: number;
  prune: PrunePredicate | null;
  /** The condition as the history shows it. */
  text: string | undefined;
  /** Paths of every file whose rows were looked at. */
  readFiles: ReadonlySet<string>;
}

/** Takes selected rows out of the table's files; commits nothing. */
export async function deleteMatching(
  ctx: StatementContext,
  handle: TableHandle,
  condition: Condition,
  qualifier: readonly string[] = handle.qualifier,
): Promise<Deleted> {
  const { snapshot } = handle;
  const { files, prune, text } = await findCandidates(ctx, snapshot, condition, qualifier);
  const touched = await findTouched(ctx, snapshot, files, condition, qualifier);
  const partly = touched.filter((t) => t.matchedCount < t.rowCount).map((t) => t.file);
  let written: WrittenData | null = null;
  if (partly.length > 0 && condition) {
    const scan = await openTargetScan(ctx, snapshot, partly, qualifier);
    const kept: Plan = {
      kind: "filter",
      input: scan.plan,
      condition: isNotTrue(asCondition(condition(scan.columns))),
    };
    const expressions = scan.columns.map((attribute) => ({
      expression: refer(attribute),
      output: { ...attribute, id: ctx.allocate() },
    }));
    written = await writeData(
      ctx,
      { kind: "project", input: kept, expressions },
      targetOf(snapshot),
    );
  }
  return {
    removes: touched.map((t) => t.file.add),
    written,
    deletedCount: touched.reduce((sum, t) => sum + t.matchedCount, 0),
    prune,
    text,
    readFiles: new Set(files.map((file) => file.add.path)),
  };
}

/** True where the condition is false or NULL. */
function isNotTrue(condition: BoundExpression): BoundExpression {
  const same = bindOperator("<=>", [condition, typedLiteral(true, BOOLEAN)]);
  return bindOperator("not", [same]);
}

function changeOf(deleted: Deleted) {
  return {
    adds: deleted.written?.adds ?? [],
    removes: deleted.removes,
    reads: {
      ...(deleted.prune ? { readPredicates: [deleted.prune] } : { readWholeTable: true }),
      readFiles: deleted.readFiles,
    },
  };
}

function deleteMetrics(deleted: Deleted, durationMs: number): Record<string, string> {
  return {
    numRemovedFiles: String(deleted.removes.length),
    numRemovedBytes: String(totalBytes(deleted.removes)),
    numAddedFiles: String(deleted.written?.adds.length ?? 0),
    numAddedBytes: String(deleted.written?.sizeBytes ?? 0),
    numAddedChangeFiles: "0",
    numCopiedRows: String(deleted.written?.rowCount ?? 0),
    numDeletedRows: String(deleted.deletedCount),
    numDeletionVectorsAdded: "0",
    numDeletionVectorsRemoved: "0",
    numDeletionVectorsUpdated: "0",
    executionTimeMs: String(Math.round(durationMs)),
  };
}
