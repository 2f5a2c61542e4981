/** Logged models of a FileStore; their runs are imported before. */
import { basename, join } from "node:path";

import type { Database } from "../../core/store/index.ts";
import { readStage } from "./experiment.ts";
import { DamagedEntry, keyOf, listFiles, readValues } from "./file-store.ts";
import { hasRow, insertRow } from "./insert-row.ts";
import { readMeta } from "./meta.ts";
import { malformed, readFloat, readInt64, readMetricLines } from "./run.ts";

/** The model whose metrics are read. */
interface ModelPlace {
  readonly model_id: string;
  readonly experiment_id: bigint;
}

/** Imports the model in `folder`; false when the database has it. All of it, or nothing. */
export function importLoggedModel(database: Database, folder: string, experimentId: bigint) {
  const meta = readMeta(join(folder, "meta.yaml"));
  const modelId = meta.need("model_id");
  if (modelId !== basename(folder)) {
    throw new DamagedEntry(meta.path, `names another model, \`${modelId}\``);
  }
  if (hasRow(database, "logged_models", { model_id: modelId })) return false;
  const place = { model_id: modelId, experiment_id: experimentId };
  database.transaction(() => {
    insertRow(database, "logged_models", {
      ...place,
      name: meta.need("name"),
      artifact_location: meta.need("artifact_location"),
      creation_timestamp_ms: meta.integer("creation_timestamp") ?? 0,
      last_updated_timestamp_ms: meta.integer("last_updated_timestamp") ?? 0,
      status: meta.integer("status") ?? 1,
      lifecycle_stage: readStage(meta),
      model_type: meta.text("model_type"),
      source_run_id: meta.text("source_run_id"),
      status_message: meta.text("status_message"),
    });
    for (const [param_key, param_value] of readValues(join(folder, "params"))) {
      insertRow(database, "logged_model_params", { ...place, param_key, param_value });
    }
    for (const [tag_key, tag_value] of readValues(join(folder, "tags"))) {
      insertRow(database, "logged_model_tags", { ...place, tag_key, tag_value });
    }
    const metrics = join(folder, "metrics");
    for (const path of listFiles(metrics)) {
      importMetric(database, path, { ...place, metric_name: keyOf(metrics, path) });
    }
  });
  return true;
}

function importMetric(
  database: Database,
  path: string,
  place: ModelPlace & { metric_name: string },
): void {
  for (const fields of readMetricLines(path)) {
    if (fields.length !== 4 && fields.length !== 6) throw malformed(path, fields);
    const [timestamp = "", value = "", step = "", runId = "", name, digest] = fields;
    if (!hasRow(database, "runs", { run_uuid: runId })) {
      throw new DamagedEntry(path, `has a point of the run \`${runId}\`, which is not there`);
    }
    insertRow(database, "logged_model_metrics", {
      ...place,
      metric_timestamp_ms: readInt64(timestamp, path),
      metric_step: readInt64(step, path),
      metric_value: readFloat(value, path),
      run_id: runId,
      dataset_name: name ?? null,
      dataset_digest: digest ?? null,
    });
  }
}
