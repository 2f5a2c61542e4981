/**
 * A `databricks.yml` as jobs that can run: parsed and checked, a target chosen, variables put in,
 * tasks in an order their dependencies allow. Nothing is run and no SQL file is read here; that is
 * `scripts.ts`. The YAML reader and the shapes are loaded with the first bundle.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { errnoOf } from "../../core/io/index.ts";
import { suggestName } from "../../core/suggest.ts";
import { orderTasks } from "../job/order.ts";
import type { BundleJob, JobTask } from "../job/types.ts";
import { interpolateStatic } from "./interpolate.ts";
import type { Locate } from "./parse.ts";
import { type BundleProblem, bundleError } from "./problem.ts";
import type { BundleShape } from "./shape.ts";

/** A bundle whose jobs can run. */
export interface Bundle {
  name: string;
  /** Absolute path of the file. */
  path: string;
  /** Folder that task files are relative to. */
  root: string;
  /** The target chosen, null when the bundle has none. */
  target: string | null;
  jobs: readonly BundleJob[];
}

/** How to read a bundle. */
export interface LoadBundleOptions {
  /** Chosen target; the file's default one when absent. */
  target?: string | undefined;
  /** Values of bundle variables, over the target's and the defaults. */
  variables?: Readonly<Record<string, string>>;
  /** What `${workspace.root_path}` stands for; the bundle's folder when absent. */
  workspaceRoot?: string;
}

/**
 * Reads the bundle at `path` and checks it. Throws one error for all its mistakes, with the first
 * one's place in the message and the list as `problems` in the details: INVALID_PARAMETER_VALUE, or
 * NOT_IMPLEMENTED for what Databricks would accept. RESOURCE_DOES_NOT_EXIST when there is no file.
 */
export async function loadBundle(path: string, options: LoadBundleOptions = {}): Promise<Bundle> {
  const { bundle, problems } = await checkBundle(path, options);
  if (bundle === null) throw bundleError(path, problems);
  return bundle;
}

/** As `loadBundle`, with the mistakes as a list; see `validateBundle` for the SQL files too. */
export async function checkBundle(
  path: string,
  options: LoadBundleOptions = {},
): Promise<{ bundle: Bundle; problems: [] } | { bundle: null; problems: BundleProblem[] }> {
  const { formatPath, parseBundle } = await import("./parse.ts");
  const parsed = parseBundle(await readBundleText(path));
  const file = basename(path);
  if (parsed.bundle === null) {
    return { bundle: null, problems: parsed.problems.map((problem) => ({ ...problem, file })) };
  }
  const { bundle: shape, locate } = parsed;
  const problems: BundleProblem[] = [];
  const report: Report = (at, text, hint) => {
    const message = `\`${formatPath(at)}\`: ${text}`;
    problems.push({ code: "INVALID_PARAMETER_VALUE", message, hint, file, ...locate(at) });
  };
  const target = chooseTarget(shape, options.target);
  const values = collectValues(shape, { target, path, options, report });
  const jobs = Object.entries(shape.resources.jobs).map(([name, job]) => {
    const where = ["resources", "jobs", name];
    const put = (text: string, at: PropertyKey[]): string => {
      const { text: replaced, unknown } = interpolateStatic(text, values);
      for (const missing of unknown)
        report(at, `unknown reference \`\${${missing}}\``, near(missing, values));
      return replaced;
    };
    return buildJob(name, job, { where, put, report, locate });
  });
  if (problems.length > 0) return { bundle: null, problems };
  const absolute = resolve(path);
  const root = dirname(absolute);
  return { bundle: { name: shape.bundle.name, path: absolute, root, target, jobs }, problems: [] };
}

async function readBundleText(path: string): Promise<string> {
  if (extname(path).toLowerCase() === ".sql") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` is SQL, not a bundle`, {
      hint: "run it with `sovereign lake sql @file.sql`, or make it a task of a databricks.yml",
    });
  }
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (errnoOf(cause) === "EISDIR") {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` is a folder`, {
        hint: "name the file in it with `--file folder/databricks.yml`",
        cause,
      });
    }
    const isMissing = errnoOf(cause) === "ENOENT";
    throw new SovereignError(
      isMissing ? "RESOURCE_DOES_NOT_EXIST" : "PERMISSION_DENIED",
      isMissing ? `no bundle at \`${path}\`` : `cannot read \`${path}\``,
      { hint: "name the file with `--file path/to/databricks.yml`", cause },
    );
  }
}

type Report = (path: PropertyKey[], message: string, hint: string) => void;

function near(name: string, values: ReadonlyMap<string, string>): string {
  const match = suggestName(name, values.keys());
  return match === null
    ? `known: ${[...values.keys()].join(", ")}`
    : `did you mean \`\${${match}}\`?`;
}

function chooseTarget(shape: BundleShape, wanted: string | undefined): string | null {
  const names = Object.keys(shape.targets);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    const match = suggestName(wanted, names);
    throw new SovereignError("INVALID_PARAMETER_VALUE", `unknown target \`${wanted}\``, {
      hint: match === null ? describeTargets(names) : `did you mean \`${match}\`?`,
    });
  }
  const marked = names.find((name) => shape.targets[name]?.default);
  return marked ?? (names.length === 1 ? (names[0] as string) : null);
}

function describeTargets(names: readonly string[]): string {
  return names.length === 0
    ? "the bundle declares no `targets`: leave out `--target`, or add one"
    : `targets: ${names.join(", ")}`;
}

function collectValues(
  shape: BundleShape,
  from: { target: string | null; path: string; options: LoadBundleOptions; report: Report },
): Map<string, string> {
  const { target, path, options, report } = from;
  const values = new Map([
    ["bundle.name", shape.bundle.name],
    ["bundle.target", target ?? "default"],
    ["workspace.root_path", options.workspaceRoot ?? dirname(resolve(path))],
  ]);
  const overrides = target === null ? {} : (shape.targets[target]?.variables ?? {});
  for (const name of Object.keys(overrides)) {
    if (Object.hasOwn(shape.variables, name)) continue;
    report(
      ["targets", target as string, "variables", name],
      "unknown variable",
      "declare it under `variables`",
    );
  }
  for (const name of Object.keys(options.variables ?? {})) {
    if (Object.hasOwn(shape.variables, name)) continue;
    const match = suggestName(name, Object.keys(shape.variables));
    throw new SovereignError("INVALID_PARAMETER_VALUE", `unknown variable \`${name}\``, {
      hint: match === null ? "declare it under `variables`" : `did you mean \`${match}\`?`,
    });
  }
  const builtIn = new Map(values);
  for (const [name, variable] of Object.entries(shape.variables)) {
    const override = overrides[name];
    const chosen =
      options.variables?.[name] ??
      (typeof override === "object" ? override.default : override) ??
      variable.default;
    if (chosen === undefined) {
      report(
        ["variables", name],
        "has no value",
        `give it a \`default\`, or pass \`--var ${name}=…\``,
      );
      continue;
    }
    const { text, unknown } = interpolateStatic(chosen, builtIn);
    for (const missing of unknown)
      report(["variables", name], `unknown reference \`\${${missing}}\``, near(missing, builtIn));
    values.set(`var.${name}`, text);
  }
  return values;
}

type JobShape = BundleShape["resources"]["jobs"][string];

interface JobContext {
  where: PropertyKey[];
  put: (text: string, at: PropertyKey[]) => string;
  report: Report;
  locate: Locate;
}

function buildJob(key: string, job: JobShape, context: JobContext): BundleJob {
  const { where, put, report } = context;
  const parameters = new Map<string, string>();
  job.parameters.forEach((parameter, i) => {
    const at = [...where, "parameters", i];
    if (parameters.has(parameter.name))
      report(at, `\`${parameter.name}\` is declared twice`, "remove one");
    parameters.set(parameter.name, put(parameter.default, [...at, "default"]));
  });
  const tasks = buildTasks(job, context);
  const ordered = orderTasks(tasks);
  for (const { task, message, hint } of ordered.problems) {
    const index = job.tasks.findIndex((candidate) => candidate.task_key === task);
    report([...where, "tasks", index, "depends_on"], message, hint);
  }
  const name = job.name === undefined ? key : put(job.name, [...where, "name"]);
  return { key, name, parameters, tasks: ordered.tasks };
}

function buildTasks(job: JobShape, { where, put, report, locate }: JobContext): JobTask[] {
  const tasks: JobTask[] = [];
  job.tasks.forEach((task, i) => {
    const at = [...where, "tasks", i];
    const twin = tasks.find((other) => other.key === task.task_key);
    if (twin !== undefined) {
      const text = `task \`${task.task_key}\` is declared twice, first in line ${twin.place.line}`;
      report(at, text, "give it another `task_key`");
      return;
    }
    if (task.sql_task === undefined) {
      report(at, `task \`${task.task_key}\` has nothing to do`, "add a `sql_task` with a `file`");
      return;
    }
    const { file, parameters: own } = task.sql_task;
    const values = Object.entries(own).map(
      ([name, value]) => [name, put(value, [...at, "sql_task", "parameters", name])] as const,
    );
    const filePath = [...at, "sql_task", "file", "path"];
    tasks.push({
      key: task.task_key,
      dependsOn: task.depends_on.map((dependency) => dependency.task_key),
      file: put(file.path, filePath),
      place: locate(at),
      filePlace: locate(filePath),
      parameters: new Map(values),
    });
  });
  return tasks;
}
