/**
 * A folder of artifacts: list, open, upload, delete. Paths are relative, use `/` and cannot leave
 * the folder, also not through a symbolic link. An upload appears whole under its name or not at
 * all.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SovereignError } from "../../core/errors.ts";
import {
  createFolders,
  errnoOf,
  isTempName,
  resolveInside,
  tempPathFor,
} from "../../core/io/index.ts";
import { doesNotExist, invalidParameter } from "../wire/error.ts";

/** One entry of a listing; `path` is relative to the folder. */
export interface ArtifactInfo {
  path: string;
  isDirectory: boolean;
  sizeBytes: number;
}

/** The entries of the folder `path` below `root`, by name; none when there is no such folder. */
export async function listArtifacts(root: string, path: string): Promise<ArtifactInfo[]> {
  const folder = locate(root, path);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsence(error)) return [];
    throw error;
  });
  const shown = names.filter((name) => !isTempName(name)).sort();
  const entries = await Promise.all(
    shown.map(async (name): Promise<ArtifactInfo | null> => {
      const below = path === "" ? name : `${path}/${name}`;
      // It may go between the listing and the look, or be a link to outside.
      const stats = await stat(join(folder, name)).catch(() => null);
      if (stats === null || !staysInside(root, below)) return null;
      const isDirectory = stats.isDirectory();
      return { path: below, isDirectory, sizeBytes: isDirectory ? 0 : stats.size };
    }),
  );
  return entries.filter((entry) => entry !== null);
}

/** The bytes of a file. 404 for a folder or nothing. */
export async function openArtifact(
  root: string,
  path: string,
): Promise<{ sizeBytes: number; stream: Readable }> {
  const file = locate(root, path);
  const stats = await stat(file).catch((error: unknown) => {
    if (isAbsence(error)) return null;
    throw error;
  });
  if (stats === null || !stats.isFile()) throw doesNotExist(`Artifact '${path}' does not exist.`);
  return { sizeBytes: stats.size, stream: createReadStream(file) };
}

/** Writes `source` to the file `path`, replacing what was there. */
export async function uploadArtifact(root: string, path: string, source: Readable): Promise<void> {
  const file = locate(root, path);
  const draft = tempPathFor(file);
  try {
    createFolders(dirname(file));
    // Not the stream itself: a full disk would close the connection that must say so.
    const chunks = source.iterator({ destroyOnReturn: false });
    await pipeline(chunks, createWriteStream(draft, { flags: "wx" }));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw explainUpload(error, path);
  }
}

/** Removes a file or a whole folder; what is missing is fine. */
export async function deleteArtifact(root: string, path: string): Promise<void> {
  const target = locate(root, path);
  if (path === "") throw invalidParameter("Invalid path");
  await rm(target, { recursive: true, force: true }).catch((error: unknown) => {
    if (!isAbsence(error)) throw error;
  });
}

function locate(root: string, path: string): string {
  try {
    return resolveInside(root, path);
  } catch (error) {
    if (error instanceof SovereignError) throw invalidParameter("Invalid path");
    if (errnoOf(error) === "ENAMETOOLONG") throw invalidParameter("Invalid path");
    throw error;
  }
}

function staysInside(root: string, path: string): boolean {
  try {
    resolveInside(root, path);
    return true;
  } catch {
    return false;
  }
}

function isAbsence(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(errnoOf(error) ?? "");
}

function explainUpload(error: unknown, path: string): unknown {
  const code = errnoOf(error) ?? "";
  // `createFolders` says of a file in the place of a folder that it is there already.
  const isBelowFile = error instanceof SovereignError && error.code === "RESOURCE_ALREADY_EXISTS";
  if (isBelowFile || ["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG"].includes(code)) {
    return invalidParameter(`Artifact path '${path}' cannot be a file here.`);
  }
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) {
    return new SovereignError("RESOURCE_EXHAUSTED", "no space left for artifacts", {
      hint: "free some disk space on the server",
      cause: error,
    });
  }
  return error;
}
