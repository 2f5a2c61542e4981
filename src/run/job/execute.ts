/**
 * Runs a job: its tasks one after the other in dependency order, each a SQL file whose statements
 * run in turn. A failed task stops its own statements; tasks that depend on it, directly or not,
 * are skipped; the others still run. Every outcome is recorded in the store as it is known.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

import type { Clock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import { resolveInside } from "../../core/io/index.ts";
import type { Store } from "../../core/store/index.ts";
import { suggestName } from "../../core/suggest.ts";
import { interpolateDynamic } from "../bundle/interpolate.ts";
import type { Bundle } from "../bundle/load.ts";
import { finishRun, insertRun, insertTask } from "../store.ts";
import type { BundleJob, JobTask, RunEvent, RunOutcome, TaskOutcome } from "./types.ts";

/** What a task needs of the lake: one script at a time, statement by statement. */
export interface ScriptRunner {
  script(
    text: string,
    options: { parameters: Readonly<Record<string, string>> },
  ): AsyncIterable<ScriptStatement>;
}

/** The part of a statement's result that a run looks at. */
export interface ScriptStatement {
  readonly statement: string;
  readonly message?: string;
  readonly commit?: { readonly table: string; readonly version: number };
  batches(): AsyncIterable<unknown>;
  close(): Promise<void>;
}

export interface RunJobOptions {
  lake: ScriptRunner;
  store: Store;
  clock: Clock;
  /** Over the job's defaults; an unknown name is an error. */
  parameters?: Readonly<Record<string, string>>;
  onEvent?: (event: RunEvent) => void;
  signal?: AbortSignal;
}

/** Runs `jobKey` of the bundle. A failed task is an outcome, not an error. */
export async function runJob(
  bundle: Bundle,
  jobKey: string,
  options: RunJobOptions,
): Promise<RunOutcome> {
  const job = findJob(bundle, jobKey);
  const parameters = chooseParameters(job, options.parameters ?? {});
  const files = await readFiles(bundle, job);
  const { store, clock, onEvent = () => {} } = options;
  const startedAtMs = clock.nowMs();
  const beganAt = clock.monotonicMs();
  const runId = insertRun(store, {
    bundle: bundle.name,
    bundlePath: bundle.path,
    target: bundle.target,
    job: job.key,
    parameters,
    startedAtMs,
  });
  onEvent({ type: "run_start", runId, job: job.key, tasks: job.tasks.map((task) => task.key) });
  const references = dynamicValues({ runId, job, parameters, startedAtMs });
  const outcomes = new Map<string, TaskOutcome>();
  const count = job.tasks.length;
  for (const [i, task] of job.tasks.entries()) {
    const position = i + 1;
    const blocked = findBlocker(task, outcomes, options.signal);
    if (blocked === null) onEvent({ type: "task_start", task: task.key, position, count });
    const outcome =
      blocked ??
      (await runTask(task, files.get(task.key) as string, { ...options, references, parameters }));
    outcomes.set(task.key, outcome);
    insertTask(store, runId, position, outcome);
    onEvent({ type: "task_end", outcome, position, count });
  }
  const tasks = [...outcomes.values()];
  const statuses = tasks.map((task) => task.status);
  const status = statuses.includes("cancelled")
    ? "cancelled"
    : statuses.includes("failed")
      ? "failed"
      : "success";
  const durationMs = clock.monotonicMs() - beganAt;
  const outcome: RunOutcome = { runId, job: job.key, status, startedAtMs, durationMs, tasks };
  finishRun(store, outcome);
  onEvent({ type: "run_end", outcome });
  return outcome;
}

/** The job of that key; RESOURCE_DOES_NOT_EXIST with a suggestion otherwise. */
export function findJob(bundle: Bundle, key: string): BundleJob {
  const job = bundle.jobs.find((candidate) => candidate.key === key);
  if (job !== undefined) return job;
  const keys = bundle.jobs.map((candidate) => candidate.key);
  const near = suggestName(key, keys);
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no job \`${key}\` in \`${bundle.path}\``, {
    hint: near === null ? `jobs: ${keys.join(", ") || "none"}` : `did you mean \`${near}\`?`,
  });
}

function chooseParameters(
  job: BundleJob,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  for (const name of Object.keys(given)) {
    if (job.parameters.has(name)) continue;
    const near = suggestName(name, job.parameters.keys());
    const known = [...job.parameters.keys()].join(", ") || "none";
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `job \`${job.key}\` has no parameter \`${name}\``,
      { hint: near === null ? `parameters: ${known}` : `did you mean \`${near}\`?` },
    );
  }
  return { ...Object.fromEntries(job.parameters), ...given };
}

/** All files are read before anything runs: a missing one stops the job while it is harmless. */
async function readFiles(bundle: Bundle, job: BundleJob): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const task of job.tasks) {
    const path = resolveInside(bundle.root, task.file);
    try {
      files.set(task.key, await readFile(path, "utf8"));
    } catch (cause) {
      throw new SovereignError(
        "RESOURCE_DOES_NOT_EXIST",
        `task \`${task.key}\`: cannot read \`${task.file}\``,
        { hint: `paths are relative to \`${bundle.root}\``, cause },
      );
    }
  }
  return files;
}

function dynamicValues(run: {
  runId: number;
  job: BundleJob;
  parameters: Readonly<Record<string, string>>;
  startedAtMs: number;
}): Map<string, string> {
  const start = new Date(run.startedAtMs).toISOString();
  const values = new Map([
    ["job.run_id", String(run.runId)],
    ["job.name", run.job.name],
    ["job.start_time.iso_date", start.slice(0, 10)],
    ["job.start_time.iso_datetime", `${start.slice(0, 19)}Z`],
    ["job.start_time.timestamp_ms", String(run.startedAtMs)],
  ]);
  for (const [name, value] of Object.entries(run.parameters)) {
    values.set(`job.parameters.${name}`, value);
  }
  return values;
}

function findBlocker(
  task: JobTask,
  outcomes: ReadonlyMap<string, TaskOutcome>,
  signal: AbortSignal | undefined,
): TaskOutcome | null {
  const idle = { key: task.key, startedAtMs: 0, durationMs: 0, statementCount: 0 };
  if (signal?.aborted) return { ...idle, status: "cancelled", message: "the run was stopped" };
  const upstream = task.dependsOn.find((key) => outcomes.get(key)?.status !== "success");
  if (upstream === undefined) return null;
  return { ...idle, status: "skipped", message: `upstream failed: ${upstream}` };
}

interface TaskContext extends RunJobOptions {
  references: ReadonlyMap<string, string>;
  parameters: Readonly<Record<string, string>>;
}

async function runTask(task: JobTask, text: string, context: TaskContext): Promise<TaskOutcome> {
  const { lake, clock, onEvent = () => {}, signal } = context;
  const startedAtMs = clock.nowMs();
  const beganAt = clock.monotonicMs();
  let statementCount = 0;
  const outcome = (status: TaskOutcome["status"], message: string | null): TaskOutcome => ({
    key: task.key,
    status,
    startedAtMs,
    durationMs: clock.monotonicMs() - beganAt,
    statementCount,
    message,
  });
  try {
    const references = new Map([...context.references, ["task.name", task.key]]);
    const own = [...task.parameters].map(([name, value]) => [
      name,
      interpolateDynamic(value, references),
    ]);
    // As on Databricks, a job parameter wins over a task's of the same name.
    const parameters = { ...Object.fromEntries(own), ...context.parameters };
    let statementBeganAt = clock.monotonicMs();
    for await (const result of lake.script(text, { parameters })) {
      await drain(result);
      statementCount++;
      const now = clock.monotonicMs();
      onEvent({
        type: "statement_end",
        task: task.key,
        position: statementCount,
        durationMs: now - statementBeganAt,
        message: result.message ?? null,
      });
      statementBeganAt = now;
      if (signal?.aborted) return outcome("cancelled", "the run was stopped");
    }
    return outcome("success", null);
  } catch (error) {
    if (signal?.aborted) return outcome("cancelled", "the run was stopped");
    if (!(error instanceof SovereignError)) throw error;
    return outcome("failed", `${task.file}: ${describeError(error)}`);
  }
}

/** Message and hint, unless the message holds a suggestion already. */
function describeError({ message, hint }: SovereignError): string {
  return hint === undefined || /did you mean|; use /.test(message)
    ? message
    : `${message}; ${hint}`;
}

/** A statement is done when its rows are: a query's errors show only then. */
async function drain(result: ScriptStatement): Promise<void> {
  try {
    for await (const _ of result.batches()) {
      // Rows of a task's queries go nowhere, as on Databricks.
    }
  } finally {
    await result.close();
  }
}

/** Tasks whose SQL file is not there. */
export function missingFiles(bundle: Bundle): { task: string; file: string }[] {
  return bundle.jobs.flatMap((job) =>
    job.tasks
      .filter((task) => !existsSync(resolveInside(bundle.root, task.file)))
      .map((task) => ({ task: task.key, file: task.file })),
  );
}
