/** Runs a random search of any entity through all its pages. */
import type { Database } from "../../../src/core/store/index.ts";
import { buildDatasetQuery } from "../../../src/mlflow/search/dataset-query.ts";
import { buildExperimentQuery } from "../../../src/mlflow/search/experiment-query.ts";
import { buildLoggedModelQuery } from "../../../src/mlflow/search/logged-model-query.ts";
import type { LoggedModelOrder } from "../../../src/mlflow/search/logged-models.ts";
import { type PageQuery, readPage } from "../../../src/mlflow/search/page.ts";
import { buildModelQuery, buildVersionQuery } from "../../../src/mlflow/search/registry-query.ts";
import { buildRunQuery } from "../../../src/mlflow/search/run-query.ts";
import { buildTraceQuery } from "../../../src/mlflow/search/trace-query.ts";
import type { RandomSearch } from "./random-store.ts";

type Row = Record<string, string | number | null>;

const ID_OF: Record<RandomSearch["entity"], (row: Row) => string> = {
  runs: (row) => String(row.run_uuid),
  experiments: (row) => String(row.experiment_id),
  models: (row) => String(row.name),
  versions: (row) => `${row.name}/${row.version}`,
  traces: (row) => String(row.request_id),
  logged: (row) => String(row.model_id),
  datasets: (row) => String(row.dataset_id),
};

/** The ids of every row found, in order, seven rows a page. */
export function searchAll(database: Database, search: RandomSearch): string[] {
  const ids: string[] = [];
  let pageToken: string | null = null;
  do {
    const page: { rows: Row[]; nextPageToken: string | null } = readPage(
      database,
      buildAny(database, search, pageToken),
    );
    ids.push(...page.rows.map(ID_OF[search.entity]));
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return ids;
}

function buildAny(
  database: Database,
  { entity, filter, orderBy: order, datasets }: RandomSearch,
  pageToken: string | null,
): PageQuery {
  const orderBy = order as string[];
  const search = { filter, orderBy, pageSize: 7, pageToken };
  switch (entity) {
    case "runs":
      return buildRunQuery(database, { ...search, experimentIds: ["1", "2"] });
    case "experiments":
      return buildExperimentQuery(search);
    case "models":
      return buildModelQuery(search);
    case "versions":
      return buildVersionQuery(search);
    case "traces":
      return buildTraceQuery({ ...search, experimentIds: ["1"] });
    case "datasets":
      return buildDatasetQuery(search);
    case "logged":
      return buildLoggedModelQuery({
        ...search,
        orderBy: order as LoggedModelOrder[],
        experimentIds: ["1"],
        datasets: datasets ?? [],
      });
  }
}
