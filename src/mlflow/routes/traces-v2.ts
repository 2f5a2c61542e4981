/** Traces, version 2: what clients before 3.0, and newer ones falling back, still send. */
import { newHexId } from "../../core/ids.ts";
import { endTrace, getTraceInfo, putMetadata, putTag, startTrace } from "../store/traces.ts";
import { type Checks, isIntLike, isString, keysPresent } from "../wire/checks.ts";
import { type MessageOf, oneOf } from "../wire/fields.ts";
import { pairFields, printTraceInfoV2 } from "../wire/trace.ts";
import { apiRoute, type Route } from "./route.ts";

const statusField = oneOf({ TRACE_STATUS_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 });
const pairChecks: Checks = { request_metadata: [keysPresent], tags: [keysPresent] };

export const traceV2Routes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/traces",
    fields: {
      experiment_id: "string",
      timestamp_ms: "int64",
      request_metadata: pairFields,
      tags: pairFields,
    },
    checks: { experiment_id: [isString], timestamp_ms: [isIntLike], ...pairChecks },
    handle: ({ context: { database, clock }, message: sent }) => {
      const started = database.transaction(() => {
        const info = {
          traceId: newHexId(),
          experimentId: sent.experiment_id ?? "",
          requestTimeMs: sent.timestamp_ms ?? 0,
          durationMs: null,
          state: "IN_PROGRESS",
          clientRequestId: null,
          requestPreview: null,
          responsePreview: null,
          tags: toMap(sent.tags),
          metadata: toMap(sent.request_metadata),
          assessments: [],
        };
        return startTrace(database, info, clock.nowMs());
      });
      return { trace_info: printTraceInfoV2(started) };
    },
  }),
  apiRoute({
    method: "PATCH",
    path: "/traces/:trace_id",
    fields: {
      timestamp_ms: "int64",
      status: statusField,
      request_metadata: pairFields,
      tags: pairFields,
    },
    checks: { timestamp_ms: [isIntLike], status: [isString], ...pairChecks },
    handle: ({ context: { database }, message: sent, path: { trace_id = "" } }) => {
      const status = sent.status ?? "TRACE_STATUS_UNSPECIFIED";
      const state = status === "TRACE_STATUS_UNSPECIFIED" ? "STATE_UNSPECIFIED" : status;
      const ended = database.transaction(() => {
        endTrace(database, trace_id, { endTimeMs: sent.timestamp_ms ?? 0, state });
        for (const [key, value] of toMap(sent.request_metadata)) {
          putMetadata(database, trace_id, key, value);
        }
        for (const [key, value] of toMap(sent.tags)) putTag(database, trace_id, key, value);
        return getTraceInfo(database, trace_id);
      });
      return { trace_info: printTraceInfoV2(ended) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/traces/:trace_id/info",
    handle: ({ context, path: { trace_id = "" } }) => ({
      trace_info: printTraceInfoV2(getTraceInfo(context.database, trace_id)),
    }),
  }),
];

function toMap(pairs: MessageOf<{ pairs: typeof pairFields }>["pairs"]): Map<string, string> {
  return new Map((pairs ?? []).map(({ key = "", value = "" }) => [key, value]));
}
