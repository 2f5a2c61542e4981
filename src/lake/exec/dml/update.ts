/**
 * UPDATE. Selected rows are written once with their new values; their old selves are marked in
 * deletion vectors, or their files are written again.
 */
import type { Snapshot } from "../../delta/index.ts";
import { markDeleted } from "../../delta/write/mark-deleted.ts";
import { updateOperation } from "../../delta/write/operations.ts";
import { LONG, structField, structType } from "../../schema/data-type.ts";
import { expressionBinder } from "../bind-port.ts";
import { tracksChanges, writeChanges } from "../changes/write-changes.ts";
import { localOutcome, type Outcome } from "../result.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { commitChange, totalBytes } from "../write/commit.ts";
import { targetOf, writeData, writeOrDiscard } from "../write/data-files.ts";
import { enforceRules, rulesOf } from "../write/enforce.ts";
import { mergeReads, type Reads, subqueryReads } from "../write/source-reads.ts";
import { bindUpdates } from "./assignments.ts";
import { type Condition, findCandidates } from "./find-rows.ts";
import { markedRows, splitSelected, vectorMetrics } from "./split-touched.ts";
import { aliasOf } from "./target-alias.ts";
import { changedRows, trackUpdate, type UpdateRequest, updatedRows } from "./update-rows.ts";

const AFFECTED = structType([structField("num_affected_rows", LONG)]);

/** Runs an UPDATE. */
export async function executeUpdate(
  ctx: StatementContext,
  statement: StatementOf<"update">,
): Promise<Outcome> {
  const handle = await openTable(ctx, statement.table);
  const { snapshot } = handle;
  const qualifier = aliasOf(statement.table, handle);
  const bind = await expressionBinder(ctx, statement);
  const { where } = statement;
  const condition: Condition = where ? (attributes) => bind(where, attributes) : null;
  const startMs = ctx.session.clock.monotonicMs();
  const { files, reads, text } = await findCandidates(ctx, snapshot, condition, qualifier);
  const { rewritten, marked } = await splitSelected(ctx, snapshot, files, condition, qualifier);
  const scanMs = ctx.session.clock.monotonicMs() - startMs;
  const request = { statement, qualifier, condition, bind };
  const split = { rewritten, marked };
  const isTracked = tracksChanges(snapshot);
  const plan = await (isTracked ? changedRows : updatedRows)(ctx, snapshot, split, request);
  const updatedCount = [...rewritten, ...marked].reduce((sum, t) => sum + t.matchedCount, 0);
  const rows = [[BigInt(updatedCount)]];
  if (updatedCount === 0) return localOutcome(AFFECTED, rows);
  const given = new Set(
    statement.assignments.map((a) => a.target.parts.at(-1)!.name.toLowerCase()),
  );
  return writeOrDiscard(async (keep) => {
    const update = { split, request, given };
    const tracked = isTracked ? await trackUpdate(ctx, snapshot, plan, update) : null;
    const checked = await enforceRules(ctx, tracked?.data ?? plan, rulesOf(snapshot), given);
    const written = keep(await writeData(ctx, checked, targetOf(snapshot)));
    const changes = keep(await writeChanges(ctx, tracked?.changes ?? [], targetOf(snapshot)));
    const holed = keep(await markDeleted(snapshot.tableRoot, marked.map(markedRows)));
    const gone = rewritten.map(({ file }) => file.add);
    const totalMs = ctx.session.clock.monotonicMs() - startMs;
    const commit = await commitChange(ctx, handle, {
      ...updateOperation(text),
      adds: [...written.adds, ...holed.adds],
      removes: [...gone, ...holed.removes],
      changes: changes.files,
      keepsRowIds: true,
      metrics: {
        // Spark counts the files that come back with a vector too; of DELETE and MERGE it does not.
        numRemovedFiles: String(gone.length + holed.removes.length),
        numRemovedBytes: String(totalBytes(gone)),
        numAddedFiles: String(written.adds.length),
        numAddedBytes: String(written.sizeBytes),
        numAddedChangeFiles: String(changes.files.length),
        numUpdatedRows: String(updatedCount),
        numCopiedRows: String(written.rowCount - updatedCount),
        ...vectorMetrics(holed, gone, "num"),
        executionTimeMs: String(Math.round(totalMs)),
        scanTimeMs: String(Math.round(scanMs)),
        rewriteTimeMs: String(Math.round(totalMs - scanMs)),
      },
      reads: mergeReads(reads, await valueReads(ctx, snapshot, request)),
    });
    return localOutcome(AFFECTED, rows, { commit });
  });
}

/** What the new values read of the table in subqueries. */
async function valueReads(
  ctx: StatementContext,
  snapshot: Snapshot,
  { statement, qualifier, bind }: UpdateRequest,
): Promise<Reads | null> {
  const columns = schemaAttributes(snapshot.schema, ctx.allocate, qualifier);
  const values = bindUpdates(
    statement.assignments,
    snapshot.schema,
    columns,
    (expression) => bind(expression, columns),
    bind,
  );
  return subqueryReads(snapshot, values.values());
}
