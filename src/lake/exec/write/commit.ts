/** The last step of every statement that changes a table: one transaction, one summary. */
import { SovereignError } from "../../../core/errors.ts";
import type {
  AddCdcFile,
  AddFile,
  CommitRequest,
  CommitResult,
  RemoveFile,
} from "../../delta/index.ts";
import { removeOf } from "../../delta/write/file-actions.ts";
import type { Operation } from "../../delta/write/operations.ts";
import { rehearseCommit } from "../plan/rehearse-commit.ts";
import type { CommitSummary } from "../result.ts";
import type { StatementContext } from "../statement.ts";
import { beginOn, type TableHandle } from "../table-handle.ts";

export interface Change extends Operation {
  adds?: readonly AddFile[];
  /** Live files that go; tombstones are made from them. */
  removes?: readonly AddFile[];
  /** False when the new files hold the rows of the removed ones and no others. */
  dataChange?: false;
  /** Change data files: with any, they alone tell what the commit changes. */
  changes?: readonly AddCdcFile[];
  /** Actions besides files: metadata, protocol, txn. */
  others?: CommitRequest["actions"];
  metrics: Readonly<Record<string, string>>;
  /** Rows that moved to other files took their row ids along. */
  keepsRowIds?: boolean;
  /** Makes the new files durable, where they are not yet. */
  flushFiles?: () => Promise<void>;
  reads?: Pick<CommitRequest, "readPredicates" | "readWholeTable" | "readFiles" | "exclusive">;
}

/** Commits a change of an existing table. */
export async function commitChange(
  ctx: StatementContext,
  handle: TableHandle,
  change: Change,
): Promise<CommitSummary> {
  const nowMs = ctx.session.clock.nowMs();
  const removes = change.removes ?? [];
  if (ctx.session.isRehearsed(handle.location)) {
    const version = await rehearseCommit(ctx.session, handle, change);
    return summarise(handle.displayName, { version }, change);
  }
  const adds = change.adds ?? [];
  const result = await beginOn(ctx.session, handle).commit({
    operation: change.operation,
    operationParameters: change.operationParameters,
    operationMetrics: { ...change.metrics },
    ...commitNotes(ctx),
    actions: [
      ...(change.others ?? []),
      ...removes.map((add): { remove: RemoveFile } => ({
        remove: removeOf(add, nowMs, change.dataChange),
      })),
      ...adds.map((add) => ({ add })),
      ...(change.changes ?? []).map((cdc) => ({ cdc })),
    ],
    ...change.reads,
    ...(change.keepsRowIds && { keepsRowIds: true }),
    ...(change.flushFiles && { flushFiles: change.flushFiles }),
  });
  if (result.skipped) throw committedBefore(ctx);
  return summarise(handle.displayName, result, change);
}

/** The caller's own words for the commit, in the form a request takes. */
export function commitNotes(ctx: StatementContext): Pick<CommitRequest, "userMetadata" | "txn"> {
  const { userMetadata, txn } = ctx.notes;
  return {
    ...(userMetadata === undefined ? {} : { userMetadata }),
    ...(txn === undefined ? {} : { txn: { ...txn, lastUpdated: ctx.session.clock.nowMs() } }),
  };
}

function committedBefore(ctx: StatementContext): SovereignError {
  const { appId, version } = ctx.notes.txn!;
  return new SovereignError(
    "RESOURCE_ALREADY_EXISTS",
    `another writer has committed \`${appId}:${version}\` to the table`,
    { hint: "nothing was written: what this one brings is there already" },
  );
}

/** What the caller is told about a commit. */
export function summarise(
  table: string,
  result: Pick<CommitResult, "version">,
  change: Pick<Change, "adds" | "removes" | "metrics">,
): CommitSummary {
  return {
    table,
    version: result.version,
    filesAdded: change.adds?.length ?? 0,
    filesRemoved: change.removes?.length ?? 0,
    metrics: change.metrics,
  };
}

/** Metrics of plain writes. */
export function writeMetrics(written: {
  adds: readonly AddFile[];
  rowCount: number;
  sizeBytes: number;
}): Record<string, string> {
  return {
    numFiles: String(written.adds.length),
    numOutputRows: String(written.rowCount),
    numOutputBytes: String(written.sizeBytes),
  };
}

/** Sum of the files' sizes, as metrics want it. */
export function totalBytes(files: readonly AddFile[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
