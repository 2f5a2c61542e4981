/**
 * Logging of metrics: the history and the newest value of each key. SQLite has no NaN and no
 * infinity: NaN is 0 with `is_nan`, an infinity the largest double, as MLflow stores them.
 */
import type { Database } from "../../core/store/index.ts";
import { invalidParameter, MlflowError } from "../wire/error.ts";
import type { Int64 } from "../wire/fields.ts";
import { printPythonFloat } from "../wire/python-json.ts";
import { validateKey, validateLength } from "./names.ts";

const MAX_KEY_LENGTH = 250;

/** One point of a metric as it is stored. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
  readonly isNan: 0 | 1;
}

/** One point as a client sends it. */
export interface LoggedMetric {
  readonly key: string;
  /** NaN and infinities included. */
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
  /** The logged model that the point is about; empty for none. */
  readonly modelId: string;
  readonly datasetName: string;
  readonly datasetDigest: string;
}

/** Refuses a point with a bad key or time; `path` is what messages call it, empty for the only one. */
export function checkMetric(metric: LoggedMetric, path: string): void {
  const at = path === "" ? "" : `${path}.`;
  validateKey(metric.key, `${at}name`);
  if (metric.timestamp < 0) {
    throw invalidParameter(
      `Invalid value ${metric.timestamp} for parameter '${at}timestamp' supplied: metric '${metric.key}' (value=${pythonFloat(metric.value)}). Timestamp must be a nonnegative long (64-bit integer) `,
    );
  }
  validateLength("Metric name", MAX_KEY_LENGTH, metric.key);
}

/** Adds checked points to an active run; inside a transaction. A repeated point changes nothing. */
export function insertMetrics(
  database: Database,
  runId: string,
  metrics: readonly LoggedMetric[],
): void {
  const newest = new Map<string, Metric>();
  for (const logged of metrics) {
    const metric = toStored(logged);
    const { key, value, timestamp, step, isNan } = metric;
    database.run(
      `INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan)
       VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      [runId, key, value, timestamp, step, isNan],
    );
    const other = newest.get(key);
    if (other === undefined || isNewer(metric, other)) newest.set(key, metric);
  }
  for (const { key, value, timestamp, step, isNan } of newest.values()) {
    database.run(
      `INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (key, run_uuid) DO UPDATE
          SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step,
              is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.timestamp, excluded.value)
            > (latest_metrics.step, coalesce(latest_metrics.timestamp, -1), latest_metrics.value)`,
      [runId, key, value, timestamp, step, isNan],
    );
  }
}

/** Adds the points that are about a logged model to that model's metrics; in a transaction. */
export function insertModelMetrics(
  database: Database,
  runId: string,
  experimentId: string,
  metrics: readonly LoggedMetric[],
): void {
  for (const metric of metrics) {
    if (metric.modelId !== "") insertModelMetric(database, runId, experimentId, metric);
  }
}

function insertModelMetric(
  database: Database,
  runId: string,
  experimentId: string,
  metric: LoggedMetric,
): void {
  const { key, value, timestamp, step } = toStored(metric);
  const place = [metric.modelId, key, timestamp, step, runId];
  const facts = [value, metric.datasetName || null, metric.datasetDigest || null];
  const model = "SELECT 1 FROM logged_models WHERE model_id = ?";
  if (database.get(model, [metric.modelId]) === null) {
    throw new MlflowError("BAD_REQUEST", `Logged model with ID '${metric.modelId}' not found.`);
  }
  const { changes } = database.run(
    `INSERT INTO logged_model_metrics
            (model_id, metric_name, metric_timestamp_ms, metric_step, run_id, metric_value,
             dataset_name, dataset_digest, experiment_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    [...place, ...facts, experimentId],
  );
  if (changes > 0) return;
  const same = database.get(
    `SELECT 1 FROM logged_model_metrics
      WHERE model_id = ? AND metric_name = ? AND metric_timestamp_ms = ? AND metric_step = ?
        AND run_id = ? AND metric_value IS ? AND dataset_name IS ? AND dataset_digest IS ?`,
    [...place, ...facts],
  );
  if (same !== null) return;
  throw new MlflowError(
    "BAD_REQUEST",
    `Metric '${key}' of model '${metric.modelId}' has another value at step ${step} and timestamp ${timestamp} already.`,
  );
}

function toStored({ key, value, timestamp, step }: LoggedMetric): Metric {
  if (Number.isNaN(value)) return { key, value: 0, timestamp, step, isNan: 1 };
  const limit = Number.MAX_VALUE;
  const stored = Math.min(Math.max(value, -limit), limit);
  return { key, value: stored, timestamp, step, isNan: 0 };
}

function isNewer(metric: Metric, other: Metric): boolean {
  if (metric.step !== other.step) return metric.step > other.step;
  if (metric.timestamp !== other.timestamp) return metric.timestamp > other.timestamp;
  return metric.value > other.value;
}

/** `str` of a float. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return printPythonFloat(value);
}
