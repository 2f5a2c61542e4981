/**
 * Clearing what killed writers leave behind. Only names made by `tempPathFor` are touched, and only
 * after an age no live write reaches.
 */
import { readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { errnoOf } from "./fsync.ts";
import { isTempName } from "./temp-name.ts";

const STALE_AFTER_MS = 60 * 60 * 1000;

/** Removes stale temporary files directly in `folder`; returns how many. A missing folder is 0. */
export function removeStaleTemps(
  folder: string,
  clock: Clock,
  staleAfterMs = STALE_AFTER_MS,
): number {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
    throw error;
  }
  let removedCount = 0;
  for (const name of names.filter(isTempName)) {
    const path = join(folder, name);
    try {
      const { mtimeMs } = statSync(path);
      if (clock.nowMs() - mtimeMs < staleAfterMs) continue;
      unlinkSync(path);
      removedCount++;
    } catch (error) {
      // Another cleaner, or the writer itself, was faster.
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
  return removedCount;
}
