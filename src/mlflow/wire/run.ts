/** Runs as answers show them. */
import type { DatasetInput, Run } from "../store/run-data.ts";
import type { RunInfo } from "../store/runs.ts";
import { wireKeyValue } from "./experiment.ts";
import { printAnswer, printFields } from "./print-json.ts";

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

/** `mlflow.Run` without its outputs, as `runs/create` answers it: its JSON text. */
export function printNewRun(run: Run): string {
  return printFields(partsOf(run));
}

/** `mlflow.Run`: its JSON text. */
export function printRun(run: Run): string {
  const wireOutput = ({ modelId, step }: (typeof run.modelOutputs)[number]) => ({
    model_id: modelId,
    step,
  });
  const outputs = { model_outputs: printSome(run.modelOutputs, wireOutput) };
  return printFields({ ...partsOf(run), outputs: printFields(outputs) });
}

function partsOf(run: Run) {
  const data = {
    metrics: unlessEmpty(run.metrics),
    params: unlessEmpty(run.params),
    tags: unlessEmpty(run.tags),
  };
  const inputs = {
    dataset_inputs: printSome(run.datasetInputs, wireDatasetInput),
    model_inputs: printSome(run.modelInputs, (modelId) => ({ model_id: modelId })),
  };
  return {
    info: printAnswer(wireRunInfo(run.info)),
    data: printFields(data),
    inputs: printFields(inputs),
  };
}

function wireDatasetInput(input: DatasetInput) {
  return {
    tags: input.tags.length === 0 ? undefined : input.tags.map(wireKeyValue),
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

// Protobuf leaves an empty list out.
function printSome<Item, Wire>(items: readonly Item[], toWire: (item: Item) => Wire) {
  return items.length === 0 ? null : printAnswer(items.map((item) => toWire(item)));
}

function unlessEmpty(list: string): string | null {
  return list === "[]" ? null : list;
}
