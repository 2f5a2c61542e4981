/**
 * Logged models (`logged_models` with its tags, params and metrics): what a run or a script keeps
 * of a model before anything is registered. Search: `search/`.
 */
import { newHexId } from "../../core/ids.ts";
import { createRng, randomSeed } from "../../core/rng.ts";
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { appendToUriPath } from "../artifacts/append-to-uri-path.ts";
import { doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import type { Int64 } from "../wire/fields.ts";
import { dumpJson } from "../wire/python-dump.ts";
import { parseBody } from "../wire/python-json.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { getExperiment, type KeyValue, requireActive } from "./experiments.ts";
import { allInt64, groupRows } from "./rows.ts";
import { makeRunName } from "./run-name.ts";

export interface LoggedModelMetric {
  key: string;
  value: number | null;
  timestamp: Int64;
  step: Int64;
  runId: string;
  datasetName: string | null;
  datasetDigest: string | null;
}

export interface LoggedModel {
  modelId: string;
  experimentId: string;
  name: string;
  artifactUri: string;
  creationTime: number;
  lastUpdatedTime: number;
  /** LoggedModelStatus of service.proto. */
  status: number;
  modelType: string | null;
  sourceRunId: string | null;
  tags: KeyValue[];
  params: KeyValue[];
  metrics: LoggedModelMetric[];
}

export type LoggedModelRow = Omit<LoggedModel, "tags" | "params" | "metrics">;

/** What a logged model is made of. */
export interface NewLoggedModel {
  experimentId: string;
  /** Empty for a random one. */
  name: string;
  modelType: string;
  sourceRunId: string;
  params: readonly KeyValue[];
  tags: readonly KeyValue[];
}

export const PENDING_STATUS = 1;
const VERSIONS_TAG = "mlflow.modelVersions";

/** The columns of a logged model, for a FROM that calls the table `l`. */
export const LOGGED_MODEL_COLUMNS = `l.model_id AS modelId,
  CAST(l.experiment_id AS TEXT) AS experimentId, l.name, l.artifact_location AS artifactUri,
  l.creation_timestamp_ms AS creationTime, l.last_updated_timestamp_ms AS lastUpdatedTime,
  l.status, l.model_type AS modelType, l.source_run_id AS sourceRunId`;

/** Makes a pending model in an active experiment. */
export function createLoggedModel(
  database: Database,
  fresh: NewLoggedModel,
  nowMs: number,
): LoggedModel {
  validateName(fresh.name);
  const experiment = getExperiment(database, fresh.experimentId, "ALL");
  requireActive(experiment);
  const { experimentId } = experiment;
  const modelId = `m-${newHexId()}`;
  database.run(
    `INSERT INTO logged_models (model_id, experiment_id, name, artifact_location,
       creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage, model_type,
       source_run_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)`,
    [
      modelId,
      experimentId,
      fresh.name || makeRunName(createRng(randomSeed())),
      appendToUriPath(experiment.artifactLocation, `models/${modelId}/artifacts`),
      nowMs,
      nowMs,
      PENDING_STATUS,
      fresh.modelType,
      fresh.sourceRunId,
    ],
  );
  addParams(database, { modelId, experimentId }, fresh.params);
  for (const tag of fresh.tags) putTag(database, { modelId, experimentId }, tag);
  return getLoggedModel(database, modelId);
}

/** A logged model that is not deleted, unless `allowDeleted`. */
export function getLoggedModel(
  database: Database,
  modelId: string,
  allowDeleted = false,
): LoggedModel {
  const row = database.get<LoggedModelRow>(
    `SELECT ${LOGGED_MODEL_COLUMNS} FROM logged_models l
      WHERE l.model_id = ? AND (? OR l.lifecycle_stage != 'deleted')`,
    [modelId, allowDeleted ? 1 : 0],
  );
  if (row === null) throw notFound(modelId);
  return completeLoggedModels(database, [row])[0] as LoggedModel;
}

/** Adds tags, params and metrics to models that were read as rows. */
export function completeLoggedModels(
  database: Database,
  rows: readonly LoggedModelRow[],
): LoggedModel[] {
  const ids = JSON.stringify(rows.map(({ modelId }) => modelId));
  const wanted = "model_id IN (SELECT value FROM json_each(?))";
  type Owned<Row> = Row & { modelId: string };
  const tags = database.all<Owned<KeyValue>>(
    `SELECT model_id AS modelId, tag_key AS key, tag_value AS value
       FROM logged_model_tags WHERE ${wanted} ORDER BY model_id, tag_key`,
    [ids],
  );
  const params = database.all<Owned<KeyValue>>(
    `SELECT model_id AS modelId, param_key AS key, param_value AS value
       FROM logged_model_params WHERE ${wanted} ORDER BY model_id, param_key`,
    [ids],
  );
  const metrics = allInt64<Owned<LoggedModelMetric>>(
    database,
    ["timestamp", "step"],
    `SELECT model_id AS modelId, metric_name AS key, metric_value AS value,
            metric_timestamp_ms AS timestamp, metric_step AS step, run_id AS runId,
            dataset_name AS datasetName, dataset_digest AS datasetDigest
       FROM logged_model_metrics WHERE ${wanted} ORDER BY model_id, rowid`,
    [ids],
  );
  const tagsOf = groupRows(tags, ({ modelId }) => modelId);
  const paramsOf = groupRows(params, ({ modelId }) => modelId);
  const metricsOf = groupRows(metrics, ({ modelId }) => modelId);
  return rows.map((row) => ({
    ...row,
    tags: tagsOf.get(row.modelId) ?? [],
    params: paramsOf.get(row.modelId) ?? [],
    metrics: metricsOf.get(row.modelId) ?? [],
  }));
}

/** Adds params; 400 for one that is there already. */
export function logLoggedModelParams(
  database: Database,
  modelId: string,
  params: readonly KeyValue[],
): void {
  addParams(database, requireRecord(database, modelId), params);
}

/** Sets the status, as the number it has in service.proto. */
export function finalizeLoggedModel(
  database: Database,
  modelId: string,
  status: number,
  nowMs: number,
): LoggedModel {
  requireRecord(database, modelId);
  database.run(
    "UPDATE logged_models SET status = ?, last_updated_timestamp_ms = ? WHERE model_id = ?",
    [status, nowMs, modelId],
  );
  return getLoggedModel(database, modelId, true);
}

/** Marks a model as deleted. */
export function deleteLoggedModel(database: Database, modelId: string, nowMs: number): void {
  requireRecord(database, modelId);
  database.run(
    `UPDATE logged_models SET lifecycle_stage = 'deleted', last_updated_timestamp_ms = ?
      WHERE model_id = ?`,
    [nowMs, modelId],
  );
}

/** Sets or replaces tags. */
export function setLoggedModelTags(
  database: Database,
  modelId: string,
  tags: readonly KeyValue[],
): void {
  const record = requireRecord(database, modelId);
  for (const tag of tags) putTag(database, record, tag);
}

/** Removes a tag; 404 when the model has none of that key. */
export function deleteLoggedModelTag(database: Database, modelId: string, key: string): void {
  requireRecord(database, modelId);
  const { changes } = database.run(
    "DELETE FROM logged_model_tags WHERE model_id = ? AND tag_key = ?",
    [modelId, key],
  );
  if (changes > 0) return;
  throw doesNotExist(
    `No tag with key ${pythonRepr(key)} found for model with ID ${pythonRepr(modelId)}.`,
  );
}

/** Notes on a logged model the version it was registered as. */
export function noteRegistration(
  database: Database,
  modelId: string,
  registered: { name: string; version: number },
): void {
  const model = getLoggedModel(database, modelId);
  const old = parseBody(model.tags.find(({ key }) => key === VERSIONS_TAG)?.value || "[]");
  const versions = [...(Array.isArray(old) ? old : []), registered];
  putTag(database, model, { key: VERSIONS_TAG, value: dumpJson(versions) });
}

interface Owner {
  modelId: string;
  experimentId: string;
}

function requireRecord(database: Database, modelId: string): Owner {
  const row = database.get<Owner>(
    `SELECT model_id AS modelId, CAST(experiment_id AS TEXT) AS experimentId
       FROM logged_models WHERE model_id = ?`,
    [modelId],
  );
  if (row === null) throw notFound(modelId);
  return row;
}

function addParams(database: Database, owner: Owner, params: readonly KeyValue[]): void {
  for (const { key, value } of params) {
    try {
      database.run(
        `INSERT INTO logged_model_params (model_id, experiment_id, param_key, param_value)
         VALUES (?, ?, ?, ?)`,
        [owner.modelId, owner.experimentId, key, value],
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new MlflowError(
        "BAD_REQUEST",
        `The param ${pythonRepr(key)} of model ${owner.modelId} is set already.`,
      );
    }
  }
}

function putTag(database: Database, owner: Owner, { key, value }: KeyValue): void {
  database.run(
    `INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value)
     VALUES (?, ?, ?, ?)
     ON CONFLICT (model_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value`,
    [owner.modelId, owner.experimentId, key, value],
  );
}

function validateName(name: string): void {
  if (!/[/:.%"']/.test(name)) return;
  throw invalidParameter(
    `Invalid model name (${pythonRepr(name)}) provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  );
}

function notFound(modelId: string): MlflowError {
  return doesNotExist(`Logged model with ID '${modelId}' not found.`);
}
