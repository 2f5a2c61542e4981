/**
 * Removing commits, checksums and checkpoints that have expired (Delta protocol, "Metadata
 * Cleanup"; delta-spark 4.4, `MetadataCleanup`). Everything below the newest checkpoint before
 * which all is older than `delta.logRetentionDuration` goes, oldest first, so that what is left is
 * whole at any moment. Then sidecars no checkpoint names.
 *
 * NOTE: a commit is as old as its file or, where it has one, its in-commit timestamp, whichever is
 * later; Spark looks at the file alone. Classic copies of V2 checkpoints are not made.
 */
import { unlink } from "node:fs/promises";
import type { Clock } from "../../../core/clock.ts";
import { errnoOf } from "../../../core/io/index.ts";
import {
  commitFileTimeMs,
  inCommitTimestampsFrom,
  readInCommitTimestamp,
} from "../commit-times.ts";
import type { DeltaLog } from "../delta-log.ts";
import type { CheckpointFile, LogListing } from "../log-files.ts";
import { listFolder, statFile } from "../log-folder.ts";
import type { TableSnapshot } from "../snapshot.ts";
import type { Metadata } from "../types.ts";
import { intervalProperty } from "./table-property.ts";

const DAY_MS = 86_400_000;
const OF_A_VERSION =
  /^(\d{20})\.(?:json|crc|checkpoint(?:\.\d{10}\.\d{10}|\.[0-9a-fA-F-]{36})?\.(?:parquet|json))$/;
const COMPACTED = /^(\d{20})\.\d{20}\.compacted\.json$/;

/** Cleans the log of a table up to the newest checkpoint it can; `snapshot` has one. */
export async function cleanUpLog(
  log: DeltaLog,
  snapshot: TableSnapshot,
  clock: Clock,
): Promise<void> {
  const { metadata } = snapshot;
  const enabled = metadata.configuration["delta.enableExpiredLogCleanup"] ?? "true";
  if (enabled.toLowerCase() !== "true") return;
  const retentionMs = intervalProperty(metadata, "delta.logRetentionDuration", 30 * DAY_MS);
  const cutOffMs = Math.floor((clock.nowMs() - retentionMs) / DAY_MS) * DAY_MS;
  const listing = log.list();
  const first = await firstKept(log, snapshot, listing, cutOffMs);
  if (first === null || first < protectedBefore(metadata)) return;
  const names = expiredNames(listFolder(log.folder) ?? [], first);
  for (const name of names) await removeLogFile(log.folder, name);
  if (names.some((name) => name.includes(".checkpoint."))) await removeSidecars(log, cutOffMs);
}

/** Version of the newest checkpoint with only expired commits below it; null when none. */
async function firstKept(
  log: DeltaLog,
  snapshot: TableSnapshot,
  listing: LogListing,
  cutOffMs: number,
): Promise<number | null> {
  const expired = expiredVersions(snapshot, listing, cutOffMs);
  if (expired.length === 0) return null;
  const newest = expired.at(-1)!;
  for (const checkpoint of listing.checkpoints.toReversed()) {
    const isAbove = checkpoint.version > snapshot.version || checkpoint.version - 1 > newest;
    if (!isAbove && (await isWhole(log, checkpoint))) {
      return checkpoint.version > expired[0]! ? checkpoint.version : null;
    }
  }
  return null;
}

/** Commits no younger than the cut-off, from the oldest on; times go up by version, as in Spark. */
function expiredVersions(
  { protocol, metadata }: TableSnapshot,
  { folder, commitVersions }: LogListing,
  cutOffMs: number,
): number[] {
  const inCommit = inCommitTimestampsFrom(protocol, metadata);
  let previousMs = Number.NEGATIVE_INFINITY;
  const end = commitVersions.findIndex((version) => {
    const fileMs = commitFileTimeMs(folder, version) ?? 0;
    previousMs = Math.max(fileMs, previousMs + 1);
    if (previousMs > cutOffMs) return true;
    if (inCommit === null || version < inCommit.version) return false;
    return readInCommitTimestamp(folder, version) > cutOffMs;
  });
  return end < 0 ? commitVersions : commitVersions.slice(0, end);
}

/** Whether every file of a checkpoint is there and holds something. */
async function isWhole(log: DeltaLog, checkpoint: CheckpointFile): Promise<boolean> {
  const isThere = (path: string): boolean => (statFile(path)?.sizeBytes ?? 0) > 0;
  if (!checkpoint.names.every((name) => isThere(`${log.folder}/${name}`))) return false;
  return checkpoint.kind !== "v2" || (await log.sidecarPaths(checkpoint)).every(isThere);
}

/** After DROP FEATURE, history below this version goes at once or not at all. */
function protectedBefore({ configuration }: Metadata): number {
  return Number(configuration["delta.requireCheckpointProtectionBeforeVersion"] ?? 0) || 0;
}

/** Names to remove, oldest first; commits that were compacted from before the checkpoint too. */
function expiredNames(names: readonly string[], firstKeptVersion: number): string[] {
  return names
    .filter((name) => {
      const version = OF_A_VERSION.exec(name)?.[1];
      if (version !== undefined) return Number(version) < firstKeptVersion;
      const start = COMPACTED.exec(name)?.[1];
      return start !== undefined && Number(start) <= firstKeptVersion;
    })
    .sort();
}

/** With the checksum file that Hadoop's local file system keeps beside it. */
async function removeLogFile(folder: string, name: string): Promise<void> {
  for (const path of [`${folder}/${name}`, `${folder}/.${name}.crc`]) {
    try {
      await unlink(path);
    } catch (error) {
      // Another writer cleans up at the same time.
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}

/** Young ones may belong to a checkpoint that is being written. */
async function removeSidecars(log: DeltaLog, cutOffMs: number): Promise<void> {
  const folder = `${log.folder}/_sidecars`;
  const names = (listFolder(folder) ?? []).filter((name) => name.endsWith(".parquet"));
  const old = names.filter((name) => (statFile(`${folder}/${name}`)?.modifiedMs ?? 0) < cutOffMs);
  if (old.length === 0) return;
  const named = new Set<string>();
  for (const checkpoint of log.list().checkpoints) {
    for (const path of await log.sidecarPaths(checkpoint)) named.add(path);
  }
  for (const name of old) if (!named.has(`${folder}/${name}`)) await removeLogFile(folder, name);
}
