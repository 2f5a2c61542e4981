/**
 * A finished run of a job, logged to a tracking store: an experiment of the job's name, its
 * parameters, what was measured, who ran it, and reports as artifacts. Nothing of it decides how
 * the job went; the caller turns an error into a warning.
 */
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { Environment } from "../../core/config/index.ts";
import { runProcess } from "../../core/proc.ts";
import type { RunBatch } from "../../mlflow/index.ts";
import type { LayerCount, QualityLine } from "../start.ts";
import type { RunRecord } from "../store.ts";
import type { RunOutcome } from "./types.ts";

/** A run to log, and what is known of it. */
export interface LoggedJob {
  outcome: RunOutcome;
  /** As the metadata store has it. */
  record: Pick<RunRecord, "bundle" | "bundlePath" | "target" | "parameters">;
  layers?: readonly LayerCount[];
  quality?: readonly QualityLine[];
  /** Text files by path. */
  reports?: Readonly<Record<string, string>>;
}

/** Where jobs are logged. */
export interface LogToMlflowOptions {
  /** Holds the tracking database `mlflow.db` and its artifacts: `.sovereign`. */
  home: string;
  /** The project, whose commit is noted. */
  projectFolder: string;
  clock: Clock;
  env: Environment;
}

const STATUSES = { success: "FINISHED", failed: "FAILED", cancelled: "KILLED" } as const;

/** Logs a finished run; the id of the run in the tracking store. */
export async function logToMlflow(job: LoggedJob, options: LogToMlflowOptions): Promise<string> {
  const { home, projectFolder, clock, env } = options;
  const commit = readCommit(projectFolder);
  const { currentUser, openClient } = await import("../../mlflow/index.ts");
  const trackingUri = join(home, "mlflow.db");
  const client = openClient({ trackingUri, cwd: projectFolder, clock, env });
  try {
    const { outcome } = job;
    const user = currentUser();
    const { runId, artifactUri } = await client.runs.create({
      experimentId: await client.experiments.ensure(outcome.job),
      name: `${outcome.job}-${outcome.runId}`,
      startedAtMs: outcome.startedAtMs,
      userId: user,
      tags: { "mlflow.user": user, ...tagsOf(job), ...(await commit) },
    });
    for (const batch of batches(metricsOf(job), job.record.parameters, outcome)) {
      await client.runs.logBatch(runId, batch);
    }
    for (const [path, text] of Object.entries(job.reports ?? {})) {
      await client.artifacts.writeText(artifactUri, path, text);
    }
    const endedAtMs = Math.round(outcome.startedAtMs + outcome.durationMs);
    await client.runs.update(runId, { status: STATUSES[outcome.status], endedAtMs });
    return runId;
  } finally {
    await client.close();
  }
}

function tagsOf({ outcome, record }: LoggedJob): Record<string, string> {
  const failed = outcome.tasks.filter((task) => task.status === "failed");
  return {
    "mlflow.source.type": "JOB",
    "mlflow.source.name": record.bundlePath,
    "sovereign.job.run_id": String(outcome.runId),
    "sovereign.job.status": outcome.status,
    "sovereign.bundle": record.bundle,
    ...(record.target === null ? {} : { "sovereign.target": record.target }),
    ...(failed.length === 0
      ? {}
      : { "sovereign.job.failed_tasks": failed.map(({ key }) => key).join(", ") }),
  };
}

function metricsOf({ outcome, layers = [], quality = [] }: LoggedJob): [string, number][] {
  const started = outcome.tasks.filter((task) => task.startedAtMs > 0);
  const count = (status: string) => outcome.tasks.filter((task) => task.status === status).length;
  return [
    ["duration_seconds", toSeconds(outcome.durationMs)],
    ["tasks_success", count("success")],
    ["tasks_failed", count("failed")],
    ["tasks_skipped", count("skipped")],
    ...started.map(({ key, durationMs }) => pair(`task_seconds/${key}`, toSeconds(durationMs))),
    ...layers.map(({ layer, table, rowCount }) => pair(`rows/${layer}.${table}`, rowCount)),
    ...quality.flatMap((line) => {
      const name = `${line.dataset}/${line.expectation}`;
      return [
        pair(`quality_failing/${name}`, line.failing),
        pair(`quality_failing_percent/${name}`, Number(line.failingPercent)),
      ];
    }),
    ...(quality.length === 0
      ? []
      : [pair("quality_not_passed", quality.filter(({ status }) => status !== "PASS").length)]),
  ];
}

function toSeconds(durationMs: number): number {
  return Math.round(durationMs) / 1000;
}

/** Expectations are free text; keys are not. */
function pair(key: string, value: number): [string, number] {
  return [key.replace(/[^\w\-. :/]/g, "_").slice(0, 250), value];
}

/** One request for nearly every job; the server takes at most 100 params in one. */
function batches(
  metrics: readonly [string, number][],
  params: Readonly<Record<string, string>>,
  outcome: RunOutcome,
): RunBatch[] {
  const timestamp = Math.round(outcome.startedAtMs + outcome.durationMs);
  const points = metrics.map(([key, value]) => ({ key, value, timestamp, step: 0 }));
  const pairs = Object.entries(params);
  const result: RunBatch[] = [];
  while (points.length > 0 || pairs.length > 0) {
    result.push({
      metrics: points.splice(0, 900),
      params: Object.fromEntries(pairs.splice(0, 100)),
    });
  }
  return result;
}

/** The commit the project is at; nothing outside a repository, or without git. */
async function readCommit(folder: string): Promise<Record<string, string>> {
  try {
    const options = { cwd: folder, timeoutMs: 2000 };
    const { exitCode, stdout } = await runProcess("git", ["rev-parse", "HEAD"], options);
    const commit = stdout.trim();
    return exitCode === 0 && /^[0-9a-f]{40,64}$/.test(commit)
      ? { "mlflow.source.git.commit": commit }
      : {};
  } catch {
    return {};
  }
}
