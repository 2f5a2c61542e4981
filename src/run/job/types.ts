/** A job that can run, and what is told about it while it does. */

/** A place in a text file; lines and columns count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** One SQL file of a job. */
export interface JobTask {
  key: string;
  dependsOn: readonly string[];
  /** SQL file, relative to the bundle's folder. */
  file: string;
  /** Where the bundle declares the task, and where it names the task's file. */
  place: Place;
  filePlace: Place;
  /** May hold `{{…}}` references. */
  parameters: ReadonlyMap<string, string>;
}

/** A job as it will run: target chosen, variables put in. */
export interface BundleJob {
  key: string;
  name: string;
  /** Job parameters with their defaults. */
  parameters: ReadonlyMap<string, string>;
  /** In an order their dependencies allow. */
  tasks: readonly JobTask[];
}

/** `skipped`: something it depends on did not succeed. */
export type TaskStatus = "success" | "failed" | "skipped" | "cancelled";
/** How a whole run ended. */
export type RunStatus = "success" | "failed" | "cancelled";

/** How one task of a run went. */
export interface TaskOutcome {
  key: string;
  status: TaskStatus;
  /** Milliseconds since 1970 in UTC; 0 for a task that never started. */
  startedAtMs: number;
  durationMs: number;
  /** Statements that ran to their end. */
  statementCount: number;
  /**
   * Why it failed or was skipped, else null. A failure starts with its place in the SQL file
   * (`load.sql:3:8: …`) and ends with the task's in the bundle.
   */
  message: string | null;
}

/** How a run went: `failed` when any task failed, `cancelled` when it was stopped. */
export interface RunOutcome {
  /** Counts up from 1 in each store. */
  runId: number;
  job: string;
  status: RunStatus;
  /** Milliseconds since 1970 in UTC. */
  startedAtMs: number;
  durationMs: number;
  /** In the order they ran. */
  tasks: readonly TaskOutcome[];
}

/** Told while a job runs; `position` counts from 1 up to `count`. */
export type RunEvent =
  | { type: "run_start"; runId: number; job: string; tasks: readonly string[] }
  | { type: "task_start"; task: string; position: number; count: number }
  | {
      type: "statement_end";
      task: string;
      position: number;
      durationMs: number;
      message: string | null;
    }
  | { type: "task_end"; outcome: TaskOutcome; position: number; count: number }
  | { type: "run_end"; outcome: RunOutcome };
