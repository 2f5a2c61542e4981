/**
 * The door to a table's log: versions, time travel, history, incremental snapshots. Pure
 * TypeScript; Parquet checkpoints are read through ports so that JSON-only tables need no codec.
 */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { loadCheckpoint, readSidecarPaths } from "./checkpoint.ts";
import { readCommitFile, readCommitInfo } from "./commit-file.ts";
import { commitTimeMs, findVersionAt, inCommitTimestampsFrom } from "./commit-times.ts";
import type { LargeCheckpointPort } from "./file-set.ts";
import { createLayeredFileSet, createMemoryFileSet, type LargeCheckpoint } from "./file-set.ts";
import { type HistoryOptions, readHistory } from "./history.ts";
import { type CheckpointFile, commitFileName, type LogListing, listLog } from "./log-files.ts";
import { type FileFacts, logFolderOf, statFile } from "./log-folder.ts";
import { chooseSegment, type LogSegment, type LogTailFile, latestVersion } from "./log-segment.ts";
import { applyActions, cloneReplayState, createReplayState, type ReplayState } from "./replay.ts";
import { TableSnapshot } from "./snapshot.ts";
import type { CheckpointReader, CommitInfo, HistoryEntry } from "./types.ts";

export interface DeltaLogPorts {
  /** Reads Parquet checkpoints into objects; without it such a table is refused. */
  checkpointReader?: CheckpointReader;
  /** Keeps large checkpoints in the engine; without it they become objects too. */
  largeCheckpoints?: LargeCheckpointPort;
  /** Parquet checkpoints above this many bytes go to `largeCheckpoints`. Default 8 MiB. */
  largeCheckpointBytes?: number;
}

export interface VersionChoice {
  version?: number;
  timestampMs?: number;
}

interface Loaded {
  snapshot: TableSnapshot;
  large: LargeCheckpoint | null;
  lastCommit: FileFacts | null;
}

/** Where replay begins, and the commits it goes through. */
interface Start {
  state: ReplayState;
  large: LargeCheckpoint | null;
  tail: LogTailFile[];
}

/** Commits beyond what was read that are looked for one by one. */
const FOLLOWED_COMMITS = 50;

export class DeltaLog {
  readonly tableRoot: string;
  readonly folder: string;
  readonly #ports: DeltaLogPorts;
  #latest: Loaded | null = null;

  private constructor(tableRoot: string, ports: DeltaLogPorts) {
    this.tableRoot = tableRoot;
    this.folder = logFolderOf(tableRoot);
    this.#ports = ports;
  }

  /** Opens a table folder; fails when it has no `_delta_log`. Nothing is read yet. */
  static open(tableRoot: string, ports: DeltaLogPorts = {}): DeltaLog {
    const log = new DeltaLog(toAbsoluteFolder(tableRoot), ports);
    if (statFile(log.folder) === null) throw notATable(log.tableRoot);
    return log;
  }

  /** True when the folder holds a Delta log with at least one version. */
  static exists(tableRoot: string): boolean {
    const folder = logFolderOf(resolve(tableRoot));
    if (statFile(`${folder}/${commitFileName(0)}`) !== null) return true;
    const listing = listLog(folder);
    return listing !== null && latestVersion(listing) !== null;
  }

  /** Newest version there is now. */
  latestVersion(): number {
    return latestVersion(this.list())!;
  }

  /** Lists the log anew; RESOURCE_DOES_NOT_EXIST when it holds no version. */
  list(): LogListing {
    const listing = listLog(this.folder);
    if (listing === null || latestVersion(listing) === null) throw notATable(this.tableRoot);
    return listing;
  }

  /**
   * The newest version, or the one asked for by number or time. The newest is kept, so that a
   * later call replays only the commits since.
   */
  async snapshot(choice: VersionChoice = {}): Promise<TableSnapshot> {
    if (choice.timestampMs !== undefined) return this.#snapshotAt(choice.timestampMs);
    if (choice.version !== undefined) return this.#snapshotOf(choice.version);
    const latest = this.#latest;
    if (latest !== null && this.#isCurrent(latest)) return latest.snapshot;
    this.#latest = (latest && this.#follow(latest)) ?? (await this.#loadNewest(latest));
    return this.#latest.snapshot;
  }

  /** The sidecars a checkpoint names; none for one that holds its files itself. */
  sidecarPaths(checkpoint: CheckpointFile): Promise<string[]> {
    return readSidecarPaths(this.folder, checkpoint, this.#ports);
  }

  /** Commits newest first. */
  history(options: HistoryOptions = {}): HistoryEntry[] {
    return readHistory(this.list(), options);
  }

  async #snapshotOf(version: number): Promise<TableSnapshot> {
    if (!Number.isSafeInteger(version) || version < 0) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${version}\` is not a version`, {
        hint: "versions are whole numbers from 0; `lake history` lists them",
      });
    }
    if (this.#latest?.snapshot.version === version && this.#isUnchanged(this.#latest)) {
      return this.#latest.snapshot;
    }
    return (await this.#load(this.list(), version, null)).snapshot;
  }

  async #snapshotAt(timestampMs: number): Promise<TableSnapshot> {
    const latest = await this.snapshot();
    const inCommit = inCommitTimestampsFrom(latest.protocol, latest.metadata);
    return this.#snapshotOf(findVersionAt(this.list(), timestampMs, inCommit));
  }

  /** No newer commit, and the last one is still the file that was read. */
  #isCurrent(loaded: Loaded): boolean {
    const next = `${this.folder}/${commitFileName(loaded.snapshot.version + 1)}`;
    return statFile(next) === null && this.#isUnchanged(loaded);
  }

  /** The last commit is still the file that was read: the table was not dropped and remade. */
  #isUnchanged({ snapshot, lastCommit }: Loaded): boolean {
    const now = statFile(`${this.folder}/${commitFileName(snapshot.version)}`);
    if (now === null || lastCommit === null) return now === lastCommit;
    const sameTime = now.modifiedMs === lastCommit.modifiedMs && now.inode === lastCommit.inode;
    return sameTime && now.sizeBytes === lastCommit.sizeBytes;
  }

  /** What was read and the commits since; null when they are many, and the log better listed. */
  #follow(latest: Loaded): Loaded | null {
    if (!this.#isUnchanged(latest)) return null;
    const first = latest.snapshot.version + 1;
    let next = first;
    while (statFile(`${this.folder}/${commitFileName(next)}`) !== null) {
      next++;
      if (next - first > FOLLOWED_COMMITS) return null;
    }
    const { folder, checkpoint } = latest.snapshot.segment;
    const tail = singleCommits(first, next - 1);
    const state = cloneReplayState(latest.snapshot.state);
    const segment = { folder, version: next - 1, checkpoint, tail };
    return this.#replay(segment, { state, large: latest.large, tail });
  }

  #loadNewest(latest: Loaded | null): Promise<Loaded> {
    const listing = this.list();
    return this.#load(listing, latestVersion(listing)!, latest);
  }

  async #load(listing: LogListing, version: number, previous: Loaded | null): Promise<Loaded> {
    const segment = chooseSegment(listing, version);
    return this.#replay(segment, await this.#startState(segment, previous));
  }

  #replay(segment: LogSegment, start: Start): Loaded {
    const { version } = segment;
    const lastPath = `${this.folder}/${commitFileName(version)}`;
    const replayed = replayTail(start.state, segment.folder, start.tail);
    // A checkpoint holds no commitInfo; the commit of its version does, and is kept beside it.
    const hasCommit = start.tail.length === 0 && statFile(lastPath) !== null;
    const commitInfo = hasCommit ? readCommitInfo(lastPath) : replayed;
    const files =
      start.large === null
        ? createMemoryFileSet(start.state)
        : createLayeredFileSet(start.large, start.state);
    const timestampMs = commitTimeMs(this.folder, version, commitInfo);
    const { tableRoot } = this;
    const { state } = start;
    const snapshot = new TableSnapshot({ tableRoot, segment, timestampMs, state, files });
    return { snapshot, large: start.large, lastCommit: statFile(lastPath) };
  }

  /** Where replay begins: the previous snapshot, the checkpoint, or nothing. */
  async #startState(segment: LogSegment, previous: Loaded | null): Promise<Start> {
    const known = previous?.snapshot.version ?? -1;
    const canContinue =
      previous !== null &&
      known < segment.version &&
      known >= (segment.checkpoint?.version ?? -1) &&
      this.#isUnchanged(previous);
    if (canContinue) {
      const tail = singleCommits(known + 1, segment.version);
      return { state: cloneReplayState(previous.snapshot.state), large: previous.large, tail };
    }
    const { checkpoint, folder, tail } = segment;
    if (checkpoint === null) return { state: createReplayState(), large: null, tail };
    const loaded = await loadCheckpoint(folder, checkpoint, this.#ports);
    return { state: loaded.state, large: loaded.large, tail };
  }
}

function singleCommits(first: number, last: number): LogTailFile[] {
  const tail: LogTailFile[] = [];
  for (let version = first; version <= last; version++) {
    tail.push({ startVersion: version, endVersion: version, name: commitFileName(version) });
  }
  return tail;
}

/** Applies the files of a tail; returns the last commit's `commitInfo`. */
function replayTail(
  state: ReplayState,
  folder: string,
  tail: readonly LogTailFile[],
): CommitInfo | null {
  let commitInfo: CommitInfo | null = null;
  for (const file of tail) {
    const actions = readCommitFile(`${folder}/${file.name}`);
    applyActions(state, actions);
    if (file === tail.at(-1)) {
      commitInfo = actions.find((action) => action.commitInfo)?.commitInfo ?? null;
    }
  }
  return commitInfo;
}

function toAbsoluteFolder(tableRoot: string): string {
  const absolute = resolve(tableRoot);
  try {
    return realpathSync(absolute);
  } catch {
    return absolute;
  }
}

function notATable(tableRoot: string): SovereignError {
  return new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `\`${tableRoot}\` is not a Delta table: there are no commits in \`_delta_log\``,
    {
      hint: "check the path; a Delta table is a folder with a `_delta_log` folder in it",
      details: { path: tableRoot },
    },
  );
}
