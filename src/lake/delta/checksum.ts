/**
 * Version checksum files (PROTOCOL.md, "Version Checksum File"): what the writer believed of a
 * version. A cheap second opinion on a snapshot; absent and malformed ones say nothing.
 */
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { checksumFileName } from "./log-files.ts";
import { readOptionalText } from "./log-folder.ts";
import type { TableSnapshot } from "./snapshot.ts";

export interface VersionChecksum {
  numFiles: number;
  tableSizeBytes: number;
}

/** The checksum of a version, or null when there is no readable one. */
export function readChecksum(folder: string, version: number): VersionChecksum | null {
  const text = readOptionalText(`${folder}/${checksumFileName(version)}`);
  if (text === null) return null;
  try {
    const json = parseJson(text);
    if (!isJsonObject(json)) return null;
    const { numFiles, tableSizeBytes } = json;
    if (typeof numFiles !== "number" || typeof tableSizeBytes !== "number") return null;
    return { numFiles, tableSizeBytes };
  } catch {
    // The protocol lets readers ignore it: the log itself is the truth.
    return null;
  }
}

/** What of a snapshot differs from its checksum file, in words; empty when nothing does. */
export async function compareChecksum(snapshot: TableSnapshot): Promise<string[]> {
  const checksum = readChecksum(snapshot.segment.folder, snapshot.version);
  if (checksum === null) return [];
  const { fileCount, totalSizeBytes } = await snapshot.files.totals();
  const problems: string[] = [];
  const compare = (what: string, recorded: number, found: number) => {
    if (recorded === found) return;
    const version = `version ${snapshot.version}`;
    problems.push(`${what} of ${version}: ${recorded} by its checksum, ${found} by the log`);
  };
  compare("files", checksum.numFiles, fileCount);
  compare("bytes", checksum.tableSizeBytes, totalSizeBytes);
  return problems;
}
