/**
 * MERGE. The source is stored once, so that it reads the same in both passes; a join of its rows
 * with the target finds every pair, a pair's first clause that applies decides, and a target row
 * that two source rows would change is refused. Changed and new rows are written once; the old
 * selves of changed rows are marked in deletion vectors, or their files are written again. Without
 * matching clauses it is an append of the source rows that match nothing.
 *
 * Read `merge-clauses.ts` (binding), then `merge-pairs.ts` (matching), then `merge-rows.ts`.
 */

import { SovereignError } from "../../../core/errors.ts";
import type { AddFile } from "../../delta/index.ts";
import { markDeleted } from "../../delta/write/mark-deleted.ts";
import { mergeOperation } from "../../delta/write/operations.ts";
import { LONG, structField, structType } from "../../schema/data-type.ts";
import {
  NO_CHANGES,
  tracksChanges,
  type WrittenChanges,
  writeChanges,
} from "../changes/write-changes.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { commitChange, totalBytes } from "../write/commit.ts";
import { type WrittenData, writeData, writeOrDiscard } from "../write/data-files.ts";
import { enforceRules } from "../write/enforce.ts";
import { withHighWaterMarks } from "../write/identity.ts";
import { mergeReads, type Reads, subqueryReads } from "../write/source-reads.ts";
import { pathsOf } from "./find-rows.ts";
import { type TrackedMerge, trackMerge } from "./merge-changes.ts";
import { type Merge, numberedColumns, openMerge } from "./merge-clauses.ts";
import { findPairs, type MergeCounts, type Pairs } from "./merge-pairs.ts";
import { PIECE_COUNTS } from "./merge-pieces.ts";
import { mergedRows } from "./merge-rows.ts";
import { readPositions } from "./positions.ts";
import { predicateText } from "./predicate-text.ts";
import {
  locateFiles,
  markedRows,
  type SplitFiles,
  splitTouched,
  vectorMetrics,
  writesVectors,
} from "./split-touched.ts";
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
  const sourceMs = ctx.session.clock.monotonicMs() - startMs;
  const pairs = await findPairs(ctx, merge);
  const scanMs = ctx.session.clock.monotonicMs() - startMs;
  const split = await splitMerged(ctx, merge, pairs);
  return writeOrDiscard(async (keep) => {
    const { written, changes } = await writeMerged(ctx, merge, pairs, split);
    keep(written ?? NO_CHANGES);
    keep(changes);
    const marked = keep(await markDeleted(handle.snapshot.tableRoot, split.marked.map(markedRows)));
    const gone = split.rewritten.map(({ file }) => file.add);
    const removes = [...gone, ...marked.removes];
    const adds = [...(written?.adds ?? []), ...marked.adds];
    const { updated, deleted, inserted } = pairs.counts;
    const changed = updated.total + deleted.total + inserted;
    const rows = [[changed, updated.total, deleted.total, inserted].map(BigInt)];
    const others = withHighWaterMarks(
      handle.snapshot,
      merge.evolution?.actions ?? [],
      numberedColumns(merge, pairs.bound.clauses),
      inserted,
    );
    if (adds.length + removes.length + others.length === 0) return localOutcome(COUNTS, rows);
    const times = { sourceMs, scanMs, totalMs: ctx.session.clock.monotonicMs() - startMs };
    const commit = await commitChange(ctx, handle, {
      ...operationOf(pairs),
      adds,
      removes,
      changes: changes.files,
      others,
      keepsRowIds: true,
      metrics: {
        ...metricsOf(pairs, written, gone, times),
        numTargetChangeFilesAdded: String(changes.files.length),
        ...vectorMetrics(marked, gone, "numTarget"),
      },
      reads: await readsOf(merge, pairs),
    });
    return localOutcome(COUNTS, rows, { commit });
  });
}

/** Marked or rewritten, for each file with changed rows. */
async function splitMerged(
  ctx: StatementContext,
  merge: Merge,
  { table, orphans, touched }: Pairs,
): Promise<SplitFiles> {
  const { snapshot } = merge.handle;
  if (!writesVectors(snapshot)) {
    const rewritten = touched.map((file) => ({ file }));
    return { rewritten, marked: [] };
  }
  const engine = await ctx.engine();
  const changed = await engine.materialize(
    `SELECT DISTINCT file_index, row_index FROM ${table} WHERE clause IS NOT NULL ` +
      `UNION ALL SELECT file_index, row_index FROM ${orphans}`,
  );
  const positions = await readPositions(ctx, changed);
  return splitTouched(await locateFiles(ctx, snapshot, merge.candidates, positions));
}

/** Data files, null for none, and change files. */
interface WrittenMerge {
  written: WrittenData | null;
  changes: WrittenChanges;
}

/** Writes the rows; where memory does not suffice, once more in more and smaller pieces. */
async function writeMerged(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
  split: SplitFiles,
): Promise<WrittenMerge> {
  const write = () =>
    writeOrDiscard(async (keep): Promise<WrittenMerge> => {
      const { data, changes } = await rowsToWrite(ctx, merge, pairs, split);
      const { target } = merge;
      const checked = data && (await enforceRules(ctx, data, target));
      const written = checked && keep(await writeData(ctx, checked, target));
      return { written, changes: await writeChanges(ctx, changes, target) };
    });
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const isMemory = error instanceof SovereignError && error.code === "RESOURCE_EXHAUSTED";
      const next = PIECE_COUNTS.find((count) => count > merge.pieceCount);
      if (!isMemory || next === undefined) throw error;
      merge.pieceCount = next;
    }
  }
}

async function rowsToWrite(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
  split: SplitFiles,
): Promise<TrackedMerge> {
  const { inserted, updated } = pairs.counts;
  const isTouched = split.rewritten.length + split.marked.length > 0;
  // Rows that are only added need no change files: the new data files are the change.
  if (isTouched && tracksChanges(merge.handle.snapshot)) {
    return trackMerge(ctx, merge, pairs, split);
  }
  const isNothing = split.rewritten.length === 0 && inserted + updated.total === 0;
  return { data: isNothing ? null : await mergedRows(ctx, merge, pairs, split), changes: [] };
}

async function readsOf(merge: Merge, { prune, bound }: Pairs): Promise<Reads> {
  const { snapshot } = merge.handle;
  const own: Reads = {
    ...(prune ? { readPredicates: [prune] } : { readWholeTable: true }),
    readFiles: pathsOf(merge.candidates),
  };
  const expressions = bound.clauses.flatMap((c) => [c.condition, ...c.values.values()]);
  const inner = await subqueryReads(snapshot, [bound.on, ...expressions]);
  return mergeReads(mergeReads(own, merge.sourceReads), inner);
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
  times: { sourceMs: number; scanMs: number; totalMs: number },
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
    executionTimeMs: Math.round(times.totalMs),
    materializeSourceTimeMs: Math.round(times.sourceMs),
    scanTimeMs: Math.round(times.scanMs),
    rewriteTimeMs: Math.round(times.totalMs - times.scanMs),
  };
  return Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)]));
}
