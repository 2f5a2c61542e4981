/** An experiment as answers show it. */
import type { Experiment } from "../store/experiments.ts";

/** `mlflow.Experiment`. */
export function wireExperiment(experiment: Experiment) {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    // Protobuf's setters are skipped for a time that is missing or 0.
    last_update_time: experiment.lastUpdateTime || undefined,
    creation_time: experiment.creationTime || undefined,
    tags: experiment.tags.length === 0 ? undefined : experiment.tags.map(wireKeyValue),
  };
}

/** A tag or parameter without what else its row holds. */
export function wireKeyValue({ key, value }: { key: string; value: string | null }) {
  return { key, value: value ?? "" };
}
