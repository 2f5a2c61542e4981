/**
 * Durable, atomic and confined file access. Reading order: temp-name, fsync, atomic-write,
 * create-folders, resolve-inside, stale-temps.
 */
export {
  linkOrCopy,
  type PutOptions,
  putIfAbsent,
  withTarget,
  writeFileAtomic,
} from "./atomic-write.ts";
export { createFolders } from "./create-folders.ts";
export { errnoOf, fsyncAll, fsyncDirectory, fsyncFile } from "./fsync.ts";
export { isInside, resolveInside } from "./resolve-inside.ts";
export { removeStaleTemps } from "./stale-temps.ts";
export { isTempName, tempPathFor } from "./temp-name.ts";
