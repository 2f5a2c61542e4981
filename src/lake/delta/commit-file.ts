/**
 * Commit files: newline-delimited JSON, one action a line (PROTOCOL.md, "Delta Log Entries").
 * Unknown actions and fields are ignored; a line that is not JSON, or an action without what
 * replay needs, is DATA_LOSS with the file and the byte offset.
 */
import { SovereignError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { checkAction } from "./check-action.ts";
import { readLogText } from "./log-folder.ts";
import type { CheckpointAction, CommitInfo } from "./types.ts";

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

function byteOffset(text: string, charOffset: number): number {
  return Buffer.byteLength(text.slice(0, charOffset), "utf8");
}

function malformed(source: string, offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${source}\` is damaged at byte ${offset}: ${problem}`, {
    hint: "restore the commit file from a backup, or read an earlier version of the table",
    details: { source, offset },
  });
}
