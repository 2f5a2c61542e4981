/** What experiments and runs are called, the newest first: for completion. */
import type { Database } from "../../core/store/index.ts";

/** An experiment that is not deleted. */
export interface ExperimentName {
  readonly name: string;
  readonly experimentId: string;
}

/** A run that is not deleted. */
export interface RunName {
  readonly runId: string;
  readonly name: string;
  readonly status: string;
  /** Whether another run is called the same. */
  readonly isShared: boolean;
}

/** The names of experiments. */
export function listExperimentNames(database: Database, limit: number): ExperimentName[] {
  return database.all(
    `SELECT name, CAST(experiment_id AS TEXT) AS experimentId FROM experiments
      WHERE lifecycle_stage = 'active' ORDER BY last_update_time DESC, experiment_id DESC LIMIT ?`,
    [limit],
  );
}

/** The names of runs; those that have the same are told apart by their ids. */
export function listRunNames(database: Database, limit: number): RunName[] {
  const rows = database.all<{ runId: string; name: string | null; status: string }>(
    `SELECT run_uuid AS runId, name, status FROM runs
      WHERE lifecycle_stage = 'active' ORDER BY start_time DESC, run_uuid LIMIT ?`,
    [limit],
  );
  const counts = new Map<string, number>();
  for (const { name } of rows) counts.set(name ?? "", (counts.get(name ?? "") ?? 0) + 1);
  return rows.map(({ name, ...row }) => ({
    ...row,
    name: name ?? "",
    isShared: (counts.get(name ?? "") ?? 0) > 1,
  }));
}
