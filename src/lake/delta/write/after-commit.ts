/**
 * What follows a commit that is already durable: the version checksum and, at the interval, a
 * checkpoint and the clean-up of the log. None of them can fail the commit; what went wrong comes
 * back as a warning for the caller to show.
 */
import type { Clock } from "../../../core/clock.ts";
import type { DeltaLog } from "../delta-log.ts";
import type { TableSnapshot } from "../snapshot.ts";
import type { CheckpointWriter, Snapshot } from "../types.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { cleanUpLog } from "./log-cleanup.ts";
import type { PreparedCommit } from "./prepare-commit.ts";
import { integerProperty } from "./table-property.ts";
import { writeVersionChecksum } from "./version-checksum.ts";

export interface AfterCommit {
  tableRoot: string;
  version: number;
  /** The snapshot just before `version`, or null when other commits came between. */
  snapshot: Snapshot | null;
  prepared: PreparedCommit;
  clock: Clock;
  checkpointWriter: CheckpointWriter | undefined;
  log: DeltaLog | undefined;
}

const DEFAULT_CHECKPOINT_INTERVAL = 10;

/** Runs the steps; returns a sentence for each that failed. */
export async function runAfterCommit(after: AfterCommit): Promise<string[]> {
  const warnings: string[] = [];
  const attempt = async (what: string, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warnings.push(`version ${after.version} is committed, but its ${what} failed: ${reason}`);
    }
  };
  await attempt("checksum", () => writeChecksum(after));
  if (!isCheckpointDue(after)) return warnings;
  await attempt("checkpoint", async () => {
    const snapshot = await checkpoint(after);
    await attempt("log clean-up", () => cleanUpLog(after.log!, snapshot, after.clock));
  });
  return warnings;
}

function writeChecksum({ tableRoot, version, prepared, snapshot }: AfterCommit): Promise<void> {
  const { txnId, inCommitTimestamp } = prepared;
  // The actions as committed: turning in-commit timestamps on writes the version into metaData.
  const actions = prepared.actionsFor(version);
  return writeVersionChecksum({
    tableRoot,
    version,
    txnId,
    actions,
    inCommitTimestamp,
    snapshot,
  });
}

function isCheckpointDue({ version, prepared, checkpointWriter, log }: AfterCommit): boolean {
  if (!checkpointWriter || !log || version === 0) return false;
  const key = "delta.checkpointInterval";
  return version % integerProperty(prepared.metadata, key, DEFAULT_CHECKPOINT_INTERVAL) === 0;
}

async function checkpoint(after: AfterCommit): Promise<TableSnapshot> {
  const { version, checkpointWriter, log, clock } = after;
  const newest = await log!.snapshot();
  const snapshot = newest.version === version ? newest : await log!.snapshot({ version });
  await writeCheckpoint(snapshot, checkpointWriter!, clock);
  return snapshot;
}
