/**
 * The folder DuckDB spills to: `<parent>/<pid>-<id>`. A killed process leaves its folder behind;
 * the next start removes the folders of processes that no longer run.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUuid } from "../../core/ids.ts";
import { createFolders } from "../../core/io/index.ts";

const OWNED = /^(\d+)-[0-9a-f]{8}$/;

export interface TempFolder {
  /** DuckDB creates it when a query first needs it. */
  path: string;
  /** Removes it, and the parents made for it as far as they are empty. */
  release(): void;
}

/** A folder below `parent` that only this process uses. */
export function claimTempFolder(parent: string | undefined): TempFolder {
  const base = parent ?? join(tmpdir(), "sovereign");
  removeStaleFolders(base);
  const path = join(base, `${process.pid}-${newUuid().slice(0, 8)}`);
  // DuckDB makes the last folder of the path and no more.
  const made = createFolders(base).reverse();
  return {
    path,
    release() {
      rmSync(path, { recursive: true, force: true });
      for (const folder of made) {
        if (!existsSync(folder) || readdirSync(folder).length > 0) break;
        rmdirSync(folder);
      }
    },
  };
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
