/** What a training loop sends: metrics, parameters, tags, one by one or in batches. */
import type { Database } from "../../core/store/index.ts";
import { commitTogether } from "../store/commit-together.ts";
import {
  checkMetric,
  insertMetrics,
  insertModelMetrics,
  type LoggedMetric,
} from "../store/metrics.ts";
import { validateRunId } from "../store/names.ts";
import {
  checkParam,
  checkTag,
  deleteTag,
  insertParam,
  insertParams,
  upsertTags,
} from "../store/params-and-tags.ts";
import { requireActiveRun } from "../store/runs.ts";
import {
  entriesHave,
  isArray,
  isFloatLike,
  isIntLike,
  isString,
  required,
} from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf, type MessageOf, message } from "../wire/fields.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { apiRoute, type Route } from "./route.ts";

const METRIC = {
  key: "string",
  value: "double",
  timestamp: "int64",
  step: "int64",
  model_id: "string",
  dataset_name: "string",
  dataset_digest: "string",
} as const;
const KEY_VALUE = { key: "string", value: "string" } as const;
const OF_RUN = { run_id: "string", run_uuid: "string" } as const;
const RUN_ID = [required, isString];
const KEY = [required, isString];

const MAX_METRICS = 1000;
const MAX_PARAMS_OR_TAGS = 100;
const MAX_ENTITIES = 1000;

export const loggingRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/runs/log-metric",
    fields: { ...OF_RUN, ...METRIC },
    checks: {
      run_id: RUN_ID,
      key: KEY,
      value: [required, isFloatLike],
      timestamp: [isIntLike, required],
      step: [isIntLike],
      model_id: [isString],
      dataset_name: [isString],
      dataset_digest: [isString],
    },
    handle: ({ context: { database }, message: request }) => {
      const runId = runOf(request);
      const metric = toMetric(request);
      checkMetric(metric, "");
      return commitTogether(database, () => {
        const experimentId = requireActiveRun(database, runId);
        insertModelMetrics(database, runId, experimentId, [metric]);
        insertMetrics(database, runId, [metric]);
        return {};
      });
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/log-parameter",
    fields: { ...OF_RUN, ...KEY_VALUE },
    checks: { run_id: RUN_ID, key: KEY, value: [isString] },
    handle: ({ context: { database, settings }, message: request }) => {
      const runId = runOf(request);
      const param = checkParam(toKeyValue(request), "", settings.environment.truncatesLongValues);
      return commitTogether(database, () => {
        requireActiveRun(database, runId);
        insertParam(database, runId, param);
        return {};
      });
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/set-tag",
    fields: { ...OF_RUN, ...KEY_VALUE },
    checks: { run_id: RUN_ID, key: KEY, value: [isString] },
    handle: ({ context: { database, settings }, message: request }) => {
      const runId = runOf(request);
      const tag = checkTag(toKeyValue(request), "", settings.environment.truncatesLongValues);
      return commitTogether(database, () => {
        requireActiveRun(database, runId);
        upsertTags(database, runId, [tag]);
        return {};
      });
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/delete-tag",
    fields: { run_id: "string", key: "string" },
    checks: { run_id: RUN_ID, key: KEY },
    handle: ({ context: { database }, message: { run_id = "", key = "" } }) =>
      database.transaction(() => {
        requireActiveRun(database, run_id);
        deleteTag(database, run_id, key);
        return {};
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/runs/log-batch",
    fields: {
      run_id: "string",
      metrics: listOf(message(METRIC)),
      params: listOf(message(KEY_VALUE)),
      tags: listOf(message(KEY_VALUE)),
    },
    checks: {
      run_id: [isString, required],
      metrics: [isArray, entriesHave("metrics", ["key", "value", "timestamp"])],
      params: [isArray, entriesHave("params", ["key"])],
      tags: [isArray, entriesHave("tags", ["key"])],
    },
    handle: ({ context: { database, settings }, message: request }) => {
      const { run_id: runId = "" } = request;
      validateRunId(runId);
      const metrics = (request.metrics ?? []).map(toMetric);
      metrics.forEach((metric, index) => {
        checkMetric(metric, `metrics[${index}]`);
      });
      const truncates = settings.environment.truncatesLongValues;
      const params = (request.params ?? []).map((param, index) =>
        checkParam(toKeyValue(param), `params[${index}]`, truncates),
      );
      const tags = (request.tags ?? []).map((tag, index) =>
        checkTag(toKeyValue(tag), `tags[${index}]`, truncates),
      );
      checkBatch(metrics.length, params.length, tags.length);
      refuseRepeatedKeys(params.map((param) => param.key));
      logBatch(database, runId, { metrics, params, tags });
      return {};
    },
  }),
];

interface Batch {
  metrics: LoggedMetric[];
  params: { key: string; value: string }[];
  tags: { key: string; value: string }[];
}

function logBatch(database: Database, runId: string, { metrics, params, tags }: Batch): void {
  database.transaction(() => {
    const experimentId = requireActiveRun(database, runId);
    insertParams(database, runId, params);
    insertMetrics(database, runId, metrics);
    insertModelMetrics(database, runId, experimentId, metrics);
    upsertTags(database, runId, tags);
  });
}

function checkBatch(metricCount: number, paramCount: number, tagCount: number): void {
  const total = metricCount + paramCount + tagCount;
  const limits: [string, number, number][] = [
    ["metrics", MAX_METRICS, metricCount],
    ["params", MAX_PARAMS_OR_TAGS, paramCount],
    ["tags", MAX_PARAMS_OR_TAGS, tagCount],
    ["metrics, params, and tags", MAX_ENTITIES, total],
  ];
  for (const [what, limit, count] of limits) {
    if (count <= limit) continue;
    throw invalidParameter(
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
    );
  }
}

function refuseRepeatedKeys(keys: readonly string[]): void {
  const seen = new Set<string>();
  const repeated = keys.filter((key) => seen.size === seen.add(key).size);
  if (repeated.length === 0) return;
  throw invalidParameter(
    `Duplicate parameter keys have been submitted: ${pythonRepr(repeated)}. Please ensure the request contains only one param value per param key.`,
  );
}

function runOf({ run_id = "", run_uuid = "" }: MessageOf<typeof OF_RUN>): string {
  return run_id || run_uuid;
}

function toKeyValue({ key = "", value = "" }: MessageOf<typeof KEY_VALUE>) {
  return { key, value };
}

function toMetric(metric: MessageOf<typeof METRIC>): LoggedMetric {
  return {
    key: metric.key ?? "",
    value: metric.value ?? 0,
    timestamp: metric.timestamp ?? 0,
    step: metric.step ?? 0,
    modelId: metric.model_id ?? "",
    datasetName: metric.dataset_name ?? "",
    datasetDigest: metric.dataset_digest ?? "",
  };
}
