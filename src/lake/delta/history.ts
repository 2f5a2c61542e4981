/**
 * The table's history from its JSON commits alone, newest first: no snapshot, no engine. Commits
 * that were cleaned up are not there, as in Spark's DESCRIBE HISTORY.
 */
import { printJson } from "../../core/json/index.ts";
import { readCommitInfo } from "./commit-file.ts";
import { commitFileTimeMs } from "./commit-times.ts";
import { commitFileName, type LogListing } from "./log-files.ts";
import type { CommitInfo, HistoryEntry } from "./types.ts";

export interface HistoryOptions {
  /** At most so many entries, the newest. */
  limit?: number;
  /** Oldest version wanted. */
  sinceVersion?: number;
  /** Newest version wanted. */
  untilVersion?: number;
}

/**
 * Entries newest first. The times inside commits count where the newest version keeps them, back
 * to where that began; before, the file's, raised to one millisecond after its predecessor's where
 * it does not grow with the version, within the range that was asked for.
 */
export function readHistory(listing: LogListing, options: HistoryOptions = {}): HistoryEntry[] {
  const since = options.sinceVersion ?? 0;
  const until = options.untilVersion ?? Number.POSITIVE_INFINITY;
  const inRange = listing.commitVersions.filter((v) => v >= since && v <= until);
  const skipped = Math.max(0, inRange.length - (options.limit ?? inRange.length));
  const wanted = inRange.slice(skipped);
  const entries: HistoryEntry[] = [];
  const inCommitTimes = readInCommitTimes(listing, wanted[0] ?? 0);
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const version of wanted) {
    const commitInfo = asSparkShows(readCommitInfo(`${listing.folder}/${commitFileName(version)}`));
    const fileTime = commitFileTimeMs(listing.folder, version) ?? 0;
    const timestampMs = inCommitTimes.get(version) ?? Math.max(fileTime, previousMs + 1);
    entries.push({ version, timestampMs, commitInfo });
    previousMs = timestampMs;
  }
  return entries.reverse();
}

/** By version, from the newest down to `oldest` or to the first commit that keeps no time. */
function readInCommitTimes(listing: LogListing, oldest: number): Map<number, number> {
  const times = new Map<number, number>();
  for (const version of [...listing.commitVersions].reverse()) {
    if (version < oldest) break;
    const info = readCommitInfo(`${listing.folder}/${commitFileName(version)}`);
    if (typeof info?.inCommitTimestamp !== "number") break;
    times.set(version, info.inCommitTimestamp);
  }
  return times;
}

/** Parameters and metrics are maps of text to Spark; a number or flag in the log is its JSON. */
function asSparkShows(info: CommitInfo | null): CommitInfo | null {
  if (info === null) return null;
  const shown: CommitInfo = { ...info };
  if (info.operationParameters) shown.operationParameters = toTexts(info.operationParameters);
  if (info.operationMetrics) {
    shown.operationMetrics = toTexts(info.operationMetrics) as Record<string, string>;
  }
  return shown;
}

function toTexts(map: object): Record<string, string | null> {
  const entries = Object.entries(map).map(([key, value]): [string, string | null] => {
    if (value === null || typeof value === "string") return [key, value];
    return [key, printJson(value)];
  });
  return Object.fromEntries(entries);
}
