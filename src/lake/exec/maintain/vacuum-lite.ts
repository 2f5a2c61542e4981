/**
 * VACUUM … LITE: what to remove told from the log alone: tombstones and change files of commits
 * older than the horizon (delta-spark 4.4, `VacuumCommand.getFilesFromDeltaLog`). Files that no
 * commit ever named stay; a full VACUUM finds them. `_last_vacuum_info` says how far the last one
 * came; it is in Spark's form, so either can go on from the other.
 */
import { relative, sep } from "node:path";
import { isInside } from "../../../core/io/index.ts";
import { isJsonObject, parseJson, printJson } from "../../../core/json/index.ts";
import {
  commitFileName,
  type DeltaLog,
  readCommitFile,
  type TableSnapshot,
} from "../../delta/index.ts";
import { readOptionalText } from "../../delta/log-folder.ts";
import { replaceLogFile } from "../../delta/write/checkpoint-hint.ts";
import { SqlError } from "../../sql/error.ts";
import { localPath, type NeededFiles, vectorPath } from "./needed-files.ts";
import { isHidden, type Removable, sortRemovable } from "./unneeded-files.ts";

const INFO_NAME = "_last_vacuum_info";

/** Newest version committed at or before the horizon; null when all are younger. */
export function lastVersionBefore(log: DeltaLog, horizonMs: number): number | null {
  return log.history().find(({ timestampMs }) => timestampMs <= horizonMs)?.version ?? null;
}

/** What the commits since the last VACUUM and up to `lastVersion` let go. */
export function findUnneededInLog(
  log: DeltaLog,
  snapshot: TableSnapshot,
  options: { needed: NeededFiles; horizonMs: number; lastVersion: number | null },
): Removable[] {
  const { needed, horizonMs, lastVersion } = options;
  if (lastVersion === null) return [];
  const { commitVersions } = log.list();
  const earliest = commitVersions[0] ?? 0;
  const done = readVacuumedVersion(log);
  if (earliest !== 0 && (done === null || done < earliest)) throw cannotBeLite();
  const start = Math.min(snapshot.version, done === null ? earliest : done + 1);
  const found = new Map<string, Removable>();
  for (const version of commitVersions.filter((v) => v >= start && v <= lastVersion)) {
    for (const file of filesLetGo(log, version, horizonMs)) {
      if (isOurs(snapshot, file.path) && !needed.has(file.path)) found.set(file.path, file);
    }
  }
  return sortRemovable([...found.values()]);
}

/** Remembers how far a VACUUM came. */
export async function writeVacuumInfo(log: DeltaLog, lastVersion: number | null): Promise<void> {
  const info =
    lastVersion === null ? {} : { latestCommitVersionOutsideOfRetentionWindow: lastVersion };
  await replaceLogFile(log.folder, INFO_NAME, printJson(info));
}

function readVacuumedVersion(log: DeltaLog): number | null {
  const path = `${log.folder}/${INFO_NAME}`;
  const text = readOptionalText(path);
  if (text === null) return null;
  try {
    const info = parseJson(text, { source: path });
    const version = isJsonObject(info) && info.latestCommitVersionOutsideOfRetentionWindow;
    return typeof version === "number" ? version : null;
  } catch {
    // A torn hint is as good as none: then the log must reach back to its start.
    return null;
  }
}

function filesLetGo(log: DeltaLog, version: number, horizonMs: number): Removable[] {
  const files: Removable[] = [];
  const push = (path: string | null, sizeBytes: number): void => {
    if (path !== null) files.push({ path, sizeBytes, isFolder: false });
  };
  for (const { remove, cdc } of readCommitFile(`${log.folder}/${commitFileName(version)}`)) {
    if (cdc) push(localPath(log.tableRoot, cdc.path), cdc.size);
    if (!remove || (remove.deletionTimestamp ?? 0) >= horizonMs) continue;
    push(localPath(log.tableRoot, remove.path), remove.size ?? 0);
    const vector = remove.deletionVector;
    if (vector) push(vectorPath(log.tableRoot, vector), vector.sizeInBytes);
  }
  return files;
}

/** A log may name any path: only what a full VACUUM would look at is the table's to remove. */
function isOurs({ tableRoot, metadata }: TableSnapshot, path: string): boolean {
  if (!isInside(tableRoot, path) || path === tableRoot) return false;
  const steps = relative(tableRoot, path).split(sep);
  return !steps.some((step) => isHidden(step, metadata));
}

function cannotBeLite(): SqlError {
  return new SqlError("the log no longer tells every file that VACUUM LITE would have to remove", {
    code: "INVALID_STATE",
    errorClass: "DELTA_CANNOT_VACUUM_LITE",
    sqlState: "55000",
    hint: "run VACUUM without LITE",
  });
}
