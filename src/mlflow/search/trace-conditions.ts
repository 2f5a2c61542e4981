/**
 * The clauses of a trace filter as conditions on a row `r` of `trace_info`. All clauses on spans
 * must be met by one span. An assessment of a whole session counts for each of its traces.
 */
import { printPythonJson } from "../wire/python-json.ts";
import { trimBackticks } from "./identifier.ts";
import { allOf, type Binder, compare, finds } from "./sql.ts";
import {
  LINKED_PROMPTS_TAG,
  parseTraceFilter,
  SOURCE_RUN_KEY,
  SPAN_ATTRIBUTE_PREFIX,
  type TraceClause,
} from "./traces.ts";

/** When a trace ended, in milliseconds. */
export const END_TIME = "(r.timestamp_ms + coalesce(r.execution_time_ms, 0))";

const SESSION_KEY = "mlflow.trace.session";

/** What a filter demands of a trace `r`. Errors: 400 in MLflow's words. */
export function traceConditions(binder: Binder, filter: string | null | undefined): string[] {
  const clauses = parseTraceFilter(filter);
  const conditions = clauses
    .filter(({ kind }) => kind !== "span")
    .map((clause) => condition(binder, clause));
  const spans = clauses.filter(({ kind }) => kind === "span");
  if (spans.length === 0) return conditions;
  const met = allOf(spans.map((clause) => spanCondition(binder, clause)));
  return [...conditions, finds(`FROM spans s WHERE s.trace_id = r.request_id AND ${met}`)];
}

function condition(binder: Binder, clause: TraceClause): string {
  const { kind, key, comparator, value } = clause;
  switch (kind) {
    case "attribute":
      return compare(binder, key === "end_time_ms" ? END_TIME : `r.${key}`, comparator, value);
    case "issue":
      return finds(
        "FROM assessments a WHERE a.trace_id = r.request_id " +
          `AND a.assessment_type = 'issue' AND ${compare(binder, "a.name", "=", value)}`,
      );
    case "tag":
      if (key === LINKED_PROMPTS_TAG) return linkedTo(binder, "prompt_version", value as string);
      return keyedCondition(binder, "trace_tags", clause);
    case "request_metadata": {
      const stored = keyedCondition(binder, "trace_request_metadata", clause);
      if (key !== SOURCE_RUN_KEY || comparator !== "=") return stored;
      return `(${linkedTo(binder, "run", value as string)} OR ${stored})`;
    }
    default:
      return assessmentCondition(binder, clause);
  }
}

function linkedTo(binder: Binder, type: "run" | "prompt_version", id: string): string {
  return (
    "EXISTS (SELECT 1 FROM entity_associations e WHERE e.source_type = 'trace' " +
    `AND e.source_id = r.request_id AND e.destination_type = '${type}' ` +
    `AND e.destination_id = ${binder.bind(id)})`
  );
}

function keyedCondition(binder: Binder, table: string, clause: TraceClause): string {
  const { key, comparator, value } = clause;
  const scope = `FROM ${table} f WHERE f.key = ${binder.bind(key)} AND f.request_id = r.request_id`;
  if (comparator === "IS NULL" || comparator === "IS NOT NULL") {
    return `(SELECT 1 ${scope}) ${comparator}`;
  }
  return compare(binder, `(SELECT f.value ${scope})`, comparator, value);
}

// A span's attributes are looked for in the text of its JSON, as MLflow does.
function spanCondition(binder: Binder, { key, comparator, value }: TraceClause): string {
  if (!key.startsWith(SPAN_ATTRIBUTE_PREFIX)) {
    return compare(binder, `s.${key}`, comparator, value);
  }
  const name = trimBackticks(key.slice(SPAN_ATTRIBUTE_PREFIX.length));
  const text = String(value);
  const pattern = comparator === "RLIKE" ? attributeExpression(name, text) : `%"${name}"${text}%`;
  return compare(binder, "s.content", comparator, pattern);
}

/** Values are JSON in JSON: `"name": "\"value\""`. */
function attributeExpression(name: string, pattern: string): string {
  const opens = pattern.startsWith("^") ? '"\\\\"' : '"\\\\".*';
  const closes = pattern.endsWith("$") ? '\\\\"' : "";
  return `"${name}": ${opens}${pattern.replace(/^\^/, "").replace(/\$$/, "")}${closes}`;
}

function assessmentCondition(binder: Binder, clause: TraceClause): string {
  const { kind, key, comparator, value } = clause;
  const met = [
    `a.assessment_type = ${binder.bind(kind)}`,
    `a.name = ${binder.bind(key)}`,
    "a.valid = 1",
  ];
  const isNullTest = comparator === "IS NULL" || comparator === "IS NOT NULL";
  if (!isNullTest) met.push(valueCondition(binder, clause, String(value)));
  const direct = finds(`FROM assessments a WHERE a.trace_id = r.request_id AND ${allOf(met)}`);
  const session = binder.bind(SESSION_KEY);
  const shared =
    `r.request_id IN (SELECT t.request_id FROM trace_request_metadata t WHERE t.key = ${session} ` +
    "AND t.value IN (SELECT m.value FROM trace_request_metadata m " +
    `JOIN assessments a ON a.trace_id = m.request_id WHERE m.key = ${session} ` +
    `AND instr(a.assessment_metadata, ${binder.bind(`"${SESSION_KEY}":`)}) > 0 ` +
    `AND ${allOf(met)}))`;
  return comparator === "IS NULL" ? `NOT (${direct} OR ${shared})` : `(${direct} OR ${shared})`;
}

// Stored as JSON: true and 5 as they are, texts in quotes. What came over REST is 5.0.
function valueCondition(binder: Binder, { comparator, value }: TraceClause, text: string): string {
  if (comparator !== "=" && comparator !== "!=") {
    return compare(binder, "a.value", comparator, value);
  }
  const texts = [text, printPythonJson(text)];
  if (/^-?\d+$/.test(text)) texts.push(`${text}.0`);
  else if (/^-?\d+\.0$/.test(text)) texts.push(text.slice(0, -2));
  const found = `a.value IN ${binder.bindList(texts)}`;
  return comparator === "=" ? found : `NOT (${found})`;
}
