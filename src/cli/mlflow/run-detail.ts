/** A run with what is not part of it in an answer: the artifacts at its root. */
import { SovereignError } from "../../core/errors.ts";
import { arrayType, STRING, structField, structType } from "../../lake/schema/data-type.ts";
import { StructValue } from "../../lake/schema/value.ts";
import type { MlflowClient, RunEntity } from "../../mlflow/index.ts";
import type { FieldSpec } from "../command.ts";
import type { RecordValues } from "../context.ts";
import { RUN_FIELDS, runRecord } from "./records.ts";

const DATASET = structType([
  structField("name", STRING),
  structField("digest", STRING),
  structField("context", STRING),
]);

export const RUN_DETAIL_FIELDS: readonly FieldSpec[] = [
  ...RUN_FIELDS,
  { name: "datasets", type: arrayType(DATASET), summary: "its inputs" },
  { name: "model_ids", type: arrayType(STRING), summary: "the logged models it made" },
  { name: "artifacts", type: arrayType(STRING) },
];

export interface RunDetail {
  readonly run: RunEntity;
  readonly artifacts: readonly string[];
  /** Why there are no artifacts, when they cannot be reached. */
  readonly artifactsError: string | null;
  readonly record: RecordValues;
}

/** Reads what belongs to `run`. Artifacts that cannot be reached are said, not thrown. */
export async function readDetail(client: MlflowClient, run: RunEntity): Promise<RunDetail> {
  let artifactsError: string | null = null;
  const entries = await client.artifacts.list(run.runId).catch((error: unknown) => {
    if (!(error instanceof SovereignError)) throw error;
    artifactsError = error.message;
    return [];
  });
  const artifacts = entries.map(({ path, isDirectory }) => (isDirectory ? `${path}/` : path));
  const record = {
    ...runRecord(run),
    datasets: run.datasets.map(
      ({ name, digest, context }) => new StructValue([name, digest, context]),
    ),
    model_ids: run.modelIds,
    artifacts,
  };
  return { run, artifacts, artifactsError, record };
}
