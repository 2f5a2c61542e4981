/** Traces on the wire, versions 2 and 3 (`service.proto` of MLflow 3.11.1). */
import type { TraceInfo } from "../store/traces.ts";
import { assessmentFields, printAssessment, readAssessment } from "./assessment.ts";
import { invalidParameter } from "./error.ts";
import { listOf, type MessageOf, mapOf, message, oneOf } from "./fields.ts";
import { printDuration, printTimestamp } from "./timestamp.ts";

/** A place where traces are; only experiments are one here. */
export const locationFields = {
  type: oneOf({ TRACE_LOCATION_TYPE_UNSPECIFIED: 0, MLFLOW_EXPERIMENT: 1, INFERENCE_TABLE: 2 }),
  mlflow_experiment: message({ experiment_id: "string" }),
  inference_table: message({ full_table_name: "string" }),
} as const;

/** The fields of a version 3 trace info. */
export const traceInfoFields = {
  trace_id: "string",
  client_request_id: "string",
  trace_location: message(locationFields),
  request: "string",
  response: "string",
  request_preview: "string",
  response_preview: "string",
  request_time: "timestamp",
  execution_duration: "duration",
  state: oneOf({ STATE_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 }),
  trace_metadata: mapOf("string"),
  assessments: listOf(message(assessmentFields)),
  tags: mapOf("string"),
} as const;

/** Metadata and tags of version 2. */
export const pairFields = listOf(message({ key: "string", value: "string" }));

/** A trace info from its message; the experiment is empty when none is named. */
export function readTraceInfo(sent: MessageOf<typeof traceInfoFields>): TraceInfo {
  const traceId = sent.trace_id ?? "";
  return {
    traceId,
    experimentId: readExperiment(sent.trace_location),
    requestTimeMs: sent.request_time ?? 0,
    durationMs: sent.execution_duration ?? null,
    state: sent.state ?? "STATE_UNSPECIFIED",
    clientRequestId: sent.client_request_id ?? null,
    requestPreview: sent.request_preview ?? null,
    responsePreview: sent.response_preview ?? null,
    tags: new Map(Object.entries(sent.tags ?? {})),
    metadata: new Map(Object.entries(sent.trace_metadata ?? {})),
    assessments: (sent.assessments ?? []).map((item) => readAssessment(item, traceId)),
  };
}

function readExperiment(location: MessageOf<typeof locationFields> | undefined): string {
  const type = location?.type ?? "TRACE_LOCATION_TYPE_UNSPECIFIED";
  const experiment = location?.mlflow_experiment;
  const table = location?.inference_table;
  if (experiment !== undefined && type !== "MLFLOW_EXPERIMENT") {
    throw mismatch(type, `MlflowExperimentLocation(experiment_id='${experiment.experiment_id}')`);
  }
  if (table !== undefined && type !== "INFERENCE_TABLE") {
    throw mismatch(type, `InferenceTableLocation(full_table_name='${table.full_table_name}')`);
  }
  return experiment?.experiment_id ?? "";
}

function mismatch(type: string, location: string) {
  return invalidParameter(
    `Trace location type TraceLocationType.${type} does not match the provided location ${location}.`,
  );
}

/** Limits that answers are cut to, whatever is stored. */
const METADATA_LENGTH = 250;
const TAG_KEY_LENGTH = 250;
const TAG_VALUE_LENGTH = 4096;

/** The JSON of a version 3 trace info. */
export function printTraceInfo(info: TraceInfo): object {
  const { durationMs, assessments } = info;
  return {
    trace_id: info.traceId,
    client_request_id: info.clientRequestId ?? undefined,
    trace_location: {
      type: "MLFLOW_EXPERIMENT",
      mlflow_experiment: { experiment_id: info.experimentId },
    },
    request_preview: info.requestPreview ?? undefined,
    response_preview: info.responsePreview ?? undefined,
    request_time: printTimestamp(info.requestTimeMs),
    execution_duration: durationMs === null ? undefined : printDuration(durationMs),
    state: info.state,
    trace_metadata: printMap(info.metadata, METADATA_LENGTH, METADATA_LENGTH),
    assessments: assessments.length === 0 ? undefined : assessments.map(printAssessment),
    tags: printMap(info.tags, TAG_KEY_LENGTH, TAG_VALUE_LENGTH),
  };
}

function printMap(map: ReadonlyMap<string, string>, keyLength: number, valueLength: number) {
  if (map.size === 0) return undefined;
  return Object.fromEntries(cutPairs(map, keyLength, valueLength));
}

function cutPairs(map: ReadonlyMap<string, string>, keyLength: number, valueLength: number) {
  return [...map].map(
    ([key, value]) => [cutText(key, keyLength), cutText(value, valueLength)] as const,
  );
}

/** The first `length` characters as Python counts them: by code point. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return [...text.slice(0, 2 * length)].slice(0, length).join("");
}

/** The JSON of a version 2 trace info. */
export function printTraceInfoV2(info: TraceInfo): object {
  const metadata = cutPairs(info.metadata, METADATA_LENGTH, METADATA_LENGTH);
  const tags = cutPairs(info.tags, TAG_KEY_LENGTH, TAG_VALUE_LENGTH);
  return {
    request_id: info.traceId,
    experiment_id: info.experimentId,
    timestamp_ms: info.requestTimeMs,
    execution_time_ms: info.durationMs ?? 0,
    status: info.state === "STATE_UNSPECIFIED" ? "TRACE_STATUS_UNSPECIFIED" : info.state,
    request_metadata: printPairs(metadata),
    tags: printPairs(tags),
  };
}

function printPairs(pairs: readonly (readonly [string, string])[]): object[] | undefined {
  return pairs.length === 0 ? undefined : pairs.map(([key, value]) => ({ key, value }));
}
