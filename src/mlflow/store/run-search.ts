/** Searching runs: a page of rows by `search/run-query.ts`, then what those runs hold. */
import type { Database } from "../../core/store/index.ts";
import { buildRunQuery, type RunSearch } from "../search/run-query.ts";
import type { Int64 } from "../wire/fields.ts";
import type { KeyValue, LifecycleStage } from "./experiments.ts";
import { allInt64 } from "./rows.ts";
import { loadRuns, type Run } from "./run-data.ts";
import { RUN_NAME_TAG, type RunInfo, type RunStatus } from "./runs.ts";

export interface RunPage {
  readonly runs: readonly Run[];
  /** Null on the last page. */
  readonly nextPageToken: string | null;
}

/** Of a row of the table `runs`. */
interface RunRow {
  readonly run_uuid: string;
  readonly experiment_id: Int64;
  readonly name: string | null;
  readonly user_id: string | null;
  readonly status: RunStatus;
  readonly start_time: Int64 | null;
  readonly end_time: Int64 | null;
  readonly artifact_uri: string | null;
  readonly lifecycle_stage: LifecycleStage;
}

const COLUMNS: readonly (keyof RunRow)[] = [
  "run_uuid",
  "experiment_id",
  "name",
  "user_id",
  "status",
  "start_time",
  "end_time",
  "artifact_uri",
  "lifecycle_stage",
];

/** One page of the runs that a search finds. Errors: 400 for a bad filter, order or token. */
export function searchRuns(database: Database, search: RunSearch): RunPage {
  const query = buildRunQuery(database, { ...search, columns: COLUMNS });
  const read = allInt64<RunRow>(
    database,
    ["experiment_id", "start_time", "end_time"],
    query.sql,
    query.parameters,
  );
  const { rows, nextPageToken } = query.finish(read);
  const runs = loadRuns(database, rows.map(toRunInfo));
  // MLflow does not look for input models in a search.
  const found = runs.map((run) => ({ ...withName(run), modelInputs: [] }));
  return { runs: found, nextPageToken };
}

function toRunInfo(row: RunRow): RunInfo {
  return {
    runId: row.run_uuid,
    experimentId: String(row.experiment_id),
    runName: row.name,
    userId: row.user_id,
    status: row.status,
    startTime: row.start_time,
    endTime: row.end_time,
    artifactUri: row.artifact_uri,
    lifecycleStage: row.lifecycle_stage,
  };
}

/** Runs of old MLflow have their name in a tag alone. */
function withName(run: Run): Run {
  if (run.info.runName) return run;
  const tags = JSON.parse(run.tags) as KeyValue[];
  const name = tags.find((tag) => tag.key === RUN_NAME_TAG)?.value;
  return name ? { ...run, info: { ...run.info, runName: name } } : run;
}
