/** Assessments on the wire (`assessments.proto` of MLflow 3.11.1). */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import type { Assessment, AssessmentError, AssessmentValue } from "../store/assessments.ts";
import { invalidParameter } from "./error.ts";
import { type MessageOf, mapOf, message, oneOf } from "./fields.ts";
import { dumpJson, loadJson, toFloat } from "./python-dump.ts";
import { printTimestamp } from "./timestamp.ts";

const error = message({ error_code: "string", error_message: "string", stack_trace: "string" });

/** The fields of an assessment. */
export const assessmentFields = {
  assessment_id: "string",
  assessment_name: "string",
  trace_id: "string",
  span_id: "string",
  source: message({
    source_type: oneOf({
      SOURCE_TYPE_UNSPECIFIED: 0,
      HUMAN: 1,
      LLM_JUDGE: 2,
      CODE: 3,
    }),
    source_id: "string",
  }),
  create_time: "timestamp",
  last_update_time: "timestamp",
  feedback: message({ value: "any", error }),
  expectation: message({
    value: "any",
    serialized_value: message({ serialization_format: "string", value: "string" }),
  }),
  issue: message({ issue_name: "string" }),
  rationale: "string",
  error,
  metadata: mapOf("string"),
  overrides: "string",
  valid: "bool",
} as const;

export type AssessmentMessage = MessageOf<typeof assessmentFields>;
type ErrorMessage = NonNullable<AssessmentMessage["error"]>;

/** An assessment of `traceId` from its message; 400 when it has no value. */
export function readAssessment(sent: AssessmentMessage, traceId: string): Assessment {
  const content = readContent(sent);
  const isFeedback = content.kind === "feedback";
  const metadata = sent.metadata ?? {};
  return {
    assessmentId: sent.assessment_id || null,
    traceId,
    name: sent.assessment_name ?? "",
    content,
    sourceType: sent.source?.source_type ?? "SOURCE_TYPE_UNSPECIFIED",
    sourceId: sent.source?.source_id || null,
    createdAtMs: sent.create_time ?? 0,
    updatedAtMs: sent.last_update_time ?? 0,
    spanId: sent.span_id || null,
    rationale: content.kind === "expectation" ? null : sent.rationale || null,
    metadata: Object.keys(metadata).length === 0 ? null : { ...metadata },
    overrides: (isFeedback && sent.overrides) || null,
    isValid: true,
  };
}

function readContent(sent: AssessmentMessage): AssessmentValue {
  if (sent.expectation !== undefined) return readExpectation(sent);
  if (sent.feedback !== undefined) return readFeedback(sent);
  if (sent.issue === undefined) throw invalidParameter("Unknown assessment type: None");
  return { kind: "issue", issueName: sent.issue.issue_name ?? "" };
}

/** The expectation of a message; 400 when it has none. */
export function readExpectation(sent: AssessmentMessage): AssessmentValue & {
  kind: "expectation";
} {
  const serialized = sent.expectation?.serialized_value;
  let value = withFloats(sent.expectation?.value ?? null);
  if (serialized !== undefined) {
    const format = serialized.serialization_format ?? "";
    if (format !== "JSON_FORMAT") {
      throw invalidParameter(
        `Unknown serialization format: ${format}. Only JSON_FORMAT is supported.`,
      );
    }
    value = loadJson(serialized.value ?? "");
  }
  if (value === null) throw invalidParameter("The `value` field must be specified.");
  return { kind: "expectation", value };
}

/** The feedback of a message; 400 when it has neither value nor error. */
export function readFeedback(sent: AssessmentMessage): AssessmentValue & { kind: "feedback" } {
  const value = withFloats(sent.feedback?.value ?? null);
  const error = sent.feedback?.error === undefined ? null : readError(sent.feedback.error);
  if (value === null && error === null) {
    throw invalidParameter("Either `value` or `error` must be provided.");
  }
  return { kind: "feedback", value, error };
}

function readError(sent: ErrorMessage): AssessmentError {
  return {
    errorCode: sent.error_code ?? "",
    errorMessage: sent.error_message || null,
    stackTrace: sent.stack_trace || null,
  };
}

/** Every number of `google.protobuf.Value` is a double. */
function withFloats(value: ExactJson): ExactJson {
  if (typeof value === "number" || typeof value === "bigint") return toFloat(Number(value));
  if (Array.isArray(value)) return value.map(withFloats);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withFloats(item)]));
}

/** The JSON of an assessment. */
export function printAssessment(assessment: Assessment): object {
  const { metadata } = assessment;
  return {
    assessment_id: assessment.assessmentId ?? undefined,
    assessment_name: assessment.name,
    trace_id: assessment.traceId,
    span_id: assessment.spanId ?? undefined,
    source: {
      source_type: assessment.sourceType,
      source_id: assessment.sourceId ?? undefined,
    },
    create_time: printTimestamp(assessment.createdAtMs),
    last_update_time: printTimestamp(assessment.updatedAtMs),
    ...printContent(assessment.content),
    rationale: assessment.rationale ?? undefined,
    metadata: metadata === null ? undefined : metadata,
    overrides: assessment.overrides ?? undefined,
    valid: assessment.isValid,
  };
}

function printContent(content: AssessmentValue): object {
  if (content.kind === "issue") return { issue: { issue_name: content.issueName } };
  if (content.kind === "feedback") {
    const { value, error } = content;
    return { feedback: { value: toPlain(value), error: error ? printError(error) : undefined } };
  }
  const { value } = content;
  if (value !== null && typeof value === "object" && !(value instanceof JsonNumber)) {
    const serialized = { serialization_format: "JSON_FORMAT", value: dumpJson(value) };
    return { expectation: { serialized_value: serialized } };
  }
  return { expectation: { value: toPlain(value) } };
}

const STACK_LIMIT = 10_000;
const STACK_PREFIX = "[Stack trace is truncated]\n...\n";

function printError(error: AssessmentError): object {
  const stack = error.stackTrace;
  const isLong = stack !== null && stack.length > STACK_LIMIT;
  const kept = isLong ? STACK_PREFIX + stack.slice(STACK_PREFIX.length - STACK_LIMIT) : stack;
  return {
    error_code: error.errorCode,
    error_message: error.errorMessage ?? undefined,
    stack_trace: kept ?? undefined,
  };
}

function toPlain(value: ExactJson): unknown {
  if (value instanceof JsonNumber) return value.toNumber();
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]));
}
