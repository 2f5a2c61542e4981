/** Building `add` and `remove` actions from what was written and what is live. */
import type { AddFile, RemoveFile } from "../types.ts";

export interface NewDataFile {
  /** Log form, from `encodeLogPath`. */
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  /** By physical name, from `formatPartitionValue`. */
  partitionValues: Record<string, string | null>;
  /** From `buildStats`; absent when none were collected. */
  stats?: string;
}

/** The `add` of a file just written; `dataChange` is false only for rewrites of the same rows. */
export function addOf(file: NewDataFile, dataChange = true): AddFile {
  return {
    path: file.path,
    partitionValues: file.partitionValues,
    size: file.sizeBytes,
    modificationTime: file.modifiedMs,
    dataChange,
    ...(file.stats !== undefined && { stats: file.stats }),
  };
}

/**
 * The tombstone of a live file, with the facts later readers need (size, partition, deletion
 * vector, row ids); statistics are left out, as Spark does.
 */
export function removeOf(add: AddFile, deletionTimestamp: number, dataChange = true): RemoveFile {
  return {
    path: add.path,
    deletionTimestamp,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: add.partitionValues,
    size: add.size,
    ...(add.tags && { tags: add.tags }),
    ...(add.deletionVector && { deletionVector: add.deletionVector }),
    ...(add.baseRowId != null && { baseRowId: add.baseRowId }),
    ...(add.defaultRowCommitVersion != null && {
      defaultRowCommitVersion: add.defaultRowCommitVersion,
    }),
  };
}
