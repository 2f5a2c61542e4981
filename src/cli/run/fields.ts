/** What listings of runs and tasks show, and their records. */
import { LONG, STRING, TIMESTAMP } from "../../lake/schema/data-type.ts";
import type { RunRecord, TaskOutcome } from "../../run/index.ts";
import type { RecordValues } from "../context.ts";

export const RUN_FIELDS = [
  { name: "run_id", type: LONG },
  { name: "job", type: STRING },
  { name: "status", type: STRING },
  { name: "started_at", type: TIMESTAMP },
  { name: "duration_ms", type: LONG },
  { name: "target", type: STRING },
  { name: "bundle_path", type: STRING },
] as const;

export const TASK_FIELDS = [
  { name: "task", type: STRING },
  { name: "status", type: STRING },
  { name: "duration_ms", type: LONG },
  { name: "statements", type: LONG },
  { name: "message", type: STRING },
] as const;

/** A run by the names of RUN_FIELDS. */
export function runRecord(run: RunRecord): RecordValues {
  return {
    run_id: BigInt(run.runId),
    job: run.job,
    status: run.status,
    started_at: BigInt(run.startedAtMs) * 1000n,
    duration_ms: run.durationMs === null ? null : BigInt(run.durationMs),
    target: run.target,
    bundle_path: run.bundlePath,
  };
}

/** A task by the names of TASK_FIELDS. */
export function taskRecord(task: TaskOutcome): RecordValues {
  return {
    task: task.key,
    status: task.status,
    duration_ms: BigInt(Math.round(task.durationMs)),
    statements: BigInt(task.statementCount),
    message: task.message,
  };
}
