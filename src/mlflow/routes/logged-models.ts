/** Logged models: `/logged-models` and what is below it. */
import {
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finalizeLoggedModel,
  getLoggedModel,
  logLoggedModelParams,
  setLoggedModelTags,
} from "../store/logged-models.ts";
import { isArray, isIntLike, isString, required } from "../wire/checks.ts";
import { listOf, message, oneOf } from "../wire/fields.ts";
import { LOGGED_MODEL_STATUS, wireLoggedModel } from "../wire/logged-model.ts";
import { readTags } from "./registered-models.ts";
import { apiRoute, type Route } from "./route.ts";

const KEY_VALUES = listOf(message({ key: "string", value: "string" }));
const named = [isString, required];

export const loggedModelRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/logged-models",
    fields: {
      experiment_id: "string",
      name: "string",
      model_type: "string",
      source_run_id: "string",
      params: KEY_VALUES,
      tags: KEY_VALUES,
    },
    checks: {
      experiment_id: named,
      name: [isString],
      model_type: [isString],
      source_run_id: [isString],
      params: [isArray],
      tags: [isArray],
    },
    handle: ({ context: { database, clock }, message }) => {
      const fresh = {
        experimentId: message.experiment_id ?? "",
        name: message.name ?? "",
        modelType: message.model_type ?? "",
        sourceRunId: message.source_run_id ?? "",
        params: readTags(message.params),
        tags: readTags(message.tags),
      };
      const create = () => createLoggedModel(database, fresh, clock.nowMs());
      return { model: wireLoggedModel(database.transaction(create)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/logged-models/:model_id",
    fields: { model_id: "string", allow_deleted: "string" },
    handle: ({ context, path: { model_id = "" }, message: { allow_deleted = "" } }) => {
      const allowDeleted = allow_deleted.toLowerCase() === "true";
      return { model: wireLoggedModel(getLoggedModel(context.database, model_id, allowDeleted)) };
    },
  }),
  apiRoute({
    method: "PATCH",
    path: "/logged-models/:model_id",
    fields: { model_id: "string", status: oneOf(LOGGED_MODEL_STATUS) },
    checks: { model_id: named, status: [isIntLike, required] },
    handle: ({ context: { database, clock }, message: { model_id = "", status } }) => {
      const number = LOGGED_MODEL_STATUS[status ?? "LOGGED_MODEL_STATUS_UNSPECIFIED"];
      const finalize = () => finalizeLoggedModel(database, model_id, number, clock.nowMs());
      return { model: wireLoggedModel(database.transaction(finalize)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/logged-models/:model_id",
    handle: ({ context: { database, clock }, path: { model_id = "" } }) => {
      database.transaction(() => deleteLoggedModel(database, model_id, clock.nowMs()));
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/logged-models/:model_id/params",
    fields: { model_id: "string", params: KEY_VALUES },
    checks: { model_id: named, params: [isArray] },
    handle: ({ context: { database }, path: { model_id = "" }, message }) => {
      const params = readTags(message.params);
      database.transaction(() => logLoggedModelParams(database, model_id, params));
      return {};
    },
  }),
  apiRoute({
    method: "PATCH",
    path: "/logged-models/:model_id/tags",
    fields: { model_id: "string", tags: KEY_VALUES },
    checks: { tags: [isArray] },
    handle: ({ context: { database }, path: { model_id = "" }, message }) => {
      const tags = readTags(message.tags);
      database.transaction(() => setLoggedModelTags(database, model_id, tags));
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/logged-models/:model_id/tags/:tag_key",
    handle: ({ context: { database }, path: { model_id = "", tag_key = "" } }) => {
      database.transaction(() => deleteLoggedModelTag(database, model_id, tag_key));
      return {};
    },
  }),
];
