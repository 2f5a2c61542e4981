/** The Delta log kernel. Read side first, write side below; see `types.ts` for the vocabulary. */

export * from "./change-feed.ts";
export * from "./changes.ts";
export { checkAction } from "./check-action.ts";
export * from "./checksum.ts";
export * from "./column-mapping.ts";
export { parseCommitText, readCommitFile, readCommitInfo } from "./commit-file.ts";
export * from "./commit-range.ts";
export { inCommitTimestampsFrom } from "./commit-times.ts";
export * from "./decimal-text.ts";
export * from "./deletion-vector.ts";
export * from "./delta-log.ts";
export * from "./features.ts";
export * from "./file-set.ts";
export type { HistoryOptions } from "./history.ts";
export * from "./log-files.ts";
export { logFolderOf } from "./log-folder.ts";
export * from "./log-path.ts";
export { chooseSegment, earliestVersion, type LogSegment, latestVersion } from "./log-segment.ts";
export * from "./partition-value.ts";
export * from "./prune.ts";
export * from "./read-compatible.ts";
export * from "./replay.ts";
export * from "./row-count.ts";
export { TableSnapshot } from "./snapshot.ts";
export * from "./temporal-text.ts";
export * from "./types.ts";
