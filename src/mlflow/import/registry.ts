/**
 * Registered models of a FileStore, prompts among them, with versions, aliases and tags. A deleted
 * version keeps its number, so that no later one gets it, and nothing else.
 */
import { basename, join } from "node:path";

import type { Database } from "../../core/store/index.ts";
import { DamagedEntry, listEntries, readValues } from "./file-store.ts";
import { hasRow, insertRow, type Row } from "./insert-row.ts";
import { type Meta, readMeta } from "./meta.ts";
import { readInt64 } from "./run.ts";

const DELETED_STAGE = "Deleted_Internal";

/** Imports a model's own facts, without its versions; false when the database has it. */
export function importRegisteredModel(database: Database, folder: string): boolean {
  const meta = readMeta(join(folder, "meta.yaml"));
  const name = readName(folder, meta);
  if (hasRow(database, "registered_models", { name, workspace: "default" })) return false;
  database.transaction(() => {
    insertRow(database, "registered_models", {
      name,
      creation_time: meta.integer("creation_timestamp"),
      last_updated_time: meta.integer("last_updated_timestamp"),
      description: meta.text("description"),
    });
    for (const [key, value] of readValues(join(folder, "tags"))) {
      insertRow(database, "registered_model_tags", { key, value, name });
    }
    const aliases = join(folder, "aliases");
    for (const [alias, text] of readValues(aliases)) {
      const version = readInt64(text.trim(), join(aliases, alias));
      insertRow(database, "registered_model_aliases", { alias, version, name });
    }
  });
  return true;
}

/** The folders of a model's versions. */
export function listVersions(folder: string): string[] {
  return listEntries(folder).filter((path) => basename(path).startsWith("version-"));
}

/** Imports the version in `folder`; false when the database has it. */
export function importModelVersion(database: Database, folder: string): boolean {
  const meta = readMeta(join(folder, "meta.yaml"));
  const version = meta.integer("version");
  if (version === null || basename(folder) !== `version-${version}`) {
    throw new DamagedEntry(meta.path, "names another version");
  }
  const name = readName(join(folder, ".."), meta);
  const place = { name, version };
  if (hasRow(database, "model_versions", { ...place, workspace: "default" })) return false;
  const isDeleted = meta.text("current_stage") === DELETED_STAGE;
  database.transaction(() => {
    insertRow(database, "model_versions", {
      ...place,
      creation_time: meta.integer("creation_timestamp"),
      last_updated_time: meta.integer("last_updated_timestamp"),
      ...(isDeleted ? REDACTED : readFacts(meta)),
    });
    if (isDeleted) return;
    for (const [key, value] of readValues(join(folder, "tags"))) {
      insertRow(database, "model_version_tags", { key, value, ...place });
    }
  });
  return true;
}

/** What MLflow's database leaves of a version that is deleted. */
const REDACTED: Row = {
  description: null,
  user_id: null,
  current_stage: DELETED_STAGE,
  source: "REDACTED-SOURCE-PATH",
  run_id: "REDACTED-RUN-ID",
  status: "READY",
  status_message: null,
  run_link: "REDACTED-RUN-LINK",
};

function readFacts(meta: Meta): Row {
  return {
    description: meta.text("description"),
    user_id: meta.text("user_id"),
    current_stage: meta.text("current_stage") ?? "None",
    source: meta.text("source"),
    run_id: meta.text("run_id"),
    status: meta.text("status") ?? "READY",
    status_message: meta.text("status_message"),
    run_link: meta.text("run_link"),
    storage_location: meta.text("storage_location"),
  };
}

function readName(folder: string, meta: Meta): string {
  const name = basename(join(folder));
  if ((meta.text("name") ?? name) === name) return name;
  throw new DamagedEntry(meta.path, `names another model, \`${meta.text("name")}\``);
}
