/**
 * Where a model version's files may lie. A client names the place and the server later reads it, so
 * every published way of pointing it at the server's own files is refused: local paths outside the
 * run or model, `..` under any encoding, NUL. (handlers.py, `_validate_source_run` and its kin.)
 */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { Database } from "../../core/store/index.ts";
import { doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import { hostOf, splitUrl, unquote } from "../wire/python-url.ts";
import { getLoggedModel } from "./logged-models.ts";
import { getVersion } from "./model-versions.ts";

/** Encodings within encodings that are undone before a source is refused for them. */
const MAX_ENCODINGS = 16;

/** What a version's source means. */
export interface ResolvedSource {
  storageLocation: string;
  runId: string | null;
}

/** Refuses a source in which the operator's pattern is not found. */
export function validateSourcePattern(source: string, pattern: RegExp | null): void {
  if (pattern === null || pattern.test(source)) return;
  throw invalidParameter(`Invalid model version source: '${source}'.`);
}

/** Refuses a source that the run of `runId`, or the logged model of `modelId`, does not own. */
export function validateSource(
  database: Database,
  source: string,
  owner: { runId: string; modelId: string },
): void {
  if (!isLocalUri(source)) {
    validateRemoteSource(source);
    return;
  }
  const [parameter, id] =
    owner.modelId === "" ? ["run_id", owner.runId] : ["model_id", owner.modelId];
  if (id !== "") {
    const root =
      parameter === "run_id" ? findRunRoot(database, id) : getLoggedModel(database, id).artifactUri;
    if (isLocalUri(root) && isInside(realPath(toPath(source)), realPath(toPath(root)))) return;
  }
  const shown = id === "" ? source : realPath(toPath(source));
  throw invalidParameter(
    `Invalid model version source: '${shown}'. To use a local path as a model version source, the ${parameter} request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the ${parameter}.`,
  );
}

/** Refuses the sources of prompts that are places on this machine. */
export function validatePromptSource(source: string): void {
  const { scheme } = splitUrl(source);
  if (scheme === "file" || (scheme === "" && source.startsWith("/"))) {
    throw invalidParameter(
      `Invalid prompt source: '${source}'. Local source paths are not allowed for prompts.`,
    );
  }
  // Names without a scheme are placeholders and are never read.
  if (scheme !== "") validateRemoteSource(source);
}

/** Follows `models:/name/version` and `models:/id`; every other source is its own place. */
export function resolveSource(
  database: Database,
  source: string,
  owner: { runId: string; modelId: string },
): ResolvedSource {
  let storageLocation = source;
  let runId: string | null = owner.runId;
  if (splitUrl(source).scheme === "models") {
    const model = parseModelUri(source);
    const place = tryResolve(source, () => {
      if ("modelId" in model) return getLoggedModel(database, model.modelId);
      if (model.version === null) throw invalidParameter("the URI names no version");
      return getVersion(database, model.name, model.version);
    });
    if ("artifactUri" in place) {
      storageLocation = place.artifactUri;
      runId ||= place.sourceRunId;
    } else {
      storageLocation = place.storageLocation || place.source || "";
    }
  }
  if (!runId && owner.modelId !== "") runId = getLoggedModel(database, owner.modelId).sourceRunId;
  return { storageLocation, runId };
}

function tryResolve<T>(source: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error;
    throw invalidParameter(
      `Unable to fetch model from model URI source artifact location '${source}'.Error: ${error.message}`,
    );
  }
}

function validateRemoteSource(source: string): void {
  let plain = source;
  for (let round = 0; ; round++) {
    const decoded = unquote(plain.replaceAll("+", " "));
    if (decoded === plain) break;
    if (round === MAX_ENCODINGS) throw refuseRelative(source);
    plain = decoded;
  }
  const path = splitUrl(plain).path.replace(/\/+$/, "").replace(/\/+/g, "/");
  const parts = path.split("/");
  const isAbsolute = path.startsWith("/") && !parts.includes(".") && !parts.includes("..");
  if (!isAbsolute || path.includes("\0") || plain.split("/").includes("..")) {
    throw refuseRelative(source);
  }
}

function refuseRelative(source: string): MlflowError {
  return invalidParameter(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
  );
}

/** True for a path and for `file:`; 400 for a `file:` of another machine. */
export function isLocalUri(uri: string): boolean {
  if (uri === "databricks") return false;
  const { scheme, authority } = splitUrl(uri);
  if (scheme === "") return true;
  if (scheme !== "file") return false;
  const host = hostOf(authority);
  if (host === "" || host === "." || /^(localhost|127\.0\.0\.1)/.test(host)) return true;
  throw invalidParameter(
    `${uri} is not a valid remote uri. For remote access on windows, please consider using a different scheme such as SMB (e.g. smb://<hostname>/<path>).`,
  );
}

function toPath(uri: string): string {
  const { scheme, path } = splitUrl(uri);
  const plain = scheme === "file" ? unquote(path) : uri;
  if (plain.includes("\0")) throw refuseRelative(uri);
  return resolve(plain);
}

/** The path with every link followed, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function findRunRoot(database: Database, runId: string): string {
  const row = database.get<{ uri: string | null }>(
    "SELECT artifact_uri AS uri FROM runs WHERE run_uuid = ?",
    [runId],
  );
  if (row === null) throw doesNotExist(`Run with id=${runId} not found`);
  return row.uri ?? "";
}

type ModelUri = { modelId: string } | { name: string; version: string | null };

/** `models:/id`, `models:/name/3`, `models:/name/stage`, `models:/name@alias`. */
function parseModelUri(uri: string): ModelUri {
  const { path } = splitUrl(uri);
  const parts = path.replace(/^\/+/, "").split("/");
  const [name = "", suffix] = parts;
  const isProper =
    path.startsWith("/") && path.length > 1 && parts.length <= 2 && name.trim() !== "";
  if (!isProper || suffix?.trim() === "") throw refuseModelUri(uri);
  if (suffix !== undefined) return { name, version: /^\d+$/.test(suffix) ? suffix : null };
  if (!path.includes("@")) return { modelId: name };
  const at = name.lastIndexOf("@");
  if (name.slice(at + 1).trim() === "") throw refuseModelUri(uri);
  return { name: name.slice(0, at), version: null };
}

function refuseModelUri(uri: string): MlflowError {
  return invalidParameter(
    `Not a proper models:/ URI: ${uri}. Models URIs must be of the form 'models:/name/suffix' or 'models:/name@alias' where suffix is a version, stage, or the string 'latest' and where alias is a registered model alias. Only one of suffix or alias can be defined at a time.`,
  );
}
