/** A lake whose catalog is on disk, so that several processes may share it. */
import { join } from "node:path";
import { openStore } from "../../../src/core/store/index.ts";
import { type Lake, openLake } from "../../../src/lake/index.ts";

/** Opens the lake in a folder, small enough for many at once. */
export function openProcessLake(folder: string): Promise<Lake> {
  return openLake({
    root: join(folder, "lake"),
    baseFolder: folder,
    store: openStore({ path: join(folder, "metadata.db") }),
    tempDirectory: join(folder, "tmp"),
    threads: 1,
    memoryLimit: "300MB",
  });
}
