/**
 * What went into a run and came out of it: edges of the table `inputs` between datasets, runs and
 * logged models. All inside a transaction of the caller, for a run that is active.
 */
import { newHexId } from "../../core/ids.ts";
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { MlflowError } from "../wire/error.ts";
import { type KeyValue, parseExperimentId } from "./experiments.ts";
import { validateLength } from "./names.ts";
import type { DatasetInput, ModelOutput } from "./run-data.ts";

/** A dataset as the runs of an experiment used it. */
export interface DatasetSummary {
  readonly experimentId: string;
  readonly name: string;
  readonly digest: string;
  /** `training`, `eval` …; null when no run said. */
  readonly context: string | null;
}

const MAX_SUMMARIES = 1000;

/** Refuses datasets and tags that are too long. */
export function checkDatasetInputs(inputs: readonly DatasetInput[]): void {
  for (const { name, digest, source, schema, profile, tags } of inputs) {
    validateLength("name", 500, name);
    validateLength("digest", 36, digest);
    validateLength("source", 65_535, source);
    validateLength("schema", 1_048_575, schema ?? "");
    validateLength("profile", 16_777_215, profile ?? "");
    for (const { key, value } of tags) {
      validateLength("key", 255, key);
      validateLength("value", 500, value);
    }
  }
}

/** Makes datasets the inputs of a run; one that already is stays with the tags it has. */
export function insertDatasetInputs(
  database: Database,
  runId: string,
  experimentId: string,
  inputs: readonly DatasetInput[],
): void {
  for (const input of inputs) {
    const datasetId = findOrAddDataset(database, experimentId, input);
    const inputId = newHexId();
    const { changes } = database.run(
      `INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)
       VALUES (?, 'DATASET', ?, 'RUN', ?) ON CONFLICT DO NOTHING`,
      [inputId, datasetId, runId],
    );
    if (changes > 0) insertInputTags(database, inputId, input.tags);
  }
}

/** Makes logged models the inputs of a run. */
export function insertModelInputs(
  database: Database,
  runId: string,
  modelIds: readonly string[],
): void {
  for (const modelId of modelIds) {
    database.run(
      `INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)
       VALUES (?, 'RUN_INPUT', ?, 'MODEL_INPUT', ?) ON CONFLICT DO NOTHING`,
      [newHexId(), runId, modelId],
    );
  }
}

/** Makes logged models the outputs of a run; 400 for one that already is. */
export function insertModelOutputs(
  database: Database,
  runId: string,
  outputs: readonly ModelOutput[],
): void {
  for (const { modelId, step } of outputs) {
    const { changes } = database.run(
      `INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id,
                           step)
       VALUES (?, 'RUN_OUTPUT', ?, 'MODEL_OUTPUT', ?, ?) ON CONFLICT DO NOTHING`,
      [newHexId(), runId, modelId, step],
    );
    if (changes > 0) continue;
    throw new MlflowError("BAD_REQUEST", `Model '${modelId}' is an output of the run already.`);
  }
}

/** The datasets of experiments with the contexts they were used in. */
export function listDatasets(database: Database, experimentIds: readonly string[]) {
  return database.all<DatasetSummary>(
    `SELECT DISTINCT CAST(datasets.experiment_id AS TEXT) AS experimentId, datasets.name, digest,
            input_tags.value AS context
       FROM datasets JOIN inputs ON inputs.source_id = datasets.dataset_uuid
       LEFT JOIN input_tags ON input_tags.input_uuid = inputs.input_uuid
                           AND input_tags.name = 'mlflow.data.context'
      WHERE datasets.experiment_id IN (SELECT value FROM json_each(?))
      ORDER BY datasets.experiment_id, datasets.name, digest, context LIMIT ${MAX_SUMMARIES}`,
    [JSON.stringify(experimentIds.map(parseExperimentId))],
  );
}

function findOrAddDataset(database: Database, experimentId: string, input: DatasetInput): string {
  const known = database.get<{ id: string }>(
    "SELECT dataset_uuid AS id FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?",
    [experimentId, input.name, input.digest],
  );
  if (known !== null) return known.id;
  const id = newHexId();
  database.run(
    `INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type,
                           dataset_source, dataset_schema, dataset_profile)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      id,
      experimentId,
      input.name,
      input.digest,
      input.sourceType,
      input.source,
      input.schema,
      input.profile,
    ],
  );
  return id;
}

function insertInputTags(database: Database, inputId: string, tags: readonly KeyValue[]): void {
  try {
    for (const { key, value } of tags) {
      database.run("INSERT INTO input_tags (input_uuid, name, value) VALUES (?, ?, ?)", [
        inputId,
        key,
        value,
      ]);
    }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new MlflowError("BAD_REQUEST", "An input has one tag of each key: a key comes twice.");
  }
}
