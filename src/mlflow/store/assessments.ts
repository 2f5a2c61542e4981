/**
 * Assessments of traces: feedback, expectations and references to issues (`SqlAssessments` of
 * MLflow 3.11.1). Values are kept as the JSON text that Python writes, since searches compare it.
 */
import { newHexId } from "../../core/ids.ts";
import type { ExactJson } from "../../core/json/index.ts";
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import { dumpJson, loadJson } from "../wire/python-dump.ts";
import { copyToAssessments } from "./later-columns.ts";

/** Why a feedback has no value. */
export interface AssessmentError {
  errorCode: string;
  errorMessage: string | null;
  stackTrace: string | null;
}

export type AssessmentValue =
  | { kind: "feedback"; value: ExactJson; error: AssessmentError | null }
  | { kind: "expectation"; value: ExactJson }
  | { kind: "issue"; issueName: string };

/** One assessment of one trace. */
export interface Assessment {
  /** Null until it is stored. */
  assessmentId: string | null;
  traceId: string;
  /** For a reference to an issue: the issue's id. */
  name: string;
  content: AssessmentValue;
  sourceType: string;
  sourceId: string | null;
  createdAtMs: number;
  updatedAtMs: number;
  spanId: string | null;
  rationale: string | null;
  metadata: Readonly<Record<string, string>> | null;
  /** The assessment that this one takes the place of. */
  overrides: string | null;
  isValid: boolean;
}

const SOURCE_RUN_ID = "mlflow.assessment.sourceRunId";

interface Row {
  assessmentId: string;
  traceId: string;
  name: string;
  type: string;
  value: string;
  error: string | null;
  createdAtMs: number;
  updatedAtMs: number;
  sourceType: string;
  sourceId: string | null;
  spanId: string | null;
  rationale: string | null;
  overrides: string | null;
  valid: number;
  metadata: string | null;
}

const SELECT = `SELECT assessment_id AS assessmentId, trace_id AS traceId, name,
  assessment_type AS type, value, error, created_timestamp AS createdAtMs,
  last_updated_timestamp AS updatedAtMs, source_type AS sourceType, source_id AS sourceId,
  span_id AS spanId, rationale, overrides, valid, assessment_metadata AS metadata
  FROM assessments`;

/** The assessments of the traces whose ids are in a JSON array, in the order of their making. */
export function listAssessments(database: Database, traceIdsJson: string): Assessment[] {
  const rows = database.all<Row>(
    `${SELECT} WHERE trace_id IN (SELECT value FROM json_each(?)) ORDER BY rowid`,
    [traceIdsJson],
  );
  return rows.map(toAssessment);
}

/** One assessment; 404 that says whether the trace or the assessment is missing. */
export function getAssessment(database: Database, traceId: string, id: string): Assessment {
  const row = database.get<Row>(`${SELECT} WHERE trace_id = ? AND assessment_id = ?`, [
    traceId,
    id,
  ]);
  if (row !== null) return toAssessment(row);
  const isTrace = database.get("SELECT 1 FROM trace_info WHERE request_id = ?", [traceId]) !== null;
  throw doesNotExist(
    isTrace
      ? `Assessment with ID '${id}' not found for trace '${traceId}'`
      : `Trace with request_id '${traceId}' not found`,
  );
}

/** Stores a new assessment; what it overrides becomes invalid. */
export function createAssessment(
  database: Database,
  assessment: Assessment,
  nowMs: number,
): Assessment {
  const { overrides, traceId } = assessment;
  if (overrides !== null) {
    const { changes } = database.run(
      "UPDATE assessments SET valid = 0 WHERE trace_id = ? AND assessment_id = ?",
      [traceId, overrides],
    );
    if (changes === 0) {
      // MLflow forgets to fill in the trace's id; clients compare the words.
      throw doesNotExist(`Assessment with ID '${overrides}' not found for trace '{trace_id}'`);
    }
  }
  const hasTrace = database.get("SELECT 1 FROM trace_info WHERE request_id = ?", [traceId]);
  if (hasTrace === null) {
    throw new MlflowError("BAD_REQUEST", `Trace with ID '${traceId}' not found.`);
  }
  const saved = saveAssessment(database, assessment, { nowMs, replaces: false });
  copyToAssessments(database, traceId);
  return saved;
}

/** Writes one assessment of an existing trace; its id is made when it has none. */
export function saveAssessment(
  database: Database,
  assessment: Assessment,
  options: { nowMs: number; replaces: boolean },
): Assessment {
  const saved: Assessment = {
    ...assessment,
    assessmentId: assessment.assessmentId ?? `a-${newHexId()}`,
    createdAtMs: assessment.createdAtMs || options.nowMs,
    updatedAtMs: assessment.updatedAtMs || options.nowMs,
    isValid: true,
  };
  const { value, error } = printContent(saved.content);
  try {
    database.run(
      `INSERT ${options.replaces ? "OR REPLACE " : ""}INTO assessments (assessment_id, trace_id,
         name, assessment_type, value, error, created_timestamp, last_updated_timestamp,
         source_type, source_id, run_id, span_id, rationale, overrides, valid, assessment_metadata)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
      [
        saved.assessmentId,
        saved.traceId,
        saved.name,
        saved.content.kind,
        value,
        error,
        saved.createdAtMs,
        saved.updatedAtMs,
        saved.sourceType,
        saved.sourceId,
        saved.metadata?.[SOURCE_RUN_ID] ?? null,
        saved.spanId,
        saved.rationale,
        saved.overrides,
        printMetadata(saved.metadata),
      ],
    );
  } catch (failure) {
    if (!isUniqueViolation(failure)) throw failure;
    const message = `Assessment with ID '${saved.assessmentId}' already exists.`;
    throw new MlflowError("BAD_REQUEST", message);
  }
  return saved;
}

/** What an update may change; absent fields stay. */
export interface AssessmentChange {
  name?: string;
  expectation?: AssessmentValue & { kind: "expectation" };
  feedback?: AssessmentValue & { kind: "feedback" };
  rationale?: string;
  /** Merged into what is there. */
  metadata?: Readonly<Record<string, string>>;
  isValid?: boolean;
}

/** Changes an assessment in place; its kind, source and span never change. */
export function updateAssessment(
  database: Database,
  existing: Assessment,
  change: AssessmentChange,
  nowMs: number,
): Assessment {
  const { expectation, feedback } = change;
  if (expectation !== undefined && feedback !== undefined) {
    throw invalidParameter("Cannot specify both `expectation` and `feedback` parameters.");
  }
  if (expectation !== undefined && existing.content.kind !== "expectation") {
    throw invalidParameter("Cannot update expectation value on a Feedback assessment.");
  }
  if (feedback !== undefined && existing.content.kind !== "feedback") {
    throw invalidParameter("Cannot update feedback value on an Expectation assessment.");
  }
  const merged = { ...existing.metadata, ...change.metadata };
  const updated: Assessment = {
    ...existing,
    name: change.name ?? existing.name,
    content: expectation ?? feedback ?? existing.content,
    metadata: Object.keys(merged).length === 0 ? null : merged,
    updatedAtMs: nowMs,
    isValid: change.isValid ?? existing.isValid,
    // Expectations have no rationale.
    rationale:
      existing.content.kind === "expectation" ? null : (change.rationale ?? existing.rationale),
  };
  const { value, error } = printContent(updated.content);
  database.run(
    `UPDATE assessments SET name = ?, value = ?, error = ?, last_updated_timestamp = ?,
       rationale = ?, assessment_metadata = ?, valid = ?
     WHERE trace_id = ? AND assessment_id = ?`,
    [
      updated.name,
      value,
      error,
      nowMs,
      updated.rationale,
      printMetadata(updated.metadata),
      updated.isValid ? 1 : 0,
      existing.traceId,
      existing.assessmentId,
    ],
  );
  return updated;
}

/** Deletes an assessment if it is there; what it had overridden is valid again. */
export function deleteAssessment(database: Database, traceId: string, id: string): void {
  const row = database.get<{ overrides: string | null }>(
    "SELECT overrides FROM assessments WHERE trace_id = ? AND assessment_id = ?",
    [traceId, id],
  );
  if (row === null) return;
  if (row.overrides !== null) {
    database.run("UPDATE assessments SET valid = 1 WHERE assessment_id = ?", [row.overrides]);
  }
  database.run("DELETE FROM assessments WHERE trace_id = ? AND assessment_id = ?", [traceId, id]);
}

function toAssessment(row: Row): Assessment {
  const { type, value, error, valid, metadata, ...rest } = row;
  const json = loadJson(value);
  return {
    ...rest,
    content: toContent(type, json, error),
    rationale: type === "expectation" ? null : rest.rationale,
    metadata: metadata === null ? null : (loadJson(metadata) as Record<string, string>),
    isValid: valid !== 0,
  };
}

function toContent(type: string, value: ExactJson, error: string | null): AssessmentValue {
  if (type === "expectation") return { kind: "expectation", value };
  if (type === "issue") {
    const name = (value as { issue_name?: ExactJson } | null)?.issue_name;
    return { kind: "issue", issueName: String(name ?? "") };
  }
  if (error === null) return { kind: "feedback", value, error: null };
  const parsed = loadJson(error) as Record<string, string | null>;
  return {
    kind: "feedback",
    value,
    error: {
      errorCode: parsed.error_code ?? "",
      errorMessage: parsed.error_message ?? null,
      stackTrace: parsed.stack_trace ?? null,
    },
  };
}

function printContent(content: AssessmentValue): { value: string; error: string | null } {
  if (content.kind === "issue") {
    return { value: dumpJson({ issue_name: content.issueName }), error: null };
  }
  const value = dumpJson(content.value);
  if (content.kind === "expectation" || content.error === null) return { value, error: null };
  const { errorCode, errorMessage, stackTrace } = content.error;
  const error = { error_code: errorCode, error_message: errorMessage, stack_trace: stackTrace };
  return { value, error: dumpJson(error) };
}

function printMetadata(metadata: Readonly<Record<string, string>> | null): string | null {
  return metadata === null ? null : dumpJson({ ...metadata });
}
