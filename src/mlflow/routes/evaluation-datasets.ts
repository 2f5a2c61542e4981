/** Evaluation datasets and their records: `/datasets` of version 3.0. */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import {
  addToExperiments,
  createDataset,
  type DatasetTags,
  deleteDataset,
  deleteDatasetTag,
  getDataset,
  listDatasetExperiments,
  removeFromExperiments,
  setDatasetTags,
} from "../store/evaluation-datasets.ts";
import { deleteRecords, listRecords, upsertRecords } from "../store/evaluation-records.ts";
import { isArray, isIntLike, isString, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { wireDataset } from "../wire/evaluation-dataset.ts";
import { listOf } from "../wire/fields.ts";
import { dumpJson } from "../wire/python-dump.ts";
import { parseBody } from "../wire/python-json.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Route } from "./route.ts";

const version = "3.0" as const;
const EXPERIMENTS = { experiment_ids: listOf("string") } as const;

const datasets: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/datasets/create",
    version,
    fields: {
      name: "string",
      ...EXPERIMENTS,
      source: "string",
      schema: "string",
      profile: "string",
      created_by: "string",
      tags: "string",
    },
    checks: { name: [required, isString], experiment_ids: [isArray], tags: [isString] },
    handle: ({ context: { database, clock }, message }) => {
      const { name = "", experiment_ids: experimentIds = [] } = message;
      const fresh = { name, experimentIds, tags: readTags(message.tags || "{}") };
      const dataset = database.transaction(() => createDataset(database, fresh, clock.nowMs()));
      return { dataset: wireDataset(dataset, experimentIds) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/datasets/:dataset_id",
    version,
    handle: ({ context, path: { dataset_id = "" } }) => ({
      dataset: wireDataset(getDataset(context.database, dataset_id)),
    }),
  }),
  apiRoute({
    method: "DELETE",
    path: "/datasets/:dataset_id",
    version,
    handle: ({ context: { database }, path: { dataset_id = "" } }) => {
      database.transaction(() => deleteDataset(database, dataset_id));
      return {};
    },
  }),
  apiRoute({
    method: "PATCH",
    path: "/datasets/:dataset_id/tags",
    version,
    fields: { dataset_id: "string", tags: "string" },
    checks: { tags: [required, isString] },
    handle: ({ context: { database }, path: { dataset_id = "" }, message }) => {
      const tags = readTags(message.tags ?? "");
      database.transaction(() => setDatasetTags(database, dataset_id, tags));
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/datasets/:dataset_id/tags/:key",
    version,
    handle: ({ context: { database }, path: { dataset_id = "", key = "" } }) => {
      database.transaction(() => deleteDatasetTag(database, dataset_id, key));
      return {};
    },
  }),
];

const experiments: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/datasets/:dataset_id/experiment-ids",
    version,
    handle: ({ context, path: { dataset_id = "" } }) => ({
      experiment_ids: listOrNone(listDatasetExperiments(context.database, dataset_id)),
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/datasets/:dataset_id/add-experiments",
    version,
    fields: { dataset_id: "string", ...EXPERIMENTS },
    checks: { experiment_ids: [isArray] },
    handle: ({ context: { database, clock }, path: { dataset_id = "" }, message }) => {
      const ids = message.experiment_ids ?? [];
      const add = () => addToExperiments(database, dataset_id, ids, clock.nowMs());
      return { dataset: wireDataset(database.transaction(add)) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/datasets/:dataset_id/remove-experiments",
    version,
    fields: { dataset_id: "string", ...EXPERIMENTS },
    checks: { experiment_ids: [isArray] },
    handle: ({ context: { database, clock }, path: { dataset_id = "" }, message }) => {
      const ids = message.experiment_ids ?? [];
      const remove = () => removeFromExperiments(database, dataset_id, ids, clock.nowMs());
      return { dataset: wireDataset(database.transaction(remove)) };
    },
  }),
];

const records: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/datasets/:dataset_id/records",
    version,
    fields: { dataset_id: "string", records: "string", updated_by: "string" },
    checks: { records: [required, isString] },
    handle: ({ context: { database, clock }, path: { dataset_id = "" }, message }) => {
      const given = readJson("records", message.records ?? "");
      const upsert = () => upsertRecords(database, dataset_id, given, clock.nowMs());
      const { inserted, updated } = database.transaction(upsert);
      return { inserted_count: inserted, updated_count: updated };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/datasets/:dataset_id/records",
    version,
    fields: { dataset_id: "string", max_results: "int32", page_token: "string" },
    checks: { max_results: [isIntLike], page_token: [isString] },
    handle: ({ context, path: { dataset_id = "" }, message: { max_results, page_token } }) => {
      const limit = Math.max(1, max_results || 1000);
      const page = listRecords(context.database, dataset_id, limit, page_token);
      const { records, nextPageToken } = page;
      return { records: dumpJson(records), next_page_token: nextPageToken ?? undefined };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/datasets/:dataset_id/records",
    version,
    fields: { dataset_id: "string", dataset_record_ids: listOf("string") },
    checks: { dataset_record_ids: [isArray] },
    handle: ({ context: { database }, path: { dataset_id = "" }, message }) => {
      const ids = message.dataset_record_ids ?? [];
      return {
        deleted_count: database.transaction(() => deleteRecords(database, dataset_id, ids)),
      };
    },
  }),
];

export const evaluationDatasetRoutes: readonly Route[] = [...datasets, ...experiments, ...records];

function readJson(parameter: string, text: string): ExactJson {
  const value = parseBody(text, true);
  if (value !== undefined) return value;
  throw invalidParameter(`The value of parameter '${parameter}' is not JSON.`);
}

/** Tags as JSON; numbers are kept as the texts they were written as. */
function readTags(text: string): DatasetTags {
  const tags = readJson("tags", text);
  if (!isJsonObject(tags)) throw invalidParameter("The tags must be a JSON object.");
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, readTag(key, value)]));
}

function readTag(key: string, value: ExactJson): string | null {
  if (value === null || typeof value === "string") return value;
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object") throw invalidParameter(`The tag '${key}' must be a text.`);
  return String(value);
}
