/** Runs recorded cases and says how each answer compares with Spark's. */
import { SovereignError } from "../../../src/core/errors.ts";
import { isRecordedElsewhere } from "./exceptions.ts";
import type { GoldenCase, GoldenFile } from "./golden.ts";
import { hiveText, schemaText, TEST_ZONE } from "./hive-text.ts";
import type { Session, SessionResult } from "./session.ts";

/**
 * - `other_setting`: recorded under a configuration we do not have (`exceptions.ts`)
 * - `match`: same schema and rows, or the same error class
 * - `name_only`: same types and rows, another column name
 * - `refused`: an error where Spark answers
 * - `error_other`: Spark fails and so do we, with another error class
 * - `cascade`: an error because an earlier statement of the file was refused
 * - `wrong`: another answer, or an answer where Spark fails
 */
export const VERDICTS = [
  "match",
  "name_only",
  "error_other",
  "refused",
  "cascade",
  "other_setting",
  "wrong",
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Outcome {
  readonly file: string;
  readonly index: number;
  readonly sql: string;
  readonly verdict: Verdict;
  /** Why, in one line or a few. */
  readonly note: string;
}

/** Runs every case of a file in one session. */
export async function runFile(file: GoldenFile, open: () => Promise<Session>): Promise<Outcome[]> {
  const session = await open();
  const outcomes: Outcome[] = [];
  const state: FileState = { broken: new Set(), setting: false };
  try {
    for (const [index, golden] of file.cases.entries()) {
      const judged = await judge(golden, session);
      const verdict = finalVerdict(judged.verdict, file.name, golden.sql, state);
      const { note } = judged;
      outcomes.push({ file: file.name, index, sql: golden.sql, verdict, note });
      if (verdict !== "match" && verdict !== "name_only") noteBroken(golden, verdict, state);
      if (/^\s*(set|reset)\b/i.test(golden.sql)) state.setting = verdict === "refused";
    }
  } finally {
    await session.close();
  }
  return outcomes;
}

interface FileState {
  /** Names of relations that a failed statement should have made or changed. */
  readonly broken: Set<string>;
  /** A SET that Spark knows and we do not is in force. */
  setting: boolean;
}

/** A differing answer is excused when its ground differs: another setting, or a failed statement. */
function finalVerdict(verdict: Verdict, file: string, sql: string, state: FileState): Verdict {
  if (verdict === "wrong" && (state.setting || isRecordedElsewhere(file, sql))) {
    return "other_setting";
  }
  const grounded = verdict === "wrong" || verdict === "refused";
  return grounded && wordsOf(sql).some((word) => state.broken.has(word)) ? "cascade" : verdict;
}

const CHANGES =
  /\b(?:(?:table|view|into|overwrite|update|from|database|schema)\s+(?:if\s+(?:not\s+)?exists\s+)?(?:identifier\s*\(\s*')?)([\w.`]+)/gi;

/** Remembers what a failed CREATE, INSERT, ALTER … was about; also views over broken relations. */
function noteBroken(golden: GoldenCase, verdict: Verdict, state: FileState): void {
  const sql = golden.sql.replace(/^\s*(--[^\n]*\n\s*)*/, "");
  if (golden.error !== null && verdict !== "other_setting") return;
  if (
    !/^(create|insert|alter|update|merge|delete|truncate|drop|from|with|use|cache)\b/i.test(sql)
  ) {
    return;
  }
  if (/^(with|from)\b/i.test(sql) && !/\binsert\b/i.test(sql)) return;
  const target = [...joined(sql).matchAll(CHANGES)][0]?.[1];
  const name = target?.split(".").at(-1)?.replaceAll("`", "").toLowerCase();
  if (name) state.broken.add(name);
}

/** IDENTIFIER('a' || 'b') names ab. */
function joined(sql: string): string {
  return sql.replaceAll(/'\s*\|\|\s*'/g, "");
}

function wordsOf(sql: string): string[] {
  return joined(sql).toLowerCase().match(/[\w]+/g) ?? [];
}

async function judge(
  golden: GoldenCase,
  session: Session,
): Promise<{ verdict: Verdict; note: string }> {
  let result: SessionResult;
  try {
    result = await session.run(golden.sql);
  } catch (error) {
    return judgeError(golden, error);
  }
  if (golden.error !== null) {
    return { verdict: "wrong", note: `answered where Spark fails with ${golden.error}` };
  }
  return compare(golden, result);
}

function judgeError(golden: GoldenCase, error: unknown): { verdict: Verdict; note: string } {
  const known = error instanceof SovereignError;
  const actual = known ? String(error.details.error_class ?? error.code) : "CRASH";
  const message = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  const sql = known ? error.details.engine_sql : undefined;
  const note = `${known ? error.code : "CRASH"} ${actual}: ${message}${sql === undefined ? "" : `\n    ${String(sql)}`}`;
  if (golden.error !== null) {
    const same = actual === golden.error;
    return { verdict: same ? "match" : "error_other", note: `${note} (Spark: ${golden.error})` };
  }
  if (actual === "TABLE_OR_VIEW_NOT_FOUND") {
    return { verdict: "cascade", note };
  }
  return { verdict: "refused", note };
}

function compare(golden: GoldenCase, result: SessionResult): { verdict: Verdict; note: string } {
  const schema = schemaText(result.columns);
  const isDescription = /^\s*desc(ribe)?\b/i.test(golden.sql);
  const print = (zone: "UTC" | typeof TEST_ZONE) =>
    result.rows.map((row) =>
      row
        .map((cell, i) => {
          if (isDescription) return String(cell ?? "").padEnd(20);
          return hiveText(cell, result.columns[i]!.type, zone);
        })
        .join("\t"),
    );
  const lines = print("UTC");
  const keys = /\b(sort|cluster)\s+by\b/i.test(golden.sql) ? null : result.orderedBy;
  const same = (rows: readonly string[]) =>
    [golden.output, golden.alternative].some(
      (expected) =>
        expected !== undefined &&
        sameLines(expected, golden.trimmed ? rows.map((line) => line.trim()) : rows, keys),
    );
  const sameRows = same(lines) || same(print(TEST_ZONE));
  if (!sameRows) {
    const shown = lines.slice(0, 12).join("\n      ");
    return {
      verdict: "wrong",
      note: `rows differ\n    ours: ${schema}\n      ${shown}\n    spark: ${golden.schema}\n      ${golden.output.split("\n").slice(0, 12).join("\n      ")}`,
    };
  }
  if (schema === golden.schema) return { verdict: "match", note: "" };
  const types = (text: string) => columnTypes(text).join(",");
  if (types(schema) === types(golden.schema)) {
    return { verdict: "name_only", note: `${schema}\n    ${golden.schema}` };
  }
  return {
    verdict: "wrong",
    note: `types differ\n    ours: ${schema}\n    spark: ${golden.schema}`,
  };
}

function sameLines(
  expected: string,
  actual: readonly string[],
  keys: readonly number[] | null,
): boolean {
  // Spark's recorder masks expression ids: every `#1` became `#x`.
  const clean = (text: string) =>
    text
      .replaceAll(/#\d+/g, "#x")
      .split("\n")
      .map((line) => line.trimEnd());
  const ours = clean(actual.join("\n"));
  const theirs = clean(expected);
  while (ours.length > 0 && ours.at(-1) === "") ours.pop();
  while (theirs.length > 0 && theirs.at(-1) === "") theirs.pop();
  if (ours.length !== theirs.length) return false;
  const keyOf = (line: string) => keys!.map((at) => line.split("\t")[at] ?? "").join("\t");
  if (keys && !ours.every((line, i) => keyOf(line) === keyOf(theirs[i]!))) return false;
  ours.sort();
  theirs.sort();
  return ours.every((line, i) => line === theirs[i]);
}

/** Types of `struct<name:type,…>` at the top, names left out; names may hold anything. */
export function columnTypes(schema: string): string[] {
  const body = schema.replace(/^struct</, "").replace(/>$/, "");
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!;
    if ("<([{".includes(c)) depth++;
    else if (">)]}".includes(c)) depth--;
    else if (c === "," && depth === 0) {
      parts.push(body.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(body.slice(start));
  return parts.map((part) => part.slice(part.lastIndexOf(":", typeStart(part)) + 1));
}

/** Where the type of `name:type` may start: nested types hold colons of their own. */
function typeStart(part: string): number {
  const open = part.search(/(?<=:)(struct|array|map)</);
  return open < 0 ? part.length : open;
}
