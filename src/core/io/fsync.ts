/**
 * Making bytes and names durable. A new file survives a power cut only when the file *and* the
 * folder that names it were synced.
 */
import { open } from "node:fs/promises";

/** Systems that cannot open or sync a folder say so with these; there is nothing more to do. */
const NOT_SYNCABLE = new Set(["EISDIR", "EPERM", "EINVAL", "ENOTSUP", "EACCES"]);

/** Flushes a file's content to the device. */
export async function fsyncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Flushes a folder's entries to the device; does nothing where the platform has no such call. */
export async function fsyncDirectory(path: string): Promise<void> {
  try {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NOT_SYNCABLE.has(errnoOf(error))) throw error;
  }
}

/** The `code` of a Node system error, or an empty string. */
export function errnoOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? "";
}
