/** Traces and their spans over any transport, in version 3 of MLflow's tracing API. */
import { text as readText } from "node:stream/consumers";
import { SovereignError } from "../../core/errors.ts";
import type { ExactJson } from "../../core/json/index.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { printOtlpRequest } from "../tracing/otlp-request.ts";
import type { OtlpSpan } from "../tracing/otlp-spans.ts";
import { printDuration, printTimestamp } from "../wire/timestamp.ts";
import type { ArtifactClient } from "./artifacts.ts";
import { list, object, type Page, text, toMap, toPage } from "./entities.ts";
import type { SearchOptions } from "./experiments.ts";
import type { Transport, WireAnswer } from "./transport.ts";

/** How a trace ended, or that it has not. */
export type TraceState = "OK" | "ERROR" | "IN_PROGRESS" | "STATE_UNSPECIFIED";

/** A trace without its spans. */
export interface TraceEntity {
  traceId: string;
  experimentId: string;
  name: string;
  state: TraceState;
  startedAtMs: number;
  durationMs: number | null;
  requestPreview: string;
  responsePreview: string;
  clientRequestId: string;
  tags: Record<string, string>;
  metadata: Record<string, string>;
}

/** One call within a trace. */
export interface SpanEntity {
  spanId: string;
  /** Null for the root. */
  parentSpanId: string | null;
  name: string;
  /** `CHAIN`, `LLM`, `TOOL` …; empty when unknown. */
  type: string;
  status: "OK" | "ERROR" | "UNSET";
  statusMessage: string;
  startNs: bigint;
  /** Null while it goes on. */
  endNs: bigint | null;
  attributes: Record<string, ExactJson>;
  events: { name: string; timeNs: bigint; attributes: Record<string, ExactJson> }[];
}

/** What is told of a trace when it ends. */
export interface NewTrace {
  traceId: string;
  experimentId: string;
  name: string;
  state: "OK" | "ERROR";
  startedAtMs: number;
  durationMs: number;
  tags?: Readonly<Record<string, string>>;
  metadata?: Readonly<Record<string, string>>;
}

/** Traces of a store. */
export interface TraceClient {
  search(experimentIds: readonly string[], options?: SearchOptions): Promise<Page<TraceEntity>>;
  get(traceId: string): Promise<TraceEntity>;
  /** The spans of a trace by their starts; none when they were kept in a file that is gone. */
  spans(traceId: string): Promise<SpanEntity[]>;
  /** @internal Stores a trace that has ended, and its spans. */
  log(trace: NewTrace, spans: readonly OtlpSpan[]): Promise<void>;
}

/** @internal Traces over `transport`. */
export function createTraceClient(transport: Transport, artifacts: ArtifactClient): TraceClient {
  const send = (method: "GET" | "POST", path: string, params?: Readonly<Record<string, unknown>>) =>
    transport.call({
      method,
      path: `/traces${path}`,
      version: "3.0",
      ...(params === undefined ? {} : { params }),
    });
  /** Where a client of MLflow before 3.4, or without a database, left the spans. */
  const readFile = async (traceId: string) => {
    const { tags } = await client.get(traceId);
    const root = tags["mlflow.artifactLocation"] ?? "";
    const stream = await artifacts.read(root, "traces.json").catch((error: unknown) => {
      if (error instanceof SovereignError && error.code === "RESOURCE_DOES_NOT_EXIST") return null;
      throw error;
    });
    if (stream === null) return [];
    const json = parseJson(await readText(stream));
    return list(isJsonObject(json) ? json.spans : []).map(toStoredSpan);
  };
  const client: TraceClient = {
    search: async (experimentIds, options = {}) => {
      const answer = await send("POST", "/search", {
        locations: experimentIds.map(locationOf),
        filter: options.filter,
        order_by: options.orderBy,
        max_results: options.maxResults ?? 100,
        page_token: options.pageToken,
      });
      return toPage(answer, "traces", toTrace);
    },
    get: async (traceId) => {
      const answer = await send("GET", `/${encodeURIComponent(traceId)}`);
      return toTrace(object(object(answer.trace).trace_info));
    },
    spans: async (traceId) => {
      try {
        const answer = await send("GET", "/get", { trace_id: traceId, allow_partial: true });
        return list(object(answer.trace).spans).map(toSpan).sort(byStart);
      } catch (error) {
        if (!(error instanceof SovereignError) || !/not stored in tracking/.test(error.message)) {
          throw error;
        }
        return (await readFile(traceId)).sort(byStart);
      }
    },
    log: async (trace, spans) => {
      // First the trace: written after its spans it would take their previews away.
      await send("POST", "", { trace: { trace_info: toWireTrace(trace) } });
      await transport.sendSpans(trace.experimentId, printOtlpRequest(spans));
    },
  };
  return client;
}

function locationOf(experimentId: string): object {
  return { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: experimentId } };
}

function toWireTrace(trace: NewTrace): object {
  return {
    trace_id: trace.traceId,
    trace_location: locationOf(trace.experimentId),
    request_time: printTimestamp(Math.floor(trace.startedAtMs)),
    execution_duration: printDuration(Math.round(trace.durationMs)),
    state: trace.state,
    tags: { "mlflow.traceName": trace.name, ...trace.tags },
    trace_metadata: { "mlflow.trace_schema.version": "3", ...trace.metadata },
  };
}

function toTrace(wire: WireAnswer): TraceEntity {
  const tags = toMap(wire.tags);
  const duration = /^(\d+(?:\.\d+)?)s$/.exec(text(wire.execution_duration))?.[1];
  return {
    traceId: text(wire.trace_id),
    experimentId: text(object(object(wire.trace_location).mlflow_experiment).experiment_id),
    name: tags["mlflow.traceName"] ?? "",
    state: text(wire.state) as TraceState,
    startedAtMs: Date.parse(text(wire.request_time)),
    durationMs: duration === undefined ? null : Math.round(Number(duration) * 1000),
    requestPreview: text(wire.request_preview),
    responsePreview: text(wire.response_preview),
    clientRequestId: text(wire.client_request_id),
    tags,
    metadata: toMap(wire.trace_metadata),
  };
}

function toSpan(wire: WireAnswer): SpanEntity {
  const attributes = toAttributes(wire.attributes);
  const status = object(wire.status);
  const code = text(status.code).replace("STATUS_CODE_", "");
  const parent = text(wire.parent_span_id);
  const end = toNanos(wire.end_time_unix_nano);
  return {
    spanId: toHex(text(wire.span_id)),
    parentSpanId: parent === "" ? null : toHex(parent),
    name: text(wire.name),
    type: text(attributes["mlflow.spanType"]),
    status: code === "OK" || code === "ERROR" ? code : "UNSET",
    statusMessage: text(status.message),
    startNs: toNanos(wire.start_time_unix_nano),
    endNs: end === 0n ? null : end,
    attributes,
    events: list(wire.events).map((event) => ({
      name: text(event.name),
      timeNs: toNanos(event.time_unix_nano),
      attributes: toAttributes(event.attributes),
    })),
  };
}

/** A span of `traces.json`, whose attributes are JSON inside JSON. */
function toStoredSpan(wire: WireAnswer): SpanEntity {
  const span = toSpan(wire);
  const entries = Object.entries(object(wire.attributes));
  const attributes = Object.fromEntries(entries.map(([key, value]) => [key, readJson(value)]));
  const events = list(wire.events).map((event) => ({
    name: text(event.name),
    timeNs: toNanos(event.time_unix_nano),
    attributes: object(event.attributes),
  }));
  return { ...span, type: text(attributes["mlflow.spanType"]), attributes, events };
}

function readJson(value: ExactJson): ExactJson {
  if (typeof value !== "string") return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

function byStart(a: SpanEntity, b: SpanEntity): number {
  return a.startNs === b.startNs ? 0 : a.startNs < b.startNs ? -1 : 1;
}

/** `[{key, value: AnyValue}]` as plain JSON. */
function toAttributes(value: ExactJson | undefined): Record<string, ExactJson> {
  return Object.fromEntries(
    list(value).map((pair) => [text(pair.key), toPlain(object(pair.value))]),
  );
}

function toPlain(value: WireAnswer): ExactJson {
  if (isJsonObject(value.array_value)) {
    return list(value.array_value.values).map((item) => toPlain(item));
  }
  if (isJsonObject(value.kvlist_value)) return toAttributes(value.kvlist_value.values);
  const integer = value.int_value;
  if (integer !== undefined) return typeof integer === "string" ? BigInt(integer) : integer;
  return value.string_value ?? value.bool_value ?? value.double_value ?? value.bytes_value ?? null;
}

function toNanos(value: ExactJson | undefined): bigint {
  const digits = text(value);
  return /^\d{1,20}$/.test(digits) ? BigInt(digits) : 0n;
}

/** Ids of spans are bytes, base64 in JSON. */
function toHex(id: string): string {
  return Buffer.from(id, "base64").toString("hex");
}
