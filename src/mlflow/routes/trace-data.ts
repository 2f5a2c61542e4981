/** Traces with their spans: as answers of the API, and as the file that the trace viewer loads. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../core/store/index.ts";
import { below, placeOf } from "../artifacts/locate.ts";
import { safeArtifactPath } from "../artifacts/safe-path.ts";
import { sendArtifact } from "../artifacts/send-file.ts";
import { listSpanContents } from "../store/spans.ts";
import {
  ARTIFACT_LOCATION,
  getTraceInfo,
  listTraceInfos,
  SIZE_STATS,
  SPANS_LOCATION,
  type TraceInfo,
} from "../store/traces.ts";
import { printOtlpSpan, printStoredSpan, readContent } from "../tracing/stored-span.ts";
import { isArray, isBool, isString, itemsAreStrings, required } from "../wire/checks.ts";
import { doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import { listOf } from "../wire/fields.ts";
import { printTraceInfo } from "../wire/trace.ts";
import { apiRoute, type Exchange, type Route, rawRoute } from "./route.ts";

/** How long a trace whose spans are still coming in is waited for, in all. */
const WAITS_MS = [1000, 2000];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const traceDataRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/traces/get",
    version: "3.0",
    fields: { trace_id: "string", allow_partial: "bool" },
    checks: { trace_id: [isString, required], allow_partial: [isBool] },
    handle: async ({ context: { database }, message: sent }) => {
      const traceId = sent.trace_id ?? "";
      if (sent.allow_partial) return { trace: printTrace(loadTrace(database, traceId)) };
      for (const waitMs of [...WAITS_MS, null]) {
        const trace = loadTrace(database, traceId);
        if (isWhole(trace)) return { trace: printTrace(trace) };
        if (waitMs !== null) await sleep(waitMs);
      }
      throw doesNotExist(
        `Trace with ID ${traceId} is not fully exported yet, please try again later.`,
      );
    },
  }),
  apiRoute({
    method: "GET",
    path: "/traces/batchGet",
    version: "3.0",
    fields: { trace_ids: listOf("string") },
    checks: { trace_ids: [isArray, required, itemsAreStrings] },
    handle: ({ context: { database }, message: sent }) => {
      const infos = listTraceInfos(database, sent.trace_ids ?? []);
      const contents = listSpanContents(database, sent.trace_ids ?? []);
      const traces = infos
        .map((info) => ({ info, contents: contents.get(info.traceId) ?? [] }))
        .filter((trace) => isWhole(trace) && trace.contents.length > 0);
      return traces.length === 0 ? {} : { traces: traces.map(printTrace) };
    },
  }),
  ...["2.0", "3.0"].map((version) =>
    rawRoute("GET", `/ajax-api/${version}/mlflow/get-trace-artifact`, sendTraceArtifact),
  ),
];

/** A trace and the stored JSON of its spans. */
interface StoredTrace {
  info: TraceInfo;
  contents: readonly string[];
}

function loadTrace(database: Database, traceId: string): StoredTrace {
  const info = listTraceInfos(database, [traceId])[0];
  if (info === undefined) throw doesNotExist(`Trace with ID ${traceId} is not found.`);
  requireSpans(info);
  return { info, contents: listSpanContents(database, [traceId]).get(traceId) ?? [] };
}

/** Spans that a client uploaded as an artifact are not here to be read. */
function requireSpans(info: TraceInfo): void {
  if (info.tags.get(SPANS_LOCATION) === "TRACKING_STORE") return;
  throw doesNotExist("Trace data not stored in tracking store");
}

/** Whether as many spans are here as the client said it would send. Errors: 404 as above. */
function isWhole({ info, contents }: StoredTrace): boolean {
  requireSpans(info);
  const stats = info.metadata.get(SIZE_STATS);
  if (stats === undefined) return contents.length > 0;
  let expected: unknown;
  try {
    expected = (JSON.parse(stats) as { num_spans?: unknown } | null)?.num_spans;
  } catch {
    // Statistics that nobody can read promise nothing.
  }
  return contents.length >= (typeof expected === "number" ? expected : 0) && contents.length > 0;
}

function printTrace({ info, contents }: StoredTrace): object {
  const spans = contents.map((content) => printOtlpSpan(readContent(content)));
  return { trace_info: printTraceInfo(info), spans: spans.length === 0 ? undefined : spans };
}

/** `traces.json` of a trace, from the store or its artifacts, or one of its attachments. */
async function sendTraceArtifact({ context, response, query }: Exchange): Promise<void> {
  const { database, settings } = context;
  const traceId = query.get("request_id") ?? "";
  if (traceId === "") {
    throw new MlflowError("BAD_REQUEST", 'Request must include the "request_id" query parameter.');
  }
  const attachment = query.get("path") ?? "";
  const info = attachment === "" ? findInfo(database, traceId) : getTraceInfo(database, traceId);
  if (attachment === "" && info.tags.get(SPANS_LOCATION) === "TRACKING_STORE") {
    const contents = listSpanContents(database, [traceId]).get(traceId) ?? [];
    const spans = contents.map((content) => printStoredSpan(readContent(content)));
    const body = Buffer.from(`{"spans": [${spans.join(", ")}]}`);
    response.writeHead(200, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": body.length,
      "content-disposition": "attachment; filename=traces.json",
      "x-content-type-options": "nosniff",
    });
    response.end(body);
    return;
  }
  const location = info.tags.get(ARTIFACT_LOCATION);
  if (location === undefined) throw doesNotExist("Unable to determine trace artifact location.");
  const folder = placeOf(location, settings);
  if (attachment !== "") {
    checkAttachment(attachment);
    await sendArtifact(response, below(folder, `attachments/${attachment}`));
    return;
  }
  await sendArtifact(response, below(folder, "traces.json")).catch((error: unknown) => {
    if (!(error instanceof MlflowError) || error.httpStatus !== 404) throw error;
    throw new MlflowError("NOT_FOUND", "Trace data not found for path=traces.json");
  });
}

function checkAttachment(path: string): void {
  safeArtifactPath(path);
  if (UUID.test(path)) return;
  throw invalidParameter(
    `Invalid attachment path: '${path}'. Attachment path must be a valid UUID.`,
  );
}

function findInfo(database: Database, traceId: string): TraceInfo {
  const info = listTraceInfos(database, [traceId])[0];
  if (info === undefined) throw doesNotExist(`Trace with ID ${traceId} is not found.`);
  return info;
}
