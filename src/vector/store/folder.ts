/**
 * Which files are a collection's, and what killed writers leave beside them: temporary files, logs
 * and locks whose collection was never finished, or is gone. Whoever holds the lock of a name knows
 * that nobody is at work on it, so what is not the collection can go at once.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { isTempName, removeStaleTemps } from "../../core/io/index.ts";
import { tryWriterLock, type WriterLock } from "./lock.ts";

/** The three files of a collection. */
export function collectionPaths(base: string): { file: string; wal: string; lock: string } {
  return { file: `${base}.vec`, wal: `${base}.wal`, lock: `${base}.lock` };
}

/** Removes the file, and then the log, which is nothing without it. */
export function removeFiles(base: string): void {
  const { file, wal } = collectionPaths(base);
  rmSync(file, { force: true });
  rmSync(wal, { force: true });
}

const TEMP_END_LENGTH = ".00000000-0000-0000-0000-000000000000.tmp".length;

/** Clears the folder of a collection whose lock is held; names that others work on are left. */
export async function removeRemains(heldBase: string): Promise<void> {
  const folder = dirname(heldBase);
  removeStaleTemps(folder, systemClock);
  for (const [name, temps] of findRemains(folder)) {
    const base = join(folder, name);
    const isHeld = name === basename(heldBase);
    const lock = isHeld ? null : await tryWriterLock(collectionPaths(base).lock);
    if (!isHeld && lock === null) continue;
    for (const temp of temps) rmSync(join(folder, temp), { force: true });
    if (lock !== null) releaseWriterLock(base, lock);
  }
}

/** Lets go of a lock; without a collection its log and its lock go too. */
export function releaseWriterLock(base: string, lock: WriterLock): void {
  const { file, wal } = collectionPaths(base);
  if (existsSync(file)) {
    lock.release();
    return;
  }
  try {
    rmSync(wal, { force: true });
  } finally {
    lock.releaseForGood();
  }
}

/** Temporary files by the name of the collection; none where only a log or a lock is too many. */
function findRemains(folder: string): Map<string, string[]> {
  const names = readdirSync(folder);
  const collections = new Set(names.filter((name) => name.endsWith(".vec")));
  const remains = new Map<string, string[]>();
  for (const name of names) {
    const target = isTempName(name) ? name.slice(1, -TEMP_END_LENGTH) : name;
    const isTemp = target !== name;
    const [, base] = /^(.+)\.(?:vec|wal|lock)$/s.exec(target) ?? [];
    if (base === undefined || (!isTemp && collections.has(`${base}.vec`))) continue;
    const temps = remains.get(base) ?? [];
    if (isTemp) temps.push(name);
    remains.set(base, temps);
  }
  return remains;
}
