/**
 * The files below a table's root that some version may still be read with: live files, tombstones
 * not older than a horizon, and the deletion vectors of both. VACUUM keeps them (delta-spark 4.4,
 * `VacuumCommand.getValidFilesFromSnapshot`). Read `vacuum.ts` first.
 */
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { errnoOf, isInside } from "../../../core/io/index.ts";
import {
  type DeletionVectorDescriptor,
  deletionVectorPath,
  resolveLogPath,
  type TableSnapshot,
} from "../../delta/index.ts";

export interface NeededFiles {
  /** Whether a file must stay; `path` is absolute, without symbolic links above the file. */
  has(path: string): boolean;
  /** Whether a folder holds one of them, there or not. */
  isAbove(folder: string): boolean;
}

/** Collects them; tombstones older than `horizonMs` do not count. */
export async function findNeededFiles(
  snapshot: TableSnapshot,
  horizonMs: number,
): Promise<NeededFiles> {
  const { tableRoot } = snapshot;
  const paths = new Set<string>();
  const folders = new Set<string>();
  const realPath = createPathResolver();
  const keep = (path: string | null): void => {
    if (path === null) return;
    // Both spellings: a link on the way may be taken away before the file is.
    for (const spelling of [path, realPath(path)]) {
      paths.add(spelling);
      for (let up = dirname(spelling); isInside(tableRoot, up) && !folders.has(up); ) {
        folders.add(up);
        up = dirname(up);
      }
    }
  };
  const keepBoth = (file: { path: string; deletionVector?: Vector }): void => {
    keep(localPath(tableRoot, file.path));
    if (file.deletionVector) keep(vectorPath(tableRoot, file.deletionVector));
  };
  for (const add of await snapshot.files.scan(null)) keepBoth(add);
  for await (const removes of snapshot.removes()) {
    for (const remove of removes)
      if ((remove.deletionTimestamp ?? 0) >= horizonMs) keepBoth(remove);
  }
  return { has: (path) => paths.has(path), isAbove: (folder) => folders.has(folder) };
}

type Vector = DeletionVectorDescriptor | null | undefined;

/** Local path of a file the log names, or null where it lies in another file system. */
export function localPath(tableRoot: string, logPath: string): string | null {
  try {
    return resolveLogPath(tableRoot, logPath);
  } catch (error) {
    if (error instanceof SovereignError && error.code === "NOT_IMPLEMENTED") return null;
    throw error;
  }
}

/** Local path of a vector's file; null for an inline one and one in another file system. */
export function vectorPath(tableRoot: string, vector: DeletionVectorDescriptor): string | null {
  if (vector.storageType === "p") return localPath(tableRoot, vector.pathOrInlineDv);
  return deletionVectorPath(tableRoot, vector);
}

/** Follows the links above a file, each folder once; what does not exist stays as it is. */
export function createPathResolver(): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    const folder = dirname(path);
    let real = known.get(folder);
    if (real === undefined) {
      real = realFolder(folder);
      known.set(folder, real);
    }
    return join(real, basename(path));
  };
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error))) return folder;
    throw error;
  }
}
