/**
 * When a version was committed (PROTOCOL.md, "In-Commit Timestamps"): the time inside the commit
 * where the table keeps one, else the file's. Time travel switches between the two sources at the
 * version the table's properties name.
 */
import { SovereignError } from "../../core/errors.ts";
import { readCommitInfo } from "./commit-file.ts";
import { hasFeature } from "./features.ts";
import { commitFileName, type LogListing } from "./log-files.ts";
import { statFile } from "./log-folder.ts";
import { earliestVersion } from "./log-segment.ts";
import type { CommitInfo, Metadata, Protocol } from "./types.ts";

const ENABLED = "delta.enableInCommitTimestamps";
const ENABLEMENT_VERSION = "delta.inCommitTimestampEnablementVersion";
const ENABLEMENT_TIMESTAMP = "delta.inCommitTimestampEnablementTimestamp";

/** First version with in-commit timestamps and the time of it; null when they are off. */
export function inCommitTimestampsFrom(
  protocol: Protocol,
  metadata: Metadata,
): { version: number; timestampMs: number } | null {
  const configuration = metadata.configuration;
  if (configuration[ENABLED]?.toLowerCase() !== "true") return null;
  if (!hasFeature(protocol, "inCommitTimestamp")) return null;
  const version = Number(configuration[ENABLEMENT_VERSION] ?? 0);
  const timestampMs = Number(configuration[ENABLEMENT_TIMESTAMP] ?? Number.NEGATIVE_INFINITY);
  return { version, timestampMs };
}

/** Time of the file of a version, or null when the file is gone. */
export function commitFileTimeMs(folder: string, version: number): number | null {
  return statFile(`${folder}/${commitFileName(version)}`)?.modifiedMs ?? null;
}

/** In-commit timestamp of a commit; DATA_LOSS when a table that promises one has none. */
export function readInCommitTimestamp(folder: string, version: number): number {
  const path = `${folder}/${commitFileName(version)}`;
  const timestamp = readCommitInfo(path)?.inCommitTimestamp;
  if (typeof timestamp === "number") return timestamp;
  throw new SovereignError(
    "DATA_LOSS",
    `commit ${version} has no \`inCommitTimestamp\` although the table promises one`,
    { hint: "choose the version by number: VERSION AS OF", details: { source: path, version } },
  );
}

/** The commit's own time when it carries one, else the file's. */
export function commitTimeMs(folder: string, version: number, info: CommitInfo | null): number {
  const inCommit = info?.inCommitTimestamp;
  if (typeof inCommit === "number") return inCommit;
  return commitFileTimeMs(folder, version) ?? info?.timestamp ?? 0;
}

/**
 * Newest version committed at or before `timestampMs`. As in Spark, a time before the first or
 * after the last commit is an error, and file times that go backwards are pushed up by one
 * millisecond each so that versions stay ordered.
 */
export function findVersionAt(
  listing: LogListing,
  timestampMs: number,
  inCommit: { version: number; timestampMs: number } | null,
): number {
  const earliest = earliestVersion(listing) ?? 0;
  const versions = listing.commitVersions.filter((version) => version >= earliest);
  const switchAt = inCommit?.version ?? Number.POSITIVE_INFINITY;
  if (inCommit !== null && timestampMs >= inCommit.timestampMs) {
    const later = versions.filter((version) => version >= switchAt);
    const found = findInCommit(listing, later, timestampMs);
    if (found !== null) return checkNotAfterLast(listing, found, timestampMs, later);
  }
  const before = versions.filter((version) => version < switchAt);
  return findByFileTime(listing, before.length > 0 ? before : versions, timestampMs, inCommit);
}

function findInCommit(
  listing: LogListing,
  versions: readonly number[],
  timestampMs: number,
): number | null {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const time = readInCommitTimestamp(listing.folder, versions[middle]!);
    if (time <= timestampMs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : versions[low - 1]!;
}

function checkNotAfterLast(
  listing: LogListing,
  found: number,
  timestampMs: number,
  versions: readonly number[],
): number {
  if (found !== versions.at(-1)) return found;
  const last = readInCommitTimestamp(listing.folder, found);
  if (timestampMs > last) throw outsideHistory(timestampMs, last, "after the last", found);
  return found;
}

function findByFileTime(
  listing: LogListing,
  versions: readonly number[],
  timestampMs: number,
  inCommit: { version: number } | null,
): number {
  let found: number | null = null;
  let previous = Number.NEGATIVE_INFINITY;
  let first: number | null = null;
  for (const version of versions) {
    const time = Math.max(commitFileTimeMs(listing.folder, version) ?? 0, previous + 1);
    first ??= time;
    if (time > timestampMs) break;
    found = version;
    previous = time;
  }
  if (found === null) {
    throw outsideHistory(timestampMs, first ?? 0, "before the first", versions[0] ?? 0);
  }
  if (found === versions.at(-1) && inCommit === null && timestampMs > previous) {
    throw outsideHistory(timestampMs, previous, "after the last", found);
  }
  return found;
}

function outsideHistory(
  timestampMs: number,
  limitMs: number,
  where: "before the first" | "after the last",
  version: number,
): SovereignError {
  const asked = new Date(timestampMs).toISOString();
  const limit = new Date(limitMs).toISOString();
  return new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `timestamp ${asked} is ${where} commit that can be read: version ${version} at ${limit}`,
    {
      hint: "choose a time within the table's history, or a version: VERSION AS OF",
      details: { timestamp: asked, limit, version },
    },
  );
}
