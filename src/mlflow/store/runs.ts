/** The rows of runs: create, read, change, delete, restore. What runs hold is in `run-data.ts`. */
import { newHexId } from "../../core/ids.ts";
import { createRng, randomSeed } from "../../core/rng.ts";
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { appendToUriPath } from "../artifacts/append-to-uri-path.ts";
import { doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import type { Int64 } from "../wire/fields.ts";
import {
  deleteAssessmentsOf,
  getExperiment,
  type KeyValue,
  type LifecycleStage,
  requireActive,
} from "./experiments.ts";
import { getInt64 } from "./rows.ts";
import { makeRunName } from "./run-name.ts";

/** The tag that is always equal to the run's name. */
export const RUN_NAME_TAG = "mlflow.runName";

export type RunStatus = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";

export interface RunInfo {
  readonly runId: string;
  readonly experimentId: string;
  readonly runName: string | null;
  readonly userId: string | null;
  readonly status: RunStatus;
  readonly startTime: Int64 | null;
  readonly endTime: Int64 | null;
  readonly artifactUri: string | null;
  readonly lifecycleStage: LifecycleStage;
}

export interface NewRun {
  readonly experimentId: string;
  readonly userId: string;
  /** Empty for the name in the tags, or a random one. */
  readonly runName: string;
  readonly startTime: Int64;
  readonly tags: readonly KeyValue[];
}

/** What `updateRun` changes; an absent part stays. */
export interface RunChange {
  readonly status?: RunStatus | undefined;
  readonly endTime?: Int64 | undefined;
  readonly runName?: string | undefined;
}

/** The columns of `RunInfo`, for queries over `runs`. */
export const RUN_COLUMNS = `runs.run_uuid AS runId,
  CAST(runs.experiment_id AS TEXT) AS experimentId, runs.name AS runName, runs.user_id AS userId,
  runs.status, runs.start_time AS startTime, runs.end_time AS endTime,
  runs.artifact_uri AS artifactUri, runs.lifecycle_stage AS lifecycleStage`;

/** Makes a run in an active experiment and gives its id. */
export function createRun(database: Database, run: NewRun): string {
  return database.transaction(() => {
    const experiment = getExperiment(database, run.experimentId || "0", "ALL");
    requireActive(experiment);
    const tagName = run.tags.find((tag) => tag.key === RUN_NAME_TAG)?.value ?? "";
    if (run.runName !== "" && tagName !== "" && run.runName !== tagName) {
      throw invalidParameter(
        `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${run.runName}', mlflow.runName='${tagName}').`,
      );
    }
    if (run.experimentId === "") {
      throw new MlflowError("BAD_REQUEST", "A run needs the id of its experiment.");
    }
    const name = run.runName || tagName || makeRunName(createRng(randomSeed()));
    const runId = newHexId();
    database.run(
      `INSERT INTO runs (run_uuid, experiment_id, name, user_id, status, start_time, artifact_uri,
                         lifecycle_stage, source_type, source_name, entry_point_name,
                         source_version)
       VALUES (?, ?, ?, ?, 'RUNNING', ?, ?, 'active', 'UNKNOWN', '', '', '')`,
      [
        runId,
        experiment.experimentId,
        name,
        run.userId,
        run.startTime,
        appendToUriPath(experiment.artifactLocation, `${runId}/artifacts`),
      ],
    );
    const tags = tagName === "" ? [...run.tags, { key: RUN_NAME_TAG, value: name }] : run.tags;
    insertTags(database, runId, tags);
    return runId;
  });
}

/** The run of an id; 404 when there is none. */
export function getRunInfo(database: Database, runId: string): RunInfo {
  const run = getInt64<RunInfo>(
    database,
    ["startTime", "endTime"],
    `SELECT ${RUN_COLUMNS} FROM runs WHERE run_uuid = ?`,
    [runId],
  );
  if (run === null) throw doesNotExist(`Run with id=${runId} not found`);
  if (run.runName) return run;
  const tag = database.get<{ value: string | null }>(
    "SELECT value FROM tags WHERE run_uuid = ? AND key = ?",
    [runId, RUN_NAME_TAG],
  );
  return { ...run, runName: tag?.value || run.runName };
}

/** The experiment of an active run; 404 for no run, 400 for a deleted one. */
export function requireActiveRun(database: Database, runId: string): string {
  const run = database.get<{ stage: string; experimentId: string }>(
    `SELECT lifecycle_stage AS stage, CAST(experiment_id AS TEXT) AS experimentId
       FROM runs WHERE run_uuid = ?`,
    [runId],
  );
  if (run === null) throw doesNotExist(`Run with id=${runId} not found`);
  if (run.stage === "active") return run.experimentId;
  throw invalidParameter(
    `The run ${runId} must be in the 'active' state. Current state is ${run.stage}.`,
  );
}

/** Changes an active run. Its name and its name tag change together. */
export function updateRun(database: Database, runId: string, change: RunChange): RunInfo {
  return database.transaction(() => {
    requireActiveRun(database, runId);
    database.run(
      `UPDATE runs SET status = coalesce(?, status), end_time = coalesce(?, end_time)
        WHERE run_uuid = ?`,
      [change.status ?? null, change.endTime ?? null, runId],
    );
    // An empty name is no name: MLflow leaves the old one.
    if (change.runName) renameRun(database, runId, change.runName);
    return getRunInfo(database, runId);
  });
}

/** Sets a run's name and the tag that tells it. */
export function renameRun(database: Database, runId: string, name: string): void {
  database.run("UPDATE runs SET name = ? WHERE run_uuid = ?", [name, runId]);
  database.run(
    `INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)
     ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value`,
    [runId, RUN_NAME_TAG, name],
  );
}

/** Deletes or restores a run; one that is there already is moved again. */
export function moveRun(
  database: Database,
  runId: string,
  stage: LifecycleStage,
  nowMs: number,
): void {
  const isDeletion = stage === "deleted";
  database.transaction(() => {
    const { changes } = database.run(
      "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE run_uuid = ?",
      [stage, isDeletion ? nowMs : null, runId],
    );
    if (changes === 0) throw doesNotExist(`Run with id=${runId} not found`);
    if (isDeletion) deleteAssessmentsOf(database, "SELECT ?", runId);
  });
}

function insertTags(database: Database, runId: string, tags: readonly KeyValue[]): void {
  try {
    for (const { key, value } of tags) {
      database.run("INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)", [runId, key, value]);
    }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new MlflowError("BAD_REQUEST", "A run has one tag of each key: a key comes twice.");
  }
}
