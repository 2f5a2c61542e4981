/**
 * Taking files away that no reader needs. Nothing outside the table's root goes, whatever the log
 * or a symbolic link says; what cannot be removed is left and counted, as in delta-spark.
 */
import { rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errnoOf, isInside } from "../../../core/io/index.ts";
import { createPathResolver } from "./needed-files.ts";
import type { Removable } from "./unneeded-files.ts";

export interface Removal {
  removedCount: number;
  /** What stands in the way of the others, first seen first. */
  failures: string[];
}

/** Files first, then folders from the inside out; what is gone already is not counted. */
export async function removeUnneeded(
  tableRoot: string,
  removable: readonly Removable[],
): Promise<Removal> {
  const realPath = createPathResolver();
  const removal: Removal = { removedCount: 0, failures: [] };
  const files = removable.filter(({ isFolder }) => !isFolder);
  const folders = removable.filter(({ isFolder }) => isFolder).reverse();
  for (const { path, isFolder } of [...files, ...folders]) {
    if (!isInside(tableRoot, realPath(path)) || path === tableRoot) {
      removal.failures.push(`\`${path}\` lies outside the table`);
      continue;
    }
    try {
      if (isFolder) await rmdir(path);
      else await removeFile(path);
      removal.removedCount++;
    } catch (error) {
      if (!GONE.has(errnoOf(error))) removal.failures.push(`\`${path}\`: ${errnoOf(error)}`);
    }
  }
  return removal;
}

/** A folder that is not empty any more belongs to a writer. */
const GONE = new Set(["ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST"]);

/** With the checksum file that Hadoop's local file system keeps beside it. */
async function removeFile(path: string): Promise<void> {
  await unlink(path);
  await unlink(join(dirname(path), `.${basename(path)}.crc`)).catch(() => undefined);
}
