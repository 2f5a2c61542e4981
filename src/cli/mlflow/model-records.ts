/** Registered models and their versions as records; names as MLflow's REST API has them. */
import { INT, mapType, STRING, TIMESTAMP } from "../../lake/schema/data-type.ts";
import type { ModelVersionEntity, RegisteredModelEntity } from "../../mlflow/index.ts";
import type { FieldSpec } from "../command.ts";
import type { RecordValues } from "../context.ts";
import { micros, toMap } from "./records.ts";

const TEXT_MAP = mapType(STRING, STRING);

export const MODEL_FIELDS = [
  { name: "name", type: STRING },
  { name: "latest_version", type: INT, summary: "null while it has none" },
  { name: "aliases", type: TEXT_MAP, summary: "the version of each" },
  { name: "last_updated_timestamp", type: TIMESTAMP },
  { name: "creation_timestamp", type: TIMESTAMP },
  { name: "description", type: STRING },
  { name: "tags", type: TEXT_MAP },
] as const satisfies readonly FieldSpec[];

export const VERSION_FIELDS = [
  { name: "name", type: STRING },
  { name: "version", type: INT },
  { name: "current_stage", type: STRING, summary: "None, Staging, Production or Archived" },
  { name: "aliases", type: STRING, summary: "joined by commas" },
  { name: "status", type: STRING },
  { name: "run_id", type: STRING },
  { name: "source", type: STRING },
  { name: "creation_timestamp", type: TIMESTAMP },
  { name: "last_updated_timestamp", type: TIMESTAMP },
  { name: "description", type: STRING },
  { name: "tags", type: TEXT_MAP },
] as const satisfies readonly FieldSpec[];

/** A registered model by the names of MODEL_FIELDS. */
export function modelRecord(model: RegisteredModelEntity): RecordValues {
  const versions = model.latestVersions.map(({ version }) => Number(version));
  return {
    name: model.name,
    latest_version: versions.length === 0 ? null : Math.max(...versions),
    aliases: toMap(model.aliases),
    last_updated_timestamp: micros(model.updatedAtMs),
    creation_timestamp: micros(model.createdAtMs),
    description: model.description,
    tags: toMap(model.tags),
  };
}

/** A version by the names of VERSION_FIELDS. */
export function versionRecord(version: ModelVersionEntity): RecordValues {
  return {
    name: version.name,
    version: Number(version.version),
    current_stage: version.stage,
    aliases: [...version.aliases].sort().join(","),
    status: version.status,
    run_id: version.runId === "" ? null : version.runId,
    source: version.source,
    creation_timestamp: micros(version.createdAtMs),
    last_updated_timestamp: micros(version.updatedAtMs),
    description: version.description,
    tags: toMap(version.tags),
  };
}
