/**
 * The AI gateway's secrets and model definitions: `/gateway/*` of version 3.0. Its endpoints are in
 * `gateway-endpoints.ts`. Calling the models behind them is not implemented.
 */
import { newHexId } from "../../core/ids.ts";
import {
  maskSecret,
  type SecretOwner,
  type SecretValue,
  sealSecret,
} from "../gateway/secret-envelope.ts";
import { getDefinition, getSecret, listDefinitions, listSecrets } from "../store/gateway.ts";
import {
  createDefinition,
  deleteDefinition,
  updateDefinition,
} from "../store/gateway-definitions.ts";
import {
  createSecret,
  deleteSecret,
  type StoredValue,
  updateSecret,
} from "../store/gateway-secrets.ts";
import { validateLength } from "../store/names.ts";
import { whenFree } from "../store/when-free.ts";
import { type Check, isString, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { mapOf } from "../wire/fields.ts";
import { wireDefinition, wireSecret } from "../wire/gateway.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Context, type Route } from "./route.ts";

const version = "3.0" as const;
const given = [required, isString];
const NAME_LENGTH = 255;
const PROVIDER_LENGTH = 64;
const MODEL_NAME_LENGTH = 256;
/** The largest credentials are a few kilobytes of JSON. */
const MAX_SECRET_BYTES = 64 * 1024;

/** Only an explicit null is missing to MLflow; the message never shows a value. */
const secretGiven: Check = {
  isTypeCheck: false,
  passes: (value) => {
    if (value !== null) return true;
    throw invalidParameter("Missing value for required parameter 'secret_value'.");
  },
};

const secretRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/gateway/secrets/create",
    version,
    fields: {
      secret_name: "string",
      secret_value: mapOf("string"),
      provider: "string",
      auth_config: mapOf("string"),
      created_by: "string",
    },
    checks: {
      secret_name: given,
      secret_value: [secretGiven],
      provider: [isString],
      created_by: [isString],
    },
    handle: async ({ context, message }) => {
      const { secret_name: name = "", provider = "", created_by = "" } = message;
      validateLength("secret_name", NAME_LENGTH, name);
      validateLength("provider", PROVIDER_LENGTH, provider);
      validateLength("created_by", NAME_LENGTH, created_by);
      const owner = { secretId: `s-${newHexId()}`, name };
      const value = await store(context, owner, message.secret_value ?? {});
      const { database, clock } = context;
      const fresh = {
        ...owner,
        ...value,
        provider: provider || null,
        authConfig: readConfig(message.auth_config),
        createdBy: created_by || null,
      };
      const create = () => createSecret(database, fresh, clock.nowMs());
      return { secret: wireSecret(await whenFree(database, () => database.transaction(create))) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/secrets/get",
    version,
    fields: { secret_id: "string" },
    checks: { secret_id: given },
    handle: ({ context, message: { secret_id = "" } }) => ({
      secret: wireSecret(getSecret(context.database, secret_id)),
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/gateway/secrets/update",
    version,
    fields: {
      secret_id: "string",
      secret_value: mapOf("string"),
      auth_config: mapOf("string"),
      updated_by: "string",
    },
    checks: { secret_id: given, updated_by: [isString] },
    handle: async ({ context, message }) => {
      const { secret_id: secretId = "", secret_value = {}, updated_by = "" } = message;
      const { database, clock } = context;
      validateLength("updated_by", NAME_LENGTH, updated_by);
      const { name } = getSecret(database, secretId);
      const isSame = Object.keys(secret_value).length === 0;
      const changes = {
        value: isSame ? null : await store(context, { secretId, name }, secret_value),
        authConfig: readConfig(message.auth_config),
        updatedBy: updated_by || null,
      };
      const update = () => updateSecret(database, secretId, changes, clock.nowMs());
      return { secret: wireSecret(await whenFree(database, () => database.transaction(update))) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/gateway/secrets/delete",
    version,
    fields: { secret_id: "string" },
    checks: { secret_id: given },
    handle: ({ context: { database }, message: { secret_id = "" } }) => {
      database.transaction(() => deleteSecret(database, secret_id));
      return {};
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/secrets/list",
    version,
    fields: { provider: "string" },
    checks: { provider: [isString] },
    handle: ({ context, message: { provider } }) => {
      const found = listSecrets(context.database, { provider: provider || undefined });
      return { secrets: listOrNone(found.map(wireSecret)) };
    },
  }),
];

const definitionRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/gateway/model-definitions/create",
    version,
    fields: {
      name: "string",
      secret_id: "string",
      provider: "string",
      model_name: "string",
      created_by: "string",
    },
    checks: {
      name: given,
      secret_id: given,
      provider: given,
      model_name: given,
      created_by: [isString],
    },
    handle: ({ context: { database, clock }, message }) => {
      const {
        name = "",
        secret_id = "",
        provider = "",
        model_name = "",
        created_by = "",
      } = message;
      validateDefinition({ name, provider, model_name, by: created_by });
      const fresh = {
        name,
        secretId: secret_id,
        provider,
        modelName: model_name,
        createdBy: created_by || null,
      };
      const create = () => createDefinition(database, fresh, clock.nowMs());
      return { model_definition: wireDefinition(database.transaction(create)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/model-definitions/get",
    version,
    fields: { model_definition_id: "string" },
    checks: { model_definition_id: given },
    handle: ({ context, message: { model_definition_id = "" } }) => ({
      model_definition: wireDefinition(getDefinition(context.database, model_definition_id)),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/model-definitions/list",
    version,
    fields: { provider: "string", secret_id: "string" },
    checks: { provider: [isString], secret_id: [isString] },
    handle: ({ context, message: { provider, secret_id } }) => {
      const wanted = { provider: provider || undefined, secretId: secret_id || undefined };
      const found = listDefinitions(context.database, wanted);
      return { model_definitions: listOrNone(found.map(wireDefinition)) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/gateway/model-definitions/update",
    version,
    fields: {
      model_definition_id: "string",
      name: "string",
      secret_id: "string",
      model_name: "string",
      updated_by: "string",
      provider: "string",
    },
    checks: {
      model_definition_id: given,
      name: [isString],
      secret_id: [isString],
      model_name: [isString],
      updated_by: [isString],
      provider: [isString],
    },
    handle: ({ context: { database, clock }, message }) => {
      const { name = "", provider = "", model_name = "", updated_by = "" } = message;
      validateDefinition({ name, provider, model_name, by: updated_by });
      const changes = {
        name: name || null,
        secretId: message.secret_id || null,
        provider: provider || null,
        modelName: model_name || null,
        updatedBy: updated_by || null,
      };
      const id = message.model_definition_id ?? "";
      const update = () => updateDefinition(database, id, changes, clock.nowMs());
      return { model_definition: wireDefinition(database.transaction(update)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/gateway/model-definitions/delete",
    version,
    fields: { model_definition_id: "string" },
    checks: { model_definition_id: given },
    handle: ({ context: { database }, message: { model_definition_id = "" } }) => {
      database.transaction(() => deleteDefinition(database, model_definition_id));
      return {};
    },
  }),
];

export const gatewayRoutes: readonly Route[] = [...secretRoutes, ...definitionRoutes];

function validateDefinition(texts: Record<"name" | "provider" | "model_name" | "by", string>) {
  validateLength("name", NAME_LENGTH, texts.name);
  validateLength("provider", PROVIDER_LENGTH, texts.provider);
  validateLength("model_name", MODEL_NAME_LENGTH, texts.model_name);
  validateLength("created_by", NAME_LENGTH, texts.by);
}

async function store(
  { settings }: Context,
  owner: SecretOwner,
  value: SecretValue,
): Promise<StoredValue> {
  const texts = Object.entries(value).flat();
  const sizeBytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (sizeBytes > MAX_SECRET_BYTES) {
    throw invalidParameter(`A secret takes at most ${MAX_SECRET_BYTES} bytes.`);
  }
  const sealed = await sealSecret(settings.environment, owner, value);
  return { sealed, masked: maskSecret(value) };
}

/** MLflow cannot tell an empty map from an absent one. */
function readConfig(config: SecretValue = {}): SecretValue | null {
  return Object.keys(config).length === 0 ? null : config;
}
