/** The MLflow-compatible tracking server, its store and its client. Read `README.md` first. */
export {
  type Account,
  createPasswordAccount,
  createTokenAccount,
  readAccounts,
  writeAccounts,
} from "./auth.ts";
export {
  type ActiveRun,
  currentUser,
  type EndStatus,
  type StartRunOptions,
  startRun,
} from "./client/active-run.ts";
export {
  type AutologHooks,
  type AutologOptions,
  autolog,
  type TrainingEnd,
} from "./client/autolog.ts";
export { type ClientOptions, type MlflowClient, openClient } from "./client/client.ts";
export type * from "./client/entities.ts";
export type { SearchOptions } from "./client/experiments.ts";
export { type LoggedModelEntity, type LogModelOptions, logModel } from "./client/log-model.ts";
export type {
  NewPrompt,
  PromptClient,
  PromptEntity,
  PromptMessage,
  PromptVersionEntity,
} from "./client/prompts.ts";
export type { RunBatch } from "./client/runs.ts";
export {
  type ActiveSpan,
  openTracer,
  type SpanOptions,
  type Tracer,
  type TracerOptions,
} from "./client/tracer.ts";
export type {
  NewTrace,
  SpanEntity,
  TraceClient,
  TraceEntity,
  TraceState,
} from "./client/traces.ts";
export {
  type ArtifactFate,
  erase,
  findGarbage,
  type GarbageOptions,
} from "./collect-garbage.ts";
export {
  type ImportKind,
  type ImportOptions,
  type ImportReport,
  importFileStore,
} from "./import/import-file-store.ts";
export { type OpenTrackingOptions, openTrackingDatabase } from "./schema/open.ts";
export {
  type UpgradeOptions,
  type UpgradeReport,
  upgradeTrackingDatabase,
} from "./schema/upgrade.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
export type { Garbage, GarbageKind } from "./store/garbage.ts";
export { MlflowError, type WireErrorCode } from "./wire/error.ts";
