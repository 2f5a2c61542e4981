/**
 * The client: what programs that log to a tracking store or read one use. It loads the store only
 * when it opens one; read `client.ts` first.
 */
export {
  type ActiveRun,
  currentUser,
  type EndStatus,
  type StartRunOptions,
  startRun,
} from "./active-run.ts";
export {
  type AutologHooks,
  type AutologOptions,
  autolog,
  type TrainingEnd,
} from "./autolog.ts";
export { type ClientOptions, type MlflowClient, openClient } from "./client.ts";
export type * from "./entities.ts";
export type { SearchOptions } from "./experiments.ts";
export { type LoggedModelEntity, type LogModelOptions, logModel } from "./log-model.ts";
export type {
  NewPrompt,
  PromptClient,
  PromptEntity,
  PromptMessage,
  PromptVersionEntity,
} from "./prompts.ts";
export type { RunBatch } from "./runs.ts";
export {
  type ActiveSpan,
  openTracer,
  type SpanOptions,
  type Tracer,
  type TracerOptions,
} from "./tracer.ts";
export type {
  NewTrace,
  SpanEntity,
  TraceClient,
  TraceEntity,
  TraceState,
} from "./traces.ts";
