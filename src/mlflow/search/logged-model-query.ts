/**
 * Searching logged models. A clause on a metric is met by any of its points (on the datasets that
 * were named); ordering takes the newest point of the metric. Deleted models are left out.
 */
import { invalidParameter } from "../wire/error.ts";
import {
  type LoggedModelClause,
  type LoggedModelOrder,
  type LoggedModelOrderTerm,
  parseLoggedModelFilter,
  parseLoggedModelOrder,
} from "./logged-models.ts";
import { armsByKey, buildPage, type PageQuery, type SortKey } from "./page.ts";
import { Binder, compare, finds } from "./sql.ts";

/** What `logged-models/search` asks for. */
export interface LoggedModelSearch {
  readonly experimentIds: readonly (string | number)[];
  readonly filter?: string | null;
  readonly datasets?: readonly { dataset_name?: string; dataset_digest?: string }[];
  readonly orderBy?: readonly LoggedModelOrder[];
  readonly pageSize: number;
  readonly pageToken?: string | null;
}

const INTEGER_COLUMNS =
  "creation_timestamp_ms last_updated_timestamp_ms status experiment_id".split(" ");
const NULLABLE_COLUMNS = "lifecycle_stage model_type source_run_id status_message".split(" ");

/** One page of logged models: rows of table `logged_models`. Errors: 400 in MLflow's words. */
export function buildLoggedModelQuery(search: LoggedModelSearch): PageQuery {
  const binder = new Binder();
  const clauses = parseLoggedModelFilter(search.filter);
  const terms = parseLoggedModelOrder(search.orderBy ?? []);
  const datasets = datasetCondition(binder, search.datasets ?? []);
  const where = [
    "r.lifecycle_stage != 'deleted'",
    `r.experiment_id IN ${binder.bindList(search.experimentIds.map(String))}`,
    ...clauses.map((clause) => condition(binder, clause, datasets)),
  ];
  if (datasets !== "" && !clauses.some(({ kind }) => kind === "metrics")) {
    where.push(finds(`FROM logged_model_metrics m WHERE m.model_id = r.model_id${datasets}`));
  }
  const keys = terms.map((term) => sortKey(binder, term));
  if (!terms.some(({ key }) => key === "creation_timestamp_ms")) {
    keys.push({ sql: "r.creation_timestamp_ms", ascending: false, integer: true });
  }
  const [lead, ...rest] = [...keys, { sql: "r.model_id", ascending: true }];
  return buildPage({
    table: "logged_models",
    arms: armsByKey({ from: "logged_models r", where }, lead!, rest),
    binder,
    order: JSON.stringify(terms),
    pageSize: search.pageSize,
    token: search.pageToken ?? null,
  });
}

/** ` AND (...)` on a metric `m`, or nothing when no dataset is named. */
function datasetCondition(
  binder: Binder,
  datasets: NonNullable<LoggedModelSearch["datasets"]>,
): string {
  if (datasets.length === 0) return "";
  const either = datasets.map(({ dataset_name: name, dataset_digest: digest }) => {
    if (!name) {
      throw invalidParameter("`dataset_name` in the `datasets` clause must be specified.");
    }
    const named = `m.dataset_name = ${binder.bind(name)}`;
    // NOTE: MLflow's server takes an absent digest for "logged without one", not for "any".
    return `${named} AND m.dataset_digest ${digest ? `= ${binder.bind(digest)}` : "IS NULL"}`;
  });
  return ` AND (${either.join(" OR ")})`;
}

function condition(binder: Binder, clause: LoggedModelClause, datasets: string): string {
  const { kind, key, comparator, value } = clause;
  if (kind === "attributes") return compare(binder, `r.${key}`, comparator, value);
  if (kind === "metrics") {
    return finds(
      "FROM logged_model_metrics m WHERE m.model_id = r.model_id " +
        `AND m.metric_name = ${binder.bind(key)} ` +
        `AND ${compare(binder, "m.metric_value", comparator, value)}${datasets}`,
    );
  }
  const [table, name] =
    kind === "params" ? ["logged_model_params", "param"] : ["logged_model_tags", "tag"];
  const stored =
    `(SELECT f.${name}_value FROM ${table} f WHERE f.model_id = r.model_id ` +
    `AND f.${name}_key = ${binder.bind(key)})`;
  return compare(binder, stored, comparator, value);
}

function sortKey(binder: Binder, term: LoggedModelOrderTerm): SortKey {
  const { kind, key, ascending, datasetName, datasetDigest } = term;
  if (kind === "attributes") {
    const integer = INTEGER_COLUMNS.includes(key);
    return { sql: `r.${key}`, ascending, nullable: NULLABLE_COLUMNS.includes(key), integer };
  }
  const named = datasetName === null ? "" : ` AND m.dataset_name = ${binder.bind(datasetName)}`;
  const exact =
    datasetDigest === null ? "" : ` AND m.dataset_digest = ${binder.bind(datasetDigest)}`;
  const sql =
    "(SELECT m.metric_value FROM logged_model_metrics m WHERE m.model_id = r.model_id " +
    `AND m.metric_name = ${binder.bind(key)}${named}${exact} ` +
    "ORDER BY m.metric_timestamp_ms DESC, m.metric_step DESC LIMIT 1)";
  return { sql, ascending, nullable: true };
}
