/** Experiments of a FileStore: their ids are kept wherever the database has not used them. */
import { basename, join } from "node:path";

import type { Database } from "../../core/store/index.ts";
import { DamagedEntry, readValues } from "./file-store.ts";
import { hasRow, insertRow } from "./insert-row.ts";
import { type Meta, readMeta } from "./meta.ts";

/** Where an experiment went. */
export interface ImportedExperiment {
  readonly id: bigint;
  readonly isNew: boolean;
}

/**
 * Imports the experiment in `folder`. It is the one of the database that has its name, or its id
 * and time of creation; an untouched Default experiment takes the FileStore's place in.
 */
export function importExperiment(database: Database, folder: string): ImportedExperiment {
  const meta = readMeta(join(folder, "meta.yaml"));
  const ownId = readId(folder, meta);
  const known = findExperiment(database, ownId, meta);
  if (known !== null) return { id: known, isNew: false };
  return database.transaction(() => {
    if (ownId === 0n && isUntouched(database)) {
      database.run("DELETE FROM experiments WHERE experiment_id = 0");
    }
    const isTaken = hasRow(database, "experiments", { experiment_id: ownId });
    const id = isTaken ? nextId(database) : ownId;
    insertRow(database, "experiments", {
      experiment_id: id,
      name: meta.need("name"),
      artifact_location: meta.text("artifact_location"),
      lifecycle_stage: readStage(meta),
      creation_time: meta.integer("creation_time"),
      last_update_time: meta.integer("last_update_time"),
    });
    for (const [key, value] of readValues(join(folder, "tags"))) {
      insertRow(database, "experiment_tags", { key, value, experiment_id: id });
    }
    return { id, isNew: true };
  });
}

/** `active` where nothing is said. */
export function readStage(meta: Meta): "active" | "deleted" {
  const stage = meta.text("lifecycle_stage") ?? "active";
  if (stage === "active" || stage === "deleted") return stage;
  throw new DamagedEntry(meta.path, `\`lifecycle_stage\` is \`${stage}\``);
}

function readId(folder: string, meta: Meta): bigint {
  const name = basename(folder);
  const id = meta.text("experiment_id") ?? name;
  if (id !== name) throw new DamagedEntry(meta.path, `names another experiment, \`${id}\``);
  if (!/^\d{1,18}$/.test(id)) throw new DamagedEntry(meta.path, `\`${id}\` is no experiment id`);
  return BigInt(id);
}

function findExperiment(database: Database, ownId: bigint, meta: Meta): bigint | null {
  const byName = database.allExact<{ id: bigint }>(
    "SELECT experiment_id AS id FROM experiments WHERE name = ? AND workspace = 'default'",
    [meta.need("name")],
  );
  const isDefault = byName[0]?.id === 0n && ownId === 0n;
  if (byName[0] !== undefined && !(isDefault && isUntouched(database))) return byName[0].id;
  const place = { experiment_id: ownId, creation_time: meta.integer("creation_time") };
  return hasRow(database, "experiments", place) ? ownId : null;
}

/** Whether experiment 0 is as a fresh database has it, or was imported before. */
function isUntouched(database: Database): boolean {
  const used = database.get(
    `SELECT 1 FROM experiments e WHERE experiment_id = 0 AND (name <> 'Default'
        OR EXISTS (SELECT 1 FROM runs r WHERE r.experiment_id = 0)
        OR EXISTS (SELECT 1 FROM experiment_tags t WHERE t.experiment_id = 0)
        OR EXISTS (SELECT 1 FROM logged_models m WHERE m.experiment_id = 0)
        OR EXISTS (SELECT 1 FROM trace_info i WHERE i.experiment_id = 0))`,
  );
  return used === null;
}

function nextId(database: Database): bigint {
  const rows = database.allExact<{ id: bigint }>(
    "SELECT coalesce(max(experiment_id), 0) + 1 AS id FROM experiments",
  );
  return rows[0]?.id ?? 1n;
}
