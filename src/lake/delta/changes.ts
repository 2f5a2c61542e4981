/**
 * What the commits of a range change, row by row (PROTOCOL.md, "Change Data Files", "Reader
 * Requirements for AddCDCFile"): a commit with change data files is told by them alone; of any other,
 * files added with `dataChange` are inserts and files removed with it deletes. Where the two name one
 * file, its deletion vectors differ, and only the rows of the difference changed.
 */
import { SovereignError } from "../../core/errors.ts";
import { CHANGE_TYPE, COMMIT_TIMESTAMP, COMMIT_VERSION } from "./change-feed.ts";
import { createDeletedRowsReader } from "./deletion-vector.ts";
import { canonicalPath, resolveLogPath } from "./log-path.ts";
import type { Action, AddFile, CommitInfo, RemoveFile, ScanFile } from "./types.ts";

/** A commit of the range. */
export interface Commit {
  version: number;
  timestampMs: number;
  actions: readonly Action[];
}

/** Files of changed rows; version and time of the commit stand among their partition values. */
export interface ChangeFiles {
  /** Change data files: each row says what kind of change it is. */
  told: ScanFile[];
  /** Data files: all their rows, or the selected ones, changed in one way, a partition value too. */
  derived: ScanFile[];
}

/** The files that hold the changes of one commit. */
export function changeFilesOf(
  tableRoot: string,
  commit: Commit,
  { isPartitioned }: { isPartitioned: boolean },
): ChangeFiles {
  const facts = {
    [COMMIT_VERSION]: String(commit.version),
    [COMMIT_TIMESTAMP]: new Date(commit.timestampMs).toISOString(),
  };
  const told = commit.actions.flatMap(({ cdc }) => {
    if (!cdc) return [];
    const partitionValues = { ...cdc.partitionValues, ...facts };
    return [scanFile(tableRoot, { ...cdc, partitionValues, modificationTime: commit.timestampMs })];
  });
  if (told.length > 0) return { told, derived: [] };
  if (changesNothing(commit.actions.find((action) => action.commitInfo)?.commitInfo)) {
    return { told, derived: [] };
  }
  const added = byPath(commit.actions, "add");
  const removed = byPath(commit.actions, "remove");
  if (isPartitioned) requirePartitions(commit);
  const derived: ScanFile[] = [];
  const push = (file: AddFile, kind: "insert" | "delete", vectors: Vectors): void => {
    const partitionValues = { ...file.partitionValues, ...facts, [CHANGE_TYPE]: kind };
    derived.push(scanFile(tableRoot, { ...file, partitionValues }, vectors));
  };
  for (const [path, file] of added) {
    const old = removed.get(path);
    // Rows the new vector no longer hides came back: a RESTORE.
    if (!old) push(file, "insert", { hidden: file });
    else if (old.deletionVector) push(file, "insert", { shown: old, hidden: file });
  }
  for (const [path, file] of removed) {
    const next = added.get(path);
    if (!next) push(file, "delete", { hidden: file });
    else if (next.deletionVector) push(file, "delete", { shown: next, hidden: file });
  }
  return { told, derived };
}

/**
 * A MERGE may write files again and change no row; the counters say so.
 * NOTE: as Spark reads its own commits; without the counters every row counts.
 */
function changesNothing(info: CommitInfo | undefined): boolean {
  const counters = ["numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted"];
  return (
    info?.operation === "MERGE" &&
    counters.every((name) => String(info.operationMetrics?.[name]) === "0")
  );
}

function byPath(actions: readonly Action[], kind: "add" | "remove"): Map<string, AddFile> {
  const files = new Map<string, AddFile>();
  for (const action of actions) {
    const file = action[kind];
    if (!file?.dataChange) continue;
    files.set(canonicalPath(file.path), kind === "add" ? action.add! : asAdded(action.remove!));
  }
  return files;
}

/** A tombstone as the file it removes. */
function asAdded(remove: RemoveFile): AddFile {
  const { path, dataChange, size = 0, partitionValues = {}, deletionTimestamp = 0 } = remove;
  return {
    path,
    dataChange,
    size,
    partitionValues,
    modificationTime: deletionTimestamp,
    ...(remove.stats ? { stats: remove.stats } : {}),
    ...(remove.deletionVector ? { deletionVector: remove.deletionVector } : {}),
  };
}

/** Whose deletion vector hides rows of a file; with `shown`, only rows that one hides are read. */
interface Vectors {
  hidden?: AddFile;
  shown?: AddFile;
}

function scanFile(tableRoot: string, add: AddFile, { hidden, shown }: Vectors = {}): ScanFile {
  const reader = (file: AddFile | undefined) =>
    file?.deletionVector ? createDeletedRowsReader(tableRoot, file.deletionVector, null) : null;
  const selected = reader(shown);
  return {
    add,
    absolutePath: resolveLogPath(tableRoot, add.path),
    deletedRows: reader(hidden),
    ...(selected ? { selectedRows: selected } : {}),
  };
}

/** DATA_LOSS for a tombstone that does not say where its rows belong. */
function requirePartitions({ version, actions }: Commit): void {
  const found = actions.find(({ remove }) => remove?.dataChange && !remove.partitionValues);
  if (!found) return;
  const { path } = found.remove!;
  throw new SovereignError(
    "DATA_LOSS",
    `commit ${version} removed \`${path}\` and does not say which partition its rows were of`,
    { hint: `start after version ${version}`, details: { path, version } },
  );
}
