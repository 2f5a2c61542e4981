/**
 * The SQL files of a bundle's tasks: read and parsed before anything runs, so that a file that is
 * missing or no SQL is found while it is harmless. Every mistake has its place: in the bundle for a
 * file that cannot be read, in the file for SQL that cannot be parsed.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { errnoOf, resolveInside } from "../../core/io/index.ts";
import { listStatements } from "../../lake/index.ts";
import type { BundleJob, JobTask, Place } from "../job/types.ts";
import { type Bundle, checkBundle, type LoadBundleOptions } from "./load.ts";
import { type BundleProblem, bundleError } from "./problem.ts";

/** A task's SQL, and where each of its statements starts. */
export interface TaskScript {
  text: string;
  statements: readonly Place[];
}

/** What `validateBundle` found. */
export type BundleValidation =
  | { bundle: Bundle; problems: readonly [] }
  | { bundle: Bundle | null; problems: readonly BundleProblem[] };

/**
 * Checks the bundle at `path` and every SQL file its tasks name, and runs nothing: keys, types,
 * variables, dependencies, files, SQL syntax. The problems stand in the order of the file; `bundle`
 * is null when it could not be understood. Only a file that cannot be read at all is an error.
 */
export async function validateBundle(
  path: string,
  options: LoadBundleOptions = {},
): Promise<BundleValidation> {
  const checked = await checkBundle(path, options);
  if (checked.bundle === null) return checked;
  const problems: BundleProblem[] = [];
  for (const job of checked.bundle.jobs) {
    problems.push(...(await readJobScripts(checked.bundle, job)).problems);
  }
  return { bundle: checked.bundle, problems: dropRepeats(problems) };
}

/** The scripts of a job by task key; throws one error for all that is wrong with its files. */
export async function loadScripts(
  bundle: Bundle,
  job: BundleJob,
): Promise<ReadonlyMap<string, TaskScript>> {
  const { scripts, problems } = await readJobScripts(bundle, job);
  if (problems.length > 0) throw bundleError(bundle.path, dropRepeats(problems));
  return scripts;
}

async function readJobScripts(bundle: Bundle, job: BundleJob) {
  const scripts = new Map<string, TaskScript>();
  const problems: BundleProblem[] = [];
  for (const task of [...job.tasks].sort((a, b) => a.place.line - b.place.line)) {
    const script = await readScript(bundle, task);
    if ("message" in script) problems.push(script);
    else scripts.set(task.key, script);
  }
  return { scripts, problems };
}

async function readScript(bundle: Bundle, task: JobTask): Promise<TaskScript | BundleProblem> {
  let text: string;
  try {
    text = await readFile(resolveInside(bundle.root, task.file), "utf8");
  } catch (error) {
    return unreadable(bundle, task, error);
  }
  try {
    return { text, statements: await listStatements(text) };
  } catch (error) {
    return unparsable(task, error);
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "there is no file",
  ENOTDIR: "there is no file",
  EISDIR: "a folder, not a SQL file:",
  EACCES: "no permission to read",
};

function unreadable(bundle: Bundle, task: JobTask, error: unknown): BundleProblem {
  const isOurs = error instanceof SovereignError;
  const reason = READ_FAILURES[errnoOf(error) ?? ""] ?? "cannot read";
  return {
    code: "INVALID_PARAMETER_VALUE",
    message: `task \`${task.key}\`: ${isOurs ? error.message : `${reason} \`${task.file}\``}`,
    hint: (isOurs ? error.hint : undefined) ?? `paths are relative to \`${bundle.root}\``,
    file: basename(bundle.path),
    ...task.filePlace,
  };
}

function unparsable(task: JobTask, error: unknown): BundleProblem {
  if (!(error instanceof SovereignError)) throw error;
  const { line, column } = error.details;
  return {
    code: error.code === "NOT_IMPLEMENTED" ? "NOT_IMPLEMENTED" : "INVALID_PARAMETER_VALUE",
    message: withoutPlace(error.message),
    hint: error.hint ?? "correct the statement there",
    file: task.file,
    line: typeof line === "number" ? line : 1,
    column: typeof column === "number" ? column : 1,
  };
}

/** The message without the `line 3, column 8: ` that the front end puts before it. */
export function withoutPlace(message: string): string {
  return message.replace(/^line \d+, column \d+: /, "");
}

/** Two tasks of one file have its mistakes in common. */
function dropRepeats(problems: readonly BundleProblem[]): BundleProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ file, line, column, message }) => {
    const key = `${file}:${line}:${column}:${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
