/**
 * `mlflow gc`: which deleted runs, logged models and experiments are to be erased for good, and
 * their erasure, artifacts first: stopped in between it goes on where it was.
 *
 * Unlike MLflow's, ids that are named are all that is erased, an experiment that holds active runs
 * is left alone, and only folders that carry the id of their run or model are removed.
 */
import { rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { SovereignError } from "../core/errors.ts";
import { resolveInside } from "../core/io/index.ts";
import type { Database } from "../core/store/index.ts";
import { toFolder } from "./artifacts/locate.ts";
import { safeArtifactPath } from "./artifacts/safe-path.ts";
import {
  eraseGarbage,
  type Garbage,
  type GarbageKind,
  listGarbage,
  listModelsOf,
  listOccupied,
  stageOf,
} from "./store/garbage.ts";

export interface GarbageOptions {
  readonly nowMs: number;
  /** Only what was deleted at least this long ago; all when absent. */
  readonly olderThanMs?: number;
  /** Only these; with none named, all that is deleted. */
  readonly runIds?: readonly string[];
  readonly modelIds?: readonly string[];
  readonly experimentIds?: readonly string[];
}

const HINTS: Readonly<Record<GarbageKind, string>> = {
  run: "delete it first: `sovereign mlflow runs delete`",
  "logged model": "delete it first, with MLflow's `delete_logged_model`",
  experiment: "delete it first: `sovereign mlflow experiments delete`",
};

/** What is to be erased, in the order to do it. Errors: ids that are unknown, active or too new. */
export function findGarbage(database: Database, options: GarbageOptions): Garbage[] {
  const { runIds = [], modelIds = [], experimentIds = [] } = options;
  const isOpen = runIds.length + modelIds.length + experimentIds.length === 0;
  const { nowMs, olderThanMs } = options;
  const latest = olderThanMs === undefined ? Number.POSITIVE_INFINITY : nowMs - olderThanMs;
  const occupied = listOccupied(database);
  const choose = (kind: GarbageKind, ids: readonly string[]): Garbage[] => {
    const all = listGarbage(database, kind);
    if (isOpen) return all.filter((item) => item.deletedAtMs <= latest);
    return ids.map((id) => pick(database, { kind, id, all, latest }));
  };
  const experiments = choose("experiment", experimentIds).filter(({ id }) => {
    if (!occupied.has(id)) return true;
    if (isOpen) return false;
    throw new SovereignError("INVALID_PARAMETER_VALUE", `experiment ${id} holds active runs`, {
      hint: "delete them first, or restore the experiment",
    });
  });
  const ids = new Set(experiments.map(({ id }) => id));
  const inside = listGarbage(database, "run").filter((run) => ids.has(run.experimentId));
  const models = experiments.flatMap(({ id }) => listModelsOf(database, id));
  return unique([
    ...choose("run", runIds),
    ...inside,
    ...choose("logged model", modelIds),
    ...models,
    ...experiments,
  ]);
}

function pick(
  database: Database,
  wanted: { kind: GarbageKind; id: string; all: readonly Garbage[]; latest: number },
): Garbage {
  const { kind, id, all, latest } = wanted;
  const found = all.find((item) => item.id === id);
  if (found === undefined) {
    if (stageOf(database, kind, id) === null) {
      throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no ${kind} \`${id}\``, {
        hint: "`sovereign mlflow gc --dry-run` lists what is deleted",
      });
    }
    throw new SovereignError("INVALID_PARAMETER_VALUE", `${kind} \`${id}\` is not deleted`, {
      hint: HINTS[kind],
    });
  }
  if (found.deletedAtMs <= latest) return found;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `${kind} \`${id}\` was deleted later`, {
    hint: "give a shorter `--older-than`, or leave it out",
  });
}

function unique(items: readonly Garbage[]): Garbage[] {
  const byId = new Map(items.map((item) => [`${item.kind} ${item.id}`, item]));
  return [...byId.values()];
}

/** What became of the artifacts: `erased`, or why they are left. */
export type ArtifactFate = "erased" | "none" | "elsewhere" | "not its own folder";

/** Erases artifacts and rows. `destination` is the folder of the proxied artifacts. */
export async function erase(
  database: Database,
  item: Garbage,
  destination: string,
): Promise<ArtifactFate> {
  const fate = await eraseArtifacts(item, destination);
  eraseGarbage(database, item);
  return fate;
}

async function eraseArtifacts(item: Garbage, destination: string): Promise<ArtifactFate> {
  const { artifactUri } = item;
  if (!artifactUri) return "none";
  const folder = folderOf(artifactUri, destination);
  if (folder === null) return "elsewhere";
  // A location can be any text that a client gave: no run may take a home folder with it.
  if (!folder.endsWith(`/${item.id}/artifacts`)) return "not its own folder";
  await rm(folder, { recursive: true, force: true });
  await rmdir(dirname(folder)).catch(() => {
    // It holds something else, or is gone.
  });
  return "erased";
}

/** Null for object stores, which only their clients reach; empty when it names no folder. */
function folderOf(uri: string, destination: string): string | null {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === "file") return toFolder(uri);
  if (scheme !== "mlflow-artifacts") return null;
  const path = uri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/i, "");
  try {
    return resolveInside(destination, safeArtifactPath(path));
  } catch {
    // It leads out of the folder.
    return "";
  }
}
