/**
 * Registered models with their tags and aliases (`registered_models`, `registered_model_tags`,
 * `registered_model_aliases`). A prompt is a registered model with the tag of `PROMPT_TAG`.
 */
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { alreadyExists, doesNotExist, invalidParameter } from "../wire/error.ts";
import { pythonRepr } from "../wire/python-text.ts";
import {
  PROMPT_TAG,
  parseStage,
  validateAlias,
  validateFreeAlias,
  validateModelName,
  validateModelTag,
} from "./model-names.ts";
import { getVersion, listLatestVersions, type ModelVersion, type Tag } from "./model-versions.ts";
import { validateKey } from "./names.ts";

export interface RegisteredModel {
  name: string;
  creationTime: number | null;
  lastUpdatedTime: number | null;
  description: string | null;
  latestVersions: ModelVersion[];
  tags: Tag[];
  aliases: { alias: string; version: number }[];
}

export type ModelRow = Omit<RegisteredModel, "latestVersions" | "tags" | "aliases">;

/** The columns of a registered model, for a FROM that calls the table `m`. */
export const MODEL_COLUMNS = `m.name, m.creation_time AS creationTime,
  m.last_updated_time AS lastUpdatedTime, m.description`;

/** Registers a model, or a prompt, under a name that neither has. */
export function createModel(
  database: Database,
  fresh: { name: string; description: string; tags: readonly { key: string; value: string }[] },
  nowMs: number,
): RegisteredModel {
  const { name, description } = fresh;
  validateModelName(name);
  for (const { key, value } of fresh.tags) validateModelTag(key, value);
  const tags = new Map(fresh.tags.map(({ key, value }) => [key, value]));
  if (findModel(database, name) !== null) refuseTaken(database, name, tags.has(PROMPT_TAG));
  database.run(
    `INSERT INTO registered_models (name, creation_time, last_updated_time, description)
     VALUES (?, ?, ?, ?)`,
    [name, nowMs, nowMs, description],
  );
  for (const [key, value] of tags) putTag(database, name, { key, value });
  return {
    name,
    creationTime: nowMs,
    lastUpdatedTime: nowMs,
    description,
    latestVersions: [],
    tags: [...tags].map(([key, value]) => ({ key, value })),
    aliases: [],
  };
}

/** A registered model with its latest versions, tags and aliases. */
export function getModel(database: Database, name: string): RegisteredModel {
  const [model] = completeModels(database, [requireModel(database, name)]);
  return model as RegisteredModel;
}

/** Refuses a name that is not registered. */
export function requireModel(database: Database, name: string): ModelRow {
  validateModelName(name);
  const row = findModel(database, name);
  if (row !== null) return row;
  throw doesNotExist(`Registered Model with name=${name} not found`);
}

/** True for a prompt, 404 for what is not registered. */
export function isPrompt(database: Database, name: string): boolean {
  requireModel(database, name);
  return hasTag(database, name, PROMPT_TAG, "true");
}

/** Adds latest versions, tags and aliases to models that were read as rows. */
export function completeModels(database: Database, rows: readonly ModelRow[]): RegisteredModel[] {
  const names = rows.map(({ name }) => name);
  const latest = listLatestVersions(database, names);
  const list = JSON.stringify(names);
  const tags = groupByName(
    database.all<Tag & { name: string }>(
      `SELECT name, key, value FROM registered_model_tags
        WHERE workspace = 'default' AND name IN (SELECT value FROM json_each(?)) ORDER BY key`,
      [list],
    ),
  );
  const aliases = groupByName(
    database.all<{ name: string; alias: string; version: number }>(
      `SELECT name, alias, version FROM registered_model_aliases
        WHERE workspace = 'default' AND name IN (SELECT value FROM json_each(?)) ORDER BY alias`,
      [list],
    ),
  );
  return rows.map((row) => ({
    ...row,
    latestVersions: latest.get(row.name) ?? [],
    tags: tags.get(row.name) ?? [],
    aliases: aliases.get(row.name) ?? [],
  }));
}

/** Replaces the description. */
export function updateModel(
  database: Database,
  name: string,
  description: string,
  nowMs: number,
): RegisteredModel {
  requireModel(database, name);
  database.run(
    `UPDATE registered_models SET description = ?, last_updated_time = ?
      WHERE workspace = 'default' AND name = ?`,
    [description, nowMs, name],
  );
  return getModel(database, name);
}

/** Renames a model; its versions, tags and aliases follow by the schema's cascades. */
export function renameModel(
  database: Database,
  name: string,
  newName: string,
  nowMs: number,
): RegisteredModel {
  validateModelName(newName, "new_name");
  requireModel(database, name);
  try {
    database.run(
      `UPDATE registered_models SET name = ?, last_updated_time = ?
        WHERE workspace = 'default' AND name = ?`,
      [newName, nowMs, name],
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw alreadyExists(
      `Registered Model (name=${newName}) already exists. Error: the name is taken.`,
    );
  }
  database.run(
    "UPDATE model_versions SET last_updated_time = ? WHERE workspace = 'default' AND name = ?",
    [nowMs, newName],
  );
  return getModel(database, newName);
}

/** Deletes a model with everything it has. */
export function deleteModel(database: Database, name: string): void {
  requireModel(database, name);
  // Children first: MLflow's foreign keys do not cascade on delete.
  for (const table of [
    "model_version_tags",
    "model_versions",
    "registered_model_tags",
    "registered_model_aliases",
    "registered_models",
  ]) {
    database.run(`DELETE FROM ${table} WHERE workspace = 'default' AND name = ?`, [name]);
  }
}

/** The latest version of each of `stages`, of every stage when none is named, with aliases. */
export function getLatestVersions(
  database: Database,
  name: string,
  stages: readonly string[],
): ModelVersion[] {
  const model = getModel(database, name);
  const wanted = new Set<string>(stages.map(parseStage));
  return model.latestVersions
    .filter(({ currentStage }) => wanted.size === 0 || wanted.has(currentStage ?? ""))
    .map((version) => ({
      ...version,
      aliases: model.aliases
        .filter((alias) => alias.version === version.version)
        .map(({ alias }) => alias),
    }));
}

/** Sets or replaces a tag. */
export function setModelTag(
  database: Database,
  name: string,
  tag: { key: string; value: string },
): void {
  validateModelName(name);
  validateModelTag(tag.key, tag.value);
  requireModel(database, name);
  putTag(database, name, tag);
}

/** Removes a tag; one that is not there is no error. */
export function deleteModelTag(database: Database, name: string, key: string): void {
  validateModelName(name);
  validateKey(key);
  requireModel(database, name);
  database.run(
    "DELETE FROM registered_model_tags WHERE workspace = 'default' AND name = ? AND key = ?",
    [name, key],
  );
}

/** Points an alias at a version, from wherever it pointed. */
export function setAlias(database: Database, name: string, alias: string, version: string): void {
  validateModelName(name);
  validateAlias(alias);
  validateFreeAlias(alias);
  const target = getVersion(database, name, version);
  database.run(
    `INSERT INTO registered_model_aliases (name, alias, version) VALUES (?, ?, ?)
     ON CONFLICT (workspace, name, alias) DO UPDATE SET version = excluded.version`,
    [name, alias, target.version],
  );
}

/** Removes an alias; one that is not there is no error. */
export function deleteAlias(database: Database, name: string, alias: string): void {
  validateModelName(name);
  validateAlias(alias);
  requireModel(database, name);
  database.run(
    "DELETE FROM registered_model_aliases WHERE workspace = 'default' AND name = ? AND alias = ?",
    [name, alias],
  );
}

/** The version an alias points at; `latest` is the first of the latest versions. */
export function getVersionByAlias(database: Database, name: string, alias: string): ModelVersion {
  validateModelName(name);
  validateAlias(alias);
  if (alias.toLowerCase() === "latest") {
    const [first] = getLatestVersions(database, name, []);
    if (first !== undefined) return first;
    throw doesNotExist(`Latest version not found for model ${name}.`);
  }
  requireModel(database, name);
  const row = database.get<{ version: number }>(
    `SELECT version FROM registered_model_aliases
      WHERE workspace = 'default' AND name = ? AND alias = ?`,
    [name, alias],
  );
  // MLflow answers 400 here, not 404, and its clients look for that.
  if (row === null) throw invalidParameter(`Registered model alias ${alias} not found.`);
  return getVersion(database, name, String(row.version));
}

function findModel(database: Database, name: string): ModelRow | null {
  return database.get<ModelRow>(
    `SELECT ${MODEL_COLUMNS} FROM registered_models m WHERE m.workspace = 'default' AND m.name = ?`,
    [name],
  );
}

function refuseTaken(database: Database, name: string, isNewPrompt: boolean): never {
  const isOldPrompt = hasTag(database, name, PROMPT_TAG, null);
  const fresh = isNewPrompt ? "Prompt" : "Registered Model";
  if (isOldPrompt === isNewPrompt) throw alreadyExists(`${fresh} (name=${name}) already exists.`);
  const old = isOldPrompt ? "prompt" : "registered model";
  throw alreadyExists(
    `Tried to create a ${fresh.toLowerCase()} with name ${pythonRepr(name)}, but the name is already taken by a ${old}. MLflow does not allow creating a model and a prompt with the same name.`,
  );
}

function hasTag(database: Database, name: string, key: string, value: string | null): boolean {
  const row = database.get<{ value: string | null }>(
    "SELECT value FROM registered_model_tags WHERE workspace = 'default' AND key = ? AND name = ?",
    [key, name],
  );
  return row !== null && (value === null || row.value?.toLowerCase() === value);
}

function putTag(database: Database, name: string, tag: { key: string; value: string }): void {
  database.run(
    `INSERT INTO registered_model_tags (name, key, value) VALUES (?, ?, ?)
     ON CONFLICT (workspace, key, name) DO UPDATE SET value = excluded.value`,
    [name, tag.key, tag.value],
  );
}

function groupByName<Row extends { name: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.name);
    if (group === undefined) groups.set(row.name, [row]);
    else group.push(row);
  }
  return groups;
}
