/** The searches of registered models, versions, logged models and evaluation datasets. */
import { parseExperimentId } from "../store/experiments.ts";
import {
  searchDatasets,
  searchLoggedModels,
  searchModels,
  searchVersions,
} from "../store/model-search.ts";
import { atMost, isArray, isIntLike, isString, itemsAreStrings, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { wireDataset } from "../wire/evaluation-dataset.ts";
import { listOf, type MessageOf, message } from "../wire/fields.ts";
import { wireLoggedModel } from "../wire/logged-model.ts";
import { listOrNone, wireModel, wireVersion } from "../wire/registry.ts";
import { checkLimit } from "./issues.ts";
import { apiRoute, type Context, type Route } from "./route.ts";

const REGISTRY_FIELDS = {
  filter: "string",
  max_results: "int64",
  order_by: listOf("string"),
  page_token: "string",
} as const;
const MAX_VERSIONS = 200_000;
const DEFAULT_LOGGED_MODELS = 50;

const registryChecks = (most: number) => ({
  filter: [isString],
  max_results: [isIntLike, atMost(most)],
  order_by: [isArray, itemsAreStrings],
  page_token: [isString],
});

const DATASET_SEARCH = {
  path: "/datasets/search",
  version: "3.0",
  fields: {
    experiment_ids: listOf("string"),
    filter_string: "string",
    max_results: "int32",
    order_by: listOf("string"),
    page_token: "string",
  },
  checks: {
    experiment_ids: [isArray],
    filter_string: [isString],
    max_results: [isIntLike],
    order_by: [isArray],
    page_token: [isString],
  },
} as const;

export const modelSearchRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/registered-models/search",
    fields: REGISTRY_FIELDS,
    checks: registryChecks(1000),
    handle: ({ context, message: { filter, max_results = 100, order_by = [], page_token } }) => {
      const { items, nextPageToken } = searchModels(context.database, {
        filter: filter ?? null,
        orderBy: order_by,
        pageSize: Math.max(0, Number(max_results)),
        pageToken: page_token ?? null,
      });
      return {
        registered_models: listOrNone(items.map(wireModel)),
        next_page_token: nextPageToken ?? undefined,
      };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/model-versions/search",
    fields: REGISTRY_FIELDS,
    checks: registryChecks(MAX_VERSIONS),
    isHeavy: true,
    handle: ({ context, message }) => {
      const limit = Number(message.max_results ?? MAX_VERSIONS);
      if (limit < 1) {
        throw invalidParameter(
          `Invalid value for max_results. It must be a positive integer, but got ${limit}`,
        );
      }
      const { items, nextPageToken } = searchVersions(context.database, {
        filter: message.filter ?? null,
        orderBy: message.order_by ?? [],
        pageSize: limit,
        pageToken: message.page_token ?? null,
      });
      return {
        model_versions: listOrNone(items.map(wireVersion)),
        next_page_token: nextPageToken ?? undefined,
      };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/logged-models/search",
    fields: {
      experiment_ids: listOf("string"),
      filter: "string",
      datasets: listOf(message({ dataset_name: "string", dataset_digest: "string" })),
      max_results: "int32",
      order_by: listOf(
        message({
          field_name: "string",
          ascending: "bool",
          dataset_name: "string",
          dataset_digest: "string",
        }),
      ),
      page_token: "string",
    },
    checks: {
      experiment_ids: [isArray, itemsAreStrings, required],
      filter: [isString],
      datasets: [isArray],
      max_results: [isIntLike],
      order_by: [isArray],
      page_token: [isString],
    },
    isHeavy: true,
    handle: ({ context, message }) => {
      const { items, nextPageToken } = searchLoggedModels(context.database, {
        experimentIds: (message.experiment_ids ?? []).map(parseExperimentId),
        filter: message.filter ?? null,
        datasets: message.datasets ?? [],
        orderBy: message.order_by ?? [],
        pageSize: Math.max(1, message.max_results || DEFAULT_LOGGED_MODELS),
        pageToken: message.page_token ?? null,
      });
      return {
        models: listOrNone(items.map(wireLoggedModel)),
        next_page_token: nextPageToken ?? undefined,
      };
    },
  }),
  apiRoute({ ...DATASET_SEARCH, method: "GET", handle: answerDatasets }),
  apiRoute({ ...DATASET_SEARCH, method: "POST", handle: answerDatasets }),
];

function answerDatasets({
  context,
  message,
}: {
  context: Context;
  message: MessageOf<typeof DATASET_SEARCH.fields>;
}) {
  const limit = message.max_results ?? 1000;
  checkLimit(limit);
  const { items, nextPageToken } = searchDatasets(context.database, {
    experimentIds: message.experiment_ids ?? [],
    filter: message.filter_string ?? null,
    orderBy: message.order_by ?? [],
    pageSize: limit,
    pageToken: message.page_token ?? null,
  });
  return {
    datasets: listOrNone(items.map((dataset) => wireDataset(dataset))),
    next_page_token: nextPageToken ?? undefined,
  };
}
