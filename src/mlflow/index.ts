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
export { type ClientOptions, type MlflowClient, openClient } from "./client/client.ts";
export type * from "./client/entities.ts";
export type { SearchOptions } from "./client/experiments.ts";
export type { RunBatch } from "./client/runs.ts";
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
export { MlflowError, type WireErrorCode } from "./wire/error.ts";
