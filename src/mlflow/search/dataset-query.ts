/** Searching evaluation datasets: clauses and order terms over their table and tags. */
import {
  type DatasetClause,
  type DatasetOrderTerm,
  parseDatasetFilter,
  parseDatasetOrder,
} from "./evaluation-datasets.ts";
import { armsByKey, buildPage, type PageQuery, type SortKey } from "./page.ts";
import { Binder, compare } from "./sql.ts";

/** What `datasets/search` asks for; no experiments means every dataset. */
export interface DatasetSearch {
  readonly experimentIds?: readonly string[];
  readonly filter?: string | null;
  readonly orderBy?: readonly string[];
  readonly pageSize: number;
  readonly pageToken?: string | null;
}

/** One page of datasets: rows of table `evaluation_datasets`. Errors: 400 in MLflow's words. */
export function buildDatasetQuery(search: DatasetSearch): PageQuery {
  const binder = new Binder();
  const where = parseDatasetFilter(search.filter).map((clause) => condition(binder, clause));
  if (search.experimentIds?.length) {
    where.push(
      "r.dataset_id IN (SELECT a.source_id FROM entity_associations a " +
        "WHERE a.source_type = 'evaluation_dataset' AND a.destination_type = 'experiment' " +
        `AND a.destination_id IN ${binder.bindList(search.experimentIds)})`,
    );
  }
  const terms = parseDatasetOrder(search.orderBy?.length ? search.orderBy : ["created_time DESC"]);
  const [lead, ...rest] = [...terms.map(sortKey), { sql: "r.dataset_id", ascending: false }];
  return buildPage({
    table: "evaluation_datasets",
    arms: armsByKey({ from: "evaluation_datasets r", where }, lead!, rest),
    binder,
    order: terms.map(({ key, ascending }) => `${key} ${ascending}`).join("\n"),
    pageSize: search.pageSize,
    token: search.pageToken ?? null,
  });
}

function condition(binder: Binder, { kind, key, comparator, value }: DatasetClause): string {
  const column =
    kind === "attribute"
      ? `r.${key}`
      : "(SELECT t.value FROM evaluation_dataset_tags t WHERE t.dataset_id = r.dataset_id " +
        `AND t.key = ${binder.bind(key)})`;
  return compare(binder, column, comparator, value);
}

function sortKey({ key, ascending }: DatasetOrderTerm): SortKey {
  const isTime = key !== "name";
  return { sql: `r.${key}`, ascending, nullable: isTime, integer: isTime };
}
