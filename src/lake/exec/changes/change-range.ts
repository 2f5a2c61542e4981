/**
 * Which versions `table_changes` is asked for: bounds given by version or by time become versions,
 * with the errors of delta-spark 4.4 where they lie outside the table's history.
 */
import { SovereignError } from "../../../core/errors.ts";
import { type DeltaLog, inCommitTimestampsFrom, listCommitTimes } from "../../delta/index.ts";

export type Bound = { version: number } | { timestampMs: number };

export interface ChangeRange {
  start: number;
  end: number;
}

/** The versions, both inclusive; null when no commit lies between two times. */
export async function resolveRange(
  log: DeltaLog,
  from: Bound,
  to: Bound | null,
): Promise<ChangeRange | null> {
  const latest = (await log.snapshot()).version;
  const isTimed = "timestampMs" in from || (to !== null && "timestampMs" in to);
  const times = isTimed ? await commitTimesOf(log) : [];
  const start = "version" in from ? from.version : startAt(times, from.timestampMs);
  if (start < 0) throw noVersion(start);
  if (start > latest) throw startAfterLatest(start, latest);
  const end = to === null ? latest : "version" in to ? to.version : endAt(times, to.timestampMs);
  if (to !== null && "timestampMs" in from && "timestampMs" in to) {
    // Both times may lie between the same two commits: then nothing changed.
    if (from.timestampMs <= to.timestampMs && end === start - 1) return null;
    if (from.timestampMs > to.timestampMs) throw endBeforeStart(start, end);
  }
  if (end < start) throw endBeforeStart(start, end);
  return { start, end: Math.min(end, latest) };
}

type CommitTimes = ReturnType<typeof listCommitTimes>;

async function commitTimesOf(log: DeltaLog): Promise<CommitTimes> {
  const { protocol, metadata } = await log.snapshot();
  const inCommit = inCommitTimestampsFrom(protocol, metadata);
  return listCommitTimes(log.list(), inCommit?.version ?? Number.POSITIVE_INFINITY);
}

/** The first commit at or after a time. */
function startAt(times: CommitTimes, timestampMs: number): number {
  const found = times.find((commit) => commit.timestampMs >= timestampMs);
  if (!found) throw afterLast(times, timestampMs);
  return found.version;
}

/** The last commit at or before a time. */
function endAt(times: CommitTimes, timestampMs: number): number {
  const found = times.findLast((commit) => commit.timestampMs <= timestampMs);
  if (!found) throw beforeFirst(times, timestampMs);
  if (found === times.at(-1) && timestampMs > found.timestampMs) {
    throw afterLast(times, timestampMs);
  }
  return found.version;
}

function noVersion(start: number): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", `\`${start}\` is not a version`, {
    hint: "versions are whole numbers from 0",
    details: { error_class: "DELTA_LOG_FILE_NOT_FOUND", sql_state: "42K03" },
  });
}

function startAfterLatest(start: number, latest: number): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the changes are asked for from version ${start}, and the newest is ${latest}`,
    {
      hint: `start at a version up to ${latest}`,
      details: { error_class: "DELTA_CDC_START_VERSION_AFTER_LATEST", sql_state: "22003" },
    },
  );
}

function endBeforeStart(start: number, end: number): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the range of changes ends at version ${end}, before its start at ${start}`,
    {
      hint: "give the earlier bound first",
      details: { error_class: "DELTA_INVALID_CDC_RANGE", sql_state: "22003" },
    },
  );
}

function afterLast(times: CommitTimes, timestampMs: number): SovereignError {
  const last = new Date(times.at(-1)?.timestampMs ?? 0).toISOString();
  return new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `${new Date(timestampMs).toISOString()} is after the newest commit, of ${last}`,
    {
      hint: `give a time up to ${last}, or a version`,
      details: { error_class: "DELTA_TIMESTAMP_GREATER_THAN_COMMIT", sql_state: "42816" },
    },
  );
}

function beforeFirst(times: CommitTimes, timestampMs: number): SovereignError {
  const first = new Date(times[0]?.timestampMs ?? 0).toISOString();
  return new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `${new Date(timestampMs).toISOString()} is before the oldest commit there is, of ${first}`,
    {
      hint: `give a time from ${first} on, or a version`,
      details: {
        error_class: "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
        sql_state: "42816",
      },
    },
  );
}
