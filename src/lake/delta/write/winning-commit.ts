/**
 * What another writer committed while we worked, as the conflict check needs it: its actions sorted
 * by kind and the facts an error message tells about it.
 */
import { parseCommitText } from "../commit-file.ts";
import { readOptionalText, statFile } from "../log-folder.ts";
import type {
  Action,
  AddFile,
  CommitInfo,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  Txn,
} from "../types.ts";
import { logPath } from "./commit.ts";

export interface WinningCommit {
  version: number;
  /** In-commit timestamp where it has one, else when the file was written. */
  timestampMs: number;
  commitInfo: CommitInfo | null;
  protocol: Protocol | null;
  metadata: Metadata | null;
  adds: AddFile[];
  removes: RemoveFile[];
  txns: Txn[];
  domains: DomainMetadata[];
}

/** Reads the commit of `version`, or null when no writer has it yet. */
export function readWinningCommit(tableRoot: string, version: number): WinningCommit | null {
  const path = logPath(tableRoot, version, "json");
  const text = readOptionalText(path);
  if (text === null) return null;
  const writtenAtMs = statFile(path)?.modifiedMs ?? 0;
  return summarise(version, writtenAtMs, parseCommitText(text, path));
}

/** Sorts the actions of a commit by kind. */
export function summarise(
  version: number,
  writtenAtMs: number,
  actions: readonly Action[],
): WinningCommit {
  const commitInfo = actions.find((action) => action.commitInfo)?.commitInfo ?? null;
  return {
    version,
    timestampMs: commitInfo?.inCommitTimestamp ?? writtenAtMs,
    commitInfo,
    protocol: actions.find((action) => action.protocol)?.protocol ?? null,
    metadata: actions.find((action) => action.metaData)?.metaData ?? null,
    adds: actions.flatMap((action) => action.add ?? []),
    removes: actions.flatMap((action) => action.remove ?? []),
    txns: actions.flatMap((action) => action.txn ?? []),
    domains: actions.flatMap((action) => action.domainMetadata ?? []),
  };
}
