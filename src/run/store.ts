/** All SQL about runs. Starting a run also settles runs whose process is gone. */
import type { Store } from "../core/store/index.ts";
import type { RunOutcome, RunStatus, TaskOutcome } from "./job/types.ts";

/** What the store knows of a run. */
export interface RunRecord {
  /** Counts up from 1. */
  runId: number;
  bundle: string;
  /** Absolute path of the `databricks.yml`. */
  bundlePath: string;
  target: string | null;
  job: string;
  parameters: Readonly<Record<string, string>>;
  /** `interrupted`: its process ended without saying how the run went. */
  status: RunStatus | "running" | "interrupted";
  /** Milliseconds since 1970 in UTC. */
  startedAtMs: number;
  /** Null while it runs, and for an interrupted one. */
  durationMs: number | null;
}

/** What is known of a run when it starts. */
export interface RunStart {
  bundle: string;
  bundlePath: string;
  target: string | null;
  job: string;
  parameters: Readonly<Record<string, string>>;
  startedAtMs: number;
}

/** Records the start of a run and returns its id. */
export function insertRun(store: Store, run: RunStart): number {
  return store.transaction(() => {
    for (const { runId } of listRunning(store).filter((other) => !isAlive(other.pid))) {
      store.run("UPDATE runs SET status = 'interrupted' WHERE run_id = ?", [runId]);
    }
    const { lastInsertRowid } = store.run(
      `INSERT INTO runs (bundle, bundle_path, target, job, parameters, status, pid, started_at_ms)
       VALUES (?, ?, ?, ?, ?, 'running', ?, ?)`,
      [
        run.bundle,
        run.bundlePath,
        run.target,
        run.job,
        JSON.stringify(run.parameters),
        process.pid,
        run.startedAtMs,
      ],
    );
    return lastInsertRowid;
  });
}

/** Records a finished task. */
export function insertTask(store: Store, runId: number, position: number, task: TaskOutcome): void {
  store.run(
    `INSERT INTO run_tasks (run_id, position, task_key, status, started_at_ms, duration_ms,
                            statement_count, message)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      runId,
      position,
      task.key,
      task.status,
      task.startedAtMs,
      Math.round(task.durationMs),
      task.statementCount,
      task.message,
    ],
  );
}

/** Records how a run ended. */
export function finishRun(store: Store, outcome: RunOutcome): void {
  store.run("UPDATE runs SET status = ?, duration_ms = ? WHERE run_id = ?", [
    outcome.status,
    Math.round(outcome.durationMs),
    outcome.runId,
  ]);
}

const RUN_COLUMNS = `run_id AS runId, bundle, bundle_path AS bundlePath, target, job, parameters,
  status, pid, started_at_ms AS startedAtMs, duration_ms AS durationMs`;

type RunRow = Omit<RunRecord, "parameters"> & { parameters: string; pid: number };

/** Runs, newest first, of one job or of all; `limit` 0 is all of them. */
export function listRuns(store: Store, options: { job?: string; limit: number }): RunRecord[] {
  const limit = options.limit === 0 ? -1 : options.limit;
  const rows =
    options.job === undefined
      ? store.all<RunRow>(`SELECT ${RUN_COLUMNS} FROM runs ORDER BY run_id DESC LIMIT ?`, [limit])
      : store.all<RunRow>(
          `SELECT ${RUN_COLUMNS} FROM runs WHERE job = ? ORDER BY run_id DESC LIMIT ?`,
          [options.job, limit],
        );
  return rows.map(readRun);
}

/** Jobs that ever ran, by name. */
export function listJobNames(store: Store): string[] {
  return store
    .all<{ job: string }>("SELECT DISTINCT job FROM runs ORDER BY job")
    .map(({ job }) => job);
}

/** One run, or null. */
export function getRun(store: Store, runId: number): RunRecord | null {
  const row = store.get<RunRow>(`SELECT ${RUN_COLUMNS} FROM runs WHERE run_id = ?`, [runId]);
  return row === null ? null : readRun(row);
}

/** Finished tasks of a run in the order they ended. */
export function listTasks(store: Store, runId: number): TaskOutcome[] {
  return store.all<TaskOutcome>(
    `SELECT task_key AS key, status, started_at_ms AS startedAtMs, duration_ms AS durationMs,
            statement_count AS statementCount, message
       FROM run_tasks WHERE run_id = ? ORDER BY position`,
    [runId],
  );
}

function listRunning(store: Store): { runId: number; pid: number }[] {
  return store.all("SELECT run_id AS runId, pid FROM runs WHERE status = 'running'");
}

function readRun({ parameters, pid, ...row }: RunRow): RunRecord {
  const isLost = row.status === "running" && !isAlive(pid);
  return {
    ...row,
    status: isLost ? "interrupted" : row.status,
    parameters: JSON.parse(parameters) as Record<string, string>,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is there, and somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
