/** Registered models and their versions as answers. */
import type { ModelVersion } from "../store/model-versions.ts";
import type { RegisteredModel } from "../store/registered-models.ts";

/** `mlflow.ModelVersion` of model_registry.proto. */
export function wireVersion(version: ModelVersion) {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.creationTime,
    last_updated_timestamp: version.lastUpdatedTime ?? undefined,
    user_id: version.userId ?? undefined,
    current_stage: version.currentStage ?? undefined,
    description: version.description ?? undefined,
    source: version.source ?? undefined,
    run_id: version.runId ?? undefined,
    status: version.status ?? undefined,
    status_message: version.statusMessage || undefined,
    tags: listOrNone(version.tags.map(wireTag)),
    run_link: version.runLink ?? undefined,
    aliases: listOrNone(version.aliases),
  };
}

/** `mlflow.RegisteredModel` of model_registry.proto. */
export function wireModel(model: RegisteredModel) {
  return {
    name: model.name,
    creation_timestamp: model.creationTime ?? undefined,
    last_updated_timestamp: model.lastUpdatedTime || undefined,
    description: model.description || undefined,
    latest_versions: listOrNone(model.latestVersions.map(wireVersion)),
    tags: listOrNone(model.tags.map(wireTag)),
    aliases: listOrNone(
      model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
    ),
  };
}

/** A tag; a value that was never set is left out. */
export function wireTag(tag: { key: string; value: string | null }) {
  return { key: tag.key, value: tag.value ?? undefined };
}

/** Protobuf has no empty lists: they are left out. */
export function listOrNone<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
