/**
 * The folder DuckDB spills to: `<parent>/<pid>-<id>`. A killed process leaves its folder behind;
 * the next start removes the folders of processes that no longer run.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUuid } from "../../core/ids.ts";

const OWNED = /^(\d+)-[0-9a-f]{8}$/;

/** A path below `parent` that only this process uses. Nothing is created: DuckDB does on spill. */
export function claimTempFolder(parent: string | undefined): string {
  const base = parent ?? join(tmpdir(), "sovereign");
  removeStaleFolders(base);
  return join(base, `${process.pid}-${newUuid().slice(0, 8)}`);
}

/** Removes what a query may have spilled. */
export function releaseTempFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
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
