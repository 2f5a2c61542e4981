/**
 * VACUUM [FULL | LITE] [RETAIN n HOURS] [DRY RUN], by the rules of delta-spark 4.4: what goes is in
 * `unneeded-files.ts`, what stays in `needed-files.ts`. A commit before and one after tell in the
 * history what was done; files go between the two, so a killed VACUUM leaves a readable table.
 * Not built: USING INVENTORY.
 */
import { assertWritable, type TableSnapshot } from "../../delta/index.ts";
import { namedOperation } from "../../delta/write/operations.ts";
import { STRING, structField, structType } from "../../schema/data-type.ts";
import { type CommitSummary, localOutcome, type Outcome } from "../result.ts";
import type { Session } from "../session.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { beginOn, openTable, type TableHandle } from "../table-handle.ts";
import { type Change, commitChange, summarise } from "../write/commit.ts";
import { findNeededFiles } from "./needed-files.ts";
import { type Removal, removeUnneeded } from "./remove-files.ts";
import { checkRetention, GUARD, isOn, LITE, LOGGING, type Retention } from "./retention.ts";
import { findUnneeded, type Unneeded } from "./unneeded-files.ts";
import { findUnneededInLog, lastVersionBefore, writeVacuumInfo } from "./vacuum-lite.ts";

const COLUMNS = structType([structField("path", STRING)]);

const RETAIN_IGNORED =
  "RETAIN other than 0 HOURS is passed over: `delta.deletedFileRetentionDuration` says how long";

type Vacuum = StatementOf<"vacuum">;

/** A VACUUM that has been looked into and not done. */
export interface VacuumPlan extends Unneeded {
  handle: TableHandle;
  snapshot: TableSnapshot;
  retention: Retention;
  horizonMs: number;
  isLite: boolean;
  /** For a lite one: the newest version out of the horizon. */
  lastVersion: number | null;
}

/** Runs a VACUUM. */
export async function executeVacuum(ctx: StatementContext, statement: Vacuum): Promise<Outcome> {
  const plan = await planVacuum(ctx, statement);
  const note = plan.retention.isIgnored ? `${RETAIN_IGNORED}; ` : "";
  if (statement.dryRun) {
    const rows = plan.removable.map(({ path }) => [`file:${path}`]);
    const message = `${countOf(rows.length)} could be removed; nothing was`;
    return localOutcome(COLUMNS, rows, { message: note + message });
  }
  const { removal, commit } = await removePlanned(ctx, plan);
  await writeVacuumInfo(plan.handle.log, plan.lastVersion);
  const message = `${note}removed ${countOf(removal.removedCount)}`;
  const failed = removal.failures.length;
  const left = failed > 0 ? `; ${failed} could not be removed, ${removal.failures[0]}` : "";
  return localOutcome(COLUMNS, [[`file:${plan.snapshot.tableRoot}`]], {
    message: message + left,
    ...(commit ? { commit } : {}),
  });
}

/** `1 file or folder`, `2 files and folders`. */
export function countOf(count: number): string {
  return count === 1 ? "1 file or folder" : `${count} files and folders`;
}

/** Finds what a VACUUM would remove. Nothing is written. */
export async function planVacuum(ctx: StatementContext, statement: Vacuum): Promise<VacuumPlan> {
  const { session } = ctx;
  const handle = await openTable(ctx, statement.table);
  const snapshot = await handle.log.snapshot();
  // The protocol asks for the check of writers here, although no rows change.
  assertWritable(snapshot.protocol, snapshot.metadata, "append");
  const retention = checkRetention(session, statement, snapshot.metadata);
  const horizonMs = session.clock.nowMs() - (retention.givenMs ?? retention.tableMs);
  const needed = await findNeededFiles(snapshot, horizonMs);
  const isLite = statement.mode ? statement.mode === "lite" : isOn(session, LITE);
  const base = { handle, snapshot, retention, horizonMs, isLite };
  if (isLite) {
    const lastVersion = lastVersionBefore(handle.log, horizonMs);
    const facts = { needed, horizonMs, lastVersion };
    const removable = findUnneededInLog(handle.log, snapshot, facts);
    return { ...base, removable, folderCount: 1, lastVersion };
  }
  const { metadata, tableRoot } = snapshot;
  const unneeded = await findUnneeded(tableRoot, { metadata, needed, horizonMs });
  return { ...base, ...unneeded, lastVersion: null };
}

async function removePlanned(
  ctx: StatementContext,
  plan: VacuumPlan,
): Promise<{ removal: Removal; commit: CommitSummary | null }> {
  const { handle, snapshot } = plan;
  if (!isOn(ctx.session, LOGGING)) {
    return { removal: await removeUnneeded(snapshot.tableRoot, plan.removable), commit: null };
  }
  await commitChange(ctx, handle, startChange(ctx.session, plan));
  try {
    const removal = await removeUnneeded(snapshot.tableRoot, await stillUnneeded(plan));
    const metrics = {
      numDeletedFiles: String(removal.removedCount),
      numVacuumedDirectories: String(plan.folderCount),
    };
    return { removal, commit: await commitEnd(ctx, handle, "COMPLETED", metrics) };
  } catch (error) {
    await commitEnd(ctx, handle, "FAILED", {});
    throw error;
  }
}

/** Without what a commit made since the plan, a RESTORE say, has taken back into use. */
async function stillUnneeded({ handle, snapshot, ...plan }: VacuumPlan) {
  const now = await handle.log.snapshot();
  if (now.version === snapshot.version + 1) return plan.removable;
  const needed = await findNeededFiles(now, plan.horizonMs);
  return plan.removable.filter(({ path }) => !needed.has(path));
}

function startChange(session: Session, plan: VacuumPlan): Change {
  const { retention, removable } = plan;
  const sizeBytes = removable.reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    ...namedOperation("VACUUM START", {
      retentionCheckEnabled: isOn(session, GUARD),
      defaultRetentionMillis: retention.tableMs,
      ...(retention.givenMs !== null && { specifiedRetentionMillis: retention.givenMs }),
    }),
    metrics: {
      numFilesToDelete: String(removable.length),
      sizeOfDataToDelete: String(sizeBytes),
    },
  };
}

/** The statement's `txn` went with the first commit. */
async function commitEnd(
  ctx: StatementContext,
  handle: TableHandle,
  status: "COMPLETED" | "FAILED",
  metrics: Record<string, string>,
): Promise<CommitSummary> {
  const { userMetadata } = ctx.notes;
  const snapshot = await handle.log.snapshot();
  const { version } = await beginOn(ctx.session, { ...handle, snapshot }).commit({
    ...namedOperation("VACUUM END", { status }),
    operationMetrics: metrics,
    actions: [],
    ...(userMetadata === undefined ? {} : { userMetadata }),
  });
  return summarise(handle.displayName, { version }, { metrics });
}
