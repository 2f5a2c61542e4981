/** The AI gateway's records, read only: `/gateway/*` of version 3.0. */
import {
  checkOneOf,
  type EndpointBinding,
  type GatewayEndpoint,
  type GatewaySecret,
  listBindings,
  listDefinitions,
  listEndpoints,
  listSecrets,
  type ModelDefinition,
  type ModelMapping,
  requireOne,
} from "../store/gateway.ts";
import { isString, required } from "../wire/checks.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Route } from "./route.ts";

const version = "3.0" as const;
const given = [required, isString];

export const gatewayRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/gateway/secrets/list",
    version,
    fields: { provider: "string" },
    checks: { provider: [isString] },
    handle: ({ context: { database }, message: { provider } }) => ({
      secrets: listOrNone(listSecrets(database, { provider }).map(wireSecret)),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/secrets/get",
    version,
    fields: { secret_id: "string" },
    checks: { secret_id: given },
    handle: ({ context: { database }, message: { secret_id: secretId } }) => {
      const found = listSecrets(database, { secretId });
      return { secret: wireSecret(requireOne(found, "GatewaySecret", { secretId })) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/model-definitions/list",
    version,
    fields: { provider: "string", secret_id: "string" },
    checks: { provider: [isString], secret_id: [isString] },
    handle: ({ context: { database }, message: { provider, secret_id: secretId } }) => {
      const found = listDefinitions(database, { provider, secretId });
      return { model_definitions: listOrNone(found.map(wireDefinition)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/model-definitions/get",
    version,
    fields: { model_definition_id: "string" },
    checks: { model_definition_id: given },
    handle: ({ context: { database }, message }) => {
      const wanted = { modelDefinitionId: message.model_definition_id };
      const found = listDefinitions(database, wanted);
      const definition = requireOne(found, "GatewayModelDefinition", wanted);
      return { model_definition: wireDefinition(definition) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/endpoints/list",
    version,
    fields: { provider: "string" },
    checks: { provider: [isString] },
    handle: ({ context: { database }, message: { provider } }) => ({
      endpoints: listOrNone(listEndpoints(database, { provider }).map(wireEndpoint)),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/endpoints/get",
    version,
    fields: { endpoint_id: "string", name: "string" },
    checks: { endpoint_id: [isString], name: [isString] },
    handle: ({ context: { database }, message: { endpoint_id: endpointId, name } }) => {
      const wanted = { endpointId, name };
      checkOneOf(wanted);
      const found = listEndpoints(database, wanted);
      return { endpoint: wireEndpoint(requireOne(found, "GatewayEndpoint", wanted)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/endpoints/bindings/list",
    version,
    fields: { endpoint_id: "string", resource_type: "string", resource_id: "string" },
    checks: { endpoint_id: [isString], resource_type: [isString], resource_id: [isString] },
    handle: ({ context: { database }, message }) => {
      const wanted = {
        endpointId: message.endpoint_id,
        resourceType: message.resource_type,
        resourceId: message.resource_id,
      };
      return { bindings: listOrNone(listBindings(database, wanted).map(wireBinding)) };
    },
  }),
];

function wireSecret(secret: GatewaySecret) {
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

function wireDefinition(definition: ModelDefinition) {
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

function wireEndpoint(endpoint: GatewayEndpoint) {
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
    fallback_config: readMap(endpoint.fallbackConfig),
    experiment_id: endpoint.experimentId ?? undefined,
    usage_tracking: endpoint.usesTracking !== 0,
  };
}

function wireMapping(mapping: ModelMapping) {
  return {
    mapping_id: mapping.mappingId,
    endpoint_id: mapping.endpointId,
    model_definition_id: mapping.modelDefinitionId,
    model_definition: mapping.definition === null ? undefined : wireDefinition(mapping.definition),
    weight: mapping.weight,
    created_at: mapping.createdAt,
    created_by: mapping.createdBy ?? undefined,
    linkage_type: mapping.linkageType,
    fallback_order: mapping.fallbackOrder ?? undefined,
  };
}

function wireBinding(binding: EndpointBinding) {
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

function readMap(text: string | null): Record<string, unknown> | undefined {
  const value: unknown = text ? JSON.parse(text) : {};
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
