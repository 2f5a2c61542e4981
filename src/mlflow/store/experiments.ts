/** Experiments and their tags: all of their SQL but the search, which is in `search/`. */
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { appendToUriPath } from "../artifacts/append-to-uri-path.ts";
import { buildExperimentQuery, type ExperimentSearch } from "../search/experiment-query.ts";
import { alreadyExists, doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import type { Int64 } from "../wire/fields.ts";
import { checkArtifactLocation, resolveLocation } from "./artifact-location.ts";
import { validateKey, validateLength } from "./names.ts";
import { allInt64, getInt64, groupRows } from "./rows.ts";

/** A key and a value: a tag, a parameter. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export type LifecycleStage = "active" | "deleted";
/** Which stages an answer shows. */
export type ViewType = "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL";

export interface Experiment {
  readonly experimentId: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  readonly creationTime: Int64 | null;
  readonly lastUpdateTime: Int64 | null;
  readonly tags: readonly KeyValue[];
}

export interface NewExperiment {
  readonly name: string;
  /** Empty for the default below `artifactRoot`. */
  readonly artifactLocation: string;
  readonly tags: readonly KeyValue[];
  readonly artifactRoot: string;
  readonly cwd: string;
  readonly maxLocationLength: number;
  readonly nowMs: number;
}

const MAX_KEY_LENGTH = 250;
const MAX_NAME_LENGTH = 500;
const MAX_TAG_VALUE_LENGTH = 5000;

const COLUMNS = `CAST(experiment_id AS TEXT) AS experimentId, name, artifact_location AS artifactLocation,
  lifecycle_stage AS lifecycleStage, creation_time AS creationTime,
  last_update_time AS lastUpdateTime`;

type ExperimentRow = Omit<Experiment, "tags">;

/** A row of the table `experiments`. */
interface SearchedRow {
  readonly experiment_id: Int64;
  readonly name: string;
  readonly artifact_location: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly creation_time: Int64 | null;
  readonly last_update_time: Int64 | null;
}

/** Makes an experiment and gives its id. RESOURCE_ALREADY_EXISTS also for a deleted one's name. */
export function createExperiment(database: Database, experiment: NewExperiment): string {
  const given = experiment.artifactLocation;
  if (given !== "") checkArtifactLocation(given, experiment.maxLocationLength);
  validateLength("name", MAX_NAME_LENGTH, experiment.name);
  const location = given === "" ? null : resolveLocation(given, experiment.cwd);
  const { name, nowMs } = experiment;
  try {
    return database.transaction(() => {
      database.run(
        `INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time,
                                  last_update_time)
         VALUES (?, ?, 'active', ?, ?)`,
        [name, location, nowMs, nowMs],
      );
      const experimentId = lastId(database);
      if (location === null) {
        const root = resolveLocation(experiment.artifactRoot, experiment.cwd);
        database.run("UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", [
          appendToUriPath(root, experimentId),
          experimentId,
        ]);
      }
      for (const { key, value } of experiment.tags) {
        database.run("INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?)", [
          experimentId,
          key,
          value,
        ]);
      }
      return experimentId;
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw alreadyExists(
      `Experiment(name=${name}) already exists. Error: ${(error as Error).message}`,
    );
  }
}

/** The experiment of an id as a client wrote it; 404 when there is none in those stages. */
export function getExperiment(database: Database, id: string, view: ViewType): Experiment {
  const experimentId = parseExperimentId(id);
  const row = getInt64<ExperimentRow>(
    database,
    ["creationTime", "lastUpdateTime"],
    `SELECT ${COLUMNS} FROM experiments WHERE experiment_id = ?`,
    [experimentId],
  );
  if (row === null || !isInView(row.lifecycleStage, view)) {
    throw doesNotExist(`No Experiment with id=${experimentId} exists`);
  }
  return withTags(database, [row])[0] as Experiment;
}

/** The experiment of that name in any stage, or null. */
export function findExperimentByName(database: Database, name: string): Experiment | null {
  const row = getInt64<ExperimentRow>(
    database,
    ["creationTime", "lastUpdateTime"],
    `SELECT ${COLUMNS} FROM experiments WHERE name = ? ORDER BY workspace <> 'default' LIMIT 1`,
    [name],
  );
  return row === null ? null : (withTags(database, [row])[0] as Experiment);
}

/** One page of the experiments that a search finds. Errors: 400 for a bad filter, order or token. */
export function searchExperiments(
  database: Database,
  search: ExperimentSearch,
): { experiments: Experiment[]; nextPageToken: string | null } {
  const query = buildExperimentQuery(search);
  const read = allInt64<SearchedRow>(
    database,
    ["experiment_id", "creation_time", "last_update_time"],
    query.sql,
    query.parameters,
  );
  const { rows, nextPageToken } = query.finish(read);
  const found = rows.map((row) => ({
    experimentId: String(row.experiment_id),
    name: row.name,
    artifactLocation: row.artifact_location,
    lifecycleStage: row.lifecycle_stage,
    creationTime: row.creation_time,
    lastUpdateTime: row.last_update_time,
  }));
  return { experiments: withTags(database, found), nextPageToken };
}

/** Gives an active experiment another name. */
export function renameExperiment(
  database: Database,
  id: string,
  newName: string,
  nowMs: number,
): void {
  database.transaction(() => {
    const experiment = getExperiment(database, id, "ALL");
    if (experiment.lifecycleStage !== "active") {
      throw invalidParameter("Cannot rename a non-active experiment.");
    }
    try {
      database.run(
        "UPDATE experiments SET name = ?, last_update_time = ? WHERE experiment_id = ?",
        [newName, nowMs, experiment.experimentId],
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new MlflowError("BAD_REQUEST", `Experiment(name=${newName}) already exists.`);
    }
  });
}

/** Moves an experiment with all of its runs from one stage to the other. */
export function moveExperiment(
  database: Database,
  id: string,
  stage: LifecycleStage,
  nowMs: number,
): void {
  const isDeletion = stage === "deleted";
  database.transaction(() => {
    const from = isDeletion ? "ACTIVE_ONLY" : "DELETED_ONLY";
    const { experimentId } = getExperiment(database, id, from);
    database.run(
      "UPDATE experiments SET lifecycle_stage = ?, last_update_time = ? WHERE experiment_id = ?",
      [stage, nowMs, experimentId],
    );
    database.run("UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE experiment_id = ?", [
      stage,
      isDeletion ? nowMs : null,
      experimentId,
    ]);
    if (isDeletion) {
      deleteAssessmentsOf(
        database,
        "SELECT run_uuid FROM runs WHERE experiment_id = ?",
        experimentId,
      );
    }
  });
}

/** Sets a tag of an active experiment. */
export function setExperimentTag(database: Database, id: string, tag: KeyValue): void {
  validateKey(tag.key);
  validateLength("key", MAX_KEY_LENGTH, tag.key);
  validateLength("value", MAX_TAG_VALUE_LENGTH, tag.value);
  database.transaction(() => {
    const experiment = getExperiment(database, id, "ALL");
    requireActive(experiment);
    database.run(
      `INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?)
       ON CONFLICT (key, experiment_id) DO UPDATE SET value = excluded.value`,
      [experiment.experimentId, tag.key, tag.value],
    );
  });
}

/** Removes a tag of an active experiment; 404 when it has none of that name. */
export function deleteExperimentTag(database: Database, id: string, key: string): void {
  database.transaction(() => {
    const experiment = getExperiment(database, id, "ALL");
    requireActive(experiment);
    const { changes } = database.run(
      "DELETE FROM experiment_tags WHERE experiment_id = ? AND key = ?",
      [experiment.experimentId, key],
    );
    if (changes > 0) return;
    throw doesNotExist(`No tag with name: ${key} in experiment with id ${id}`);
  });
}

/** Refuses work in a deleted experiment. */
export function requireActive(experiment: Experiment): void {
  if (experiment.lifecycleStage === "active") return;
  throw invalidParameter(
    `The experiment ${experiment.experimentId} must be in the 'active' state. Current state is ${experiment.lifecycleStage}.`,
  );
}

/** Python's `int(id)`; 400 for what it refuses. */
export function parseExperimentId(id: string): string {
  if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(id)) return String(BigInt(id.replaceAll("_", "").trim()));
  throw invalidParameter(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
}

function lastId(database: Database): string {
  const row = database.get<{ id: string }>("SELECT CAST(last_insert_rowid() AS TEXT) AS id");
  return row?.id ?? "";
}

/** Deletes the assessments that runs made: those of `runIds`, a query with one parameter. */
export function deleteAssessmentsOf(database: Database, runIds: string, parameter: string): void {
  database.run(
    `DELETE FROM assessments WHERE assessment_metadata LIKE '%"mlflow.assessment.sourceRunId"%'
       AND CASE WHEN json_valid(assessment_metadata)
                THEN json_extract(assessment_metadata, '$."mlflow.assessment.sourceRunId"')
           END IN (${runIds})`,
    [parameter],
  );
}

function isInView(stage: LifecycleStage, view: ViewType): boolean {
  return view === "ALL" || (view === "ACTIVE_ONLY") === (stage === "active");
}

function withTags(database: Database, rows: readonly ExperimentRow[]): Experiment[] {
  const tags = database.all<KeyValue & { experimentId: string }>(
    `SELECT CAST(experiment_id AS TEXT) AS experimentId, key, value FROM experiment_tags
      WHERE experiment_id IN (SELECT value FROM json_each(?)) ORDER BY rowid`,
    [JSON.stringify(rows.map((row) => row.experimentId))],
  );
  const tagsOf = groupRows(tags, (tag) => tag.experimentId);
  return rows.map((row) => ({
    ...row,
    tags: tagsOf.get(row.experimentId) ?? [],
  }));
}
