/** Versions of registered models: `/model-versions/*`. */
import { noteRegistration } from "../store/logged-models.ts";
import { validateModelName, validateVersionTag } from "../store/model-names.ts";
import {
  resolveSource,
  validatePromptSource,
  validateSource,
  validateSourcePattern,
} from "../store/model-source.ts";
import {
  createVersion,
  deleteVersion,
  deleteVersionTag,
  getVersion,
  setVersionTag,
  transitionVersion,
  updateVersion,
} from "../store/model-versions.ts";
import { requireModel } from "../store/registered-models.ts";
import { isArray, isBool, isString, required } from "../wire/checks.ts";
import { listOf, message } from "../wire/fields.ts";
import { wireVersion } from "../wire/registry.ts";
import { hasPromptTag, readTags } from "./registered-models.ts";
import { announceChange, announceVersion } from "./registry-events.ts";
import { apiRoute, type Route } from "./route.ts";

const named = [isString, required];
const id = { name: "string", version: "string" } as const;
const TAGS = { model: "model_version_tag", prompt: "prompt_version_tag" };
const idChecks = { name: named, version: named };

const versions: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/model-versions/create",
    fields: {
      name: "string",
      source: "string",
      run_id: "string",
      tags: listOf(message({ key: "string", value: "string" })),
      run_link: "string",
      description: "string",
      model_id: "string",
    },
    checks: {
      name: named,
      source: named,
      run_id: [isString],
      tags: [isArray],
      run_link: [isString],
      description: [isString],
      model_id: [isString],
    },
    handle: ({ context, message }) => {
      const { database, clock, settings } = context;
      const { name = "", source = "", run_link: runLink = "", description = "" } = message;
      const owner = { runId: message.run_id ?? "", modelId: message.model_id ?? "" };
      const tags = readTags(message.tags);
      const isPrompt = hasPromptTag(tags);
      const version = database.transaction(() => {
        validateSourcePattern(source, settings.environment.modelSourcePattern);
        if (isPrompt) validatePromptSource(source);
        else validateSource(database, source, owner);
        validateModelName(name);
        for (const tag of tags) validateVersionTag(tag.key, tag.value);
        const place = resolveSource(database, source, owner);
        requireModel(database, name);
        const fresh = { name, source, runLink, description, tags, ...place };
        const created = createVersion(database, fresh, clock.nowMs());
        if (!isPrompt && owner.modelId !== "") {
          noteRegistration(database, owner.modelId, { name, version: created.version });
        }
        return created;
      });
      const { runId } = owner;
      const told = { name, version: version.version, source, runId, description, tags };
      announceVersion(context, told, isPrompt);
      return { model_version: wireVersion(version) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/model-versions/get",
    fields: id,
    checks: idChecks,
    handle: ({ context, message: { name = "", version = "" } }) => ({
      model_version: wireVersion(getVersion(context.database, name, version)),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/model-versions/get-download-uri",
    fields: id,
    handle: ({ context, message: { name = "", version = "" } }) => {
      const found = getVersion(context.database, name, version);
      return { artifact_uri: found.storageLocation || found.source || undefined };
    },
  }),
  apiRoute({
    method: "PATCH",
    path: "/model-versions/update",
    fields: { ...id, description: "string" },
    checks: { ...idChecks, description: [isString] },
    handle: ({ context: { database, clock }, message }) => {
      const { name = "", version = "", description = null } = message;
      const update = () => updateVersion(database, { name, version }, description, clock.nowMs());
      return { model_version: wireVersion(database.transaction(update)) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/model-versions/transition-stage",
    fields: { ...id, stage: "string", archive_existing_versions: "bool" },
    checks: { ...idChecks, stage: named, archive_existing_versions: [isBool] },
    handle: ({ context: { database, clock }, message }) => {
      const { name = "", version = "", stage = "" } = message;
      const target = { stage, archiveOthers: message.archive_existing_versions ?? false };
      const transition = () =>
        transitionVersion(database, { name, version }, target, clock.nowMs());
      return { model_version: wireVersion(database.transaction(transition)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/model-versions/delete",
    fields: id,
    checks: idChecks,
    handle: ({ context: { database, clock }, message: { name = "", version = "" } }) => {
      database.transaction(() => deleteVersion(database, { name, version }, clock.nowMs()));
      return {};
    },
  }),
];

const tags: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/model-versions/set-tag",
    fields: { ...id, key: "string", value: "string" },
    checks: { ...idChecks, key: named, value: [isString] },
    handle: ({ context, message }) => {
      const { database } = context;
      const { name = "", version = "", key = "", value = "" } = message;
      database.transaction(() => setVersionTag(database, { name, version }, { key, value }));
      announceChange(context, TAGS, "set", { name, version, key, value });
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/model-versions/delete-tag",
    fields: { ...id, key: "string" },
    checks: { ...idChecks, key: named },
    handle: ({ context, message: { name = "", version = "", key = "" } }) => {
      const { database } = context;
      database.transaction(() => deleteVersionTag(database, { name, version }, key));
      announceChange(context, TAGS, "deleted", { name, version, key });
      return {};
    },
  }),
];

export const modelVersionRoutes: readonly Route[] = [...versions, ...tags];
