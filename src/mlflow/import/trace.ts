/**
 * Traces of a FileStore: what is known of them, and what was said of them. Their spans stay where
 * they are, in `traces.json` at the trace's artifact location, and are read from there.
 */
import { basename, join } from "node:path";

import { type ExactJson, isJsonObject } from "../../core/json/index.ts";
import type { Database } from "../../core/store/index.ts";
import { parseTokenUsage, putTokenMetrics, TOKEN_USAGE } from "../store/traces.ts";
import { dumpJson } from "../wire/python-dump.ts";
import { DamagedEntry, listFiles, readValues } from "./file-store.ts";
import { hasRow, insertRow, type Row } from "./insert-row.ts";
import { type Meta, readMeta } from "./meta.ts";

/** Imports the trace in `folder`; false when the database has it. All of it, or nothing. */
export function importTrace(database: Database, folder: string, experimentId: bigint): boolean {
  const meta = readMeta(join(folder, "trace_info.yaml"));
  // MLflow 2 called it so.
  const traceId = meta.text("trace_id") ?? meta.need("request_id");
  if (traceId !== basename(folder)) {
    throw new DamagedEntry(meta.path, `names another trace, \`${traceId}\``);
  }
  if (hasRow(database, "trace_info", { request_id: traceId })) return false;
  const metadata = readValues(join(folder, "request_metadata"));
  const usage = parseTokenUsage(new Map(metadata).get(TOKEN_USAGE));
  database.transaction(() => {
    insertRow(database, "trace_info", {
      request_id: traceId,
      experiment_id: experimentId,
      timestamp_ms: meta.integer("timestamp_ms") ?? readTime(meta, "request_time"),
      execution_time_ms: readDuration(meta),
      status: meta.text("state") ?? meta.text("status") ?? "OK",
      client_request_id: meta.text("client_request_id"),
      request_preview: meta.text("request_preview"),
      response_preview: meta.text("response_preview"),
    });
    for (const [key, value] of readValues(join(folder, "tags"))) {
      insertRow(database, "trace_tags", { key, value, request_id: traceId });
    }
    for (const [key, value] of metadata) {
      insertRow(database, "trace_request_metadata", { key, value, request_id: traceId });
    }
    if (usage !== null) putTokenMetrics(database, traceId, usage);
    for (const path of listFiles(join(folder, "assessments"))) {
      insertRow(database, "assessments", readAssessment(readMeta(path), traceId));
    }
  });
  return true;
}

function readAssessment(meta: Meta, traceId: string): Row {
  const source = meta.mapping("source");
  const metadata = meta.json("metadata");
  const created = meta.integer("create_time_ms") ?? readTime(meta, "create_time");
  return {
    assessment_id: meta.text("assessment_id") ?? basename(meta.path, ".yaml"),
    trace_id: traceId,
    name: meta.text("assessment_name") ?? meta.need("name"),
    ...readContent(meta),
    created_timestamp: created,
    last_updated_timestamp: meta.has("last_update_time")
      ? readTime(meta, "last_update_time")
      : (meta.integer("last_update_time_ms") ?? created),
    source_type: source?.text("source_type") ?? "CODE",
    source_id: source?.text("source_id") ?? null,
    run_id: meta.text("run_id") ?? meta.mapping("metadata")?.text(SOURCE_RUN_ID) ?? null,
    span_id: meta.text("span_id"),
    rationale: meta.text("rationale"),
    overrides: meta.text("overrides"),
    valid: (meta.boolean("valid") ?? true) ? 1 : 0,
    assessment_metadata: isFilled(metadata) ? dumpJson(metadata) : null,
  };
}

const SOURCE_RUN_ID = "mlflow.assessment.sourceRunId";

function readContent(meta: Meta): Row {
  const feedback = meta.mapping("feedback");
  if (feedback !== null) {
    const error = feedback.json("error");
    return {
      assessment_type: "feedback",
      value: dumpJson(feedback.json("value")),
      error: isFilled(error) ? dumpJson(error) : null,
    };
  }
  const expectation = meta.mapping("expectation");
  if (expectation !== null) {
    // Objects and lists are kept as JSON in a text.
    const serialized = expectation.mapping("serialized_value")?.text("value");
    const value = serialized ?? dumpJson(expectation.json("value"));
    return { assessment_type: "expectation", value, error: null };
  }
  const issue = meta.mapping("issue");
  if (issue !== null)
    return { assessment_type: "issue", value: dumpJson(issue.all()), error: null };
  throw new DamagedEntry(meta.path, "is neither a feedback nor an expectation nor an issue");
}

function isFilled(value: ExactJson): boolean {
  return isJsonObject(value) && Object.keys(value).length > 0;
}

/** Milliseconds of an RFC 3339 text. */
function readTime(meta: Meta, name: string): number {
  const time = Date.parse(meta.need(name));
  if (Number.isNaN(time)) throw new DamagedEntry(meta.path, `\`${name}\` is no time`);
  return time;
}

function readDuration(meta: Meta): number | bigint | null {
  const duration = meta.integer("execution_time_ms") ?? meta.integer("execution_duration_ms");
  if (duration !== null) return duration;
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(meta.text("execution_duration") ?? "")?.[1];
  return seconds === undefined ? null : Math.round(Number(seconds) * 1000);
}
