/**
 * Files of runs over any transport: proxied roots (`mlflow-artifacts:`) go through the server,
 * local roots are folders of this machine, object stores are refused by name.
 */
import { createReadStream, createWriteStream, existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SovereignError } from "../../core/errors.ts";
import { createFolders, resolveInside } from "../../core/io/index.ts";
import { openArtifact, uploadArtifact } from "../artifacts/folder.ts";
import { toFolder } from "../artifacts/locate.ts";
import { safeArtifactPath } from "../artifacts/safe-path.ts";
import { type ArtifactEntry, list, toArtifact } from "./entities.ts";
import { rethrow, type Transport } from "./transport.ts";

/** The files of runs. */
export interface ArtifactClient {
  /** The entries of the folder `path` of a run; the root without. */
  list(runId: string, path?: string): Promise<ArtifactEntry[]>;
  /** @internal Stores bytes as `path` below the artifact root `rootUri`; give the size of what is large. */
  write(rootUri: string, path: string, source: Readable, sizeBytes?: number): Promise<void>;
  writeText(rootUri: string, path: string, text: string): Promise<void>;
  /** @internal The bytes of `path` below the artifact root `rootUri`. */
  read(rootUri: string, path: string): Promise<Readable>;
  /** Stores a file, or a folder with all that is in it, below `folder`; the paths it stored. */
  put(rootUri: string, localPath: string, folder?: string): Promise<string[]>;
  /** Brings the file or folder `path` of a run below the local folder `into`; what it wrote. */
  fetch(runId: string, rootUri: string, path: string, into: string): Promise<string[]>;
}

/** @internal Artifacts over `transport`. */
export function createArtifactClient(transport: Transport): ArtifactClient {
  const client: ArtifactClient = {
    list: async (runId, path) => {
      const params = { run_id: runId, path: path === "" ? undefined : path };
      const answer = await transport.call({ method: "GET", path: "/artifacts/list", params });
      return list(answer.files).map(toArtifact);
    },
    write: async (rootUri, path, source, sizeBytes) => {
      const place = placeOf(rootUri, path);
      if (place.kind === "proxied") await transport.upload(place.path, source, sizeBytes);
      else await uploadArtifact(place.root, place.path, source).catch(rethrow);
    },
    writeText: (rootUri, path, text) =>
      client.write(rootUri, path, Readable.from([Buffer.from(text)])),
    read: async (rootUri, path) => {
      const place = placeOf(rootUri, path);
      if (place.kind === "proxied") return transport.download(place.path);
      return (await openArtifact(place.root, place.path).catch(rethrow)).stream;
    },
    put: async (rootUri, localPath, folder = "") => {
      const files = await listFiles(localPath);
      for (const { file, path } of files) {
        // A file that grows meanwhile is stored as long as it was.
        const { size } = statSync(file);
        const source = size === 0 ? Readable.from([]) : createReadStream(file, { end: size - 1 });
        await client.write(rootUri, posix.join(folder, path), source, size);
      }
      return files.map(({ path }) => posix.join(folder, path));
    },
    fetch: async (runId, rootUri, path, into) => {
      const written: string[] = [];
      for (const file of await filesBelow(client, runId, path)) {
        // The server names the files: none may leave the folder.
        const target = resolveInside(into, file);
        createFolders(dirname(target));
        await pipeline(await client.read(rootUri, file), createWriteStream(target));
        written.push(file);
      }
      if (written.length > 0) return written;
      throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `the run has no artifact \`${path}\``, {
        hint: `\`sovereign mlflow artifacts list ${runId}\` shows what there is`,
      });
    },
  };
  return client;
}

type Place = { kind: "proxied"; path: string } | { kind: "local"; root: string; path: string };

function placeOf(rootUri: string, path: string): Place {
  const safe = safePath(path);
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(rootUri)?.[1]?.toLowerCase();
  if (scheme === "mlflow-artifacts") {
    const root = rootUri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/i, "");
    return { kind: "proxied", path: posix.join(root, safe) };
  }
  if (scheme === undefined || scheme === "file") {
    return { kind: "local", root: toFolder(rootUri), path: safe };
  }
  throw new SovereignError("NOT_IMPLEMENTED", `artifacts in \`${scheme}:\` are not reached here`, {
    hint: "use an experiment whose artifacts go through the server (`mlflow-artifacts:`)",
  });
}

function safePath(path: string): string {
  try {
    return safeArtifactPath(path);
  } catch (error) {
    return rethrow(error);
  }
}

async function listFiles(localPath: string): Promise<{ file: string; path: string }[]> {
  if (!existsSync(localPath)) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no file \`${localPath}\``, {
      hint: "check the path",
    });
  }
  if (!statSync(localPath).isDirectory()) return [{ file: localPath, path: basename(localPath) }];
  const entries = await readdir(localPath, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { file, path: file.slice(localPath.length).replace(/^\/+/, "") };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function filesBelow(client: ArtifactClient, runId: string, path: string): Promise<string[]> {
  const parent = posix.dirname(path);
  const siblings = await client.list(runId, parent === "." ? "" : parent);
  if (siblings.some((entry) => entry.path === path && !entry.isDirectory)) return [path];
  const found: string[] = [];
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await client.list(runId, folder)) {
      if (entry.isDirectory) folders.push(entry.path);
      else found.push(entry.path);
    }
  }
  return found.sort();
}
