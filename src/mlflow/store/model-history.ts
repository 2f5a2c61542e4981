/**
 * `runs/log-model` of clients before MLflow 3: the model's facts are appended to a tag of the run,
 * as `json.dumps` of the fields that `Model.get_tags_dict` keeps.
 */
import { type ExactJson, isJsonObject } from "../../core/json/index.ts";
import type { Database } from "../../core/store/index.ts";
import { invalidParameter } from "../wire/error.ts";
import { dumpJson } from "../wire/python-dump.ts";
import { parseBody } from "../wire/python-json.ts";
import { pythonSet } from "../wire/python-text.ts";
import { checkTag } from "./params-and-tags.ts";
import { requireActiveRun } from "./runs.ts";

const HISTORY_TAG = "mlflow.log-model.history";
const MANDATORY = ["artifact_path", "flavors", "utc_time_created", "run_id"];

/** The facts of a model that are kept of its JSON. Errors: 400. */
export function parseModelFacts(text: string): ExactJson {
  const model = parseBody(text, true);
  if (!isJsonObject(model)) {
    throw invalidParameter(`Malformed model info. \n ${text} \n is not a valid JSON.`);
  }
  const missing = MANDATORY.filter((name) => !Object.hasOwn(model, name));
  if (missing.length > 0) {
    throw invalidParameter(`Model json is missing mandatory fields: ${pythonSet(missing)}`);
  }
  const { run_id, artifact_path, utc_time_created, model_uuid = null, flavors } = model;
  return {
    ...(run_id === null ? {} : { run_id: run_id as ExactJson }),
    ...(artifact_path === null ? {} : { artifact_path: artifact_path as ExactJson }),
    utc_time_created: utc_time_created as ExactJson,
    model_uuid,
    flavors: withoutConfigs(flavors ?? null),
  };
}

/** Appends a model's facts to the history of an active run. */
export function appendModel(
  database: Database,
  runId: string,
  facts: ExactJson,
  truncates: boolean,
): void {
  database.transaction(() => {
    requireActiveRun(database, runId);
    const tag = database.get<{ value: string }>(
      "SELECT value FROM tags WHERE run_uuid = ? AND key = ?",
      [runId, HISTORY_TAG],
    );
    const known = tag === null ? [] : parseBody(tag.value, true);
    const value = dumpJson([...(Array.isArray(known) ? known : []), facts]);
    // The history is stored whole even where other tags are cut: half of it is no JSON.
    checkTag({ key: HISTORY_TAG, value }, "", truncates);
    database.run(
      `INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)
       ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value`,
      [runId, HISTORY_TAG, value],
    );
  });
}

function withoutConfigs(flavors: ExactJson): ExactJson {
  if (!isJsonObject(flavors)) return {};
  const entries = Object.entries(flavors).map(([name, facts]): [string, ExactJson] => {
    if (!isJsonObject(facts)) return [name, facts];
    const { config: _, ...kept } = facts;
    return [name, kept];
  });
  return Object.fromEntries(entries);
}
