/**
 * MERGE, copy-on-write. The source is stored once, so that it reads the same in both passes; a join
 * of its rows with the target finds every pair, a pair's first clause that applies decides, and a
 * target row that two source rows would change is refused. Only files with changed rows are written
 * again, together with the rows that are new. Without matching clauses it is an append of the
 * source rows that match nothing.
 *
 * Read `merge-clauses.ts` (binding), then `merge-pairs.ts` (matching), then `merge-rows.ts`.
 */

import type { AddFile } from "../../delta/index.ts";
import { mergeOperation } from "../../delta/write/operations.ts";
import { LONG, structField, structType } from "../../schema/data-type.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { type Change, commitChange, totalBytes } from "../write/commit.ts";
import { commitOrDiscard, type WrittenData, writeData } from "../write/data-files.ts";
import { enforceRules } from "../write/enforce.ts";
import { type Merge, openMerge } from "./merge-clauses.ts";
import { findPairs, type MergeCounts, type Pairs } from "./merge-pairs.ts";
import { mergedRows } from "./merge-rows.ts";
import { predicateText } from "./predicate-text.ts";
import { aliasOf } from "./target-alias.ts";

const COUNTS = structType(
  ["num_affected_rows", "num_updated_rows", "num_deleted_rows", "num_inserted_rows"].map((name) =>
    structField(name, LONG),
  ),
);

/** Runs a MERGE. */
export async function executeMerge(
  ctx: StatementContext,
  statement: StatementOf<"merge">,
): Promise<Outcome> {
  const startMs = ctx.session.clock.monotonicMs();
  const handle = await openTable(ctx, statement.target);
  const qualifier = aliasOf(statement.target, handle);
  const merge = await openMerge(ctx, handle, statement, qualifier);
  const pairs = await findPairs(ctx, merge);
  const scanMs = ctx.session.clock.monotonicMs() - startMs;
  const written = await writeRows(ctx, merge, pairs);
  return commitOrDiscard(written, async () => {
    const removes = pairs.touched.map((file) => file.add);
    const adds = written?.adds ?? [];
    const { updated, deleted, inserted } = pairs.counts;
    const changed = updated.total + deleted.total + inserted;
    const rows = [[changed, updated.total, deleted.total, inserted].map(BigInt)];
    const others = merge.evolution?.actions ?? [];
    if (adds.length + removes.length + others.length === 0) return localOutcome(COUNTS, rows);
    const times = { scanMs, totalMs: ctx.session.clock.monotonicMs() - startMs };
    const commit = await commitChange(ctx, handle, {
      ...operationOf(pairs),
      adds,
      removes,
      others,
      metrics: metricsOf(pairs, written, removes, times),
      reads: readsOf(merge, pairs),
    });
    return localOutcome(COUNTS, rows, { commit });
  });
}

async function writeRows(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
): Promise<WrittenData | null> {
  if (pairs.touched.length === 0 && pairs.counts.inserted === 0) return null;
  const plan = await mergedRows(ctx, merge, pairs);
  return writeData(ctx, await enforceRules(ctx, plan, merge.target), merge.target);
}

function readsOf(merge: Merge, pairs: Pairs): NonNullable<Change["reads"]> {
  return {
    ...(pairs.prune ? { readPredicates: [pairs.prune] } : { readWholeTable: true }),
    readFiles: new Set(merge.candidates.map((file) => file.add.path)),
  };
}

function operationOf({ bound }: Pairs) {
  const facts = (match: string) =>
    bound.clauses
      .filter((clause) => clause.match === match)
      .map(({ condition, action }) => ({
        ...(condition ? { predicate: predicateText(condition) } : {}),
        actionType: action,
      }));
  return mergeOperation(predicateText(bound.on), {
    matched: facts("matched"),
    notMatched: facts("not_matched"),
    notMatchedBySource: facts("not_matched_by_source"),
  });
}

function metricsOf(
  pairs: Pairs,
  written: WrittenData | null,
  removes: readonly AddFile[],
  times: { scanMs: number; totalMs: number },
): Record<string, string> {
  const counts: MergeCounts = pairs.counts;
  const { updated, deleted, inserted } = counts;
  const output = written?.rowCount ?? 0;
  const numbers = {
    numSourceRows: counts.sourceRows,
    numTargetRowsInserted: inserted,
    numTargetRowsUpdated: updated.total,
    numTargetRowsMatchedUpdated: updated.matched,
    numTargetRowsNotMatchedBySourceUpdated: updated.total - updated.matched,
    numTargetRowsDeleted: deleted.total,
    numTargetRowsMatchedDeleted: deleted.matched,
    numTargetRowsNotMatchedBySourceDeleted: deleted.total - deleted.matched,
    numTargetRowsCopied: output - inserted - updated.total,
    numOutputRows: output,
    numTargetFilesAdded: written?.adds.length ?? 0,
    numTargetFilesRemoved: removes.length,
    numTargetBytesAdded: written?.sizeBytes ?? 0,
    numTargetBytesRemoved: totalBytes(removes),
    numTargetChangeFilesAdded: 0,
    numTargetDeletionVectorsAdded: 0,
    numTargetDeletionVectorsRemoved: 0,
    numTargetDeletionVectorsUpdated: 0,
    executionTimeMs: Math.round(times.totalMs),
    scanTimeMs: Math.round(times.scanMs),
    rewriteTimeMs: Math.round(times.totalMs - times.scanMs),
  };
  return Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)]));
}
