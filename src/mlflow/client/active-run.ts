/**
 * A run while it goes on: what a training program holds. Metrics, params and tags go through the
 * queue and return at once; artifacts are awaited. It ends with `end` or by `await using`, which
 * cannot see an exception: call `fail` for FAILED.
 */
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { Int64 } from "../wire/fields.ts";
import { type ClientOptions, type MlflowClient, openClient } from "./client.ts";
import type { RunEntity } from "./entities.ts";
import { createRunQueue, type RunQueue } from "./run-queue.ts";

/** Where a run is logged, and what it is called. */
export interface StartRunOptions extends ClientOptions {
  /** Name of the experiment; made when it is missing. Default `Default`. */
  experiment?: string;
  name?: string;
  tags?: Readonly<Record<string, string>>;
  /** A client to use and leave open, in place of opening one. */
  client?: MlflowClient;
  /** Folder of the queue's journals; default `.sovereign/mlflow-queue` in the working directory. */
  queueFolder?: string;
}

/** How a run can end. */
export type EndStatus = "FINISHED" | "FAILED" | "KILLED";

/** A run that goes on. */
export interface ActiveRun extends AsyncDisposable {
  readonly runId: string;
  readonly experimentId: string;
  readonly artifactUri: string;
  logMetric(key: string, value: number, step?: Int64): void;
  logMetrics(values: Readonly<Record<string, number>>, step?: Int64): void;
  /** A param is written once; another value for it makes `flush` and `end` reject. */
  logParam(key: string, value: unknown): void;
  logParams(values: Readonly<Record<string, unknown>>): void;
  setTag(key: string, value: string): void;
  /** Stores a file, or a folder with all that is in it. */
  logArtifact(localPath: string, folder?: string): Promise<void>;
  logText(path: string, text: string): Promise<void>;
  logJson(path: string, value: unknown): Promise<void>;
  /** A run inside this one, as `mlflow.start_run(nested=True)` makes. */
  startChild(options?: {
    name?: string;
    tags?: Readonly<Record<string, string>>;
  }): Promise<ActiveRun>;
  /** Sends what was logged so far. */
  flush(): Promise<void>;
  /** Makes `await using` end the run as FAILED. */
  fail(): void;
  end(status?: EndStatus): Promise<void>;
}

/** Starts a run. Errors are those of opening the store and of creating a run. */
export async function startRun(options: StartRunOptions = {}): Promise<ActiveRun> {
  const client = options.client ?? openClient(options);
  const folder = options.queueFolder ?? join(options.cwd ?? ".", ".sovereign/mlflow-queue");
  const queue = createRunQueue({ runs: client.runs, folder });
  const clock = options.clock ?? systemClock;
  const experimentId = await client.experiments.ensure(options.experiment ?? "Default");
  const close = async () => {
    try {
      await queue.close();
    } finally {
      if (options.client === undefined) await client.close();
    }
  };
  return create({ client, queue, clock, experimentId, close }, options);
}

interface Parts {
  client: MlflowClient;
  queue: RunQueue;
  clock: Clock;
  experimentId: string;
  close: () => Promise<void>;
}

async function create(
  parts: Parts,
  { name, tags }: { name?: string; tags?: Readonly<Record<string, string>> },
): Promise<ActiveRun> {
  const { client, clock, experimentId } = parts;
  const user = currentUser();
  const run = await client.runs.create({
    experimentId,
    startedAtMs: clock.nowMs(),
    userId: user,
    tags: { "mlflow.user": user, "mlflow.source.type": "LOCAL", ...tags },
    ...(name === undefined ? {} : { name }),
  });
  return activate(run, parts);
}

function activate(run: RunEntity, parts: Parts): ActiveRun {
  const { client, queue, clock, experimentId } = parts;
  const { runId, artifactUri } = run;
  let hasFailed = false;
  let hasEnded = false;
  const write = (path: string, text: string) => client.artifacts.writeText(artifactUri, path, text);
  const active: ActiveRun = {
    runId,
    experimentId,
    artifactUri,
    logMetric: (key, value, step = 0) =>
      queue.add({ kind: "metric", runId, point: { key, value, step, timestamp: clock.nowMs() } }),
    logMetrics: (values, step) => {
      for (const [key, value] of Object.entries(values)) active.logMetric(key, value, step);
    },
    logParam: (key, value) => queue.add({ kind: "param", runId, key, value: print(value) }),
    logParams: (values) => {
      for (const [key, value] of Object.entries(values)) active.logParam(key, value);
    },
    setTag: (key, value) => queue.add({ kind: "tag", runId, key, value }),
    logArtifact: async (localPath, folder) => {
      await client.artifacts.put(artifactUri, localPath, folder);
    },
    logText: write,
    logJson: (path, value) => write(path, `${JSON.stringify(value, null, 2)}\n`),
    startChild: ({ name, tags } = {}) =>
      create(
        { ...parts, close: () => queue.flush() },
        { ...(name === undefined ? {} : { name }), tags: { ...tags, "mlflow.parentRunId": runId } },
      ),
    flush: () => queue.flush(),
    fail: () => {
      hasFailed = true;
    },
    end: async (status = "FINISHED") => {
      if (hasEnded) return;
      hasEnded = true;
      try {
        await queue.flush();
        await client.runs.update(runId, { status, endedAtMs: clock.nowMs() });
      } finally {
        await parts.close();
      }
    },
    [Symbol.asyncDispose]: () => active.end(hasFailed ? "FAILED" : "FINISHED"),
  };
  return active;
}

function print(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** The name of the account this process runs under. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
