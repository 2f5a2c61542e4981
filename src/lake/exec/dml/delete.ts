/**
 * DELETE and TRUNCATE. Files whose rows all go are only removed from the log; of the others the
 * rows are marked in a deletion vector, or the file is written again without them.
 */
import type { AddCdcFile, AddFile } from "../../delta/index.ts";
import { type MarkedFiles, markDeleted } from "../../delta/write/mark-deleted.ts";
import { deleteOperation, truncateOperation } from "../../delta/write/operations.ts";
import { LONG, structField, structType } from "../../schema/data-type.ts";
import { notImplemented } from "../../sql/error.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { expressionBinder } from "../bind-port.ts";
import { asChanges, tracksChanges, writeChanges } from "../changes/write-changes.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { commitChange, totalBytes } from "../write/commit.ts";
import {
  commitOrDiscard,
  targetOf,
  type WrittenData,
  writeData,
  writeOrDiscard,
} from "../write/data-files.ts";
import type { Reads } from "../write/source-reads.ts";
import { type Condition, findCandidates } from "./find-rows.ts";
import { keptRows, selectedRows } from "./kept-rows.ts";
import { markedRows, splitSelected, vectorMetrics, writesVectors } from "./split-touched.ts";
import { aliasOf } from "./target-alias.ts";

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
      ...deleteOperation(deleted.text ?? "true"),
      ...changeOf(deleted),
      metrics: deleteMetrics(deleted, {
        scanMs: deleted.scannedAtMs - startMs,
        totalMs: ctx.session.clock.monotonicMs() - startMs,
      }),
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
  const startMs = ctx.session.clock.monotonicMs();
  const deleted = await deleteMatching(ctx, handle, null);
  if (deleted.removes.length === 0) return localOutcome(structType([]), []);
  const commit = await commitChange(ctx, handle, {
    ...truncateOperation(),
    ...changeOf(deleted),
    metrics: {
      numRemovedFiles: String(deleted.removes.length),
      executionTimeMs: String(Math.round(ctx.session.clock.monotonicMs() - startMs)),
    },
  });
  return localOutcome(structType([]), [], { commit });
}

export interface Deleted {
  adds: AddFile[];
  removes: AddFile[];
  /** Change data files; none where the log tells what went. */
  changes: readonly AddCdcFile[];
  /** Rows of removed files that stay, in new files. */
  written: WrittenData | null;
  /** Files that stay with fewer rows. */
  marked: MarkedFiles;
  deletedCount: number;
  /** When the rows were found and writing began, on the monotonic clock. */
  scannedAtMs: number;
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
  const { files, reads, text, takesPartitions } = await findCandidates(
    ctx,
    snapshot,
    condition,
    qualifier,
  );
  const split = await splitSelected(ctx, snapshot, files, condition, qualifier);
  const { rewritten, marked: holed } = split;
  const scannedAtMs = ctx.session.clock.monotonicMs();
  const partly = rewritten.filter((t) => t.matchedCount < t.rowCount).map((t) => t.file);
  const target = targetOf(snapshot);
  return writeOrDiscard(async (keep) => {
    let written: WrittenData | null = null;
    if (partly.length > 0 && condition) {
      const kept = await keptRows(ctx, snapshot, partly, condition, qualifier);
      written = keep(await writeData(ctx, kept, target));
    }
    const marked = keep(await markDeleted(snapshot.tableRoot, holed.map(markedRows)));
    // Removed files and grown vectors tell by themselves what went, as long as no row moved.
    const tells = takesPartitions || (writesVectors(snapshot) && partly.length === 0);
    const parts: Plan[] = [];
    if (condition && tracksChanges(snapshot) && !tells) {
      const changed = [...rewritten, ...holed].map((t) => t.file);
      const gone = await selectedRows(ctx, snapshot, changed, condition, qualifier);
      if (changed.length > 0) parts.push(asChanges(ctx, gone, "delete"));
    }
    const changes = keep(await writeChanges(ctx, parts, target));
    return {
      adds: [...(written?.adds ?? []), ...marked.adds],
      removes: [...rewritten.map((t) => t.file.add), ...marked.removes],
      changes: changes.files,
      written,
      marked,
      deletedCount: [...rewritten, ...holed].reduce((sum, t) => sum + t.matchedCount, 0),
      scannedAtMs,
      reads,
      text,
      discard() {
        for (const part of [written, marked, changes]) part?.discard();
      },
    };
  });
}

function changeOf({ adds, removes, changes, reads }: Deleted) {
  return { adds, removes, changes, reads, keepsRowIds: true };
}

/** The removed files that do not come back with a vector. */
export function goneFiles({ removes, marked }: Deleted): AddFile[] {
  return removes.filter((add) => !marked.removes.includes(add));
}

function deleteMetrics(
  deleted: Deleted,
  { scanMs, totalMs }: { scanMs: number; totalMs: number },
): Record<string, string> {
  const { marked, written } = deleted;
  const gone = goneFiles(deleted);
  return {
    numRemovedFiles: String(gone.length),
    numRemovedBytes: String(totalBytes(gone)),
    numAddedFiles: String(written?.adds.length ?? 0),
    numAddedBytes: String(written?.sizeBytes ?? 0),
    numAddedChangeFiles: String(deleted.changes.length),
    numCopiedRows: String(written?.rowCount ?? 0),
    numDeletedRows: String(deleted.deletedCount),
    ...vectorMetrics(marked, gone, "num"),
    executionTimeMs: String(Math.round(totalMs)),
    scanTimeMs: String(Math.round(scanMs)),
    rewriteTimeMs: String(Math.round(totalMs - scanMs)),
  };
}
