/**
 * What a full VACUUM takes away: files and folders below a table's root that no version within the
 * horizon needs (delta-spark 4.4, `VacuumCommand.gc`). Left alone besides: what is younger than the
 * horizon, since a writer may be about to commit it; names that start with `_` or `.` except
 * partition folders, `_change_data` and `_delta_index`; symbolic links and what they point to.
 *
 * NOTE: two things more than in Spark: tables in folders of their own inside this one, and empty
 * folders younger than the horizon, which a writer may have just made.
 */
import { type Dirent, lstatSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, isInside } from "../../../core/io/index.ts";
import type { Metadata } from "../../delta/index.ts";
import type { NeededFiles } from "./needed-files.ts";

export interface Removable {
  /** Absolute; its folder has no symbolic links in it. */
  path: string;
  sizeBytes: number;
  isFolder: boolean;
}

export interface Unneeded {
  /** Sorted by path. */
  removable: Removable[];
  /** Folders looked into, the table's own among them. */
  folderCount: number;
}

interface Search {
  metadata: Metadata;
  needed: NeededFiles;
  horizonMs: number;
  found: Removable[];
  /** Where symbolic links lead. */
  linked: string[];
  folderCount: number;
}

/** Looks through a table's folder. */
export async function findUnneeded(
  tableRoot: string,
  options: Pick<Search, "metadata" | "needed" | "horizonMs">,
): Promise<Unneeded> {
  const search: Search = { ...options, found: [], linked: [], folderCount: 1 };
  await searchFolder(search, tableRoot, await readFolder(tableRoot));
  const { found, linked, folderCount } = search;
  const free = found.filter(({ path }) => !linked.some((target) => isInside(target, path)));
  return { removable: sortRemovable(free), folderCount };
}

/** By path, so that listings are the same each time. */
export function sortRemovable(removable: Removable[]): Removable[] {
  return removable.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether nothing in the folder stays, nor was to be found in it: then it may go as well. */
async function searchFolder(
  search: Search,
  folder: string,
  entries: readonly Dirent[],
): Promise<boolean> {
  let isEmpty = true;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const isBare =
      entry.isDirectory() && !entry.isSymbolicLink() && !isHidden(entry.name, search.metadata)
        ? await searchInner(search, path)
        : false;
    if (!isBare) isEmpty = false;
    if (entry.isSymbolicLink()) noteLink(search, path);
    else if (entry.isFile() && !isHidden(entry.name, search.metadata)) considerFile(search, path);
  }
  return isEmpty;
}

async function searchInner(search: Search, folder: string): Promise<boolean> {
  search.folderCount++;
  const entries = await readFolder(folder);
  if (entries.some((entry) => entry.name === "_delta_log")) return false;
  if (!(await searchFolder(search, folder, entries)) || search.needed.isAbove(folder)) return false;
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined || stat.mtimeMs >= search.horizonMs) return false;
  search.found.push({ path: folder, sizeBytes: 0, isFolder: true });
  return true;
}

function considerFile({ needed, horizonMs, found }: Search, path: string): void {
  if (needed.has(path)) return;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || Math.floor(stat.mtimeMs) >= horizonMs) return;
  found.push({ path, sizeBytes: stat.size, isFolder: false });
}

function noteLink({ linked }: Search, path: string): void {
  try {
    linked.push(realpathSync.native(path));
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error))) throw error;
  }
}

/** Whether VACUUM passes over a name (delta-spark, `DeltaTableUtils.isHiddenDirectory`). */
export function isHidden(name: string, { partitionColumns, configuration }: Metadata): boolean {
  const formats = configuration["delta.universalFormat.enabledFormats"] ?? "";
  if (name === "metadata" && formats.toLowerCase().includes("iceberg")) return true;
  if (!name.startsWith(".") && !name.startsWith("_")) return false;
  if (name.startsWith("_delta_index") || name.startsWith("_change_data")) return false;
  return !partitionColumns.some((column) => name.startsWith(`${column}=`));
}

/** A folder that another VACUUM took away meanwhile has nothing in it. */
async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
