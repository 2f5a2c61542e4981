/**
 * Traces as MLflow's database keeps them: one row of `trace_info` each, with tags, metadata and
 * assessments beside it (`SqlTraceInfo` of MLflow 3.11.1). Spans are in `spans.ts`, assessments in
 * `assessments.ts`, the search in `trace-search.ts`.
 */
import type { Database } from "../../core/store/index.ts";
import { appendToUriPath } from "../artifacts/append-to-uri-path.ts";
import { doesNotExist, MlflowError } from "../wire/error.ts";
import type { Int64 } from "../wire/fields.ts";
import { type Assessment, listAssessments, saveAssessment } from "./assessments.ts";
import { type Experiment, getExperiment, parseExperimentId, requireActive } from "./experiments.ts";
import { copyToAssessments, copyToTrace } from "./later-columns.ts";
import { allInt64 } from "./rows.ts";

/** State of a trace as it is stored; version 2 of the API has another word for the first. */
export type TraceState = "STATE_UNSPECIFIED" | "OK" | "ERROR" | "IN_PROGRESS";

/** What is known of a trace besides its spans. */
export interface TraceInfo {
  traceId: string;
  experimentId: string;
  requestTimeMs: Int64;
  /** Null while the trace is in progress. */
  durationMs: Int64 | null;
  state: string;
  clientRequestId: string | null;
  requestPreview: string | null;
  responsePreview: string | null;
  tags: Map<string, string>;
  metadata: Map<string, string>;
  assessments: Assessment[];
}

/** Metadata and tags that the store itself reads or writes. */
export const TOKEN_USAGE = "mlflow.trace.tokenUsage";
export const TRACE_COST = "mlflow.trace.cost";
export const TRACE_SESSION = "mlflow.trace.session";
export const SIZE_STATS = "mlflow.trace.sizeStats";
export const ARTIFACT_LOCATION = "mlflow.artifactLocation";
export const SPANS_LOCATION = "mlflow.trace.spansLocation";
/** Keys of token usage, in the order in which MLflow writes them. */
export const TOKEN_KEYS = [
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
] as const;

/** The experiment that takes a new trace; 404 or, when it is deleted, 400. */
export function getActiveExperiment(database: Database, id: string): Experiment {
  const experiment = getExperiment(database, id, "ALL");
  requireActive(experiment);
  return experiment;
}

/** Where the data of a trace lies when it is kept as an artifact. */
export function locateTraceArtifacts(experiment: Experiment, traceId: string): string {
  return appendToUriPath(experiment.artifactLocation, `traces/${traceId}/artifacts`);
}

/** The trace of this id; 404 when there is none. */
export function getTraceInfo(database: Database, traceId: string): TraceInfo {
  const info = listTraceInfos(database, [traceId])[0];
  if (info === undefined) throw doesNotExist(`Trace with ID '${traceId}' not found.`);
  return info;
}

/** True when there is such a trace. */
export function hasTrace(database: Database, traceId: string): boolean {
  return database.get("SELECT 1 FROM trace_info WHERE request_id = ?", [traceId]) !== null;
}

interface InfoRow {
  traceId: string;
  experimentId: string;
  requestTimeMs: Int64;
  durationMs: Int64 | null;
  state: string;
  clientRequestId: string | null;
  requestPreview: string | null;
  responsePreview: string | null;
}

/** The traces of these ids in the order of the ids; unknown ones are left out. */
export function listTraceInfos(database: Database, traceIds: readonly string[]): TraceInfo[] {
  const ids = JSON.stringify(traceIds);
  const rows = allInt64<InfoRow>(
    database,
    ["requestTimeMs", "durationMs"],
    `SELECT request_id AS traceId, CAST(experiment_id AS TEXT) AS experimentId,
       timestamp_ms AS requestTimeMs, execution_time_ms AS durationMs, status AS state,
       client_request_id AS clientRequestId, request_preview AS requestPreview,
       response_preview AS responsePreview
     FROM trace_info WHERE request_id IN (SELECT value FROM json_each(?))`,
    [ids],
  );
  const byId = new Map(rows.map((row) => [row.traceId, toTraceInfo(row)]));
  for (const table of ["trace_tags", "trace_request_metadata"] as const) {
    const pairs = database.all<{ traceId: string; key: string; value: string | null }>(
      `SELECT request_id AS traceId, key, value FROM ${table}
       WHERE request_id IN (SELECT value FROM json_each(?))`,
      [ids],
    );
    const field = table === "trace_tags" ? "tags" : "metadata";
    // Python's str(None): what clients have always been shown for a value that is not there.
    for (const { traceId, key, value } of pairs) {
      byId.get(traceId)?.[field].set(key, value ?? "None");
    }
  }
  for (const assessment of listAssessments(database, ids)) {
    byId.get(assessment.traceId)?.assessments.push(assessment);
  }
  return [...new Set(traceIds)].flatMap((id) => byId.get(id) ?? []);
}

function toTraceInfo(row: InfoRow): TraceInfo {
  return {
    ...row,
    tags: new Map(),
    metadata: new Map(),
    assessments: [],
  };
}

/**
 * Writes a trace. One that spans have made before is filled in: what it has and `info` lacks
 * (tags, metadata, previews, assessments) stays.
 */
export function startTrace(database: Database, info: TraceInfo, nowMs: number): TraceInfo {
  const experiment = getActiveExperiment(database, info.experimentId || "0");
  if (info.experimentId === "") {
    throw new MlflowError("BAD_REQUEST", "The trace names no experiment in `trace_location`.");
  }
  const { traceId } = info;
  upsertTraceInfo(database, { ...info, experimentId: experiment.experimentId });
  for (const [key, value] of info.tags) putTag(database, traceId, key, value);
  putTag(database, traceId, ARTIFACT_LOCATION, locateTraceArtifacts(experiment, traceId));
  for (const [key, value] of info.metadata) putMetadata(database, traceId, key, value);
  for (const assessment of info.assessments) {
    saveAssessment(database, { ...assessment, traceId }, { nowMs, replaces: true });
  }
  copyToAssessments(database, traceId);
  const usage = parseTokenUsage(info.metadata.get(TOKEN_USAGE));
  if (usage !== null) putTokenMetrics(database, traceId, usage);
  return getTraceInfo(database, traceId);
}

function upsertTraceInfo(database: Database, info: TraceInfo): void {
  database.run(
    `INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status,
       client_request_id, request_preview, response_preview)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (request_id) DO UPDATE SET experiment_id = excluded.experiment_id,
       timestamp_ms = excluded.timestamp_ms, execution_time_ms = excluded.execution_time_ms,
       status = excluded.status, client_request_id = excluded.client_request_id,
       request_preview = coalesce(excluded.request_preview, request_preview),
       response_preview = coalesce(excluded.response_preview, response_preview)`,
    [
      info.traceId,
      info.experimentId,
      info.requestTimeMs,
      info.durationMs,
      info.state,
      info.clientRequestId,
      info.requestPreview,
      info.responsePreview,
    ],
  );
}

/** Sets one tag of an existing trace. */
export function putTag(database: Database, traceId: string, key: string, value: string): void {
  database.run(
    `INSERT INTO trace_tags (key, value, request_id) VALUES (?, ?, ?)
     ON CONFLICT (key, request_id) DO UPDATE SET value = excluded.value`,
    [key, value, traceId],
  );
  copyToTrace(database, traceId, key, value);
}

/** Sets one piece of metadata of an existing trace. */
export function putMetadata(database: Database, traceId: string, key: string, value: string) {
  database.run(
    `INSERT INTO trace_request_metadata (key, value, request_id) VALUES (?, ?, ?)
     ON CONFLICT (key, request_id) DO UPDATE SET value = excluded.value`,
    [key, value, traceId],
  );
  copyToTrace(database, traceId, key, value);
}

/** The value of one piece of metadata, or null. */
export function getMetadata(database: Database, traceId: string, key: string): string | null {
  const row = database.get<{ value: string | null }>(
    "SELECT value FROM trace_request_metadata WHERE request_id = ? AND key = ?",
    [traceId, key],
  );
  return row?.value ?? null;
}

/** Keeps token usage as metrics of the trace, which `/traces/metrics` sums. */
export function putTokenMetrics(
  database: Database,
  traceId: string,
  usage: Readonly<Record<string, number>>,
): void {
  for (const key of TOKEN_KEYS) {
    const value = usage[key];
    if (value === undefined) continue;
    database.run(
      `INSERT INTO trace_metrics (request_id, key, value) VALUES (?, ?, ?)
       ON CONFLICT (request_id, key) DO UPDATE SET value = excluded.value`,
      [traceId, key, value],
    );
    copyToTrace(database, traceId, key, value);
  }
}

/** Token counts from their JSON text; null when there are none or they are not numbers. */
export function parseTokenUsage(text: string | undefined): Record<string, number> | null {
  if (text === undefined || text === "") return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== "object" || json === null) return null;
  const usage: Record<string, number> = {};
  for (const key of TOKEN_KEYS) {
    const value = (json as Record<string, unknown>)[key] ?? null;
    if (value === null) continue;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || Number.isNaN(number)) return null;
    usage[key] = number;
  }
  return usage;
}

/** Removes one tag; 404 when the trace has none of that key. */
export function deleteTag(database: Database, traceId: string, key: string): void {
  const { changes } = database.run("DELETE FROM trace_tags WHERE request_id = ? AND key = ?", [
    traceId,
    key,
  ]);
  copyToTrace(database, traceId, key, null);
  if (changes > 0) return;
  throw doesNotExist(`No trace tag with key '${key}' for trace with ID '${traceId}'`);
}

/** Which traces of an experiment go: all up to a time (the oldest first), or those named. */
export interface TraceDeletion {
  experimentId: string;
  maxTimestampMs: Int64 | null;
  maxTraces: number | null;
  traceIds: readonly string[];
}

/** Deletes traces with all that belongs to them; the number deleted. */
export function deleteTraces(database: Database, deletion: TraceDeletion): number {
  const { maxTimestampMs, maxTraces, traceIds } = deletion;
  const conditions = ["experiment_id = ?"];
  const parameters: (string | Int64)[] = [parseExperimentId(deletion.experimentId)];
  // NOTE: MLflow takes a time of 0 for none and deletes every trace; ours deletes up to then.
  if (maxTimestampMs !== null && traceIds.length === 0) {
    conditions.push("timestamp_ms <= ?");
    parameters.push(maxTimestampMs);
  }
  if (traceIds.length > 0) {
    conditions.push("request_id IN (SELECT value FROM json_each(?))");
    parameters.push(JSON.stringify(traceIds));
  }
  let limit = "";
  if (maxTraces !== null) {
    limit = "ORDER BY timestamp_ms LIMIT ?";
    parameters.push(maxTraces);
  }
  // Foreign keys take tags, metadata, metrics, assessments and spans along.
  return database.run(
    `DELETE FROM trace_info WHERE request_id IN
       (SELECT request_id FROM trace_info WHERE ${conditions.join(" AND ")} ${limit})`,
    parameters,
  ).changes;
}

/** Ends a trace of the version 2 API. */
export function endTrace(
  database: Database,
  traceId: string,
  ending: { endTimeMs: Int64; state: string },
): void {
  const { changes } = database.run(
    "UPDATE trace_info SET execution_time_ms = ? - timestamp_ms, status = ? WHERE request_id = ?",
    [ending.endTimeMs, ending.state, traceId],
  );
  if (changes === 0) throw doesNotExist(`Trace with ID '${traceId}' not found.`);
}
