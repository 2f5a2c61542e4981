/** Pages of registered models, model versions, logged models and evaluation datasets. */
import type { Database } from "../../core/store/index.ts";
import { buildDatasetQuery, type DatasetSearch } from "../search/dataset-query.ts";
import { buildLoggedModelQuery, type LoggedModelSearch } from "../search/logged-model-query.ts";
import { type PageQuery, readPage } from "../search/page.ts";
import {
  buildModelQuery,
  buildVersionQuery,
  type RegistrySearch,
} from "../search/registry-query.ts";
import {
  DATASET_COLUMNS,
  type DatasetRow,
  type EvaluationDataset,
  withTags as withDatasetTags,
} from "./evaluation-datasets.ts";
import {
  completeLoggedModels,
  LOGGED_MODEL_COLUMNS,
  type LoggedModel,
  type LoggedModelRow,
} from "./logged-models.ts";
import { type ModelVersion, VERSION_COLUMNS, type VersionRow, withTags } from "./model-versions.ts";
import {
  completeModels,
  MODEL_COLUMNS,
  type ModelRow,
  type RegisteredModel,
} from "./registered-models.ts";

/** One page of a search. */
export interface Page<Item> {
  items: Item[];
  nextPageToken: string | null;
}

/** A page of registered models with their latest versions; prompts only where asked for. */
export function searchModels(database: Database, search: RegistrySearch): Page<RegisteredModel> {
  const { rows, nextPageToken } = pageOf<ModelRow>(database, buildModelQuery(search), {
    columns: MODEL_COLUMNS,
    alias: "m",
  });
  return { items: completeModels(database, rows), nextPageToken };
}

/** A page of model versions with their tags; aliases are not told here, as in MLflow. */
export function searchVersions(database: Database, search: RegistrySearch): Page<ModelVersion> {
  const { rows, nextPageToken } = pageOf<VersionRow>(database, buildVersionQuery(search), {
    columns: VERSION_COLUMNS,
    alias: "v",
  });
  return { items: withTags(database, rows), nextPageToken };
}

/** A page of logged models with their data. */
export function searchLoggedModels(
  database: Database,
  search: LoggedModelSearch,
): Page<LoggedModel> {
  const { rows, nextPageToken } = pageOf<LoggedModelRow>(database, buildLoggedModelQuery(search), {
    columns: LOGGED_MODEL_COLUMNS,
    alias: "l",
  });
  return { items: completeLoggedModels(database, rows), nextPageToken };
}

/** A page of evaluation datasets with their tags. */
export function searchDatasets(database: Database, search: DatasetSearch): Page<EvaluationDataset> {
  const { rows, nextPageToken } = pageOf<DatasetRow>(database, buildDatasetQuery(search), {
    columns: DATASET_COLUMNS,
    alias: "d",
  });
  return { items: withDatasetTags(database, rows), nextPageToken };
}

/** The query hands out whole rows of its table; the columns of a concept are picked from them. */
function pageOf<Row>(
  database: Database,
  query: PageQuery,
  { columns, alias }: { columns: string; alias: string },
) {
  const sql = `SELECT ${columns}, ${alias}.* FROM (${query.sql}) ${alias}`;
  return readPage<Row>(database, { ...query, sql });
}
