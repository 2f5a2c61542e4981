/**
 * The part of Databricks' `databricks.yml` (Declarative Automation Bundles, CLI 0.27x schema) that
 * runs here, as zod shapes. Keys that only concern a deployment or a schedule are accepted and have
 * no effect on a local run; keys that would change what a run does, and are not built, are refused
 * by name. A key Databricks does not know is a mistake.
 */
import * as z from "zod";

/** A scalar written in YAML where Databricks wants text. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value));

const key = z.string().regex(/^[A-Za-z0-9_-]+$/, "letters, digits, `_` and `-` only");

const passive = z.unknown().optional();

const SQL_TASK = z.strictObject({
  file: z.strictObject({
    path: z.string().min(1),
    source: z.enum(["WORKSPACE", "GIT"]).optional(),
  }),
  warehouse_id: text.optional(),
  parameters: z.record(z.string(), text).default({}),
});

const TASK = z.strictObject({
  task_key: key,
  description: passive,
  email_notifications: passive,
  webhook_notifications: passive,
  notification_settings: passive,
  depends_on: z.array(z.strictObject({ task_key: z.string() })).default([]),
  sql_task: SQL_TASK.optional(),
});

const JOB = z.strictObject({
  name: z.string().optional(),
  description: passive,
  tags: passive,
  schedule: passive,
  trigger: passive,
  queue: passive,
  max_concurrent_runs: passive,
  permissions: passive,
  run_as: passive,
  budget_policy_id: passive,
  performance_target: passive,
  email_notifications: passive,
  webhook_notifications: passive,
  notification_settings: passive,
  parameters: z.array(z.strictObject({ name: key, default: text })).default([]),
  tasks: z.array(TASK).min(1),
});

const VARIABLE = z.union([
  text.transform((value) => ({ default: value })),
  z.strictObject({ description: passive, default: text.optional() }),
]);

const TARGET = z.strictObject({
  default: z.boolean().default(false),
  mode: z.enum(["development", "production"]).optional(),
  workspace: passive,
  presets: passive,
  permissions: passive,
  run_as: passive,
  variables: z.record(key, z.union([text, z.strictObject({ default: text })])).default({}),
});

export const BUNDLE_SHAPE = z.strictObject({
  bundle: z.strictObject({ name: z.string().min(1), databricks_cli_version: passive }),
  workspace: passive,
  permissions: passive,
  presets: passive,
  run_as: passive,
  sync: passive,
  variables: z.record(key, VARIABLE).default({}),
  targets: z.record(key, TARGET).default({}),
  resources: z.strictObject({ jobs: z.record(key, JOB).default({}) }),
});

export type BundleShape = z.output<typeof BUNDLE_SHAPE>;

/** What Databricks knows and this does not run, by the kind of place it stands in. */
export const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  bundle: ["include", "artifacts", "experimental", "scripts"],
  resources: [
    "apps",
    "clusters",
    "dashboards",
    "database_catalogs",
    "database_instances",
    "experiments",
    "model_serving_endpoints",
    "models",
    "pipelines",
    "quality_monitors",
    "registered_models",
    "schemas",
    "secret_scopes",
    "sql_warehouses",
    "volumes",
  ],
  job: [
    "continuous",
    "deployment",
    "edit_mode",
    "environments",
    "format",
    "git_source",
    "health",
    "job_clusters",
    "timeout_seconds",
  ],
  task: [
    "clean_rooms_notebook_task",
    "condition_task",
    "dashboard_task",
    "dbt_task",
    "disable_auto_optimization",
    "environment_key",
    "existing_cluster_id",
    "for_each_task",
    "health",
    "job_cluster_key",
    "libraries",
    "max_retries",
    "min_retry_interval_millis",
    "new_cluster",
    "notebook_task",
    "pipeline_task",
    "power_bi_task",
    "python_wheel_task",
    "retry_on_timeout",
    "run_if",
    "run_job_task",
    "spark_jar_task",
    "spark_python_task",
    "spark_submit_task",
    "timeout_seconds",
  ],
  depends_on: ["outcome"],
  sql_task: ["alert", "dashboard", "query"],
};
