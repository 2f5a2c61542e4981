/** The AI gateway's endpoints: their models, tags and what uses them (`/gateway/endpoints/*`). */
import { checkOneOf, getEndpoint, listBindings, listEndpoints } from "../store/gateway.ts";
import {
  createBinding,
  deleteBinding,
  deleteEndpointTag,
  setEndpointTag,
} from "../store/gateway-bindings.ts";
import {
  attachModel,
  createEndpoint,
  deleteEndpoint,
  detachModel,
  type ExperimentPlace,
  type NewMapping,
  updateEndpoint,
} from "../store/gateway-endpoints.ts";
import { validateLength } from "../store/names.ts";
import { isString, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf, type MessageOf, message, oneOf } from "../wire/fields.ts";
import { wireBinding, wireEndpoint, wireMapping } from "../wire/gateway.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Context, type Route } from "./route.ts";

const version = "3.0" as const;
const given = [required, isString];
const NAME_LENGTH = 255;

const MODEL = message({
  model_definition_id: "string",
  linkage_type: oneOf({ LINKAGE_TYPE_UNSPECIFIED: 0, PRIMARY: 1, FALLBACK: 2 }),
  weight: "float",
  fallback_order: "int32",
});
const SETTINGS = {
  name: "string",
  model_configs: listOf(MODEL),
  routing_strategy: oneOf({ ROUTING_STRATEGY_UNSPECIFIED: 0, REQUEST_BASED_TRAFFIC_SPLIT: 1 }),
  fallback_config: message({
    strategy: oneOf({ FALLBACK_STRATEGY_UNSPECIFIED: 0, SEQUENTIAL: 1 }),
    max_attempts: "int32",
  }),
  experiment_id: "string",
  usage_tracking: "bool",
} as const;
const BINDING = { endpoint_id: "string", resource_type: "string", resource_id: "string" } as const;

const endpointRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/gateway/endpoints/create",
    version,
    fields: { ...SETTINGS, created_by: "string" },
    checks: {
      name: given,
      created_by: [isString],
      model_configs: [required],
      routing_strategy: [isString],
    },
    handle: ({ context, message: request }) => {
      const { database } = context;
      const { name = "", created_by = "" } = request;
      validateName(name);
      validateLength("created_by", NAME_LENGTH, created_by);
      const fresh = {
        ...readSettings(request),
        name,
        models: (request.model_configs ?? []).map(readModel),
        by: created_by || null,
        usesTracking: request.usage_tracking ?? true,
      };
      const create = () => createEndpoint(database, fresh, placeOf(context));
      return { endpoint: wireEndpoint(database.transaction(create)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/endpoints/get",
    version,
    fields: { endpoint_id: "string", name: "string" },
    checks: { endpoint_id: [isString], name: [isString] },
    handle: ({ context: { database }, message: { endpoint_id, name } }) => {
      const wanted = { endpointId: endpoint_id || undefined, name: name || undefined };
      checkOneOf(wanted);
      return { endpoint: wireEndpoint(getEndpoint(database, wanted)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/endpoints/list",
    version,
    fields: { provider: "string" },
    checks: { provider: [isString] },
    handle: ({ context: { database }, message: { provider } }) => {
      const found = listEndpoints(database, { provider: provider || undefined });
      return { endpoints: listOrNone(found.map(wireEndpoint)) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/gateway/endpoints/update",
    version,
    fields: { endpoint_id: "string", ...SETTINGS, updated_by: "string" },
    checks: {
      endpoint_id: given,
      name: [isString],
      updated_by: [isString],
      routing_strategy: [isString],
    },
    handle: ({ context, message: request }) => {
      const { database } = context;
      const { endpoint_id = "", name = "", updated_by = "", model_configs = [] } = request;
      if (name !== "") validateName(name);
      validateLength("updated_by", NAME_LENGTH, updated_by);
      const changes = {
        ...readSettings(request),
        name: name || null,
        models: model_configs.length === 0 ? null : model_configs.map(readModel),
        by: updated_by || null,
        usesTracking: request.usage_tracking ?? null,
      };
      const update = () => updateEndpoint(database, endpoint_id, changes, placeOf(context));
      return { endpoint: wireEndpoint(database.transaction(update)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/gateway/endpoints/delete",
    version,
    fields: { endpoint_id: "string" },
    checks: { endpoint_id: given },
    handle: ({ context: { database }, message: { endpoint_id = "" } }) => {
      database.transaction(() => deleteEndpoint(database, endpoint_id));
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/gateway/endpoints/models/attach",
    version,
    fields: { endpoint_id: "string", model_config: MODEL, created_by: "string" },
    checks: { endpoint_id: given, model_config: [required], created_by: [isString] },
    handle: ({ context: { database, clock }, message: request }) => {
      const { endpoint_id: endpointId = "", created_by = "" } = request;
      validateLength("created_by", NAME_LENGTH, created_by);
      const model = readModel(request.model_config ?? {});
      const fresh = { ...model, endpointId, by: created_by || null };
      const attach = () => attachModel(database, fresh, clock.nowMs());
      return { mapping: wireMapping(database.transaction(attach)) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/gateway/endpoints/models/detach",
    version,
    fields: { endpoint_id: "string", model_definition_id: "string" },
    checks: { endpoint_id: given, model_definition_id: given },
    handle: ({
      context: { database },
      message: { endpoint_id = "", model_definition_id = "" },
    }) => {
      database.transaction(() => detachModel(database, endpoint_id, model_definition_id));
      return {};
    },
  }),
];

const bindingRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/gateway/endpoints/bindings/create",
    version,
    fields: { ...BINDING, created_by: "string" },
    checks: { ...bindingGiven(), created_by: [isString] },
    handle: ({ context: { database, clock }, message: request }) => {
      const key = readBinding(request);
      const { created_by = "" } = request;
      if (key.resourceType !== "scorer") {
        throw invalidParameter(`'${key.resourceType}' is not a valid GatewayResourceType`);
      }
      validateLength("resource_id", NAME_LENGTH, key.resourceId);
      validateLength("created_by", NAME_LENGTH, created_by);
      const create = () => createBinding(database, key, created_by || null, clock.nowMs());
      return { binding: wireBinding(database.transaction(create)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/gateway/endpoints/bindings/delete",
    version,
    fields: BINDING,
    checks: bindingGiven(),
    handle: ({ context: { database }, message: request }) => {
      database.transaction(() => deleteBinding(database, readBinding(request)));
      return {};
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/endpoints/bindings/list",
    version,
    fields: BINDING,
    checks: { endpoint_id: [isString], resource_type: [isString], resource_id: [isString] },
    handle: ({ context: { database }, message: request }) => {
      const wanted = {
        endpointId: request.endpoint_id || undefined,
        resourceType: request.resource_type || undefined,
        resourceId: request.resource_id || undefined,
      };
      return { bindings: listOrNone(listBindings(database, wanted).map(wireBinding)) };
    },
  }),
];

const tagRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/gateway/endpoints/set-tag",
    version,
    fields: { endpoint_id: "string", key: "string", value: "string" },
    checks: { endpoint_id: given, key: given, value: [isString] },
    handle: ({ context: { database }, message: { endpoint_id = "", key = "", value = "" } }) => {
      validateLength("key", 250, key);
      validateLength("value", 5000, value);
      database.transaction(() => setEndpointTag(database, endpoint_id, { key, value }));
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/gateway/endpoints/delete-tag",
    version,
    fields: { endpoint_id: "string", key: "string" },
    checks: { endpoint_id: given, key: given },
    handle: ({ context: { database }, message: { endpoint_id = "", key = "" } }) => {
      database.transaction(() => deleteEndpointTag(database, endpoint_id, key));
      return {};
    },
  }),
];

export const gatewayEndpointRoutes: readonly Route[] = [
  ...endpointRoutes,
  ...bindingRoutes,
  ...tagRoutes,
];

function bindingGiven() {
  return { endpoint_id: given, resource_type: given, resource_id: given };
}

function readBinding(request: MessageOf<typeof BINDING>) {
  const { endpoint_id = "", resource_type = "", resource_id = "" } = request;
  return { endpointId: endpoint_id, resourceType: resource_type, resourceId: resource_id };
}

function readModel(model: MessageOf<typeof MODEL.fields>): NewMapping {
  const { linkage_type: type = "LINKAGE_TYPE_UNSPECIFIED" } = model;
  return {
    modelDefinitionId: model.model_definition_id ?? "",
    linkageType: type === "LINKAGE_TYPE_UNSPECIFIED" ? null : type,
    weight: model.weight ?? 1,
    fallbackOrder: model.fallback_order ?? null,
  };
}

function readSettings(request: MessageOf<typeof SETTINGS>) {
  const { routing_strategy: routing, fallback_config: fallback } = request;
  const isRouted = routing === "REQUEST_BASED_TRAFFIC_SPLIT";
  return {
    routingStrategy: isRouted ? routing : null,
    fallback:
      fallback === undefined
        ? null
        : {
            strategy: fallback.strategy === "SEQUENTIAL" ? fallback.strategy : null,
            maxAttempts: fallback.max_attempts ?? null,
          },
    experimentId: request.experiment_id ?? null,
  };
}

function validateName(name: string): void {
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) {
    throw invalidParameter(
      `Invalid endpoint name '${name}'. Name can only contain letters, numbers, underscores, hyphens, and dots.`,
    );
  }
  validateLength("name", NAME_LENGTH, name);
}

function placeOf({ settings, clock }: Context): ExperimentPlace {
  return {
    artifactRoot: settings.defaultArtifactRoot,
    cwd: settings.cwd,
    maxLocationLength: settings.environment.maxArtifactLocationLength,
    nowMs: clock.nowMs(),
  };
}
