/**
 * `POST /v1/traces`: spans by OTLP over HTTP, protobuf only, as MLflow 3.11.1 takes them. A
 * request is one transaction; when that fails, each trace is tried on its own, as MLflow does.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { SovereignError } from "../../core/errors.ts";
import { readBody } from "../../core/http/index.ts";
import type { Database } from "../../core/store/index.ts";
import { logSpans } from "../store/spans.ts";
import { whenFree } from "../store/when-free.ts";
import { type OtlpSpan, readOtlpRequest } from "../tracing/otlp-spans.ts";
import { ProtobufError, ProtobufLimit } from "../tracing/protobuf-reader.ts";
import { type SpanRecord, toSpanRecord, UnusableSpan } from "../tracing/span-record.ts";
import { MlflowError } from "../wire/error.ts";
import { sendJson } from "../wire/reply.ts";
import { type Exchange, type Route, rawRoute } from "./route.ts";

/** Requests beyond this, packed or unpacked, are refused; exporters send a few MiB at most. */
const MAX_BYTES = 64 * 1024 * 1024;
const PROTOBUF = "application/x-protobuf";

/** A refusal in the shape of FastAPI, which serves this route in MLflow. */
export class OtlpError extends Error {
  readonly status: number;
  readonly detail: unknown;
  constructor(status: number, detail: unknown) {
    super(String(detail));
    this.status = status;
    this.detail = detail;
  }
}

export const otlpRoutes: readonly Route[] = [
  rawRoute("POST", "/v1/traces", async ({ context, request, response }: Exchange) => {
    try {
      const experimentId = experimentOf(request);
      await takeSpans(context.database, experimentId, await readPayload(request));
    } catch (error) {
      if (!(error instanceof OtlpError)) throw error;
      sendJson(response, error.status, { detail: error.detail });
      return;
    }
    sendEmpty(response);
  }),
];

/** Stores the spans of an export request. OtlpError, or that of the store, when it cannot. */
export function takeSpans(
  database: Database,
  experimentId: string,
  payload: Buffer,
): Promise<void> {
  const spans = decodeSpans(payload);
  return whenFree(database, () => logByTrace(database, experimentId, spans));
}

function sendEmpty(response: ServerResponse): void {
  response.writeHead(200, { "content-type": PROTOBUF, "content-length": 0 });
  response.end();
}

function experimentOf(request: IncomingMessage): string {
  const header = request.headers["x-mlflow-experiment-id"];
  if (typeof header === "string") return header;
  const loc = ["header", "x-mlflow-experiment-id"];
  throw new OtlpError(422, [{ type: "missing", loc, msg: "Field required", input: null }]);
}

async function readPayload(request: IncomingMessage): Promise<Buffer> {
  const type = request.headers["content-type"];
  if (type !== PROTOBUF) {
    throw new OtlpError(400, `Invalid Content-Type: ${type ?? "None"}. Expected: ${PROTOBUF}`);
  }
  const body = await readBody(request, MAX_BYTES);
  const encoding = request.headers["content-encoding"]?.toLowerCase();
  switch (encoding) {
    case undefined:
    case "":
      return body;
    case "gzip":
      return unpack("gzip", () => gunzipSync(body, { maxOutputLength: MAX_BYTES }));
    case "deflate":
      return unpack("deflate", () => inflate(body));
    default:
      throw new OtlpError(400, `Unsupported Content-Encoding: ${encoding}`);
  }
}

function unpack(encoding: string, work: () => Buffer): Buffer {
  try {
    return work();
  } catch {
    throw new OtlpError(400, `Failed to decompress ${encoding} payload`);
  }
}

/** Some clients leave the zlib header out. */
function inflate(body: Buffer): Buffer {
  try {
    return inflateSync(body, { maxOutputLength: MAX_BYTES });
  } catch {
    return inflateRawSync(body, { maxOutputLength: MAX_BYTES });
  }
}

function decodeSpans(payload: Buffer): OtlpSpan[] {
  try {
    const { spans, hasResources } = readOtlpRequest(payload);
    if (hasResources) return spans;
  } catch (error) {
    if (error instanceof ProtobufLimit) {
      throw new OtlpError(413, `The request holds ${error.message}; send smaller batches`);
    }
    if (!(error instanceof ProtobufError)) throw error;
    throw new OtlpError(400, "Invalid OpenTelemetry protobuf format");
  }
  throw new OtlpError(400, "Invalid OpenTelemetry protobuf format - no spans found");
}

function logByTrace(database: Database, experimentId: string, spans: readonly OtlpSpan[]): void {
  const byTrace = new Map<string, [SpanRecord, ...SpanRecord[]]>();
  for (const span of spans) {
    const record = convert(span);
    const list = byTrace.get(record.traceId);
    if (list === undefined) byTrace.set(record.traceId, [record]);
    else list.push(record);
  }
  try {
    database.transaction(() => {
      for (const records of byTrace.values()) logSpans(database, experimentId, records);
    });
  } catch {
    logOneByOne(database, experimentId, byTrace);
  }
}

/** Keeps what can be kept when one trace of a request fails. */
function logOneByOne(
  database: Database,
  experimentId: string,
  byTrace: ReadonlyMap<string, readonly [SpanRecord, ...SpanRecord[]]>,
): void {
  const failures: string[] = [];
  for (const [traceId, records] of byTrace) {
    try {
      database.transaction(() => logSpans(database, experimentId, records));
    } catch (error) {
      if (error instanceof MlflowError || error instanceof SovereignError) throw error;
      failures.push(`Trace ${traceId}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failures.length === 0) return;
  throw new OtlpError(422, `Failed to log OpenTelemetry spans: ${failures.join("\n")}`);
}

function convert(span: OtlpSpan): SpanRecord {
  try {
    return toSpanRecord(span);
  } catch (error) {
    if (!(error instanceof UnusableSpan)) throw error;
    throw new OtlpError(422, "Cannot convert OpenTelemetry span to MLflow span");
  }
}
