/** Searching experiments: clauses and order terms over MLflow's `experiments` and their tags. */
import type { ExperimentClause, ExperimentOrderTerm } from "./experiments.ts";
import { parseExperimentFilter, parseExperimentOrder } from "./experiments.ts";
import { armsByKey, buildPage, type PageQuery, type SortKey } from "./page.ts";
import type { ViewType } from "./run-query.ts";
import { Binder, compare } from "./sql.ts";

/** What `experiments/search` asks for. */
export interface ExperimentSearch {
  readonly filter?: string | null;
  readonly orderBy?: readonly string[];
  /** Default ACTIVE_ONLY. */
  readonly viewType?: ViewType;
  readonly pageSize: number;
  readonly pageToken?: string | null;
}

const NATURAL_ORDER = ["creation_time DESC", "experiment_id ASC"];

/** One page of experiments: rows of table `experiments`. Errors: 400 in MLflow's words. */
export function buildExperimentQuery(search: ExperimentSearch): PageQuery {
  const binder = new Binder();
  const where = parseExperimentFilter(search.filter).map((clause) => condition(binder, clause));
  if (search.viewType !== "ALL") {
    const stage = search.viewType === "DELETED_ONLY" ? "deleted" : "active";
    where.push(`r.lifecycle_stage = ${binder.bind(stage)}`);
  }
  const orderBy = search.orderBy?.length ? search.orderBy : NATURAL_ORDER;
  const terms = parseExperimentOrder(orderBy);
  if (!terms.some(({ key }) => key === "experiment_id")) {
    terms.push({ kind: "attribute", key: "experiment_id", ascending: false });
  }
  const [lead, ...rest] = terms.map(sortKey);
  return buildPage({
    table: "experiments",
    arms: armsByKey({ from: "experiments r", where }, lead!, rest),
    binder,
    order: terms.map(({ key, ascending }) => `${key} ${ascending}`).join("\n"),
    pageSize: search.pageSize,
    token: search.pageToken ?? null,
  });
}

function condition(binder: Binder, { kind, key, comparator, value }: ExperimentClause): string {
  if (kind === "attribute") return compare(binder, `r.${key}`, comparator, value);
  const scope =
    `FROM experiment_tags t WHERE t.key = ${binder.bind(key)} ` +
    "AND t.experiment_id = r.experiment_id";
  if (comparator === "IS NULL" || comparator === "IS NOT NULL") {
    return `(SELECT 1 ${scope}) ${comparator}`;
  }
  return compare(binder, `(SELECT t.value ${scope})`, comparator, value);
}

function sortKey({ key, ascending }: ExperimentOrderTerm): SortKey {
  const isTime = key === "creation_time" || key === "last_update_time";
  return {
    sql: `r.${key}`,
    ascending,
    nullable: isTime,
    integer: isTime || key === "experiment_id",
  };
}
