/** Assessments of traces: feedback, expectations, references to issues. */
import {
  type AssessmentChange,
  createAssessment,
  deleteAssessment,
  getAssessment,
  updateAssessment,
} from "../store/assessments.ts";
import {
  type AssessmentMessage,
  assessmentFields,
  printAssessment,
  readAssessment,
  readExpectation,
  readFeedback,
} from "../wire/assessment.ts";
import { required } from "../wire/checks.ts";
import { message } from "../wire/fields.ts";
import { apiRoute, type Route } from "./route.ts";

const path = "/traces/:trace_id/assessments";
const version = "3.0";

export const assessmentRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path,
    version,
    fields: { assessment: message(assessmentFields) },
    checks: { assessment: [required] },
    handle: ({ context, message: sent, path: { trace_id = "" } }) => {
      const { database, clock } = context;
      const assessment = readAssessment(sent.assessment ?? {}, trace_id);
      const created = database.transaction(() =>
        createAssessment(database, assessment, clock.nowMs()),
      );
      return { assessment: printAssessment(created) };
    },
  }),
  apiRoute({
    method: "GET",
    path: `${path}/:assessment_id`,
    version,
    handle: ({ context, path: { trace_id = "", assessment_id = "" } }) => ({
      assessment: printAssessment(getAssessment(context.database, trace_id, assessment_id)),
    }),
  }),
  apiRoute({
    method: "PATCH",
    path: `${path}/:assessment_id`,
    version,
    fields: { assessment: message(assessmentFields), update_mask: "string" },
    checks: { assessment: [required], update_mask: [required] },
    handle: ({ context, message: sent, path: { trace_id = "", assessment_id = "" } }) => {
      const { database, clock } = context;
      const change = readChange(sent.assessment ?? {}, sent.update_mask ?? "");
      const updated = database.transaction(() => {
        const existing = getAssessment(database, trace_id, assessment_id);
        return updateAssessment(database, existing, change, clock.nowMs());
      });
      return { assessment: printAssessment(updated) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: `${path}/:assessment_id`,
    version,
    handle: ({ context: { database }, path: { trace_id = "", assessment_id = "" } }) => {
      database.transaction(() => deleteAssessment(database, trace_id, assessment_id));
      return {};
    },
  }),
];

/** What a field mask (`feedback,rationale`, in camel case) picks from the message. */
function readChange(sent: AssessmentMessage, mask: string): AssessmentChange {
  const change: AssessmentChange = {};
  for (const field of mask.split(",")) {
    // A mask of snake case is none to protobuf; what came before it still counts.
    if (field.includes("_")) break;
    switch (field) {
      case "assessmentName":
        change.name = sent.assessment_name ?? "";
        break;
      case "expectation":
        change.expectation = readExpectation(sent);
        break;
      case "feedback":
        change.feedback = readFeedback(sent);
        break;
      case "rationale":
        change.rationale = sent.rationale ?? "";
        break;
      case "metadata":
        change.metadata = { ...sent.metadata };
        break;
      case "valid":
        change.isValid = sent.valid ?? true;
        break;
    }
  }
  return change;
}
