/**
 * Files that appear whole or not at all. `writeFileAtomic` replaces (temp, fsync, rename, fsync of
 * the folder); `putIfAbsent` never replaces (temp, fsync, hard link): of several writers of one name
 * exactly one wins and no reader sees half a file. `open("wx")` would not do: readers would see a
 * file being written.
 */
import { link, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { SovereignError } from "../errors.ts";
import { errnoOf, fsyncDirectory } from "./fsync.ts";
import { tempPathFor } from "./temp-name.ts";

const NO_HARD_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV"]);

/** Replaces or creates `path` with `data`; on return the bytes and the name are durable. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temp = tempPathFor(path);
  try {
    await writeDurable(temp, data);
    await rename(temp, path);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  await fsyncDirectory(dirname(path));
}

export interface PutOptions {
  /** False for files that may be lost in a power cut: spares two waits for the device. */
  durable?: boolean;
}

/**
 * Creates `path` with `data` unless it exists. Returns false when another writer was first; the
 * existing file is untouched. On true the bytes and the name are durable, unless asked otherwise.
 */
export async function putIfAbsent(
  path: string,
  data: string | Uint8Array,
  { durable = true }: PutOptions = {},
): Promise<boolean> {
  const temp = tempPathFor(path);
  let won = true;
  try {
    if (durable) await writeDurable(temp, data);
    else await writeFile(temp, data, { flag: "wx" });
    await link(temp, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw withoutHardLinks(error, path);
    won = false;
  } finally {
    await rm(temp, { force: true });
  }
  if (won && durable) await fsyncDirectory(dirname(path));
  return won;
}

async function writeDurable(path: string, data: string | Uint8Array): Promise<void> {
  const handle = await open(path, "wx");
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
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
