/**
 * The one way to make a folder with its parents. Node 20's recursive `mkdir` never returns where a
 * parent cannot hold folders (`/proc/x`), so this goes level by level and says what stands in the
 * way. No other file calls `mkdir` with `recursive`; a test sees to it.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { SovereignError } from "../errors.ts";
import { errnoOf } from "./fsync.ts";

/** Makes `path` and what is missing above it; returns what was missing, outermost first. */
export function createFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = path; !isFolder(folder); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) {
    try {
      mkdirSync(folder);
    } catch (cause) {
      // Another process may have made it in between.
      if (errnoOf(cause) !== "EEXIST" || !isFolder(folder)) throw refusal(folder, cause);
    }
  }
  return missing;
}

/** Whether a folder stands there; a file in its place, or in the place of a parent, is refused. */
function isFolder(path: string): boolean {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    if (stat.isDirectory()) return true;
  } catch (cause) {
    // A parent is a file: going up finds which.
    if (errnoOf(cause) === "ENOTDIR") return false;
    throw refusal(path, cause);
  }
  throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${path}\` is a file, not a folder`, {
    hint: "name another folder, or move the file away",
  });
}

function refusal(folder: string, cause: unknown): unknown {
  const errno = errnoOf(cause);
  if (["ENOSPC", "EDQUOT", "EMFILE", "ENAMETOOLONG"].includes(errno)) return cause;
  return new SovereignError("PERMISSION_DENIED", `cannot create the folder \`${folder}\``, {
    hint: "check the permissions of the folder above it, or name another place",
    details: { system_code: errno },
    cause,
  });
}
