/**
 * Versions of registered models (`model_versions`, `model_version_tags`). A deleted version keeps
 * its row, emptied, so that its number is not given again. Names, tags and aliases of the model
 * itself: `registered-models.ts`; where a version's files lie: `model-source.ts`.
 */
import type { Database } from "../../core/store/index.ts";
import { doesNotExist, invalidParameter } from "../wire/error.ts";
import {
  DELETED_STAGE,
  parseStage,
  validateModelName,
  validateVersion,
  validateVersionTag,
} from "./model-names.ts";
import { validateKey } from "./names.ts";

export interface Tag {
  key: string;
  value: string | null;
}

export interface ModelVersion {
  name: string;
  version: number;
  creationTime: number;
  lastUpdatedTime: number | null;
  description: string | null;
  userId: string | null;
  currentStage: string | null;
  source: string | null;
  runId: string | null;
  runLink: string | null;
  status: string | null;
  statusMessage: string | null;
  storageLocation: string | null;
  tags: Tag[];
  /** Filled where one version is asked for; lists leave it empty. */
  aliases: string[];
}

export type VersionRow = Omit<ModelVersion, "tags" | "aliases">;

/** What a version is made of. */
export interface NewVersion {
  name: string;
  source: string;
  storageLocation: string;
  runId: string | null;
  runLink: string;
  description: string;
  tags: readonly { key: string; value: string }[];
}

/** The columns of a version, for a FROM that calls the table `v`. */
export const VERSION_COLUMNS = `v.name, v.version, v.creation_time AS creationTime,
  v.last_updated_time AS lastUpdatedTime, v.description, v.user_id AS userId,
  v.current_stage AS currentStage, v.source, v.run_id AS runId, v.run_link AS runLink,
  v.status, v.status_message AS statusMessage, v.storage_location AS storageLocation`;

/** Adds the next version of a registered model, whose existence is the caller's to check. */
export function createVersion(database: Database, fresh: NewVersion, nowMs: number): ModelVersion {
  const { name } = fresh;
  const next = database.get<{ version: number }>(
    `SELECT COALESCE(MAX(version), 0) + 1 AS version FROM model_versions
      WHERE workspace = 'default' AND name = ?`,
    [name],
  );
  const version = next?.version ?? 1;
  database.run(
    `INSERT INTO model_versions (name, version, creation_time, last_updated_time, description,
       current_stage, source, storage_location, run_id, run_link, status)
     VALUES (?, ?, ?, ?, ?, 'None', ?, ?, ?, ?, 'READY')`,
    [
      name,
      version,
      nowMs,
      nowMs,
      fresh.description,
      fresh.source,
      fresh.storageLocation,
      fresh.runId,
      fresh.runLink,
    ],
  );
  const tags = new Map(fresh.tags.map(({ key, value }) => [key, value]));
  for (const [key, value] of tags) putTag(database, name, version, { key, value });
  touchModel(database, name, nowMs);
  const created = getVersion(database, name, String(version));
  // Tags come back as they were given; only later reads sort them.
  return { ...created, tags: [...tags].map(([key, value]) => ({ key, value })) };
}

/** A version that is not deleted, with its tags and aliases. */
export function getVersion(database: Database, name: string, version: string): ModelVersion {
  const row = requireVersion(database, name, version);
  const [found] = withTags(database, [row]);
  const aliases = database.all<{ alias: string }>(
    `SELECT alias FROM registered_model_aliases
      WHERE workspace = 'default' AND name = ? AND version = ? ORDER BY alias`,
    [name, row.version],
  );
  return { ...(found as ModelVersion), aliases: aliases.map(({ alias }) => alias) };
}

/** Replaces the description. */
export function updateVersion(
  database: Database,
  id: { name: string; version: string },
  description: string | null,
  nowMs: number,
): ModelVersion {
  const { name, version } = requireVersion(database, id.name, id.version);
  database.run(
    `UPDATE model_versions SET description = ?, last_updated_time = ?
      WHERE workspace = 'default' AND name = ? AND version = ?`,
    [description, nowMs, name, version],
  );
  return getVersion(database, name, id.version);
}

/** Moves a version to a stage; `archiveOthers` archives those that are there. */
export function transitionVersion(
  database: Database,
  id: { name: string; version: string },
  target: { stage: string; archiveOthers: boolean },
  nowMs: number,
): ModelVersion {
  const stage = parseStage(target.stage);
  if (target.archiveOthers && stage !== "Staging" && stage !== "Production") {
    throw invalidParameter(
      `Model version transition cannot archive existing model versions because '${target.stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
    );
  }
  const { name, version } = requireVersion(database, id.name, id.version);
  if (target.archiveOthers) {
    database.run(
      `UPDATE model_versions SET current_stage = 'Archived', last_updated_time = ?
        WHERE workspace = 'default' AND name = ? AND version != ? AND current_stage = ?`,
      [nowMs, name, version, stage],
    );
  }
  database.run(
    `UPDATE model_versions SET current_stage = ?, last_updated_time = ?
      WHERE workspace = 'default' AND name = ? AND version = ?`,
    [stage, nowMs, name, version],
  );
  touchModel(database, name, nowMs);
  return getVersion(database, name, id.version);
}

/** Deletes a version: its aliases go, its row stays without what it said. */
export function deleteVersion(
  database: Database,
  id: { name: string; version: string },
  nowMs: number,
): void {
  const { name, version } = requireVersion(database, id.name, id.version);
  database.run(
    "DELETE FROM registered_model_aliases WHERE workspace = 'default' AND name = ? AND version = ?",
    [name, version],
  );
  database.run(
    `UPDATE model_versions SET current_stage = '${DELETED_STAGE}', last_updated_time = ?,
       description = NULL, user_id = NULL, source = 'REDACTED-SOURCE-PATH',
       run_id = 'REDACTED-RUN-ID', run_link = 'REDACTED-RUN-LINK', status_message = NULL
      WHERE workspace = 'default' AND name = ? AND version = ?`,
    [nowMs, name, version],
  );
  touchModel(database, name, nowMs);
}

/** Sets or replaces a tag of a version. */
export function setVersionTag(
  database: Database,
  id: { name: string; version: string },
  tag: { key: string; value: string },
): void {
  validateModelName(id.name);
  validateVersion(id.version);
  validateVersionTag(tag.key, tag.value);
  const { name, version } = requireVersion(database, id.name, id.version);
  putTag(database, name, version, tag);
}

/** Removes a tag of a version; one that is not there is no error. */
export function deleteVersionTag(
  database: Database,
  id: { name: string; version: string },
  key: string,
): void {
  validateModelName(id.name);
  validateVersion(id.version);
  validateKey(key);
  const { name, version } = requireVersion(database, id.name, id.version);
  database.run(
    `DELETE FROM model_version_tags
      WHERE workspace = 'default' AND name = ? AND version = ? AND key = ?`,
    [name, version, key],
  );
}

/** The version of each stage with the highest number, for each of `names`. */
export function listLatestVersions(
  database: Database,
  names: readonly string[],
): Map<string, ModelVersion[]> {
  const rows = database.all<VersionRow>(
    `SELECT ${VERSION_COLUMNS} FROM model_versions v JOIN (
       SELECT name, MAX(version) AS version, MIN(version) AS first FROM model_versions
        WHERE workspace = 'default' AND name IN (SELECT value FROM json_each(?))
          AND current_stage != '${DELETED_STAGE}'
        GROUP BY name, current_stage) latest
       ON v.workspace = 'default' AND v.name = latest.name AND v.version = latest.version
      ORDER BY latest.first`,
    [JSON.stringify(names)],
  );
  const byName = new Map<string, ModelVersion[]>(names.map((name) => [name, []]));
  for (const version of withTags(database, rows)) byName.get(version.name)?.push(version);
  return byName;
}

/** Adds their tags to versions that were read as rows. */
export function withTags(database: Database, rows: readonly VersionRow[]): ModelVersion[] {
  if (rows.length === 0) return [];
  const tags = database.all<Tag & { name: string; version: number }>(
    `SELECT name, version, key, value FROM model_version_tags
      WHERE workspace = 'default' AND (name, version) IN
        (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))
      ORDER BY key`,
    [JSON.stringify(rows.map(({ name, version }) => [name, version]))],
  );
  const idOf = (row: { name: string; version: number }) => `${row.version} ${row.name}`;
  const byId = new Map<string, Tag[]>();
  for (const row of tags) {
    const list = byId.get(idOf(row)) ?? [];
    byId.set(idOf(row), list);
    list.push({ key: row.key, value: row.value });
  }
  return rows.map((row) => ({ ...row, tags: byId.get(idOf(row)) ?? [], aliases: [] }));
}

function requireVersion(database: Database, name: string, version: string): VersionRow {
  validateModelName(name);
  validateVersion(version);
  const row = database.get<VersionRow>(
    `SELECT ${VERSION_COLUMNS} FROM model_versions v
      WHERE v.workspace = 'default' AND v.name = ? AND v.version = ?
        AND v.current_stage != '${DELETED_STAGE}'`,
    [name, version],
  );
  if (row !== null) return row;
  throw doesNotExist(`Model Version (name=${name}, version=${version}) not found`);
}

function putTag(
  database: Database,
  name: string,
  version: number,
  tag: { key: string; value: string },
): void {
  database.run(
    `INSERT INTO model_version_tags (name, version, key, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace, key, name, version) DO UPDATE SET value = excluded.value`,
    [name, version, tag.key, tag.value],
  );
}

function touchModel(database: Database, name: string, nowMs: number): void {
  database.run(
    "UPDATE registered_models SET last_updated_time = ? WHERE workspace = 'default' AND name = ?",
    [nowMs, name],
  );
}
