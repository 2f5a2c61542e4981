/**
 * The folder DuckDB spills to: `<parent>/<pid>-<id>`. A killed process leaves its folder behind;
 * the next start removes the folders of processes that no longer run.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { newUuid } from "../../core/ids.ts";
import { createFolders } from "../../core/io/index.ts";

const OWNED = /^(\d+)-[0-9a-f]{8}$/;

export interface TempFolder {
  path: string;
  /** Removes it, and the parents made for it as far as they are empty. */
  release(): void;
}

/**
 * A folder below `parent` that only this process uses; where that cannot be written (a read-only
 * project, a full disk), one below the system's folder for such things.
 */
export function claimTempFolder(parent: string | undefined): TempFolder {
  const system = join(tmpdir(), `sovereign-${process.getuid?.() ?? 0}`);
  if (parent === undefined) return claimBelow(system);
  try {
    return claimBelow(parent);
  } catch (error) {
    const isFile = error instanceof SovereignError && error.code === "RESOURCE_ALREADY_EXISTS";
    if (isFile) throw error;
    return claimBelow(system);
  }
}

function claimBelow(base: string): TempFolder {
  removeStaleFolders(base);
  const path = join(base, `${process.pid}-${newUuid().slice(0, 8)}`);
  // Made at once: an empty parent is removed by the next process that ends.
  const made = createWithParents(path).reverse();
  return {
    path,
    release() {
      rmSync(path, { recursive: true, force: true });
      for (const folder of made.slice(1)) if (!removeEmpty(folder)) break;
    },
  };
}

/** Again, where a process that ended removed the parent in between. */
function createWithParents(path: string, triesLeft = 5): string[] {
  try {
    return createFolders(path);
  } catch (error) {
    if (triesLeft === 0 || existsSync(dirname(path))) throw error;
    return createWithParents(path, triesLeft - 1);
  }
}

/** False where something is in it, or another process was faster. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Removes folders whose process is gone. */
export function removeStaleFolders(base: string): void {
  if (!existsSync(base)) return;
  for (const name of readdirSync(base)) {
    const match = name.match(OWNED);
    if (match && !isRunning(Number(match[1]))) {
      rmSync(join(base, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
