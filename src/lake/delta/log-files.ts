/**
 * Names in `_delta_log` (PROTOCOL.md, "File Types"). Everything that is not one of these (Hadoop's
 * `.crc` shadows, `_staged_commits`, temporary files) is ignored.
 *
 * | name                                     | what                       |
 * |------------------------------------------|----------------------------|
 * | `v20.json`                               | commit                     |
 * | `v20.crc`                                | version checksum           |
 * | `x20.y20.compacted.json`                 | commits x to y, reconciled |
 * | `v20.checkpoint.parquet`                 | classic checkpoint         |
 * | `v20.checkpoint.p10.n10.parquet`         | part p of n                |
 * | `v20.checkpoint.<uuid>.json or .parquet` | v2 checkpoint              |
 */
import { listFolder } from "./log-folder.ts";

export interface CheckpointFile {
  version: number;
  kind: "classic" | "multi-part" | "v2";
  format: "parquet" | "json";
  /** File names within the log folder; one unless multi-part. */
  names: string[];
}

export interface CompactionFile {
  startVersion: number;
  endVersion: number;
  name: string;
}

export interface LogListing {
  folder: string;
  /** Versions with a commit file, ascending. */
  commitVersions: number[];
  /** Complete checkpoints, ascending by version; the preferred one of a version last. */
  checkpoints: CheckpointFile[];
  compactions: CompactionFile[];
}

const COMMIT_NAME_LENGTH = 25;
const CHECKPOINT =
  /^(\d{20})\.checkpoint\.(?:(\d{10})\.(\d{10})\.)?(?:([0-9a-fA-F-]{36})\.)?(parquet|json)$/;
const COMPACTION = /^(\d{20})\.(\d{20})\.compacted\.json$/;
const MAX_PARTS = 100_000;

/** `00000000000000000007.json` */
export function commitFileName(version: number): string {
  return `${padVersion(version)}.json`;
}

/** `00000000000000000007.crc` */
export function checksumFileName(version: number): string {
  return `${padVersion(version)}.crc`;
}

/** The 20 digits of a version. */
export function padVersion(version: number): string {
  return String(version).padStart(20, "0");
}

/** Lists a log folder; null when the folder does not exist. */
export function listLog(folder: string): LogListing | null {
  const names = listFolder(folder);
  return names === null ? null : sortLogNames(folder, names);
}

/** Sorts the names of a log folder by what they are; incomplete multi-part checkpoints drop out. */
export function sortLogNames(folder: string, names: readonly string[]): LogListing {
  const commitVersions: number[] = [];
  const checkpoints: CheckpointFile[] = [];
  const compactions: CompactionFile[] = [];
  const parts = new Map<string, { version: number; partCount: number; names: Set<string> }>();
  for (const name of names) {
    if (name.length === COMMIT_NAME_LENGTH && name.endsWith(".json")) {
      const version = parseVersion(name.slice(0, 20));
      if (version !== null) commitVersions.push(version);
    } else if (name.includes(".checkpoint.")) {
      addCheckpoint(name, checkpoints, parts);
    } else if (name.endsWith(".compacted.json")) {
      const compaction = parseCompaction(name);
      if (compaction !== null) compactions.push(compaction);
    }
  }
  for (const { version, partCount, names: partNames } of parts.values()) {
    if (partNames.size !== partCount) continue;
    const sorted = [...partNames].sort();
    checkpoints.push({ version, kind: "multi-part", format: "parquet", names: sorted });
  }
  commitVersions.sort((a, b) => a - b);
  checkpoints.sort(compareCheckpoints);
  return { folder, commitVersions, checkpoints, compactions };
}

function parseVersion(digits: string): number | null {
  if (!/^\d{20}$/.test(digits)) return null;
  const version = Number(digits);
  return Number.isSafeInteger(version) ? version : null;
}

function addCheckpoint(
  name: string,
  checkpoints: CheckpointFile[],
  parts: Map<string, { version: number; partCount: number; names: Set<string> }>,
): void {
  const match = CHECKPOINT.exec(name);
  if (match === null) return;
  const version = parseVersion(match[1]!);
  if (version === null) return;
  const format = match[5] as "parquet" | "json";
  if (match[2] !== undefined) {
    const part = Number(match[2]);
    const partCount = Number(match[3]);
    const valid = match[4] === undefined && format === "parquet" && partCount <= MAX_PARTS;
    if (!valid || part < 1 || part > partCount) return;
    const key = `${version}/${partCount}`;
    const group = parts.get(key) ?? { version, partCount, names: new Set<string>() };
    group.names.add(name);
    parts.set(key, group);
  } else if (match[4] !== undefined) {
    checkpoints.push({ version, kind: "v2", format, names: [name] });
  } else if (format === "parquet") {
    checkpoints.push({ version, kind: "classic", format, names: [name] });
  }
}

function parseCompaction(name: string): CompactionFile | null {
  const match = COMPACTION.exec(name);
  if (match === null) return null;
  const startVersion = parseVersion(match[1]!);
  const endVersion = parseVersion(match[2]!);
  if (startVersion === null || endVersion === null || endVersion <= startVersion) return null;
  return { startVersion, endVersion, name };
}

const KIND_ORDER = { "multi-part": 0, classic: 1, v2: 2 };

function compareCheckpoints(a: CheckpointFile, b: CheckpointFile): number {
  if (a.version !== b.version) return a.version - b.version;
  if (a.kind !== b.kind) return KIND_ORDER[a.kind] - KIND_ORDER[b.kind];
  return a.names[0]! < b.names[0]! ? -1 : 1;
}
