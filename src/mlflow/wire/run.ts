/** Runs and metrics as answers show them. */
import type { Metric } from "../store/metrics.ts";
import type { DatasetInput, Run } from "../store/run-data.ts";
import type { RunInfo } from "../store/runs.ts";
import { wireKeyValue } from "./experiment.ts";
import { wireDouble } from "./print-json.ts";

/** `mlflow.RunInfo`. */
export function wireRunInfo(info: RunInfo) {
  return {
    run_uuid: info.runId,
    experiment_id: info.experimentId,
    run_name: info.runName ?? undefined,
    user_id: info.userId ?? "",
    status: info.status,
    start_time: info.startTime ?? undefined,
    // Protobuf's setter is skipped for an end that is missing or 0.
    end_time: info.endTime || undefined,
    artifact_uri: info.artifactUri || undefined,
    lifecycle_stage: info.lifecycleStage,
    run_id: info.runId,
  };
}

/** `mlflow.Run` without its outputs, as `runs/create` answers it. */
export function wireNewRun(run: Run) {
  return {
    info: wireRunInfo(run.info),
    data: {
      metrics: someOf(run.metrics, wireMetric),
      params: someOf(run.params, wireKeyValue),
      tags: someOf(run.tags, wireKeyValue),
    },
    inputs: {
      dataset_inputs: someOf(run.datasetInputs, wireDatasetInput),
      model_inputs: someOf(run.modelInputs, (modelId) => ({ model_id: modelId })),
    },
  };
}

/** `mlflow.Run`. */
export function wireRun(run: Run) {
  const wireOutput = ({ modelId, step }: (typeof run.modelOutputs)[number]) => ({
    model_id: modelId,
    step,
  });
  return { ...wireNewRun(run), outputs: { model_outputs: someOf(run.modelOutputs, wireOutput) } };
}

/** `mlflow.Metric`. */
export function wireMetric({ key, value, timestamp, step, isNan }: Metric) {
  return { key, value: isNan ? "NaN" : wireDouble(value), timestamp, step };
}

function wireDatasetInput(input: DatasetInput) {
  return {
    tags: someOf(input.tags, wireKeyValue),
    dataset: {
      name: input.name,
      digest: input.digest,
      source_type: input.sourceType,
      source: input.source,
      schema: input.schema || undefined,
      profile: input.profile || undefined,
    },
  };
}

/** Protobuf leaves an empty list out. */
function someOf<Item, Wire>(items: readonly Item[], toWire: (item: Item) => Wire) {
  return items.length === 0 ? undefined : items.map((item) => toWire(item));
}
