/**
 * Which files make up a version (PROTOCOL.md, "Action Reconciliation" and "Checkpoints"): the
 * newest complete checkpoint at or below it, then every commit after that. `_last_checkpoint` is
 * not asked: a local folder is listed whole, and the hint may be absent, stale or corrupt.
 */
import { SovereignError } from "../../core/errors.ts";
import type { CheckpointFile, LogListing } from "./log-files.ts";
import { commitFileName } from "./log-files.ts";

/** A run of versions read from one file: a commit, or a compaction of several. */
export interface LogTailFile {
  startVersion: number;
  endVersion: number;
  name: string;
}

export interface LogSegment {
  folder: string;
  version: number;
  checkpoint: CheckpointFile | null;
  /** Files after the checkpoint, ascending. */
  tail: LogTailFile[];
}

/** Newest version the listing can show, or null for an empty log. */
export function latestVersion(listing: LogListing): number | null {
  const commit = listing.commitVersions.at(-1) ?? -1;
  const checkpoint = listing.checkpoints.at(-1)?.version ?? -1;
  const latest = Math.max(commit, checkpoint);
  return latest < 0 ? null : latest;
}

/** Oldest version that can still be reconstructed, or null for an empty log. */
export function earliestVersion(listing: LogListing): number | null {
  const checkpoint = listing.checkpoints[0]?.version;
  const first = listing.commitVersions[0];
  if (first === 0) return 0;
  return checkpoint ?? null;
}

/** Chooses the files of `version`; refuses gaps (DATA_LOSS) and versions out of reach. */
export function chooseSegment(listing: LogListing, version: number): LogSegment {
  const latest = latestVersion(listing);
  if (latest === null || version > latest || version < 0) {
    throw versionOutOfRange(listing, version);
  }
  const checkpoint = listing.checkpoints.findLast((c) => c.version <= version) ?? null;
  const firstNeeded = checkpoint === null ? 0 : checkpoint.version + 1;
  const commits = listing.commitVersions;
  const from = lowerBound(commits, firstNeeded);
  if (checkpoint === null && commits[from] !== 0) {
    if (earliestVersion(listing) !== null) throw versionOutOfRange(listing, version);
    throw gap(listing, 0, commits[from]);
  }
  for (let wanted = firstNeeded; wanted <= version; wanted++) {
    const found = commits[from + wanted - firstNeeded];
    if (found !== wanted) throw gap(listing, wanted, found);
  }
  const tail = chooseTail(listing, firstNeeded, version);
  return { folder: listing.folder, version, checkpoint, tail };
}

function chooseTail(listing: LogListing, firstNeeded: number, version: number): LogTailFile[] {
  const longest = new Map<number, LogTailFile>();
  for (const file of listing.compactions) {
    const known = longest.get(file.startVersion);
    const fits = file.endVersion <= version && file.startVersion >= firstNeeded;
    if (fits && (known === undefined || known.endVersion < file.endVersion)) {
      longest.set(file.startVersion, file);
    }
  }
  const tail: LogTailFile[] = [];
  for (let next = firstNeeded; next <= version; ) {
    const file = longest.get(next) ?? {
      startVersion: next,
      endVersion: next,
      name: commitFileName(next),
    };
    // The last commit is always read itself: a compaction holds no commit timestamp.
    const usable = file.endVersion < version || file.startVersion === version;
    const chosen = usable
      ? file
      : { startVersion: next, endVersion: next, name: commitFileName(next) };
    tail.push(chosen);
    next = chosen.endVersion + 1;
  }
  return tail;
}

function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function gap(listing: LogListing, wanted: number, found: number | undefined): SovereignError {
  const next = found === undefined ? "" : `; the next commit there is ${found}`;
  return new SovereignError(
    "DATA_LOSS",
    `commit ${wanted} is missing from \`${listing.folder}\` (versions are not contiguous)${next}`,
    {
      hint: "restore the missing commit file; versions below the gap can still be read",
      details: { missing_version: wanted, next_version: found ?? null },
    },
  );
}

function versionOutOfRange(listing: LogListing, version: number): SovereignError {
  const latest = latestVersion(listing);
  const earliest = earliestVersion(listing);
  if (latest === null || earliest === null) {
    return new SovereignError(
      "DATA_LOSS",
      `\`${listing.folder}\` holds neither commit 0 nor a complete checkpoint`,
      { hint: "restore the log's oldest files from a backup", details: { version } },
    );
  }
  const why = version > latest ? "" : "; older commits have been cleaned up";
  return new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `version ${version} cannot be read: versions ${earliest} to ${latest} are available${why}`,
    {
      hint: `choose a version from ${earliest} to ${latest}; \`lake history\` lists them`,
      details: {
        error_class: "DELTA_VERSION_NOT_FOUND",
        version,
        earliest_version: earliest,
        latest_version: latest,
      },
    },
  );
}
