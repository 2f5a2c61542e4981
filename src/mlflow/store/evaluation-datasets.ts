/**
 * Evaluation datasets, their tags and the experiments they belong to (`evaluation_datasets`,
 * `evaluation_dataset_tags`, `entity_associations`). Their records: `evaluation-records.ts`.
 */
import { createHash } from "node:crypto";
import { newHexId } from "../../core/ids.ts";
import type { Database } from "../../core/store/index.ts";
import { doesNotExist } from "../wire/error.ts";
import { groupRows } from "./rows.ts";

export interface EvaluationDataset {
  datasetId: string;
  name: string;
  /** JSON texts, null until there are records. */
  schema: string | null;
  profile: string | null;
  digest: string | null;
  createdTime: number | null;
  lastUpdateTime: number | null;
  createdBy: string | null;
  lastUpdatedBy: string | null;
  tags: [key: string, value: string | null][];
}

export type DatasetRow = Omit<EvaluationDataset, "tags">;
/** Tags as they are set; null sets nothing. */
export type DatasetTags = Readonly<Record<string, string | null>>;

/** The tag that says who did it. */
export const USER_TAG = "mlflow.user";
const ASSOCIATION = "source_type = 'evaluation_dataset' AND destination_type = 'experiment'";

/** The columns of a dataset, for a FROM that calls the table `d`. */
export const DATASET_COLUMNS = `d.dataset_id AS datasetId, d.name, d.schema, d.profile, d.digest,
  d.created_time AS createdTime, d.last_update_time AS lastUpdateTime, d.created_by AS createdBy,
  d.last_updated_by AS lastUpdatedBy`;

/** Makes a dataset without records. Its experiments are taken as they are named. */
export function createDataset(
  database: Database,
  fresh: { name: string; tags: DatasetTags; experimentIds: readonly string[] },
  nowMs: number,
): EvaluationDataset {
  const datasetId = `d-${newHexId()}`;
  const user = fresh.tags[USER_TAG] ?? null;
  database.run(
    `INSERT INTO evaluation_datasets (dataset_id, name, digest, created_time, last_update_time,
       created_by, last_updated_by) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [datasetId, fresh.name, digestOf(fresh.name, nowMs), nowMs, nowMs, user, user],
  );
  for (const [key, value] of Object.entries(fresh.tags)) {
    database.run("INSERT INTO evaluation_dataset_tags (dataset_id, key, value) VALUES (?, ?, ?)", [
      datasetId,
      key,
      value,
    ]);
  }
  associate(database, datasetId, fresh.experimentIds, nowMs);
  return getDataset(database, datasetId);
}

/** A dataset with its tags. */
export function getDataset(database: Database, datasetId: string): EvaluationDataset {
  const row = findRow(database, datasetId);
  if (row === null) throw doesNotExist(`Evaluation dataset with id '${datasetId}' not found`);
  return withTags(database, [row])[0] as EvaluationDataset;
}

/** Adds their tags to datasets that were read as rows. */
export function withTags(database: Database, rows: readonly DatasetRow[]): EvaluationDataset[] {
  const tags = database.all<{ datasetId: string; key: string; value: string | null }>(
    `SELECT dataset_id AS datasetId, key, value FROM evaluation_dataset_tags
      WHERE dataset_id IN (SELECT value FROM json_each(?)) ORDER BY rowid`,
    [JSON.stringify(rows.map(({ datasetId }) => datasetId))],
  );
  const tagsOf = groupRows(tags, ({ datasetId }) => datasetId);
  return rows.map((row) => ({
    ...row,
    tags: (tagsOf.get(row.datasetId) ?? []).map(({ key, value }) => [key, value]),
  }));
}

/** Deletes a dataset with its records; one that is not there is no error. */
export function deleteDataset(database: Database, datasetId: string): void {
  database.run(
    `DELETE FROM entity_associations
      WHERE (source_type = 'evaluation_dataset' AND source_id = ?)
         OR (destination_type = 'evaluation_dataset' AND destination_id = ?)`,
    [datasetId, datasetId],
  );
  database.run("DELETE FROM evaluation_datasets WHERE dataset_id = ?", [datasetId]);
}

/** Sets or replaces tags. */
export function setDatasetTags(database: Database, datasetId: string, tags: DatasetTags): void {
  if (findRow(database, datasetId) === null) {
    throw doesNotExist(`Could not find evaluation dataset with ID ${datasetId}`);
  }
  for (const [key, value] of Object.entries(tags)) {
    if (value === null) continue;
    database.run(
      `INSERT INTO evaluation_dataset_tags (dataset_id, key, value) VALUES (?, ?, ?)
       ON CONFLICT (dataset_id, key) DO UPDATE SET value = excluded.value`,
      [datasetId, key, value],
    );
  }
}

/** Removes a tag; none of it there is no error. */
export function deleteDatasetTag(database: Database, datasetId: string, key: string): void {
  database.run("DELETE FROM evaluation_dataset_tags WHERE dataset_id = ? AND key = ?", [
    datasetId,
    key,
  ]);
}

/** The experiments a dataset belongs to, none for one that is not there. */
export function listDatasetExperiments(database: Database, datasetId: string): string[] {
  const rows = database.all<{ id: string }>(
    `SELECT destination_id AS id FROM entity_associations
      WHERE ${ASSOCIATION} AND source_id = ? ORDER BY created_time, rowid`,
    [datasetId],
  );
  return rows.map(({ id }) => id);
}

/** Puts a dataset into more experiments, which must be there. */
export function addToExperiments(
  database: Database,
  datasetId: string,
  experimentIds: readonly string[],
  nowMs: number,
): EvaluationDataset {
  requireDataset(database, datasetId);
  for (const id of experimentIds) {
    const found = database.get("SELECT 1 FROM experiments WHERE experiment_id = ?", [id]);
    if (found === null) throw doesNotExist(`No Experiment with id=${id}`);
  }
  associate(database, datasetId, experimentIds, nowMs);
  touch(database, datasetId, nowMs);
  return getDataset(database, datasetId);
}

/** Takes a dataset out of experiments; those it is not in are passed over. */
export function removeFromExperiments(
  database: Database,
  datasetId: string,
  experimentIds: readonly string[],
  nowMs: number,
): EvaluationDataset {
  requireDataset(database, datasetId);
  const { changes } = database.run(
    `DELETE FROM entity_associations WHERE ${ASSOCIATION} AND source_id = ?
        AND destination_id IN (SELECT value FROM json_each(?))`,
    [datasetId, JSON.stringify(experimentIds)],
  );
  if (changes > 0) touch(database, datasetId, nowMs);
  return getDataset(database, datasetId);
}

/** The digest of a dataset: it changes with every change of the records. */
export function digestOf(name: string, nowMs: number): string {
  return createHash("sha256").update(`${name}:${nowMs}`).digest("hex").slice(0, 8);
}

function findRow(database: Database, datasetId: string): DatasetRow | null {
  return database.get<DatasetRow>(
    `SELECT ${DATASET_COLUMNS} FROM evaluation_datasets d WHERE d.dataset_id = ?`,
    [datasetId],
  );
}

function requireDataset(database: Database, datasetId: string): void {
  if (findRow(database, datasetId) === null) {
    throw doesNotExist(`Dataset '${datasetId}' not found`);
  }
}

function associate(
  database: Database,
  datasetId: string,
  experimentIds: readonly string[],
  nowMs: number,
): void {
  for (const id of experimentIds) {
    database.run(
      `INSERT OR IGNORE INTO entity_associations (association_id, source_type, source_id,
         destination_type, destination_id, created_time)
       VALUES (?, 'evaluation_dataset', ?, 'experiment', ?, ?)`,
      [`a-${newHexId()}`, datasetId, id, nowMs],
    );
  }
}

function touch(database: Database, datasetId: string, nowMs: number): void {
  database.run("UPDATE evaluation_datasets SET last_update_time = ? WHERE dataset_id = ?", [
    nowMs,
    datasetId,
  ]);
}
