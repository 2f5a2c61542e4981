/** Where our parsers may differ from MLflow's, and why. Everything else is a difference. */
import { isSameOutcome, type Outcome, parseAny, type Question } from "./parse-any.ts";

/** Asked, and answered by both; null when the answers agree or differ for a reason. */
export function findDifference(question: Question, theirs: Outcome) {
  const ours = parseAny(question);
  if (isSameOutcome(ours, theirs) || isMeant(question, ours, theirs)) return null;
  return { question, ours, theirs };
}

function isMeant({ grammar, order }: Question, ours: Outcome, theirs: Outcome): boolean {
  // MLflow answers 500: ours is a refusal, or the answer that was meant.
  if (theirs.fault !== undefined) {
    const isEndTime = grammar === "traces" && (order ?? []).some((text) => /end_time/.test(text));
    return ours.refused !== undefined || isEndTime || grammar === "logged";
  }
  // `x = ('a', 'b')` parses there and fails in the database.
  if (ours.refused?.endsWith("for a list of values. Expected 'IN' or 'NOT IN'.")) return true;
  // Names a class of sqlparse.
  if (theirs.refused?.includes("<class 'sqlparse")) return ours.refused !== undefined;
  // `timestamp` is the same column by another name.
  if (grammar === "models" && order !== undefined) return ours.parsed !== undefined;
  return false;
}
