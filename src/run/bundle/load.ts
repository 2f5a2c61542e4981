/**
 * A `databricks.yml` as jobs that can run: parsed and checked, a target chosen, variables put in,
 * tasks in an order their dependencies allow. Nothing is run and no SQL file is read here.
 */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { errnoOf } from "../../core/io/index.ts";
import { suggestName } from "../../core/suggest.ts";
import { orderTasks } from "../job/order.ts";
import type { BundleJob, JobTask } from "../job/types.ts";
import { interpolateStatic } from "./interpolate.ts";
import { formatPath, type Locate, parseBundle } from "./parse.ts";
import { type BundleProblem, bundleError } from "./problem.ts";
import type { BundleShape } from "./shape.ts";

export interface Bundle {
  name: string;
  /** Absolute path of the file. */
  path: string;
  /** Folder that task files are relative to. */
  root: string;
  target: string | null;
  jobs: readonly BundleJob[];
}

export interface LoadBundleOptions {
  /** Chosen target; the file's default one when absent. */
  target?: string | undefined;
  /** `--var name=value`, over target and default. */
  variables?: Readonly<Record<string, string>>;
  /** What `${workspace.root_path}` stands for; the bundle's folder when absent. */
  workspaceRoot?: string;
}

/** Loads and checks; throws one error that carries every problem in its details. */
export async function loadBundle(path: string, options: LoadBundleOptions = {}): Promise<Bundle> {
  const { bundle, problems } = await checkBundle(path, options);
  if (bundle === null) throw bundleError(path, problems);
  return bundle;
}

/** As `loadBundle`, with the problems as a list for `run validate`. */
export async function checkBundle(
  path: string,
  options: LoadBundleOptions = {},
): Promise<{ bundle: Bundle; problems: [] } | { bundle: null; problems: BundleProblem[] }> {
  const parsed = parseBundle(await readBundleText(path));
  if (parsed.bundle === null) return { bundle: null, problems: parsed.problems };
  const shape = parsed.bundle;
  const problems: BundleProblem[] = [];
  const report = reporter(problems, parsed.locate);
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
    return buildJob(name, job, { where, put, report });
  });
  if (problems.length > 0) return { bundle: null, problems };
  const absolute = resolve(path);
  const root = dirname(absolute);
  return { bundle: { name: shape.bundle.name, path: absolute, root, target, jobs }, problems: [] };
}

async function readBundleText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const isMissing = errnoOf(cause) === "ENOENT";
    throw new SovereignError(
      isMissing ? "RESOURCE_DOES_NOT_EXIST" : "PERMISSION_DENIED",
      isMissing ? `no bundle at \`${path}\`` : `cannot read \`${path}\``,
      { hint: "name the file with `--file path/to/databricks.yml`", cause },
    );
  }
}

type Report = (path: PropertyKey[], message: string, hint: string) => void;

function reporter(problems: BundleProblem[], locate: Locate): Report {
  return (path, message, hint) => {
    const text = `\`${formatPath(path)}\`: ${message}`;
    problems.push({ code: "INVALID_PARAMETER_VALUE", message: text, hint, ...locate(path) });
  };
}

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
      hint:
        match === null ? `targets: ${names.join(", ") || "none"}` : `did you mean \`${match}\`?`,
    });
  }
  const marked = names.find((name) => shape.targets[name]?.default);
  return marked ?? (names.length === 1 ? (names[0] as string) : null);
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
}

function buildJob(key: string, job: JobShape, { where, put, report }: JobContext): BundleJob {
  const parameters = new Map<string, string>();
  job.parameters.forEach((parameter, i) => {
    const at = [...where, "parameters", i];
    if (parameters.has(parameter.name))
      report(at, `\`${parameter.name}\` is declared twice`, "remove one");
    parameters.set(parameter.name, put(parameter.default, [...at, "default"]));
  });
  const tasks: JobTask[] = [];
  job.tasks.forEach((task, i) => {
    const at = [...where, "tasks", i];
    if (tasks.some((other) => other.key === task.task_key)) {
      report(at, `task \`${task.task_key}\` is declared twice`, "give it another `task_key`");
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
    tasks.push({
      key: task.task_key,
      dependsOn: task.depends_on.map((dependency) => dependency.task_key),
      file: put(file.path, [...at, "sql_task", "file", "path"]),
      parameters: new Map(values),
    });
  });
  const ordered = orderTasks(tasks);
  for (const { task, message, hint } of ordered.problems) {
    const index = job.tasks.findIndex((candidate) => candidate.task_key === task);
    report([...where, "tasks", index, "depends_on"], message, hint);
  }
  const name = job.name === undefined ? key : put(job.name, [...where, "name"]);
  return { key, name, parameters, tasks: ordered.tasks };
}
