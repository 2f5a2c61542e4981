/**
 * Records of evaluation datasets (`evaluation_dataset_records`). Equal inputs are one record: their
 * hash is over the JSON that Python prints for them, so both servers find each other's records.
 * Values are JSON with floats told from ints (`JsonNumber`).
 */
import { createHash } from "node:crypto";
import { newHexId } from "../../core/ids.ts";
import { type ExactJson, isJsonObject } from "../../core/json/index.ts";
import type { Database } from "../../core/store/index.ts";
import { doesNotExist, invalidParameter } from "../wire/error.ts";
import { dumpJson, dumpSorted, loadJson } from "../wire/python-dump.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { digestOf, USER_TAG } from "./evaluation-datasets.ts";
import { extendSchema } from "./evaluation-schema.ts";

type JsonObject = { readonly [key: string]: ExactJson };

interface RecordRow {
  recordId: string;
  inputs: string;
  outputs: string | null;
  expectations: string | null;
  tags: string | null;
  source: string | null;
  sourceId: string | null;
  createdTime: number;
  lastUpdateTime: number;
  createdBy: string | null;
  lastUpdatedBy: string | null;
}

/** The key that outputs are kept under, since they need not be an object. */
const WRAP = "mlflow_wrapped";
const SOURCE_TYPES = ["UNSPECIFIED", "TRACE", "HUMAN", "DOCUMENT", "CODE"];

/** Adds records, or merges them into those with the same inputs. `records` is a JSON list. */
export function upsertRecords(
  database: Database,
  datasetId: string,
  records: ExactJson,
  nowMs: number,
): { inserted: number; updated: number } {
  if (!Array.isArray(records) || !records.every(isJsonObject)) {
    throw invalidParameter("The records must be a JSON list of objects.");
  }
  const dataset = database.get<{ name: string; schema: string | null }>(
    "SELECT name, schema FROM evaluation_datasets WHERE dataset_id = ?",
    [datasetId],
  );
  if (dataset === null) {
    if (records.length === 0) return { inserted: 0, updated: 0 };
    throw doesNotExist(`Evaluation dataset with id '${datasetId}' not found`);
  }
  let inserted = 0;
  let user: string | null = null;
  for (const record of records as JsonObject[]) {
    const tags = readObject(record, "tags");
    if (typeof tags?.[USER_TAG] === "string") user = tags[USER_TAG];
    if (upsertRecord(database, datasetId, record, nowMs)) inserted++;
  }
  const schema = extendSchema(dataset.schema, records as JsonObject[]);
  const count = countRecords(database, datasetId);
  database.run(
    `UPDATE evaluation_datasets SET last_update_time = ?, last_updated_by = ?, digest = ?,
       schema = COALESCE(?, schema), profile = COALESCE(?, profile) WHERE dataset_id = ?`,
    [
      nowMs,
      user,
      digestOf(dataset.name, nowMs),
      schema,
      count === 0 ? null : printProfile(count),
      datasetId,
    ],
  );
  return { inserted, updated: records.length - inserted };
}

/** A page of records as JSON objects, oldest first, and the token of the next. */
export function listRecords(
  database: Database,
  datasetId: string,
  limit: number,
  token: string | undefined,
): { records: ExactJson[]; nextPageToken: string | null } {
  const [createdTime, recordId] = readCursor(token);
  const rows = database.all<RecordRow>(
    `SELECT dataset_record_id AS recordId, inputs, outputs, expectations, tags, source,
            source_id AS sourceId, created_time AS createdTime,
            last_update_time AS lastUpdateTime, created_by AS createdBy,
            last_updated_by AS lastUpdatedBy
       FROM evaluation_dataset_records
      WHERE dataset_id = ? AND (created_time, dataset_record_id) > (?, ?)
      ORDER BY created_time, dataset_record_id LIMIT ?`,
    [datasetId, createdTime, recordId, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    records: page.map((row) => toRecord(datasetId, row)),
    nextPageToken: hasMore
      ? Buffer.from(`${last.createdTime}:${last.recordId}`).toString("base64")
      : null,
  };
}

/** Deletes records of a dataset and tells how many there were. */
export function deleteRecords(
  database: Database,
  datasetId: string,
  recordIds: readonly string[],
): number {
  const { changes } = database.run(
    `DELETE FROM evaluation_dataset_records
      WHERE dataset_id = ? AND dataset_record_id IN (SELECT value FROM json_each(?))`,
    [datasetId, JSON.stringify(recordIds)],
  );
  if (changes > 0) {
    const count = countRecords(database, datasetId);
    const profile = count === 0 ? "null" : printProfile(count);
    database.run("UPDATE evaluation_datasets SET profile = ? WHERE dataset_id = ?", [
      profile,
      datasetId,
    ]);
  }
  return changes;
}

/** True when the record was new. */
function upsertRecord(
  database: Database,
  datasetId: string,
  record: JsonObject,
  nowMs: number,
): boolean {
  const inputs = record.inputs === undefined ? {} : record.inputs;
  if (inputs === null) throw invalidParameter("inputs must be provided");
  const hash = createHash("sha256").update(dumpSorted(inputs)).digest("hex");
  const old = database.get<Pick<RecordRow, "recordId" | "expectations" | "tags">>(
    `SELECT dataset_record_id AS recordId, expectations, tags FROM evaluation_dataset_records
      WHERE dataset_id = ? AND input_hash = ?`,
    [datasetId, hash],
  );
  const tags = readObject(record, "tags");
  const expectations = readObject(record, "expectations");
  const user = typeof tags?.[USER_TAG] === "string" ? tags[USER_TAG] : null;
  if (old !== null) {
    database.run(
      `UPDATE evaluation_dataset_records SET expectations = ?, tags = ?, last_update_time = ?,
         last_updated_by = COALESCE(?, last_updated_by),
         outputs = CASE WHEN ? THEN ? ELSE outputs END WHERE dataset_record_id = ?`,
      [
        merge(old.expectations, expectations),
        merge(old.tags, tags),
        nowMs,
        user,
        record.outputs === undefined ? 0 : 1,
        wrap(record.outputs ?? null),
        old.recordId,
      ],
    );
    return false;
  }
  const source = readSource(record.source ?? null);
  database.run(
    `INSERT INTO evaluation_dataset_records (dataset_record_id, dataset_id, inputs, outputs,
       expectations, tags, source, source_id, source_type, created_time, last_update_time,
       created_by, last_updated_by, input_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      `dr-${newHexId()}`,
      datasetId,
      dumpJson(inputs),
      wrap(record.outputs === undefined ? {} : record.outputs),
      dumpOrNull(expectations),
      dumpJson(tags ?? {}),
      source === null ? null : dumpJson(source.json),
      source?.id ?? null,
      source?.type ?? null,
      nowMs,
      nowMs,
      user,
      user,
      hash,
    ],
  );
  return true;
}

function readObject(record: JsonObject, key: string): JsonObject | null {
  const value = record[key] ?? null;
  if (value === null || isJsonObject(value)) return value;
  throw invalidParameter(`The ${key} of a record must be a JSON object.`);
}

function merge(old: string | null, fresh: JsonObject | null): string | null {
  if (fresh === null || Object.keys(fresh).length === 0) return old;
  const before = old === null ? null : loadJson(old);
  return dumpJson({ ...(isJsonObject(before ?? null) ? (before as JsonObject) : {}), ...fresh });
}

function wrap(outputs: ExactJson): string | null {
  return outputs === null ? null : dumpJson({ [WRAP]: outputs });
}

function dumpOrNull(value: ExactJson): string | null {
  return value === null ? null : dumpJson(value);
}

function readSource(source: ExactJson) {
  if (source === null || (isJsonObject(source) && Object.keys(source).length === 0)) return null;
  if (!isJsonObject(source) || typeof source.source_type !== "string") {
    throw invalidParameter("The source of a record must be an object with a source_type.");
  }
  const type = source.source_type.toUpperCase();
  if (!SOURCE_TYPES.includes(type)) {
    throw invalidParameter(
      `Invalid dataset record source type: ${type}. Valid source types: ${pythonRepr(SOURCE_TYPES)}`,
    );
  }
  const data = isJsonObject(source.source_data ?? null) ? (source.source_data as JsonObject) : {};
  const id = data[type === "TRACE" ? "trace_id" : "source_id"];
  return {
    json: { source_type: type, source_data: data },
    type,
    id: typeof id === "string" ? id : null,
  };
}

function toRecord(datasetId: string, row: RecordRow): ExactJson {
  const read = (text: string | null) => (text === null ? null : loadJson(text));
  const source = read(row.source);
  const outputs = read(row.outputs);
  const entries: [string, ExactJson][] = [
    ["dataset_record_id", row.recordId],
    ["dataset_id", datasetId],
    ["inputs", read(row.inputs)],
    ["expectations", read(row.expectations)],
    ["tags", read(row.tags) ?? {}],
    ["source", source],
    ["source_id", row.sourceId],
    ["source_type", isJsonObject(source) ? (source.source_type ?? null) : null],
    ["created_time", row.createdTime],
    ["last_update_time", row.lastUpdateTime],
    ["created_by", row.createdBy],
    ["last_updated_by", row.lastUpdatedBy],
    ["outputs", isJsonObject(outputs) ? (outputs[WRAP] ?? null) : null],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

function readCursor(token: string | undefined): [createdTime: number, recordId: string] {
  if (token === undefined || token === "") return [-1, ""];
  const [, time, id] = /^(\d{1,15}):(.*)$/s.exec(Buffer.from(token, "base64").toString()) ?? [];
  if (time !== undefined && id !== undefined) return [Number(time), id];
  throw invalidParameter(`Invalid page token ${pythonRepr(token)}.`);
}

function countRecords(database: Database, datasetId: string): number {
  const row = database.get<{ count: number }>(
    "SELECT COUNT(*) AS count FROM evaluation_dataset_records WHERE dataset_id = ?",
    [datasetId],
  );
  return row?.count ?? 0;
}

function printProfile(count: number): string {
  return dumpJson({ num_records: count });
}
