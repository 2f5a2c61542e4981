/** Settings from a collection's file: foreign bytes, so every member is looked at. */
import { type CollectionSettings, type FieldType, METRICS, type SyncState } from "../types.ts";

const FIELD_TYPES: readonly FieldType[] = [
  "string",
  "number",
  "boolean",
  "string[]",
  "number[]",
  "json",
];

/** The settings that JSON text holds, or null when it holds no settings. */
export function readSettings(text: string): CollectionSettings | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isSettings(value) ? value : null;
}

function isSettings(value: unknown): value is CollectionSettings {
  if (!isObject(value)) return false;
  const { dims, metric, createdAtMs, text, language, k1, b, fields } = value;
  const hasNumbers = [dims, createdAtMs, k1, b].every(Number.isFinite);
  const isKnown = METRICS.includes(metric as never) && typeof language === "string";
  if (!hasNumbers || !isKnown || !Array.isArray(text) || !isObject(fields)) return false;
  if (value.embedder !== undefined && !isEmbedder(value.embedder)) return false;
  if (value.source !== undefined && !isSource(value.source)) return false;
  if (value.names !== undefined && !isNames(value.names)) return false;
  if (value.synced !== undefined && !isSyncState(value.synced)) return false;
  return (
    text.every((f) => isObject(f) && typeof f.name === "string" && Number.isFinite(f.boost)) &&
    Object.values(fields).every((type) => FIELD_TYPES.includes(type as FieldType))
  );
}

function isEmbedder(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, spec, digest, field } = value;
  return [name, spec, digest, field].every((item) => typeof item === "string");
}

function isSource(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { table, keyColumn, vectorColumn, columns, pipeline } = value;
  const isText = (item: unknown): boolean => typeof item === "string";
  return (
    isText(table) &&
    isText(keyColumn) &&
    (vectorColumn === undefined || isText(vectorColumn)) &&
    (columns === undefined || (Array.isArray(columns) && columns.every(isText))) &&
    (pipeline === "triggered" || pipeline === "continuous")
  );
}

function isNames(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.schema)) return false;
  const { endpoint, keyColumn, vectorColumn, schema } = value;
  return [endpoint, keyColumn, vectorColumn, ...Object.values(schema)].every(
    (item) => typeof item === "string",
  );
}

/** Whether a value is how far a collection has come with its table. */
export function isSyncState(value: unknown): value is SyncState {
  if (!isObject(value)) return false;
  const { tableId, version, columns, syncedAtMs } = value;
  const isWhole = Number.isSafeInteger(version) && Number.isFinite(syncedAtMs);
  return isWhole && typeof tableId === "string" && isObject(columns);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
