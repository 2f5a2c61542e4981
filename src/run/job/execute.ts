/**
 * Runs a job: its tasks one after the other in dependency order, each a SQL file whose statements
 * run in turn. A failed task stops its own statements; tasks that depend on it, directly or not,
 * are skipped; the others still run. Every outcome is recorded in the store as it is known.
 */
import { basename } from "node:path";

import { type Clock, systemClock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Store } from "../../core/store/index.ts";
import { interpolateDynamic } from "../bundle/interpolate.ts";
import type { Bundle } from "../bundle/load.ts";
import { type TaskScript, withoutPlace } from "../bundle/scripts.ts";
import { finishRun, insertRun, insertTask } from "../store.ts";
import { planJob } from "./plan.ts";
import type { BundleJob, JobTask, RunEvent, RunOutcome, RunStatus, TaskOutcome } from "./types.ts";

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

/** What a run works with. */
export interface RunJobOptions {
  /** Runs the SQL: a `Lake`. */
  lake: ScriptRunner;
  /** Where runs are recorded, and their numbers come from. */
  store: Store;
  /** Default: the system's. */
  clock?: Clock;
  /** Values of job parameters, over their defaults; an unknown name is an error. */
  parameters?: Readonly<Record<string, string>>;
  onEvent?: (event: RunEvent) => void;
  /** Stops the run after the statement at hand: an `AbortSignal`. */
  signal?: { readonly aborted: boolean };
}

/**
 * Runs a job of the bundle and records it. A failed task is an outcome, not an error: those that
 * need it are skipped, the others run. Throws before anything has run when the job or a parameter
 * is not known (RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE), or a SQL file is missing or
 * cannot be parsed.
 */
export async function runJob(
  bundle: Bundle,
  jobKey: string,
  options: RunJobOptions,
): Promise<RunOutcome> {
  const { job, parameters, scripts } = await planJob(bundle, jobKey, options.parameters);
  const { store, clock = systemClock } = options;
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
  const references = dynamicValues({ runId, job, parameters, startedAtMs });
  const context = { ...options, clock, bundle, scripts, runId, references, parameters };
  const finish = (status: RunStatus, tasks: readonly TaskOutcome[]): RunOutcome => {
    const durationMs = clock.monotonicMs() - beganAt;
    const outcome = { runId, job: job.key, status, startedAtMs, durationMs, tasks };
    finishRun(store, outcome);
    return outcome;
  };
  let tasks: readonly TaskOutcome[];
  try {
    tasks = await runTasks(job, context);
  } catch (error) {
    // A bug, or the store: a program that goes on must not see a run that never ends.
    finish("failed", []);
    throw error;
  }
  const outcome = finish(statusOf(tasks), tasks);
  options.onEvent?.({ type: "run_end", outcome });
  return outcome;
}

/** What the tasks of one run share. */
interface RunContext extends RunJobOptions {
  clock: Clock;
  bundle: Bundle;
  scripts: ReadonlyMap<string, TaskScript>;
  runId: number;
  references: ReadonlyMap<string, string>;
  parameters: Readonly<Record<string, string>>;
}

async function runTasks(job: BundleJob, context: RunContext): Promise<TaskOutcome[]> {
  const { store, runId, signal, onEvent = () => {} } = context;
  onEvent({ type: "run_start", runId, job: job.key, tasks: job.tasks.map((task) => task.key) });
  const outcomes = new Map<string, TaskOutcome>();
  const count = job.tasks.length;
  for (const [i, task] of job.tasks.entries()) {
    const position = i + 1;
    const blocked = findBlocker(task, outcomes, signal);
    if (blocked === null) onEvent({ type: "task_start", task: task.key, position, count });
    const outcome = blocked ?? (await runTask(task, context));
    outcomes.set(task.key, outcome);
    insertTask(store, runId, position, outcome);
    onEvent({ type: "task_end", outcome, position, count });
  }
  return [...outcomes.values()];
}

function statusOf(tasks: readonly TaskOutcome[]): RunStatus {
  const statuses = tasks.map((task) => task.status);
  if (statuses.includes("cancelled")) return "cancelled";
  return statuses.includes("failed") ? "failed" : "success";
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
  signal: RunJobOptions["signal"],
): TaskOutcome | null {
  const idle = { key: task.key, startedAtMs: 0, durationMs: 0, statementCount: 0 };
  if (signal?.aborted) return { ...idle, status: "cancelled", message: "the run was stopped" };
  const upstream = task.dependsOn.find((key) => outcomes.get(key)?.status !== "success");
  if (upstream === undefined) return null;
  return { ...idle, status: "skipped", message: `upstream failed: ${upstream}` };
}

async function runTask(task: JobTask, context: RunContext): Promise<TaskOutcome> {
  const { lake, clock, onEvent = () => {}, signal } = context;
  const script = context.scripts.get(task.key) as TaskScript;
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
    const parameters = taskParameters(task, context);
    let statementBeganAt = clock.monotonicMs();
    for await (const result of lake.script(script.text, { parameters })) {
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
    const { line, column } = { ...script.statements[statementCount], ...error.details };
    const place = [task.file, line, column].filter((part) => part !== undefined).join(":");
    const { place: declared } = task;
    const where = `${basename(context.bundle.path)}:${declared.line}:${declared.column}`;
    return outcome("failed", `${place}: ${describeError(error)} (task at ${where})`);
  }
}

function taskParameters(task: JobTask, context: RunContext): Record<string, string> {
  const references = new Map([...context.references, ["task.name", task.key]]);
  const own = [...task.parameters].map(([name, value]) => [
    name,
    interpolateDynamic(value, references),
  ]);
  // As on Databricks, a job parameter wins over a task's of the same name.
  return { ...Object.fromEntries(own), ...context.parameters };
}

/** Message and hint, unless the message holds a suggestion already. */
function describeError(error: SovereignError): string {
  const message = withoutPlace(error.message).replace(/[\s.]+$/, "");
  return error.hint === undefined || /did you mean|; use /.test(message)
    ? message
    : `${message}; ${error.hint}`;
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
