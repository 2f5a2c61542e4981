/**
 * The public library of the package: lakes of Delta tables, jobs of a `databricks.yml`, the
 * metadata store, and the one error class. Heavy parts (engine, SQL front end, YAML) are loaded on
 * first use.
 */
export type { Clock } from "./core/clock.ts";
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorOptions,
  listErrorCodes,
  SovereignError,
} from "./core/errors.ts";
export { openStore, type Store, type StoreOptions } from "./core/store/index.ts";
export * from "./lake/index.ts";
export {
  type Bundle,
  type BundleJob,
  type BundleProblem,
  type BundleValidation,
  formatProblem,
  getRun,
  type JobPlan,
  type JobTask,
  type LoadBundleOptions,
  listRuns,
  listTasks,
  loadBundle,
  type Place,
  planJob,
  type RunEvent,
  type RunJobOptions,
  type RunOutcome,
  type RunRecord,
  type RunStatus,
  runJob,
  type ScriptRunner,
  type ScriptStatement,
  type TaskOutcome,
  type TaskScript,
  type TaskStatus,
  validateBundle,
} from "./run/index.ts";
