/** A job that can run, and what is told about it while it does. */

export interface JobTask {
  key: string;
  dependsOn: readonly string[];
  /** SQL file, relative to the bundle's folder. */
  file: string;
  /** May hold `{{…}}` references. */
  parameters: ReadonlyMap<string, string>;
}

export interface BundleJob {
  key: string;
  name: string;
  /** Job parameters with their defaults. */
  parameters: ReadonlyMap<string, string>;
  /** In an order their dependencies allow. */
  tasks: readonly JobTask[];
}

export type TaskStatus = "success" | "failed" | "skipped" | "cancelled";
export type RunStatus = "success" | "failed" | "cancelled";

export interface TaskOutcome {
  key: string;
  status: TaskStatus;
  startedAtMs: number;
  durationMs: number;
  statementCount: number;
  /** Why it failed or was skipped. */
  message: string | null;
}

export interface RunOutcome {
  runId: number;
  job: string;
  status: RunStatus;
  startedAtMs: number;
  durationMs: number;
  tasks: readonly TaskOutcome[];
}

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
