/**
 * What a trainer calls so that its training is logged: one run per training, its parameters when it
 * starts, its metrics by epoch, its model when it ends. Logging goes through the run's queue, so no
 * call waits for a server.
 */
import type { Int64 } from "../wire/fields.ts";
import { type ActiveRun, type EndStatus, type StartRunOptions, startRun } from "./active-run.ts";

/** Where a training is logged. */
export interface AutologOptions extends StartRunOptions {
  /** A run that goes on: metrics go to it, and it stays open. */
  run?: ActiveRun;
}

/** What is told of a training when it ends. */
export interface TrainingEnd {
  /** Default `FINISHED`. */
  status?: EndStatus;
  metrics?: Readonly<Record<string, number>>;
  /** File or folder of the trained model, stored as the artifact `model`. */
  model?: string;
}

/** What a trainer calls while it trains. */
export interface AutologHooks {
  readonly run: ActiveRun;
  onTrainStart(params: Readonly<Record<string, unknown>>): void;
  onEpoch(step: Int64, metrics: Readonly<Record<string, number>>): void;
  onTrainEnd(end?: TrainingEnd): Promise<void>;
}

/** Starts a run for a training, or takes the one given, and gives the hooks to call. */
export async function autolog(options: AutologOptions = {}): Promise<AutologHooks> {
  const run = options.run ?? (await startRun(options));
  return {
    run,
    onTrainStart: (params) => run.logParams(params),
    onEpoch: (step, metrics) => run.logMetrics(metrics, step),
    onTrainEnd: async ({ status = "FINISHED", metrics = {}, model } = {}) => {
      run.logMetrics(metrics);
      let end: EndStatus = "FAILED";
      try {
        if (model !== undefined) await run.logArtifact(model, "model");
        end = status;
      } finally {
        // A model that cannot be stored fails the run, and the caller hears why.
        if (options.run === undefined) await run.end(end);
        else await run.flush();
      }
    },
  };
}
