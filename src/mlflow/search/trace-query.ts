/**
 * Searching traces: clauses and order terms over MLflow's tables `trace_info`, `trace_tags`,
 * `trace_request_metadata`, `spans`, `assessments` and `entity_associations`. The natural order is
 * timestamp_ms descending, then request_id (`_get_filter_clauses_for_search_traces` of 3.11.1).
 */
import { dumpJson } from "../wire/python-dump.ts";
import type { Comparator } from "./ast.ts";
import { trimBackticks } from "./identifier.ts";
import { buildPage, type PageQuery, type SortKey } from "./page.ts";
import { allOf, Binder, compare } from "./sql.ts";
import {
  LINKED_PROMPTS_TAG,
  parseTraceFilter,
  parseTraceOrder,
  SOURCE_RUN_KEY,
  SPAN_ATTRIBUTE_PREFIX,
  type TraceClause,
  type TraceOrderTerm,
} from "./traces.ts";

/** What `traces/search` asks for. */
export interface TraceSearch {
  readonly experimentIds: readonly number[];
  readonly filter?: string | null;
  readonly orderBy?: readonly string[];
  readonly pageSize: number;
  readonly pageToken?: string | null;
}

const END_TIME = "(r.timestamp_ms + coalesce(r.execution_time_ms, 0))";
const SESSION_KEY = "mlflow.trace.session";
const PAIR_TABLES = { tag: "trace_tags", request_metadata: "trace_request_metadata" } as const;

/** One page of traces: rows of `trace_info`. Errors: 400 in MLflow's words. */
export function buildTraceQuery(search: TraceSearch): PageQuery {
  const terms = parseTraceOrder(search.orderBy ?? []);
  const binder = new Binder();
  const where = [
    inExperiments(binder, search.experimentIds),
    ...traceConditions(binder, search.filter),
  ];
  return buildPage({
    table: "trace_info",
    arms: [{ from: "trace_info r", where, keys: sortKeys(binder, terms) }],
    binder,
    order: terms.map(({ kind, key, ascending }) => `${kind}.${key} ${ascending}`).join("\n"),
    pageSize: search.pageSize,
    token: search.pageToken ?? null,
    tokenWhenFull: true,
  });
}

/** That a trace `r` is in one of these experiments. */
export function inExperiments(binder: Binder, ids: readonly number[]): string {
  const [id] = ids;
  return ids.length === 1 && id !== undefined
    ? `r.experiment_id = ${binder.bind(id)}`
    : `r.experiment_id IN ${binder.bindList(ids)}`;
}

/** What a filter demands of a trace `r`. Errors: 400 in MLflow's words. */
export function traceConditions(binder: Binder, filter: string | null | undefined): string[] {
  const clauses = parseTraceFilter(filter);
  const ofSpans = clauses.filter(({ kind }) => kind === "span");
  const others = clauses.filter(({ kind }) => kind !== "span");
  const conditions = others.map((clause) => traceCondition(binder, clause));
  if (ofSpans.length === 0) return conditions;
  // One span must meet them all.
  const span = allOf(ofSpans.map((clause) => spanCondition(binder, clause)));
  return [
    ...conditions,
    `EXISTS (SELECT 1 FROM spans s WHERE s.trace_id = r.request_id AND ${span})`,
  ];
}

function traceCondition(binder: Binder, clause: TraceClause): string {
  const { kind, key, comparator, value } = clause;
  switch (kind) {
    case "attribute":
      return compare(binder, attributeColumn(key), comparator, value);
    case "tag":
      if (key === LINKED_PROMPTS_TAG) return isLinked(binder, "prompt_version", String(value));
      return pairCondition(binder, "tag", clause);
    case "request_metadata": {
      const condition = pairCondition(binder, "request_metadata", clause);
      if (key !== SOURCE_RUN_KEY || comparator !== "=") return condition;
      return `(${condition} OR ${isLinked(binder, "run", String(value))})`;
    }
    case "issue":
      return `EXISTS (SELECT 1 FROM assessments a WHERE a.trace_id = r.request_id
        AND a.assessment_type = 'issue' AND a.name = ${binder.bind(String(value))})`;
    default:
      return assessmentCondition(binder, clause);
  }
}

function attributeColumn(key: string): string {
  return key === "end_time_ms" ? END_TIME : `r.${key}`;
}

function isLinked(binder: Binder, type: "run" | "prompt_version", id: string): string {
  return `EXISTS (SELECT 1 FROM entity_associations e WHERE e.source_type = 'trace'
    AND e.source_id = r.request_id AND e.destination_type = '${type}'
    AND e.destination_id = ${binder.bind(id)})`;
}

function pairCondition(
  binder: Binder,
  kind: keyof typeof PAIR_TABLES,
  { key, comparator, value }: TraceClause,
): string {
  const rows = `SELECT 1 FROM ${PAIR_TABLES[kind]} t WHERE t.request_id = r.request_id
    AND t.key = ${binder.bind(key)}`;
  if (comparator === "IS NULL") return `NOT EXISTS (${rows})`;
  if (comparator === "IS NOT NULL") return `EXISTS (${rows})`;
  return `EXISTS (${rows} AND ${compare(binder, "t.value", comparator, value)})`;
}

function spanCondition(binder: Binder, { key, comparator, value }: TraceClause): string {
  if (!key.startsWith(SPAN_ATTRIBUTE_PREFIX)) {
    return compare(binder, `s.${key}`, comparator, value);
  }
  const name = trimBackticks(key.slice(SPAN_ATTRIBUTE_PREFIX.length));
  const text = String(value);
  const pattern = comparator === "RLIKE" ? attributePattern(name, text) : `%"${name}"${text}%`;
  return compare(binder, "s.content", comparator, pattern);
}

/** A pattern for an attribute's value as one for the JSON that it stands in, quoted twice. */
function attributePattern(name: string, pattern: string): string {
  const isFromStart = pattern.startsWith("^");
  const isToEnd = pattern.endsWith("$");
  const inner = pattern.slice(isFromStart ? 1 : 0, isToEnd ? -1 : undefined);
  return `"${name}": "\\\\"${isFromStart ? "" : ".*"}${inner}${isToEnd ? '\\\\"' : ""}`;
}

/** Feedback and expectations of the trace, or of its session when they are about that. */
function assessmentCondition(binder: Binder, clause: TraceClause): string {
  const { kind, key, comparator, value } = clause;
  const isMeant = [`a.assessment_type = '${kind}'`, `a.name = ${binder.bind(key)}`, "a.valid = 1"];
  const isNull = comparator === "IS NULL";
  if (!isNull && comparator !== "IS NOT NULL") {
    isMeant.push(compareJson(binder, comparator, String(value)));
  }
  const condition = allOf(isMeant);
  const direct = `EXISTS (SELECT 1 FROM assessments a WHERE a.trace_id = r.request_id
    AND ${condition})`;
  const bySession = `r.request_id IN (SELECT m.request_id FROM trace_request_metadata m
    WHERE m.key = '${SESSION_KEY}' AND m.value IN (
      SELECT n.value FROM assessments a JOIN trace_request_metadata n
        ON n.request_id = a.trace_id AND n.key = '${SESSION_KEY}'
      WHERE a.assessment_metadata LIKE '%"${SESSION_KEY}":%' AND ${condition}))`;
  return isNull ? `NOT (${direct} OR ${bySession})` : `(${direct} OR ${bySession})`;
}

/** Values are JSON: \`'true'\` means the boolean as well as the text. */
function compareJson(binder: Binder, comparator: Comparator, value: string): string {
  if (comparator !== "=" && comparator !== "!=") {
    return compare(binder, "a.value", comparator, value);
  }
  const either = `a.value IN (${binder.bind(value)}, ${binder.bind(dumpJson(value))})`;
  return comparator === "=" ? either : `NOT ${either}`;
}

function sortKeys(binder: Binder, terms: readonly TraceOrderTerm[]): SortKey[] {
  const keys = terms.map(({ kind, key, ascending }): SortKey => {
    if (kind !== "attribute") {
      const sql = `(SELECT t.value FROM ${PAIR_TABLES[kind]} t
        WHERE t.request_id = r.request_id AND t.key = ${binder.bind(key)})`;
      return { sql, ascending, nullable: true };
    }
    const isNullable = key === "execution_time_ms";
    const integer = key.endsWith("_ms") || key === "experiment_id";
    return { sql: attributeColumn(key), ascending, nullable: isNullable, integer };
  });
  const named = new Set(terms.flatMap(({ kind, key }) => (kind === "attribute" ? [key] : [])));
  if (!named.has("timestamp_ms")) {
    keys.push({ sql: "r.timestamp_ms", ascending: false, integer: true });
  }
  if (!named.has("request_id")) keys.push({ sql: "r.request_id", ascending: true });
  return keys;
}
