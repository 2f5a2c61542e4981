/** The gateway's records as answers (service.proto's Gateway messages). */
import { type ExactJson, isJsonObject } from "../../core/json/index.ts";
import type {
  EndpointBinding,
  GatewayEndpoint,
  GatewaySecret,
  ModelDefinition,
  ModelMapping,
} from "../store/gateway.ts";
import { wireFloat } from "./print-json.ts";
import { loadJson } from "./python-dump.ts";
import { listOrNone } from "./registry.ts";

/** `GatewaySecretInfo`: values masked. */
export function wireSecret(secret: GatewaySecret) {
  return {
    secret_id: secret.secretId,
    secret_name: secret.name,
    masked_values: readMap(secret.maskedValue),
    created_at: secret.createdAt,
    last_updated_at: secret.lastUpdatedAt,
    provider: secret.provider ?? undefined,
    created_by: secret.createdBy ?? undefined,
    last_updated_by: secret.lastUpdatedBy ?? undefined,
    auth_config: readMap(secret.authConfig),
  };
}

/** `GatewayModelDefinition`. */
export function wireDefinition(definition: ModelDefinition) {
  return {
    model_definition_id: definition.modelDefinitionId,
    name: definition.name,
    secret_id: definition.secretId ?? undefined,
    secret_name: definition.secretName ?? undefined,
    provider: definition.provider,
    model_name: definition.modelName,
    created_at: definition.createdAt,
    last_updated_at: definition.lastUpdatedAt,
    created_by: definition.createdBy ?? undefined,
    last_updated_by: definition.lastUpdatedBy ?? undefined,
  };
}

/** `GatewayEndpoint` with its models and tags. */
export function wireEndpoint(endpoint: GatewayEndpoint) {
  return {
    endpoint_id: endpoint.endpointId,
    name: endpoint.name ?? "",
    created_at: endpoint.createdAt,
    last_updated_at: endpoint.lastUpdatedAt,
    model_mappings: listOrNone(endpoint.mappings.map(wireMapping)),
    created_by: endpoint.createdBy ?? "",
    last_updated_by: endpoint.lastUpdatedBy ?? "",
    tags: listOrNone(endpoint.tags.map(({ key, value }) => ({ key, value: value ?? undefined }))),
    routing_strategy: endpoint.routingStrategy ?? undefined,
    fallback_config: wireFallback(endpoint.fallbackConfig),
    experiment_id: endpoint.experimentId ?? undefined,
    usage_tracking: endpoint.usesTracking !== 0,
  };
}

/** `GatewayEndpointModelMapping`. */
export function wireMapping(mapping: ModelMapping) {
  return {
    mapping_id: mapping.mappingId,
    endpoint_id: mapping.endpointId,
    model_definition_id: mapping.modelDefinitionId,
    model_definition: mapping.definition === null ? undefined : wireDefinition(mapping.definition),
    weight: wireFloat(mapping.weight),
    created_at: mapping.createdAt,
    created_by: mapping.createdBy ?? undefined,
    linkage_type: mapping.linkageType,
    fallback_order: mapping.fallbackOrder ?? undefined,
  };
}

/** `GatewayEndpointBinding`. */
export function wireBinding(binding: EndpointBinding) {
  return {
    endpoint_id: binding.endpointId,
    resource_type: binding.resourceType,
    resource_id: binding.resourceId,
    created_at: binding.createdAt,
    last_updated_at: binding.lastUpdatedAt,
    created_by: binding.createdBy ?? undefined,
    last_updated_by: binding.lastUpdatedBy ?? undefined,
    display_name: binding.displayName ?? undefined,
  };
}

function wireFallback(text: string | null) {
  const config = text ? loadJson(text) : null;
  if (!isJsonObject(config)) return undefined;
  return { strategy: config.strategy ?? undefined, max_attempts: config.max_attempts ?? undefined };
}

/** A map of texts; undefined for an empty one. */
function readMap(text: string | null): Record<string, ExactJson> | undefined {
  const value = text ? loadJson(text) : {};
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
