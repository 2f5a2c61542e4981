/**
 * Searching runs: clauses and order terms over MLflow's tables `runs`, `latest_metrics`, `params`,
 * `tags`, `datasets`. The natural order is start_time descending, then run_uuid.
 *
 * Which way is cheap depends on the data, so the clauses that name one value are counted first, to
 * a small bound: a clause that few runs meet is looked up and its runs are sorted; otherwise runs
 * are walked in the order asked for, each is checked, and the walk stops when the page is full.
 */
import type { Database } from "../../core/store/index.ts";
import { invalidParameter } from "../wire/error.ts";
import { type Arm, armsByKey, buildPage, type PageQuery, type SortKey } from "./page.ts";
import type { RunClause, RunOrderTerm } from "./runs.ts";
import { parseRunFilter, parseRunOrder } from "./runs.ts";
import { allOf, Binder, compare, finds } from "./sql.ts";

export type ViewType = "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL";

/** What `runs/search` asks for. */
export interface RunSearch {
  readonly experimentIds: readonly (string | number)[];
  readonly filter?: string | null;
  readonly orderBy?: readonly string[];
  /** Default ACTIVE_ONLY. */
  readonly viewType?: ViewType;
  readonly pageSize: number;
  readonly pageToken?: string | null;
  /** Of the table `runs`, those that are read; default all. */
  readonly columns?: readonly string[];
}

// A clause met by fewer runs than this is where a search starts.
const FEW_RUNS = 3000;
const MAX_CLAUSES_COUNTED = 16;
// So many experiments (twice as many with deleted runs) are walked side by side.
const MAX_PARTS = 40;
// Each is a table of the join, of which SQLite takes 64.
const MAX_JOINED_TERMS = 50;

const TABLES = { metric: "latest_metrics", parameter: "params", tag: "tags" } as const;
const COLUMNS: Readonly<Record<string, string>> = { run_id: "run_uuid", run_name: "name" };
const RUN_NAME_TAG = "mlflow.runName";
const DATASET_CONTEXT_TAG = "mlflow.data.context";
const START_TIME: SortKey = {
  sql: "r.start_time",
  ascending: false,
  nullable: true,
  integer: true,
};
const RUN_ID: SortKey = { sql: "r.run_uuid", ascending: true };

/**
 * One page of runs: rows of table `runs`. The database is asked only how selective the clauses are.
 * Errors: 400 in MLflow's words for a filter, an order or a token that is none.
 */
export function buildRunQuery(database: Database, search: RunSearch): PageQuery {
  const clauses = parseRunFilter(search.filter);
  const terms = parseRunOrder(search.orderBy ?? []);
  if (terms.filter(({ kind }) => kind !== "attribute").length > MAX_JOINED_TERMS) {
    const what = "metrics, parameters and tags";
    throw invalidParameter(`\`order_by\` may name at most ${MAX_JOINED_TERMS} ${what}.`);
  }
  const binder = new Binder();
  const scope = scopeConditions(binder, search);
  const where = sortByCost(clauses).map((clause) => runCondition(binder, clause));
  const start = findStart(database, binder, { clauses, scope });
  const parts = scopeParts(binder, search);
  return buildPage({
    table: "runs",
    ...(search.columns === undefined ? {} : { columns: search.columns }),
    arms: makeArms(binder, { terms, scope, where, start, parts }),
    binder,
    order: terms.map(({ kind, key, ascending }) => `${kind}.${key} ${ascending}`).join("\n"),
    pageSize: search.pageSize,
    token: search.pageToken ?? null,
  });
}

interface ParsedSearch {
  readonly clauses: readonly RunClause[];
  readonly scope: readonly string[];
}

function scopeConditions(binder: Binder, { experimentIds, viewType }: RunSearch): string[] {
  const ids = experimentIds.map(String);
  const [id] = ids;
  const inExperiments =
    ids.length === 1 && id !== undefined
      ? `r.experiment_id = ${binder.bind(id)}`
      : `r.experiment_id IN ${binder.bindList(ids)}`;
  const stages = stagesOf(viewType).map((stage) => binder.bind(stage));
  return stages.length > 1
    ? [inExperiments]
    : [inExperiments, `r.lifecycle_stage = ${stages.join("")}`];
}

function stagesOf(viewType: ViewType = "ACTIVE_ONLY"): string[] {
  if (viewType === "ALL") return ["active", "deleted"];
  return viewType === "DELETED_ONLY" ? ["deleted"] : ["active"];
}

/** The scope cut so that an index holds each part in the natural order; none when that is silly. */
function scopeParts(binder: Binder, { experimentIds, viewType }: RunSearch): string[] {
  const ids = [...new Set(experimentIds.map(String))];
  const stages = stagesOf(viewType);
  const count = ids.length * stages.length;
  if (count < 2 || count > MAX_PARTS) return [];
  const bound = stages.map((stage) => `r.lifecycle_stage = ${binder.bind(stage)}`);
  return ids.flatMap((id) => {
    const inExperiment = `r.experiment_id = ${binder.bind(id)}`;
    return bound.map((inStage) => `${inExperiment} AND ${inStage}`);
  });
}

/** The condition of a clause on a run `r`. */
function runCondition(binder: Binder, clause: RunClause): string {
  const { kind, key, comparator, value } = clause;
  if (kind === "dataset") return datasetCondition(binder, clause);
  if (kind === "attribute" && key !== "run_name") {
    return compare(binder, `r.${COLUMNS[key] ?? key}`, comparator, value);
  }
  const { table, name } = valueTable(clause);
  const scope = `FROM ${table} f WHERE f.run_uuid = r.run_uuid AND f.key = ${binder.bind(name)}`;
  // The index on values then answers by itself.
  if (isTextEquality(clause)) return finds(`${scope} AND f.value = ${binder.bind(String(value))}`);
  if (comparator === "IS NULL" || comparator === "IS NOT NULL") {
    return `(SELECT 1 ${scope}) ${comparator}`;
  }
  return compare(binder, `(SELECT f.value ${scope})`, comparator, value);
}

/** Those first that are quickest to check and that most runs fail; they are checked in order. */
function sortByCost(clauses: readonly RunClause[]): RunClause[] {
  const cost = (clause: RunClause) => {
    if (clause.kind === "attribute" && clause.key !== "run_name") return 0;
    return isTextEquality(clause) ? 1 : 2;
  };
  return [...clauses].sort((one, other) => cost(one) - cost(other));
}

/** Whether a parameter or tag is to be one text. */
function isTextEquality({ kind, comparator }: RunClause): boolean {
  return comparator === "=" && kind !== "metric" && kind !== "dataset";
}

// Runs of old MLflow have their name in a tag alone, so names are looked for there.
function valueTable({ kind, key }: RunClause): { table: string; name: string } {
  if (kind === "attribute") return { table: TABLES.tag, name: RUN_NAME_TAG };
  return { table: TABLES[kind as keyof typeof TABLES], name: key };
}

function datasetCondition(binder: Binder, { key, comparator, value }: RunClause): string {
  const isContext = key === "context";
  const condition = compare(binder, isContext ? "t.value" : `d.${key}`, comparator, value);
  const tags = isContext
    ? `JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = '${DATASET_CONTEXT_TAG}' `
    : "";
  return finds(
    "FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id " +
      `${tags}WHERE i.destination_id = r.run_uuid AND i.destination_type = 'RUN' AND ${condition}`,
  );
}

/** The runs that the most selective clause leaves, when they are few; a table expression or null. */
function findStart(database: Database, binder: Binder, search: ParsedSearch): string | null {
  let fewest = FEW_RUNS;
  let start: string | null = null;
  for (const clause of search.clauses.slice(0, MAX_CLAUSES_COUNTED)) {
    const rows = selectRuns(binder, clause, search.scope);
    if (rows === null) continue;
    const sql = `SELECT count(*) AS n FROM (${rows} LIMIT ${fewest})`;
    const count = database.get<{ n: number }>(sql, binder.parameters)?.n ?? fewest;
    if (count >= fewest) continue;
    fewest = count;
    start = `(${rows})`;
  }
  return start;
}

/** The ids of the runs that meet a clause, where an index alone can tell; else null. */
function selectRuns(binder: Binder, clause: RunClause, scope: readonly string[]): string | null {
  const { kind, key, comparator, value } = clause;
  if (kind === "dataset" || comparator === "IS NULL") return null;
  if (kind === "attribute" && key !== "run_name") {
    const byKey = key === "run_id" && (comparator === "=" || comparator === "IN");
    const byIndex = key === "start_time" || (key === "status" && comparator === "=");
    if (!byKey && !byIndex) return null;
    const condition = compare(binder, `r.${COLUMNS[key] ?? key}`, comparator, value);
    return `SELECT r.run_uuid FROM runs r WHERE ${allOf([...scope, condition])}`;
  }
  const { table, name } = valueTable(clause);
  // Only with `is_nan` does the index on values cover a range.
  const nan = kind === "metric" ? " AND f.is_nan IN (0, 1)" : "";
  const condition =
    comparator === "IS NOT NULL" ? "1" : compare(binder, "f.value", comparator, value);
  return (
    `SELECT f.run_uuid FROM ${table} f WHERE f.key = ${binder.bind(name)}${nan} ` +
    `AND ${condition}`
  );
}

interface ArmPlan {
  readonly terms: readonly RunOrderTerm[];
  readonly scope: readonly string[];
  readonly where: readonly string[];
  readonly start: string | null;
  readonly parts: readonly string[];
}

function makeArms(binder: Binder, { terms, scope, where, start, parts }: ArmPlan): Arm[] {
  const [lead, ...others] = terms;
  const joins: string[] = [];
  const rest = others.flatMap((term, index) => sortKeys(binder, { term, index, joins }));
  const named = terms.map(({ kind, key }) => `${kind}.${key}`);
  if (!named.includes("attribute.start_time")) rest.push(START_TIME);
  if (!named.includes("attribute.run_id")) rest.push(RUN_ID);
  const runs = start === null ? "runs r" : `${start} s CROSS JOIN runs r`;
  const linked = [...(start === null ? [] : ["r.run_uuid = s.run_uuid"]), ...scope, ...where];
  const plain = { from: [runs, ...joins].join(" "), where: linked };
  if (lead === undefined || lead.kind === "attribute") {
    const isByStart = lead === undefined || lead.key === "start_time";
    const isWalked = isByStart && start === null && parts.length > 0;
    const walk = isWalked ? { ...plain, where, parts } : plain;
    return lead === undefined
      ? armsByKey(walk, START_TIME, [RUN_ID])
      : armsByKey(walk, attributeKey(lead), rest);
  }
  const table = TABLES[lead.kind];
  const key = binder.bind(lead.key);
  const value = { sql: "v.value", ascending: lead.ascending };
  const from =
    start === null
      ? `${table} v CROSS JOIN ${[runs, ...joins].join(" ")}`
      : [runs, `CROSS JOIN ${table} v`, ...joins].join(" ");
  const valued = { from, where: [`v.key = ${key}`, "r.run_uuid = v.run_uuid", ...linked] };
  const missing = `NOT EXISTS (SELECT 1 FROM ${table} m WHERE m.run_uuid = r.run_uuid AND m.key = ${key}`;
  if (lead.kind === "metric") {
    return [
      { ...valued, where: [...valued.where, "v.is_nan = 0"], keys: [value, ...rest] },
      { ...valued, where: [...valued.where, "v.is_nan = 1"], keys: rest },
      { ...plain, where: [...plain.where, `${missing})`], keys: rest },
    ];
  }
  return [
    { ...valued, where: [...valued.where, "v.value IS NOT NULL"], keys: [value, ...rest] },
    { ...plain, where: [...plain.where, `${missing} AND m.value IS NOT NULL)`], keys: rest },
  ];
}

function attributeKey({ key, ascending }: RunOrderTerm): SortKey {
  const sql = `r.${COLUMNS[key] ?? key}`;
  const isTime = key === "start_time" || key === "end_time";
  return { sql, ascending, nullable: key !== "run_id", integer: isTime };
}

/** The keys of a term that is not the first; a metric's NaN come after its numbers. */
function sortKeys(
  binder: Binder,
  { term, index, joins }: { term: RunOrderTerm; index: number; joins: string[] },
): SortKey[] {
  if (term.kind === "attribute") return [attributeKey(term)];
  const alias = `o${index}`;
  const on = [`${alias}.run_uuid = r.run_uuid`, `${alias}.key = ${binder.bind(term.key)}`];
  joins.push(`LEFT JOIN ${TABLES[term.kind]} ${alias} ON ${allOf(on)}`);
  const value = { sql: `${alias}.value`, ascending: term.ascending, nullable: true };
  if (term.kind !== "metric") return [value];
  const rank = `CASE WHEN ${alias}.value IS NULL THEN 2 ELSE ${alias}.is_nan END`;
  return [{ sql: rank, ascending: true }, value];
}
