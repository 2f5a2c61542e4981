/** Evaluation datasets as answers: `mlflow.datasets.Dataset`. */
import type { EvaluationDataset } from "../store/evaluation-datasets.ts";
import { dumpJson } from "./python-dump.ts";
import { listOrNone } from "./registry.ts";

/** A dataset; its experiments are told only by the call that makes it. */
export function wireDataset(dataset: EvaluationDataset, experimentIds: readonly string[] = []) {
  return {
    dataset_id: dataset.datasetId,
    name: dataset.name,
    tags: dumpJson(Object.fromEntries(dataset.tags)),
    schema: dataset.schema ?? undefined,
    profile: dataset.profile ?? undefined,
    digest: dataset.digest ?? undefined,
    created_time: dataset.createdTime ?? undefined,
    last_update_time: dataset.lastUpdateTime ?? undefined,
    created_by: dataset.createdBy ?? undefined,
    last_updated_by: dataset.lastUpdatedBy ?? undefined,
    experiment_ids: listOrNone(experimentIds),
  };
}
