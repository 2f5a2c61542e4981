/**
 * `_last_checkpoint` (Delta protocol, "Last Checkpoint File"): where the newest checkpoint is. A
 * hint alone: readers here list the folder, others read it first.
 */
import { rmSync } from "node:fs";
import { writeFileAtomic } from "../../../core/io/index.ts";
import { isJsonObject, parseJson, printJson } from "../../../core/json/index.ts";
import { logFolderOf, readOptionalText } from "../log-folder.ts";
import { jsonChecksum } from "./canonical-json.ts";

const HINT_NAME = "_last_checkpoint";

export interface CheckpointHint {
  version: number;
  /** Actions in it, sidecars included. */
  size: number;
  sizeInBytes: number;
  numOfAddFiles: number;
  /** The file at the top of a V2 checkpoint. */
  v2Checkpoint?: { path: string; sizeInBytes: number; modificationTime: number };
}

/** Writes the hint; it only ever moves forward: a slower writer leaves a newer one alone. */
export async function writeHint(tableRoot: string, hint: CheckpointHint): Promise<void> {
  const folder = logFolderOf(tableRoot);
  if (readHintedVersion(folder) > hint.version) return;
  const text = printJson({ ...hint, checksum: jsonChecksum({ ...hint }) });
  await replaceLogFile(folder, HINT_NAME, text);
}

/** Version of the hint; -1 when there is none. */
export function readHintedVersion(folder: string): number {
  const path = `${folder}/${HINT_NAME}`;
  const text = readOptionalText(path);
  if (text === null) return -1;
  try {
    const hint = parseJson(text, { source: path });
    return isJsonObject(hint) && typeof hint.version === "number" ? hint.version : -1;
  } catch {
    // A damaged hint is as good as none, and is now replaced.
    return -1;
  }
}

/**
 * Replaces a file of the log that others may have written: Hadoop's local file system keeps a
 * checksum beside it, and would take ours for damaged.
 */
export async function replaceLogFile(folder: string, name: string, text: string): Promise<void> {
  rmSync(`${folder}/.${name}.crc`, { force: true });
  await writeFileAtomic(`${folder}/${name}`, text);
}
