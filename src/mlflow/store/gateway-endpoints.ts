/** The gateway's endpoints and their models, written: `endpoints`, `endpoint_model_mappings`. */
import { newHexId } from "../../core/ids.ts";
import { isJsonObject } from "../../core/json/index.ts";
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { alreadyExists, doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import { dumpJson, loadJson } from "../wire/python-dump.ts";
import {
  createExperiment,
  findExperimentByName,
  type NewExperiment,
  parseExperimentId,
} from "./experiments.ts";
import { type GatewayEndpoint, getDefinition, getEndpoint, type ModelMapping } from "./gateway.ts";

/** A model of an endpoint, as a client asks for it. */
export interface NewMapping {
  readonly modelDefinitionId: string;
  readonly linkageType: "PRIMARY" | "FALLBACK" | null;
  readonly weight: number;
  readonly fallbackOrder: number | null;
}

export interface Fallback {
  readonly strategy: string | null;
  readonly maxAttempts: number | null;
}

/** Where an experiment for an endpoint's traces is made. */
export type ExperimentPlace = Pick<
  NewExperiment,
  "artifactRoot" | "cwd" | "maxLocationLength" | "nowMs"
>;

interface EndpointSettings {
  /** Who asks. */
  readonly by: string | null;
  readonly routingStrategy: string | null;
  readonly fallback: Fallback | null;
  readonly experimentId: string | null;
}

export interface NewEndpoint extends EndpointSettings {
  readonly name: string;
  readonly models: readonly NewMapping[];
  readonly usesTracking: boolean;
}

/** Adds an endpoint, and unless told otherwise an experiment `gateway/<name>` for its traces. */
export function createEndpoint(
  database: Database,
  fresh: NewEndpoint,
  place: ExperimentPlace,
): GatewayEndpoint {
  const { name, models, by, usesTracking, fallback, routingStrategy } = fresh;
  if (models.length === 0) {
    throw invalidParameter("Endpoint must have at least one model configuration");
  }
  requireDefinitions(database, models);
  const endpointId = `e-${newHexId()}`;
  const needsExperiment = usesTracking && fresh.experimentId === null;
  const experimentId = needsExperiment
    ? openExperiment(database, { endpointId, name }, place)
    : fresh.experimentId && parseExperimentId(fresh.experimentId);
  const hasFallback = fallback !== null || fallbacksOf(models).length > 0;
  const fallbackJson = hasFallback ? dumpFallback(fallback, fallbacksOf(models)) : null;
  refuseTaken(name, () =>
    database.run(
      `INSERT INTO endpoints (endpoint_id, name, routing_strategy, fallback_config_json,
         experiment_id, usage_tracking, created_by, last_updated_by, created_at, last_updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[endpointId, name, routingStrategy, fallbackJson, experimentId || null],
        ...[usesTracking ? 1 : 0, by, by, place.nowMs, place.nowMs],
      ],
    ),
  );
  for (const model of models) addMapping(database, { ...model, endpointId, by }, place.nowMs);
  return getEndpoint(database, { endpointId });
}

/** What changes in an endpoint: null leaves it as it is; models are replaced together. */
export interface EndpointChanges extends EndpointSettings {
  readonly name: string | null;
  readonly models: readonly NewMapping[] | null;
  readonly usesTracking: boolean | null;
}

/** Changes an endpoint. */
export function updateEndpoint(
  database: Database,
  endpointId: string,
  changes: EndpointChanges,
  place: ExperimentPlace,
): GatewayEndpoint {
  const old = getEndpoint(database, { endpointId });
  const { models, fallback, name, usesTracking, by } = changes;
  const tracks = usesTracking === null ? null : Number(usesTracking);
  let experimentId = changes.experimentId === null ? null : parseExperimentId(changes.experimentId);
  if (usesTracking && experimentId === null && old.experimentId === null) {
    experimentId = openExperiment(database, { endpointId, name: name ?? old.name ?? "" }, place);
  }
  let fallbackJson: string | null = null;
  if (models !== null) {
    for (const { modelDefinitionId } of models) getDefinition(database, modelDefinitionId);
    database.run("DELETE FROM endpoint_model_mappings WHERE endpoint_id = ?", [endpointId]);
    for (const model of models) addMapping(database, { ...model, endpointId, by }, place.nowMs);
    fallbackJson = dumpFallback(fallback, fallbacksOf(models));
  } else if (fallback !== null) {
    fallbackJson = dumpFallback(fallback, readFallbacks(old.fallbackConfig));
  }
  refuseTaken(name, () =>
    database.run(
      `UPDATE endpoints SET name = COALESCE(?, name),
         usage_tracking = COALESCE(?, usage_tracking), experiment_id = COALESCE(?, experiment_id),
         routing_strategy = COALESCE(?, routing_strategy),
         fallback_config_json = COALESCE(?, fallback_config_json),
         last_updated_by = COALESCE(?, last_updated_by), last_updated_at = ?
       WHERE endpoint_id = ?`,
      [
        ...[name, tracks, experimentId, changes.routingStrategy],
        ...[fallbackJson, by, place.nowMs, endpointId],
      ],
    ),
  );
  return getEndpoint(database, { endpointId });
}

/** Deletes an endpoint with its models, bindings and tags. */
export function deleteEndpoint(database: Database, endpointId: string): void {
  getEndpoint(database, { endpointId });
  database.run("DELETE FROM endpoints WHERE endpoint_id = ?", [endpointId]);
}

/** Adds a model to an endpoint. */
export function attachModel(
  database: Database,
  fresh: NewMapping & { endpointId: string; by: string | null },
  nowMs: number,
): ModelMapping {
  const { endpointId, modelDefinitionId, by } = fresh;
  getEndpoint(database, { endpointId });
  getDefinition(database, modelDefinitionId);
  let mappingId: string;
  try {
    mappingId = addMapping(database, fresh, nowMs);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw alreadyExists(
      `Model definition '${modelDefinitionId}' is already attached to endpoint '${endpointId}'`,
    );
  }
  database.run(
    `UPDATE endpoints SET last_updated_at = ?, last_updated_by = COALESCE(?, last_updated_by)
      WHERE endpoint_id = ?`,
    [nowMs, by, endpointId],
  );
  const { mappings } = getEndpoint(database, { endpointId });
  return mappings.find((one) => one.mappingId === mappingId) as ModelMapping;
}

/** Takes the first use of a model from an endpoint. */
export function detachModel(database: Database, endpointId: string, definitionId: string): void {
  const { changes } = database.run(
    `DELETE FROM endpoint_model_mappings WHERE rowid = (SELECT MIN(rowid)
       FROM endpoint_model_mappings WHERE endpoint_id = ? AND model_definition_id = ?)`,
    [endpointId, definitionId],
  );
  if (changes > 0) return;
  getEndpoint(database, { endpointId });
  throw doesNotExist(
    `Model definition '${definitionId}' is not attached to endpoint '${endpointId}'`,
  );
}

function requireDefinitions(database: Database, models: readonly NewMapping[]): void {
  const ids = [...new Set(models.map(({ modelDefinitionId }) => modelDefinitionId))];
  const missing = database.all<{ id: string }>(
    `SELECT value AS id FROM json_each(?)
      WHERE value NOT IN (SELECT model_definition_id FROM model_definitions)`,
    [JSON.stringify(ids)],
  );
  if (missing.length === 0) return;
  throw doesNotExist(`Model definitions not found: ${missing.map(({ id }) => id).join(", ")}`);
}

function addMapping(
  database: Database,
  fresh: NewMapping & { endpointId: string; by: string | null },
  nowMs: number,
): string {
  const { endpointId, modelDefinitionId, weight, linkageType, fallbackOrder, by } = fresh;
  if (linkageType === null) {
    throw invalidParameter("A model's linkage_type must be one of PRIMARY, FALLBACK.");
  }
  const id = `m-${newHexId()}`;
  database.run(
    `INSERT INTO endpoint_model_mappings (mapping_id, endpoint_id, model_definition_id, weight,
       linkage_type, fallback_order, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, endpointId, modelDefinitionId, weight, linkageType, fallbackOrder, by, nowMs],
  );
  return id;
}

function openExperiment(
  database: Database,
  endpoint: { endpointId: string; name: string },
  place: ExperimentPlace,
): string {
  const name = `gateway/${endpoint.name}`;
  const known = findExperimentByName(database, name);
  if (known !== null) return known.experimentId;
  return createExperiment(database, {
    ...place,
    name,
    artifactLocation: "",
    tags: [
      { key: "mlflow.experiment.sourceType", value: "GATEWAY" },
      { key: "mlflow.experiment.sourceId", value: endpoint.endpointId },
      { key: "mlflow.experiment.isGateway", value: "true" },
    ],
  });
}

function fallbacksOf(models: readonly NewMapping[]): string[] {
  return models
    .filter(({ linkageType }) => linkageType === "FALLBACK")
    .map(({ modelDefinitionId }) => modelDefinitionId);
}

function dumpFallback(fallback: Fallback | null, definitionIds: readonly string[]): string {
  const { strategy = null, maxAttempts = null } = fallback ?? {};
  const ids = [...definitionIds];
  return dumpJson({ strategy, max_attempts: maxAttempts, model_definition_ids: ids });
}

function readFallbacks(json: string | null): string[] {
  const config = json === null ? null : loadJson(json);
  const ids = isJsonObject(config) ? config.model_definition_ids : null;
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === "string") : [];
}

function refuseTaken(name: string | null, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new MlflowError("BAD_REQUEST", `Endpoint with name '${name}' already exists`);
  }
}
