/** A run as it goes on: asked for again and again until it ends. */
import { setTimeout as pause } from "node:timers/promises";
import type { MetricPoint, MlflowClient, RunEntity } from "../../mlflow/index.ts";

export interface RunChange {
  readonly run: RunEntity;
  /** Metrics whose latest value is another one than before, by key. */
  readonly metrics: readonly MetricPoint[];
}

/** Whether a run may still be logged to. */
export function isGoingOn(run: RunEntity): boolean {
  return run.status === "RUNNING" || run.status === "SCHEDULED";
}

/** Gives the run at once and whenever something changed, the last time when it has ended. */
export async function* followRun(
  client: MlflowClient,
  runId: string,
  { intervalMs, signal }: { intervalMs: number; signal: AbortSignal },
): AsyncGenerator<RunChange> {
  const seen = new Map<string, string>();
  for (let isFirst = true; ; isFirst = false) {
    const run = await client.runs.get(runId);
    const metrics = Object.values(run.metrics)
      .filter(({ key, value, step, timestamp }) => {
        const mark = `${step} ${timestamp} ${value}`;
        if (seen.get(key) === mark) return false;
        seen.set(key, mark);
        return true;
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const hasEnded = !isGoingOn(run);
    if (isFirst || hasEnded || metrics.length > 0) yield { run, metrics };
    if (hasEnded) return;
    await pause(intervalMs, undefined, { signal });
  }
}
