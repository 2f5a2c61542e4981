/** Experiments: create, read, rename, delete, restore, tags. */
import {
  createExperiment,
  deleteExperimentTag,
  findExperimentByName,
  getExperiment,
  moveExperiment,
  renameExperiment,
  searchExperiments,
  setExperimentTag,
} from "../store/experiments.ts";
import { isArray, isIntLike, isString, required } from "../wire/checks.ts";
import { doesNotExist } from "../wire/error.ts";
import { wireExperiment } from "../wire/experiment.ts";
import { listOf, message } from "../wire/fields.ts";
import { apiRoute, type Route } from "./route.ts";
import { checkPageSize, VIEW_TYPE } from "./runs.ts";

const KEY_VALUE = message({ key: "string", value: "string" });
const BY_ID = {
  fields: { experiment_id: "string" },
  checks: { experiment_id: [required, isString] },
} as const;

export const experimentRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/experiments/create",
    fields: { name: "string", artifact_location: "string", tags: listOf(KEY_VALUE) },
    checks: { name: [required, isString], artifact_location: [isString], tags: [isArray] },
    handle: ({ context, message: request }) => ({
      experiment_id: createExperiment(context.database, {
        name: request.name ?? "",
        artifactLocation: request.artifact_location ?? "",
        tags: (request.tags ?? []).map(({ key = "", value = "" }) => ({ key, value })),
        artifactRoot: context.settings.defaultArtifactRoot,
        cwd: context.settings.cwd,
        maxLocationLength: context.settings.environment.maxArtifactLocationLength,
        nowMs: context.clock.nowMs(),
      }),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/experiments/get",
    ...BY_ID,
    handle: ({ context, message: { experiment_id = "" } }) => ({
      experiment: wireExperiment(getExperiment(context.database, experiment_id, "ALL")),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/experiments/get-by-name",
    fields: { experiment_name: "string" },
    checks: { experiment_name: [required, isString] },
    handle: ({ context, message: { experiment_name = "" } }) => {
      const experiment = findExperimentByName(context.database, experiment_name);
      if (experiment !== null) return { experiment: wireExperiment(experiment) };
      throw doesNotExist(`Could not find experiment with name '${experiment_name}'`);
    },
  }),
  ...(["GET", "POST"] as const).map((method) =>
    apiRoute({
      method,
      path: "/experiments/search",
      fields: {
        max_results: "int64",
        page_token: "string",
        filter: "string",
        order_by: listOf("string"),
        view_type: VIEW_TYPE,
      },
      checks: {
        view_type: [isIntLike],
        max_results: [isIntLike],
        order_by: [isArray],
        filter: [isString],
        page_token: [isString],
      },
      handle: ({ context: { database }, message: request }) => {
        const pageSize = request.max_results ?? 0;
        checkPageSize(pageSize);
        const { experiments, nextPageToken } = searchExperiments(database, {
          filter: request.filter ?? "",
          orderBy: request.order_by ?? [],
          viewType: request.view_type ?? "ACTIVE_ONLY",
          pageSize: Number(pageSize),
          pageToken: request.page_token ?? null,
        });
        return {
          experiments: experiments.length === 0 ? undefined : experiments.map(wireExperiment),
          next_page_token: nextPageToken ?? undefined,
        };
      },
    }),
  ),
  apiRoute({
    method: "POST",
    path: "/experiments/delete",
    ...BY_ID,
    handle: ({ context: { database, clock }, message: { experiment_id = "" } }) => {
      moveExperiment(database, experiment_id, "deleted", clock.nowMs());
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/experiments/restore",
    ...BY_ID,
    handle: ({ context: { database, clock }, message: { experiment_id = "" } }) => {
      moveExperiment(database, experiment_id, "active", clock.nowMs());
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/experiments/update",
    fields: { experiment_id: "string", new_name: "string" },
    checks: { experiment_id: [required, isString], new_name: [isString, required] },
    handle: ({ context: { database, clock }, message: { experiment_id = "", new_name = "" } }) => {
      renameExperiment(database, experiment_id, new_name, clock.nowMs());
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/experiments/set-experiment-tag",
    fields: { experiment_id: "string", key: "string", value: "string" },
    checks: {
      experiment_id: [required, isString],
      key: [required, isString],
      value: [isString],
    },
    handle: ({ context, message: { experiment_id = "", key = "", value = "" } }) => {
      setExperimentTag(context.database, experiment_id, { key, value });
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/experiments/delete-experiment-tag",
    fields: { experiment_id: "string", key: "string" },
    checks: { experiment_id: [required, isString], key: [required, isString] },
    handle: ({ context, message: { experiment_id = "", key = "" } }) => {
      deleteExperimentTag(context.database, experiment_id, key);
      return {};
    },
  }),
];
