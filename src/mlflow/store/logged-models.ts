/** Logged models (`logged_models` and its tags, params, metrics). */
import type { Database } from "../../core/store/index.ts";
import { doesNotExist } from "../wire/error.ts";

export interface LoggedModel {
  modelId: string;
  artifactUri: string;
  sourceRunId: string | null;
}

/** A logged model that is not deleted, unless `allowDeleted`. */
export function getLoggedModel(
  database: Database,
  modelId: string,
  allowDeleted = false,
): LoggedModel {
  const row = database.get<LoggedModel>(
    `SELECT model_id AS modelId, artifact_location AS artifactUri, source_run_id AS sourceRunId
       FROM logged_models WHERE model_id = ? AND (? OR lifecycle_stage != 'deleted')`,
    [modelId, allowDeleted ? 1 : 0],
  );
  if (row !== null) return row;
  throw doesNotExist(`Logged model with ID '${modelId}' not found.`);
}
