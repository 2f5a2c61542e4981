/** Datasets and models that a run took in or gave out. */
import { appendModel, parseModelFacts } from "../store/model-history.ts";
import { validateRunId } from "../store/names.ts";
import {
  checkDatasetInputs,
  insertDatasetInputs,
  insertModelInputs,
  insertModelOutputs,
  listDatasets,
} from "../store/run-inputs.ts";
import { requireActiveRun } from "../store/runs.ts";
import { isArray, isString, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf, type MessageOf, message } from "../wire/fields.ts";
import { sendText } from "../wire/reply.ts";
import { apiRoute, type Route, rawRoute } from "./route.ts";

const DATASET_INPUT = {
  tags: listOf(message({ key: "string", value: "string" })),
  dataset: message({
    name: "string",
    digest: "string",
    source_type: "string",
    source: "string",
    schema: "string",
    profile: "string",
  }),
} as const;

const MAX_EXPERIMENTS = 20;

export const runInputRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/runs/log-inputs",
    fields: {
      run_id: "string",
      datasets: listOf(message(DATASET_INPUT)),
      models: listOf(message({ model_id: "string" })),
    },
    checks: { run_id: [required, isString], datasets: [isArray], models: [isArray] },
    handle: ({ context: { database }, message: { run_id: runId = "", datasets, models } }) => {
      validateRunId(runId);
      const inputs = (datasets ?? []).map(toDatasetInput);
      checkDatasetInputs(inputs);
      return database.transaction(() => {
        const experimentId = requireActiveRun(database, runId);
        insertDatasetInputs(database, runId, experimentId, inputs);
        const modelIds = (models ?? []).map(({ model_id = "" }) => model_id);
        insertModelInputs(database, runId, modelIds);
        return {};
      });
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/outputs",
    fields: { run_id: "string", models: listOf(message({ model_id: "string", step: "int64" })) },
    checks: { run_id: [required, isString], models: [required, isArray] },
    handle: ({ context: { database }, message: { run_id = "", models = [] } }) =>
      database.transaction(() => {
        requireActiveRun(database, run_id);
        const outputs = models.map(({ model_id: modelId = "", step = 0 }) => ({ modelId, step }));
        insertModelOutputs(database, run_id, outputs);
        return {};
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/runs/log-model",
    fields: { run_id: "string", model_json: "string" },
    checks: { run_id: [isString, required], model_json: [isString, required] },
    handle: ({ context: { database, settings }, message: { run_id = "", model_json = "" } }) => {
      const facts = parseModelFacts(model_json);
      appendModel(database, run_id, facts, settings.environment.truncatesLongValues);
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/experiments/search-datasets",
    isAjaxOnly: true,
    fields: { experiment_ids: listOf("string") },
    handle: ({ context: { database }, message: { experiment_ids: ids = [] } }) => {
      if (ids.length === 0) {
        throw invalidParameter("SearchDatasets request must specify at least one experiment_id.");
      }
      if (ids.length > MAX_EXPERIMENTS) {
        throw invalidParameter(
          `SearchDatasets request cannot specify more than ${MAX_EXPERIMENTS} experiment_ids. Received ${ids.length} experiment_ids.`,
        );
      }
      const summaries = listDatasets(database, ids).map((summary) => ({
        experiment_id: summary.experimentId,
        name: summary.name,
        digest: summary.digest,
        context: summary.context || undefined,
      }));
      return { dataset_summaries: summaries.length === 0 ? undefined : summaries };
    },
  }),
  // MLflow declares the path without its slash, and answers it with nothing.
  ...["/api", "/ajax-api"].map((prefix) =>
    rawRoute("POST", `${prefix}/2.0mlflow/experiments/search-datasets`, ({ response }) =>
      sendText(response, 404, "", "text/html"),
    ),
  ),
];

function toDatasetInput({ tags = [], dataset = {} }: MessageOf<typeof DATASET_INPUT>) {
  return {
    name: dataset.name ?? "",
    digest: dataset.digest ?? "",
    sourceType: dataset.source_type ?? "",
    source: dataset.source ?? "",
    schema: dataset.schema ?? null,
    profile: dataset.profile ?? null,
    tags: tags.map(({ key = "", value = "" }) => ({ key, value })),
  };
}
