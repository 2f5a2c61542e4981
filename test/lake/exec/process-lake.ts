/** A lake whose catalog is on disk, so that several processes may share it. */
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { openStore } from "../../../src/core/store/index.ts";
import { type Lake, openLake } from "../../../src/lake/index.ts";

const DAY_MS = 86_400_000;

export interface ProcessLakeOptions {
  /** Lives that much later than its files, so that they are old: for VACUUM and log clean-up. */
  daysAhead?: number;
}

/** Opens the lake in a folder, small enough for many at once. */
export function openProcessLake(
  folder: string,
  { daysAhead = 0 }: ProcessLakeOptions = {},
): Promise<Lake> {
  return openLake({
    root: join(folder, "lake"),
    baseFolder: folder,
    store: openStore({ path: join(folder, "metadata.db") }),
    tempDirectory: join(folder, "tmp"),
    threads: 1,
    memoryLimit: "300MB",
    clock: { ...systemClock, nowMs: () => systemClock.nowMs() + daysAhead * DAY_MS },
  });
}
