/**
 * Searching traces: clauses and order terms over `trace_info` and what hangs on it. The natural
 * order is timestamp_ms descending, then request_id. `trace-conditions.ts` has the clauses.
 */
import { armsByKey, buildPage, type PageQuery, type SortKey } from "./page.ts";
import { Binder } from "./sql.ts";
import { END_TIME, traceConditions } from "./trace-conditions.ts";
import { parseTraceOrder, type TraceOrderTerm } from "./traces.ts";

/** What `traces/search` asks for. */
export interface TraceSearch {
  readonly experimentIds: readonly string[];
  readonly filter?: string | null;
  readonly orderBy?: readonly string[];
  readonly pageSize: number;
  readonly pageToken?: string | null;
}

const NUMERIC_KEYS = ["timestamp_ms", "execution_time_ms", "end_time_ms", "experiment_id"];

/** One page of traces: rows of table `trace_info`. Errors: 400 in MLflow's words. */
export function buildTraceQuery(search: TraceSearch): PageQuery {
  const binder = new Binder();
  const terms = parseTraceOrder(search.orderBy ?? []);
  const where = [
    inExperiments(binder, search.experimentIds),
    ...traceConditions(binder, search.filter),
  ];
  const named = terms.map(({ kind, key }) => `${kind}.${key}`);
  const keys = terms.map((term) => sortKey(binder, term));
  if (!named.includes("attribute.timestamp_ms")) {
    keys.push({ sql: "r.timestamp_ms", ascending: false, integer: true });
  }
  if (!named.includes("attribute.request_id")) keys.push({ sql: "r.request_id", ascending: true });
  const [lead, ...rest] = keys;
  return buildPage({
    table: "trace_info",
    arms: armsByKey({ from: "trace_info r", where }, lead!, rest),
    binder,
    order: terms.map(({ kind, key, ascending }) => `${kind}.${key} ${ascending}`).join("\n"),
    pageSize: search.pageSize,
    token: search.pageToken ?? null,
    tokenWhenFull: true,
  });
}

/** That a trace `r` is in one of these experiments. */
export function inExperiments(binder: Binder, ids: readonly string[]): string {
  const [id] = ids;
  return ids.length === 1 && id !== undefined
    ? `r.experiment_id = ${binder.bind(id)}`
    : `r.experiment_id IN ${binder.bindList(ids)}`;
}

function sortKey(binder: Binder, { kind, key, ascending }: TraceOrderTerm): SortKey {
  if (kind === "attribute") {
    const sql = key === "end_time_ms" ? END_TIME : `r.${key}`;
    const integer = NUMERIC_KEYS.includes(key);
    return { sql, ascending, nullable: key === "execution_time_ms", integer };
  }
  const table = kind === "tag" ? "trace_tags" : "trace_request_metadata";
  const sql =
    `(SELECT v.value FROM ${table} v WHERE v.key = ${binder.bind(key)} ` +
    "AND v.request_id = r.request_id)";
  return { sql, ascending, nullable: true };
}
