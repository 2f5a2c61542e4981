/** Registered models: `/registered-models/*`, tags and aliases with them. */
import { PROMPT_TAG } from "../store/model-names.ts";
import {
  createModel,
  deleteAlias,
  deleteModel,
  deleteModelTag,
  getLatestVersions,
  getModel,
  getVersionByAlias,
  renameModel,
  setAlias,
  setModelTag,
  updateModel,
} from "../store/registered-models.ts";
import { isArray, isString, itemsAreStrings, required } from "../wire/checks.ts";
import { listOf, message } from "../wire/fields.ts";
import { listOrNone, wireModel, wireVersion } from "../wire/registry.ts";
import { announceChange, announceModel } from "./registry-events.ts";
import { apiRoute, type Route } from "./route.ts";

const named = [isString, required];
const TAGS = { model: null, prompt: "prompt_tag" };
const ALIASES = { model: "model_version_alias", prompt: "prompt_alias" };
const latestVersions = {
  path: "/registered-models/get-latest-versions",
  fields: { name: "string", stages: listOf("string") },
  checks: { name: named, stages: [isArray, itemsAreStrings] },
  reads: true,
} as const;

/** True for the tags of a prompt. */
export function hasPromptTag(tags: readonly { key: string }[]): boolean {
  return tags.some(({ key }) => key === PROMPT_TAG);
}

/** The tags of a request; what is not given is empty. */
export function readTags(tags: readonly { key?: string; value?: string }[] | undefined) {
  return (tags ?? []).map(({ key = "", value = "" }) => ({ key, value }));
}

const models: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/registered-models/create",
    fields: {
      name: "string",
      tags: listOf(message({ key: "string", value: "string" })),
      description: "string",
      deployment_job_id: "string",
    },
    checks: { name: named, tags: [isArray], description: [isString] },
    handle: ({ context, message }) => {
      const { database, clock } = context;
      const { name = "", description = "" } = message;
      const fresh = { name, description, tags: readTags(message.tags) };
      const model = database.transaction(() => createModel(database, fresh, clock.nowMs()));
      announceModel(context, fresh, hasPromptTag(fresh.tags));
      return { registered_model: wireModel(model) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/registered-models/get",
    fields: { name: "string" },
    checks: { name: named },
    handle: ({ context, message: { name = "" } }) => ({
      registered_model: wireModel(getModel(context.database, name)),
    }),
  }),
  apiRoute({
    method: "PATCH",
    path: "/registered-models/update",
    fields: { name: "string", description: "string", deployment_job_id: "string" },
    checks: { name: named, description: [isString] },
    handle: ({ context: { database, clock }, message: { name = "", description = "" } }) => {
      const update = () => updateModel(database, name, description, clock.nowMs());
      return { registered_model: wireModel(database.transaction(update)) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/registered-models/rename",
    fields: { name: "string", new_name: "string" },
    checks: { name: named, new_name: named },
    handle: ({ context: { database, clock }, message: { name = "", new_name = "" } }) => {
      const rename = () => renameModel(database, name, new_name, clock.nowMs());
      return { registered_model: wireModel(database.transaction(rename)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/registered-models/delete",
    fields: { name: "string" },
    checks: { name: named },
    handle: ({ context: { database }, message: { name = "" } }) => {
      database.transaction(() => deleteModel(database, name));
      return {};
    },
  }),
  apiRoute({ ...latestVersions, method: "GET", handle: answerLatestVersions }),
  apiRoute({ ...latestVersions, method: "POST", handle: answerLatestVersions }),
];

function answerLatestVersions({
  context,
  message: { name = "", stages = [] },
}: {
  context: { database: Parameters<typeof getLatestVersions>[0] };
  message: { name?: string; stages?: string[] };
}) {
  const versions = getLatestVersions(context.database, name, stages);
  return { model_versions: listOrNone(versions.map(wireVersion)) };
}

const tags: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/registered-models/set-tag",
    fields: { name: "string", key: "string", value: "string" },
    checks: { name: named, key: named, value: [isString] },
    handle: ({ context, message: { name = "", key = "", value = "" } }) => {
      const { database } = context;
      database.transaction(() => setModelTag(database, name, { key, value }));
      announceChange(context, TAGS, "set", { name, key, value });
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/registered-models/delete-tag",
    fields: { name: "string", key: "string" },
    checks: { name: named, key: named },
    handle: ({ context, message: { name = "", key = "" } }) => {
      const { database } = context;
      database.transaction(() => deleteModelTag(database, name, key));
      announceChange(context, TAGS, "deleted", { name, key });
      return {};
    },
  }),
];

const aliases: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/registered-models/alias",
    fields: { name: "string", alias: "string", version: "string" },
    checks: { name: named, alias: named, version: named },
    handle: ({ context, message: { name = "", alias = "", version = "" } }) => {
      const { database } = context;
      database.transaction(() => setAlias(database, name, alias, version));
      announceChange(context, ALIASES, "created", { name, alias, version });
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/registered-models/alias",
    fields: { name: "string", alias: "string" },
    checks: { name: named, alias: named },
    handle: ({ context, message: { name = "", alias = "" } }) => {
      const { database } = context;
      database.transaction(() => deleteAlias(database, name, alias));
      announceChange(context, ALIASES, "deleted", { name, alias });
      return {};
    },
  }),
  apiRoute({
    method: "GET",
    path: "/registered-models/alias",
    fields: { name: "string", alias: "string" },
    checks: { name: named, alias: named },
    handle: ({ context, message: { name = "", alias = "" } }) => ({
      model_version: wireVersion(getVersionByAlias(context.database, name, alias)),
    }),
  }),
];

export const registeredModelRoutes: readonly Route[] = [...models, ...tags, ...aliases];
