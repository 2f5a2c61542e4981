/** What listings of experiments and runs show, and their records; names as MLflow's REST API has them. */
import { DOUBLE, mapType, STRING, TIMESTAMP } from "../../lake/schema/data-type.ts";
import { MapValue } from "../../lake/schema/value.ts";
import type { ExperimentEntity, RunEntity } from "../../mlflow/index.ts";
import type { FieldSpec } from "../command.ts";
import type { RecordValues } from "../context.ts";

const TEXT_MAP = mapType(STRING, STRING);

export const EXPERIMENT_FIELDS = [
  { name: "experiment_id", type: STRING },
  { name: "name", type: STRING },
  { name: "lifecycle_stage", type: STRING, summary: "active or deleted" },
  { name: "last_update_time", type: TIMESTAMP },
  { name: "creation_time", type: TIMESTAMP },
  { name: "artifact_location", type: STRING },
  { name: "tags", type: TEXT_MAP },
] as const satisfies readonly FieldSpec[];

export const RUN_FIELDS = [
  { name: "run_id", type: STRING },
  { name: "run_name", type: STRING },
  { name: "status", type: STRING },
  { name: "start_time", type: TIMESTAMP },
  { name: "end_time", type: TIMESTAMP },
  { name: "experiment_id", type: STRING },
  { name: "user_id", type: STRING },
  { name: "lifecycle_stage", type: STRING, summary: "active or deleted" },
  { name: "artifact_uri", type: STRING },
  { name: "metrics", type: mapType(STRING, DOUBLE), summary: "the latest value of each" },
  { name: "params", type: TEXT_MAP },
  { name: "tags", type: TEXT_MAP },
] as const satisfies readonly FieldSpec[];

/** What `runs delete` and `runs restore` show of a run. */
export const RUN_STATE_FIELDS = RUN_FIELDS.filter(({ name }) =>
  ["run_id", "run_name", "lifecycle_stage"].includes(name),
);

/** An experiment by the names of EXPERIMENT_FIELDS. */
export function experimentRecord(experiment: ExperimentEntity): RecordValues {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: micros(experiment.updatedAtMs),
    creation_time: micros(experiment.createdAtMs),
    artifact_location: experiment.artifactLocation,
    tags: toMap(experiment.tags),
  };
}

/** A run by the names of RUN_FIELDS. */
export function runRecord(run: RunEntity): RecordValues {
  return {
    run_id: run.runId,
    run_name: run.name,
    status: run.status,
    start_time: micros(run.startedAtMs),
    end_time: micros(run.endedAtMs),
    experiment_id: run.experimentId,
    user_id: run.userId,
    lifecycle_stage: run.lifecycleStage,
    artifact_uri: run.artifactUri,
    metrics: new MapValue(sorted(run.metrics).map(([key, point]) => [key, point.value])),
    params: toMap(run.params),
    tags: toMap(run.tags),
  };
}

/** Milliseconds as a timestamp. */
export function micros(atMs: number | null): bigint | null {
  return atMs === null ? null : BigInt(atMs) * 1000n;
}

/** A map in the order of its keys. */
export function toMap(map: Readonly<Record<string, string>>): MapValue {
  return new MapValue(sorted(map));
}

function sorted<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
