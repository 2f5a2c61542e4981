/**
 * The commits between two versions with the time of each, and the versions two times mean (as
 * Spark's change feed resolves them: the first commit at or after the start, the last at or before
 * the end).
 */
import { SovereignError } from "../../core/errors.ts";
import type { Commit } from "./changes.ts";
import { readCommitFile, readCommitInfo } from "./commit-file.ts";
import { commitFileTimeMs } from "./commit-times.ts";
import { commitFileName, type LogListing } from "./log-files.ts";

/** As many commits before a range may push its file times up. */
const UNORDERED_COMMITS = 100;

/** Reads the commits one after the other; RESOURCE_DOES_NOT_EXIST at one that is gone. */
export function* readCommits(listing: LogListing, start: number, end: number): Generator<Commit> {
  const present = new Set(listing.commitVersions);
  const times = commitTimes(listing, start, end);
  for (let version = start; version <= end; version++) {
    if (!present.has(version)) throw cleanedUp(version);
    const actions = readCommitFile(`${listing.folder}/${commitFileName(version)}`);
    const inCommit = actions.find((a) => a.commitInfo)?.commitInfo?.inCommitTimestamp;
    const timestampMs = typeof inCommit === "number" ? inCommit : times.get(version)!;
    yield { version, timestampMs, actions };
  }
}

/** File times of the commits, each pushed past the one before, as Spark orders them. */
function commitTimes(listing: LogListing, start: number, end: number): Map<number, number> {
  const times = new Map<number, number>();
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const version of listing.commitVersions) {
    if (version < start - UNORDERED_COMMITS || version > end) continue;
    const fileMs = commitFileTimeMs(listing.folder, version) ?? 0;
    previousMs = Math.max(fileMs, previousMs + 1);
    times.set(version, previousMs);
  }
  return times;
}

/** Versions with their times, oldest first. */
export function listCommitTimes(
  listing: LogListing,
  inCommitFrom: number,
): { version: number; timestampMs: number }[] {
  const versions = listing.commitVersions;
  const times = commitTimes(listing, 0, versions.at(-1) ?? 0);
  return versions.map((version) => {
    const path = `${listing.folder}/${commitFileName(version)}`;
    const inCommit = version >= inCommitFrom ? readCommitInfo(path)?.inCommitTimestamp : undefined;
    return { version, timestampMs: inCommit ?? times.get(version)! };
  });
}

function cleanedUp(version: number): SovereignError {
  return new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `commit ${version} has been cleaned up: what it changed cannot be told any more`,
    {
      hint: "start later; `lake history` lists the commits there are",
      details: { error_class: "DELTA_LOG_FILE_NOT_FOUND", sql_state: "42K03", version },
    },
  );
}
