/**
 * Making bytes and names durable. A new file survives a power cut only when the file *and* the
 * folder that names it were synced. The flush itself waits for the device and runs in the thread
 * pool; what only touches the system's memory (open, write, close) is called directly, since a
 * trip through the pool takes several times as long as the call.
 */
import { closeSync, fsync, openSync } from "node:fs";

/** Systems that cannot open or sync a folder say so with these; there is nothing more to do. */
const NOT_SYNCABLE = new Set(["EISDIR", "EPERM", "EINVAL", "ENOTSUP", "EACCES"]);

/** Files flushed at once: enough to keep a device busy, few against the limit of open files. */
const AT_ONCE = 16;

/** Flushes a file's content to the device. */
export function fsyncFile(path: string): Promise<void> {
  return flush(path, "r+");
}

/** Flushes a folder's entries to the device; does nothing where the platform has no such call. */
export async function fsyncDirectory(path: string): Promise<void> {
  try {
    await flush(path, "r");
  } catch (error) {
    if (!NOT_SYNCABLE.has(errnoOf(error))) throw error;
  }
}

/** Flushes new files and the folders that name them, side by side. */
export async function fsyncAll(files: readonly string[], folders: Iterable<string>): Promise<void> {
  const flushes = [
    ...files.map((path) => () => fsyncFile(path)),
    ...[...folders].map((path) => () => fsyncDirectory(path)),
  ];
  for (let i = 0; i < flushes.length; i += AT_ONCE) {
    await Promise.all(flushes.slice(i, i + AT_ONCE).map((run) => run()));
  }
}

async function flush(path: string, flags: "r" | "r+"): Promise<void> {
  const file = openSync(path, flags);
  try {
    await new Promise<void>((resolve, reject) => {
      fsync(file, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    closeSync(file);
  }
}

/** The `code` of a Node system error, or an empty string. */
export function errnoOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? "";
}
