/**
 * When a table's metadata changed under a writer that only appends: its files still fit if every
 * column it knew is unchanged, new columns may be null, and no property changed that says how rows
 * must be written.
 */
import { isJsonObject, parseJson, printJson } from "../../../core/json/index.ts";
import type { Metadata } from "../types.ts";

/** Properties that do not bear on the content of an appended file. */
const HARMLESS_PROPERTIES = new Set([
  "delta.appendOnly",
  "delta.checkpointInterval",
  "delta.checkpointPolicy",
  "delta.checkpoint.writeStatsAsJson",
  "delta.checkpoint.writeStatsAsStruct",
  "delta.dataSkippingNumIndexedCols",
  "delta.dataSkippingStatsColumns",
  "delta.deletedFileRetentionDuration",
  "delta.enableChangeDataFeed",
  "delta.enableDeletionVectors",
  "delta.enableExpiredLogCleanup",
  "delta.isolationLevel",
  "delta.logRetentionDuration",
  "delta.setTransactionRetentionDuration",
  "delta.targetFileSize",
]);

/** Whether files written for `before` may be appended to a table that now has `after`. */
export function metadataStillFits(before: Metadata, after: Metadata): boolean {
  return (
    before.id === after.id &&
    printJson(before.partitionColumns) === printJson(after.partitionColumns) &&
    propertiesFit(before.configuration, after.configuration) &&
    fieldsFit(fieldsOf(before), fieldsOf(after))
  );
}

function propertiesFit(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): boolean {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].every(
    (key) =>
      before[key] === after[key] || !key.startsWith("delta.") || HARMLESS_PROPERTIES.has(key),
  );
}

function fieldsFit(before: readonly unknown[], after: readonly unknown[]): boolean {
  const known = new Set(before.map(printJson));
  const kept = after.filter((field) => known.has(printJson(field)));
  const added = after.filter((field) => !known.has(printJson(field)));
  return kept.length === before.length && added.every(isPlainNullable);
}

/** Generated, identity and invariant columns carry metadata: a file without them would break it. */
function isPlainNullable(field: unknown): boolean {
  if (!isJsonObject(field) || field.nullable !== true || !isJsonObject(field.metadata))
    return false;
  return Object.keys(field.metadata).every((key) => key === "comment");
}

function fieldsOf(metadata: Metadata): readonly unknown[] {
  const schema = parseJson(metadata.schemaString, { source: "schemaString" });
  return isJsonObject(schema) && Array.isArray(schema.fields) ? schema.fields : [];
}
