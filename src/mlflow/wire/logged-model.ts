/** Logged models as answers: `mlflow.LoggedModel` of service.proto. */
import type { LoggedModel, LoggedModelMetric } from "../store/logged-models.ts";
import { wireDouble } from "./print-json.ts";
import { listOrNone } from "./registry.ts";

/** LoggedModelStatus by name. */
export const LOGGED_MODEL_STATUS = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
} as const;

/** A logged model with its data; times that are 0 count as set. */
export function wireLoggedModel(model: LoggedModel) {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.creationTime,
      last_updated_timestamp_ms: model.lastUpdatedTime,
      artifact_uri: model.artifactUri,
      status: nameStatus(model.status),
      model_type: model.modelType ?? undefined,
      source_run_id: model.sourceRunId ?? undefined,
      tags: listOrNone(model.tags.map(({ key, value }) => ({ key, value }))),
    },
    data: {
      params: listOrNone(model.params.map(({ key, value }) => ({ key, value }))),
      metrics: listOrNone(model.metrics.map((metric) => wireMetric(model.modelId, metric))),
    },
  };
}

function nameStatus(status: number): string | undefined {
  return Object.entries(LOGGED_MODEL_STATUS).find(([, number]) => number === status)?.[0];
}

function wireMetric(modelId: string, metric: LoggedModelMetric) {
  return {
    key: metric.key,
    value: metric.value === null ? undefined : wireDouble(metric.value),
    timestamp: metric.timestamp,
    step: metric.step,
    dataset_name: metric.datasetName ?? undefined,
    dataset_digest: metric.datasetDigest ?? undefined,
    model_id: modelId,
    run_id: metric.runId,
  };
}
