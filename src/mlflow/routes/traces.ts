/**
 * Traces, version 3: start, read, tag, link, delete. Search is in `trace-search.ts`, spans come in
 * through `otlp.ts`, assessments through `assessments.ts`.
 */
import { fitLength, validateKey } from "../store/names.ts";
import { linkTrace } from "../store/trace-links.ts";
import {
  deleteTag,
  deleteTraces,
  getTraceInfo,
  hasTrace,
  listTraceInfos,
  putTag,
  startTrace,
} from "../store/traces.ts";
import {
  type Checks,
  isArray,
  isIntLike,
  isString,
  itemsAreStrings,
  required,
} from "../wire/checks.ts";
import { invalidParameter, MlflowError } from "../wire/error.ts";
import { listOf, message } from "../wire/fields.ts";
import { printTraceInfo, readTraceInfo, traceInfoFields } from "../wire/trace.ts";
import { apiRoute, type Call, type Context, type Route } from "./route.ts";

const MAX_LINKS = 100;
const traceIdsChecks = [isArray, required, itemsAreStrings];

const readRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/traces/:trace_id",
    version: "3.0",
    handle: ({ context, path: { trace_id = "" } }) => ({
      trace: { trace_info: printTraceInfo(getTraceInfo(context.database, trace_id)) },
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/traces/batchGetInfos",
    version: "3.0",
    isHeavy: true,
    fields: { trace_ids: listOf("string") },
    checks: { trace_ids: traceIdsChecks },
    handle: ({ context, message: sent }) => {
      const infos = listTraceInfos(context.database, sent.trace_ids ?? []);
      return infos.length === 0 ? {} : { trace_infos: infos.map(printTraceInfo) };
    },
  }),
];

const startRoute = apiRoute({
  method: "POST",
  path: "/traces",
  version: "3.0",
  fields: { trace: message({ trace_info: message(traceInfoFields) }) },
  checks: { trace: [required] },
  handle: ({ context: { database, clock }, message: sent }) => {
    const info = readTraceInfo(sent.trace?.trace_info ?? {});
    const started = database.transaction(() => startTrace(database, info, clock.nowMs()));
    return { trace: { trace_info: printTraceInfo(started) } };
  },
});

const deletionFields = {
  experiment_id: "string",
  max_timestamp_millis: "int64",
  max_traces: "int32",
  request_ids: listOf("string"),
} as const;
const deletionChecks: Checks = {
  experiment_id: [isString, required],
  max_timestamp_millis: [isIntLike],
  max_traces: [isIntLike],
  request_ids: [isArray, itemsAreStrings],
};

function handleDeletion({ context, message: sent }: Call<typeof deletionFields>): object {
  const deletion = {
    experimentId: sent.experiment_id ?? "",
    maxTimestampMs: sent.max_timestamp_millis ?? null,
    maxTraces: sent.max_traces ?? null,
    traceIds: sent.request_ids ?? [],
  };
  const names = deletion.traceIds.length > 0;
  if (deletion.maxTimestampMs === null && !names) {
    throw invalidParameter("Either `max_timestamp_millis` or `trace_ids` must be specified.");
  }
  if (deletion.maxTimestampMs && names) {
    throw invalidParameter("Only one of `max_timestamp_millis` and `trace_ids` can be specified.");
  }
  if (names && deletion.maxTraces !== null) {
    throw invalidParameter("`max_traces` can't be specified if `trace_ids` is specified.");
  }
  if (deletion.maxTraces !== null && deletion.maxTraces <= 0) {
    throw invalidParameter(
      `\`max_traces\` must be a positive integer, received ${deletion.maxTraces}.`,
    );
  }
  const { database } = context;
  return { traces_deleted: database.transaction(() => deleteTraces(database, deletion)) };
}

/** The same three routes under both versions of the API. */
const sharedRoutes: readonly Route[] = (["2.0", "3.0"] as const).flatMap((version) => [
  apiRoute({
    method: "POST",
    path: "/traces/delete-traces",
    version,
    fields: deletionFields,
    checks: deletionChecks,
    handle: handleDeletion,
  }),
  apiRoute({
    method: "PATCH",
    path: "/traces/:trace_id/tags",
    version,
    fields: { key: "string", value: "string" },
    checks: { key: [isString, required], value: [isString] },
    handle: ({ context, message: sent, path: { trace_id = "" } }) => {
      setTag(context, trace_id, sent.key ?? "", sent.value ?? "");
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/traces/:trace_id/tags",
    version,
    fields: { key: "string" },
    checks: { key: [isString, required] },
    handle: ({ context: { database }, message: sent, path: { trace_id = "" } }) => {
      database.transaction(() => deleteTag(database, trace_id, sent.key ?? ""));
      return {};
    },
  }),
]);

const TAG_KEY_LIMIT = 250;
const TAG_VALUE_LIMIT = 8000;

function setTag(context: Context, traceId: string, key: string, value: string): void {
  const { database, settings } = context;
  validateKey(key);
  const fittedKey = fitLength("key", TAG_KEY_LIMIT, key, false);
  const truncates = settings.environment.truncatesLongValues;
  const fitted = fitLength("value", TAG_VALUE_LIMIT, value, truncates);
  database.transaction(() => {
    if (!hasTrace(database, traceId)) throw missingTrace(traceId);
    putTag(database, traceId, fittedKey, fitted);
  });
}

/** SQLite's refusal of a foreign key is a 400 to MLflow's clients, not a 404. */
function missingTrace(traceId: string): MlflowError {
  return new MlflowError("BAD_REQUEST", `Trace with ID '${traceId}' not found.`);
}

const linkRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/traces/link-to-run",
    fields: { trace_ids: listOf("string"), run_id: "string" },
    checks: { trace_ids: traceIdsChecks, run_id: [isString, required] },
    handle: ({ context: { database, clock }, message: sent }) => {
      const traceIds = sent.trace_ids ?? [];
      if (traceIds.length > MAX_LINKS) {
        throw invalidParameter(
          `Cannot link more than ${MAX_LINKS} traces to a run in a single request. ` +
            `Provided ${traceIds.length} traces.`,
        );
      }
      const run = { type: "run", id: sent.run_id ?? "" } as const;
      database.transaction(() => {
        for (const traceId of traceIds) linkTrace(database, traceId, run, clock.nowMs());
      });
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/traces/link-prompts",
    fields: {
      trace_id: "string",
      prompt_versions: listOf(message({ name: "string", version: "string" })),
    },
    checks: { trace_id: [isString, required], prompt_versions: [isArray, required] },
    handle: ({ context: { database, clock }, message: sent }) => {
      const prompts = (sent.prompt_versions ?? []).map(({ name = "", version = "" }) => {
        if (/^\s*[+-]?\d+\s*$/.test(version)) return `${name}/${Number(version)}`;
        throw invalidParameter(`Invalid version '${version}' of prompt '${name}'.`);
      });
      database.transaction(() => {
        for (const id of prompts) {
          const prompt = { type: "prompt_version", id } as const;
          linkTrace(database, sent.trace_id ?? "", prompt, clock.nowMs());
        }
      });
      return {};
    },
  }),
];

export const traceRoutes: readonly Route[] = [
  startRoute,
  ...readRoutes,
  ...sharedRoutes,
  ...linkRoutes,
];
