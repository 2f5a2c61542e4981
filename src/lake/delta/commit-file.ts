/**
 * Commit files: newline-delimited JSON, one action a line (PROTOCOL.md, "Delta Log Entries").
 * Unknown actions and fields are ignored; a line that is not JSON, or an action without what
 * replay needs, is DATA_LOSS with the file and the byte offset.
 */
import { SovereignError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { readLogText } from "./log-folder.ts";
import type { AddCdcFile, AddFile, CheckpointAction, CommitInfo, RemoveFile } from "./types.ts";

/** Reads the actions of a commit, compaction or JSON checkpoint file, in file order. */
export function readCommitFile(path: string): CheckpointAction[] {
  return parseCommitText(readLogText(path), path);
}

/** Parses the text of a commit; `source` is named in errors. */
export function parseCommitText(text: string, source: string): CheckpointAction[] {
  const actions: CheckpointAction[] = [];
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    if (end > start && !isBlank(text, start, end)) {
      const action = parseLine(text, start, end, source);
      if (action !== null) actions.push(action);
    }
    start = end + 1;
  }
  return actions;
}

/**
 * The `commitInfo` of a commit, or null when it has none. Other lines are not parsed: history over
 * commits of many thousand files reads only this one.
 */
export function readCommitInfo(path: string): CommitInfo | null {
  const text = readLogText(path);
  const marker = '{"commitInfo"';
  const start = text.startsWith(marker) ? 0 : text.indexOf(`\n${marker}`) + 1;
  if (start > 0 || text.startsWith(marker)) {
    const end = text.indexOf("\n", start);
    const action = parseLine(text, start, end < 0 ? text.length : end, path);
    return boundedInfo(action?.commitInfo ?? null, path);
  }
  if (!text.includes('"commitInfo"')) return null;
  return boundedInfo(parseCommitText(text, path).find((a) => a.commitInfo)?.commitInfo, path);
}

const MAX_INFO_DEPTH = 200;

/** History prints what is in it, by recursion. */
function boundedInfo(info: CommitInfo | null | undefined, path: string): CommitInfo | null {
  let level: unknown[] = [info];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_INFO_DEPTH) throw malformed(path, 0, "a `commitInfo` of too many levels");
    level = level.flatMap((value) =>
      typeof value === "object" && value !== null ? Object.values(value) : [],
    );
  }
  return info ?? null;
}

function isBlank(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  if (first > 32) return false;
  return text.slice(start, end).trim() === "";
}

function parseLine(
  text: string,
  start: number,
  end: number,
  source: string,
): CheckpointAction | null {
  const line = text.slice(start, end);
  let json: unknown;
  try {
    json = parseJson(line, { source });
  } catch (error) {
    const inLine = error instanceof SovereignError ? error.details.offset : undefined;
    const offset = byteOffset(text, start + (typeof inLine === "number" ? inLine : 0));
    throw malformed(source, offset, "not valid JSON (a torn or damaged write)");
  }
  if (HUGE_EXPONENT.test(line) && hasInfinity(json)) {
    throw malformed(source, byteOffset(text, start), "a number larger than any double");
  }
  if (!isJsonObject(json)) throw malformed(source, byteOffset(text, start), "not an object");
  const problem = checkAction(json as unknown as CheckpointAction);
  if (problem !== null) throw malformed(source, byteOffset(text, start), problem);
  return json as unknown as CheckpointAction;
}

/** `JSON.parse` reads such numbers as infinite, which could not be written again. */
const HUGE_EXPONENT = /\d[eE]\+?[1-9]\d\d/;

/** Without recursion: `JSON.parse` takes any depth. */
function hasInfinity(json: unknown): boolean {
  const left: unknown[] = [json];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === "number" && !Number.isFinite(value)) return true;
    if (typeof value !== "object" || value === null) continue;
    for (const member of Object.values(value)) left.push(member);
  }
  return false;
}

const ACTION_NAMES = [
  "add",
  "remove",
  "cdc",
  "metaData",
  "protocol",
  "txn",
  "domainMetadata",
  "sidecar",
] as const;

/** Fills the fields replay relies on; returns what is wrong with an action, or null. */
export function checkAction(action: CheckpointAction): string | null {
  for (const name of ACTION_NAMES) {
    const body: unknown = action[name];
    if (body && !isJsonObject(body)) return `\`${name}\` is no object`;
  }
  if (action.add) return checkFile(action.add, "add");
  if (action.remove) return checkFile(action.remove, "remove");
  if (action.cdc) return checkFile(action.cdc, "cdc");
  if (action.metaData) return checkMetadata(action);
  if (action.protocol) return checkProtocol(action);
  if (action.txn && typeof action.txn.appId !== "string") return "`txn` without an `appId`";
  if (action.domainMetadata && typeof action.domainMetadata.domain !== "string") {
    return "`domainMetadata` without a `domain`";
  }
  if (action.sidecar && typeof action.sidecar.path !== "string") {
    return "`sidecar` without a `path`";
  }
  return null;
}

function checkFile(file: AddFile | RemoveFile | AddCdcFile, name: "add" | "remove" | "cdc") {
  if (typeof file.path !== "string") return `\`${name}\` without a \`path\``;
  // A folder is no data file, and the engine would read every file in it.
  if (NO_FILE.test(file.path)) return `\`${name}.path\` names no file`;
  if (name !== "remove") {
    // NOTE: `size` is required; Spark reads a missing one as 0.
    file.size ??= 0;
    if (!Number.isSafeInteger(file.size) || file.size < 0) return `\`${name}.size\` is no size`;
    file.partitionValues ??= {};
  }
  if (file.partitionValues && !isTextMap(file.partitionValues)) {
    return `\`${name}.partitionValues\` is no map of texts`;
  }
  const vector = "deletionVector" in file ? file.deletionVector : null;
  if (vector && typeof vector.pathOrInlineDv !== "string") {
    return `\`${name}.deletionVector\` without \`pathOrInlineDv\``;
  }
  return null;
}

const NO_FILE = /^$|(^|\/)\.{0,2}$/;

/** Whether every value is text or null. Numbers and flags become their text, as in Spark. */
function isTextMap(map: Record<string, unknown>): boolean {
  if (!isJsonObject(map)) return false;
  for (const key in map) {
    const value = map[key];
    if (typeof value === "string" || value === null) continue;
    if (typeof value === "object" || value === undefined) return false;
    map[key] = String(value);
  }
  return true;
}

const EMPTY_SCHEMA = '{"type":"struct","fields":[]}';

function checkMetadata(action: CheckpointAction): string | null {
  const metadata = action.metaData!;
  // NOTE: Spark reads a metaData without a schema as a table without columns; so do we.
  metadata.schemaString ??= EMPTY_SCHEMA;
  metadata.partitionColumns ??= [];
  metadata.configuration ??= {};
  metadata.format ??= { provider: "parquet", options: {} };
  if (typeof metadata.schemaString !== "string") return "`metaData.schemaString` is not text";
  const { partitionColumns } = metadata;
  if (!Array.isArray(partitionColumns) || partitionColumns.some((n) => typeof n !== "string")) {
    return "`metaData.partitionColumns` is no list of names";
  }
  if (!isTextMap(metadata.configuration)) return "`metaData.configuration` is no map of texts";
  if (!isJsonObject(metadata.format)) return "`metaData.format` is no object";
  const provider: unknown = metadata.format.provider ?? "parquet";
  if (typeof provider !== "string") return "`metaData.format.provider` is not text";
  metadata.format.provider = provider;
  return null;
}

function checkProtocol(action: CheckpointAction): string | null {
  const { minReaderVersion, minWriterVersion, readerFeatures, writerFeatures } = action.protocol!;
  if (typeof minReaderVersion !== "number" || typeof minWriterVersion !== "number") {
    return "`protocol` without its versions";
  }
  for (const list of [readerFeatures, writerFeatures]) {
    if (list && !(Array.isArray(list) && list.every((name) => typeof name === "string"))) {
      return "a feature list of `protocol` is no list of names";
    }
  }
  return null;
}

function byteOffset(text: string, charOffset: number): number {
  return Buffer.byteLength(text.slice(0, charOffset), "utf8");
}

function malformed(source: string, offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${source}\` is damaged at byte ${offset}: ${problem}`, {
    hint: "restore the commit file from a backup, or read an earlier version of the table",
    details: { source, offset },
  });
}
