/**
 * Files that appear whole or not at all. `writeFileAtomic` replaces (temp, fsync, rename, fsync of
 * the folder); `putIfAbsent` never replaces (temp, fsync, hard link): of several writers of one name
 * exactly one wins and no reader sees half a file. `open("wx")` would not do: readers would see a
 * file being written.
 */
import { copyFileSync, linkSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { SovereignError } from "../errors.ts";
import { errnoOf, fsyncDirectory, fsyncFile } from "./fsync.ts";
import { tempPathFor } from "./temp-name.ts";

const NO_HARD_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV"]);

/**
 * Replaces or creates `path` with `data`; on return the bytes and the name are durable. `mode` is
 * that of the new file, before the umask.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  mode = 0o666,
): Promise<void> {
  const temp = tempPathFor(path);
  try {
    writeFileSync(temp, data, { flag: "wx", mode });
    await fsyncFile(temp);
    renameSync(temp, path);
  } catch (error) {
    removeTemp(temp);
    throw withTarget(error, temp, path);
  }
  await fsyncDirectory(dirname(path));
}

export interface PutOptions {
  /** False for files that may be lost in a power cut: spares two waits for the device. */
  durable?: boolean;
  /** What must be done before the name appears; it runs beside the flush of the content. */
  before?: (() => Promise<void>) | undefined;
}

/**
 * Creates `path` with `data` unless it exists. Returns false when another writer was first; the
 * existing file is untouched. On true the bytes and the name are durable, unless asked otherwise.
 */
export async function putIfAbsent(
  path: string,
  data: string | Uint8Array,
  { durable = true, before }: PutOptions = {},
): Promise<boolean> {
  const temp = tempPathFor(path);
  let won = true;
  try {
    writeFileSync(temp, data, { flag: "wx" });
    await settled([durable ? fsyncFile(temp) : undefined, before?.()]);
    linkSync(temp, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw withoutHardLinks(withTarget(error, temp, path), path);
    won = false;
  } finally {
    removeTemp(temp);
  }
  if (won && durable) await fsyncDirectory(dirname(path));
  return won;
}

/** A second name for a file's content: a hard link, or where there are none a durable copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!NO_HARD_LINKS.has(errnoOf(error))) throw error;
    copyFileSync(from, to);
    await fsyncFile(to);
  }
}

/** A third of the time of `rmSync`; the file is not there when it could not be written. */
function removeTemp(temp: string): void {
  try {
    unlinkSync(temp);
  } catch (error) {
    // Nor is it where its folder is none, or may not be searched.
    if (!["ENOENT", "ENOTDIR", "EACCES", "ENAMETOOLONG"].includes(errnoOf(error))) throw error;
  }
}

/** An error of the system with the file that was meant in place of its temporary one. */
export function withTarget(error: unknown, temp: string, path: string): unknown {
  const system = error as NodeJS.ErrnoException;
  if (system?.path !== temp) return error;
  system.message = system.message.replaceAll(temp, path);
  system.path = path;
  return error;
}

/** Waits for all, also when one fails: nothing may still run when its files are removed. */
async function settled(work: readonly (Promise<void> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") throw result.reason;
  }
}

function withoutHardLinks(error: unknown, path: string): unknown {
  const isLink = error instanceof Error && (error as NodeJS.ErrnoException).syscall === "link";
  if (!isLink || !NO_HARD_LINKS.has(errnoOf(error))) return error;
  return new SovereignError(
    "NOT_IMPLEMENTED",
    `the file system of \`${dirname(path)}\` has no hard links, which safe commits need`,
    { hint: "put the table on a local file system such as ext4, xfs or APFS", cause: error },
  );
}
