/** Parameters, which never change, and tags, which do. All inside a transaction of the caller. */
import type { Database } from "../../core/store/index.ts";
import { doesNotExist, invalidParameter } from "../wire/error.ts";
import { pythonRepr } from "../wire/python-text.ts";
import type { KeyValue } from "./experiments.ts";
import { fitLength, validateKey } from "./names.ts";
import { RUN_NAME_TAG, renameRun } from "./runs.ts";

const MAX_KEY_LENGTH = 250;
const MAX_PARAM_VALUE_LENGTH = 6000;
const MAX_TAG_VALUE_LENGTH = 8000;

/** A parameter with its value cut to what is stored; `path` is empty for the only one. */
export function checkParam(param: KeyValue, path: string, truncates: boolean): KeyValue {
  validateKey(param.key, path === "" ? "key" : `${path}.key`);
  return {
    key: fitLength("Param key", MAX_KEY_LENGTH, param.key, false),
    value: fitLength("Param value", MAX_PARAM_VALUE_LENGTH, param.value, truncates),
  };
}

/** A tag with its value cut to what is stored; `path` is empty for the only one. */
export function checkTag(tag: KeyValue, path: string, truncates: boolean): KeyValue {
  const at = path === "" ? "" : `${path}.`;
  validateKey(tag.key, `${at}key`);
  return {
    key: fitLength(`${at}key`, MAX_KEY_LENGTH, tag.key, false),
    value: fitLength(`${at}value`, MAX_TAG_VALUE_LENGTH, tag.value, truncates),
  };
}

/** Logs one parameter; 400 when it has another value already. */
export function insertParam(database: Database, runId: string, param: KeyValue): void {
  const known = addParam(database, runId, param);
  if (known === param.value) return;
  throw invalidParameter(
    `Changing param values is not allowed. Param with key='${param.key}' was already logged with value='${known}' for run ID='${runId}'. Attempted logging new value '${param.value}'.`,
  );
}

/** Logs several parameters; 400 that names every one with another value. */
export function insertParams(database: Database, runId: string, params: readonly KeyValue[]): void {
  const changed: Record<string, string>[] = [];
  for (const param of params) {
    const known = addParam(database, runId, param);
    if (known === param.value) continue;
    changed.push({ key: param.key, old_value: known, new_value: param.value });
  }
  if (changed.length === 0) return;
  throw invalidParameter(
    `Changing param values is not allowed. Params were already logged='${pythonRepr(changed)}' for run ID='${runId}'.`,
  );
}

/** Sets tags; the one that tells the run's name renames it, unless it is empty. */
export function upsertTags(database: Database, runId: string, tags: readonly KeyValue[]): void {
  for (const { key, value } of tags) {
    if (key === RUN_NAME_TAG) {
      if (value !== "") renameRun(database, runId, value);
      continue;
    }
    database.run(
      `INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)
       ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value`,
      [runId, key, value],
    );
  }
}

/** Removes a tag; 404 when the run has none of that name. */
export function deleteTag(database: Database, runId: string, key: string): void {
  const { changes } = database.run("DELETE FROM tags WHERE run_uuid = ? AND key = ?", [runId, key]);
  if (changes === 0) throw doesNotExist(`No tag with name: ${key} in run with id ${runId}`);
}

/** Adds a parameter unless it is there; the value that is stored then. */
function addParam(database: Database, runId: string, { key, value }: KeyValue): string {
  const { changes } = database.run(
    "INSERT INTO params (run_uuid, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    [runId, key, value],
  );
  if (changes > 0) return value;
  const sql = "SELECT value FROM params WHERE run_uuid = ? AND key = ?";
  return database.get<{ value: string }>(sql, [runId, key])?.value ?? "";
}
