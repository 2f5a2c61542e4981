/** Jobs of a `databricks.yml`, run here. Read `bundle/load.ts`, then `job/execute.ts`. */
export {
  type Bundle,
  checkBundle,
  type LoadBundleOptions,
  loadBundle,
} from "./bundle/load.ts";
export { type BundleProblem, formatProblem } from "./bundle/problem.ts";
export { type BundleValidation, type TaskScript, validateBundle } from "./bundle/scripts.ts";
export {
  DEMO_DEFAULTS,
  type DemoManifest,
  type DemoOptions,
  ensureDemo,
} from "./generate/index.ts";
export {
  type RunJobOptions,
  runJob,
  type ScriptRunner,
  type ScriptStatement,
} from "./job/execute.ts";
export { type LoggedJob, type LogToMlflowOptions, logToMlflow } from "./job/log-to-mlflow.ts";
export { findJob, type JobPlan, planJob } from "./job/plan.ts";
export type {
  BundleJob,
  JobTask,
  Place,
  RunEvent,
  RunOutcome,
  RunStatus,
  TaskOutcome,
  TaskStatus,
} from "./job/types.ts";
export {
  bundledPipeline,
  type LayerCount,
  planMainJob,
  type QualityLine,
  runMainJob,
  type StartOptions,
  type StartPlan,
  type StartReport,
} from "./start.ts";
export { getRun, listJobNames, listRuns, listTasks, type RunRecord } from "./store.ts";
