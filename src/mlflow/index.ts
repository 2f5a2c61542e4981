/** The MLflow-compatible tracking server, its store and its client. Read `README.md` first. */

export {
  type Account,
  createPasswordAccount,
  createTokenAccount,
  readAccounts,
  writeAccounts,
} from "./auth.ts";
export * from "./client/index.ts";
export {
  type ArtifactFate,
  erase,
  findGarbage,
  type GarbageOptions,
} from "./collect-garbage.ts";
export type { ImportKind, ImportOptions, ImportReport } from "./import/import-file-store.ts";
export { type OpenTrackingOptions, openTrackingDatabase } from "./schema/open.ts";
export {
  type UpgradeOptions,
  type UpgradeReport,
  upgradeTrackingDatabase,
} from "./schema/upgrade.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
export type { Garbage, GarbageKind } from "./store/garbage.ts";
export { listExperimentNames, listRunNames } from "./store/known-names.ts";
export { MlflowError, type WireErrorCode } from "./wire/error.ts";

/** Loads `importFileStore`, and the YAML reader that nothing else here needs. */
export const loadFileStoreImport = () => import("./import/import-file-store.ts");
