/**
 * When a table's metadata changed under a writer that does not change it: what each property and
 * column must be like for the prepared actions to stay right. Two measures: Delta's list of
 * features that may be turned on under any writer (ConflictChecker, 4.4), and, for writers that
 * only append, every change that does not bear on the content of a file.
 */
import { isJsonObject, parseJson, printJson } from "../../../core/json/index.ts";
import {
  COLUMN_MAPPING_ID,
  COLUMN_MAPPING_MAX_ID,
  COLUMN_MAPPING_MODE,
  COLUMN_MAPPING_PHYSICAL_NAME,
} from "../column-mapping.ts";
import { hasFeature } from "../features.ts";
import type { Metadata, Protocol } from "../types.ts";

type Configuration = Readonly<Record<string, string>>;

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
  "delta.enableInCommitTimestamps",
  "delta.inCommitTimestampEnablementTimestamp",
  "delta.inCommitTimestampEnablementVersion",
  "delta.isolationLevel",
  "delta.logRetentionDuration",
  "delta.setTransactionRetentionDuration",
  "delta.targetFileSize",
]);

/** Properties that may be turned on under a writer, with what else must hold then. */
const ENABLEMENTS: Readonly<
  Record<string, (value: string, after: Configuration, protocol: Protocol) => boolean>
> = {
  "delta.enableDeletionVectors": (value, _, protocol) =>
    isOn(value) && hasFeature(protocol, "deletionVectors"),
  "delta.checkpointPolicy": (value, _, protocol) =>
    value === "v2" && hasFeature(protocol, "v2Checkpoint"),
  "delta.enableInCommitTimestamps": (value, _, protocol) =>
    isOn(value) && hasFeature(protocol, "inCommitTimestamp"),
  "delta.inCommitTimestampEnablementVersion": () => true,
  "delta.inCommitTimestampEnablementTimestamp": () => true,
  "delta.enableRowTracking": (value, _, protocol) =>
    isOn(value) && hasFeature(protocol, "rowTracking"),
  "delta.rowTracking.materializedRowIdColumnName": (_, after) => tracksRows(after),
  "delta.rowTracking.materializedRowCommitVersionColumnName": (_, after) => tracksRows(after),
  [COLUMN_MAPPING_MODE]: (value, _, protocol) =>
    value.toLowerCase() === "name" && hasFeature(protocol, "columnMapping"),
  [COLUMN_MAPPING_MAX_ID]: () => true,
};

/** Changed, rather than new, these mean that a feature was turned off and on again. */
const ONLY_NEW = new Set([
  "delta.inCommitTimestampEnablementVersion",
  "delta.inCommitTimestampEnablementTimestamp",
  COLUMN_MAPPING_MODE,
]);

/** Whether the change only turns on features that writers begun before it need not know. */
export function onlyEnablesFeatures(before: Metadata, after: Metadata, now: Protocol): boolean {
  return (
    sameBesides(before, after, ["configuration", "schemaString"]) &&
    enablesOnly(before.configuration, after.configuration, now) &&
    (before.schemaString === after.schemaString || onlyMapsColumns(before, after))
  );
}

/** Whether files written for `before` may be appended to a table that now has `after`. */
export function metadataStillFits(before: Metadata, after: Metadata): boolean {
  return (
    before.id === after.id &&
    printJson(before.partitionColumns) === printJson(after.partitionColumns) &&
    propertiesFit(before.configuration, after.configuration) &&
    fieldsFit(fieldsOf(before), fieldsOf(after))
  );
}

/** Whether files that hold the same rows as before may take their place in the changed table. */
export function rewriteStillFits(before: Metadata, after: Metadata): boolean {
  return (
    before.id === after.id &&
    printJson(before.partitionColumns) === printJson(after.partitionColumns) &&
    tracksRows(before.configuration) === tracksRows(after.configuration)
  );
}

function isOn(value: string | undefined): boolean {
  return value?.toLowerCase() === "true";
}

function tracksRows(configuration: Configuration): boolean {
  return isOn(configuration["delta.enableRowTracking"]);
}

function sameBesides(before: Metadata, after: Metadata, keys: readonly string[]): boolean {
  const rest = (metadata: Metadata) =>
    Object.entries(metadata).filter(([key, value]) => !keys.includes(key) && value != null);
  const sorted = (metadata: Metadata) => rest(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return printJson(sorted(before)) === printJson(sorted(after));
}

function enablesOnly(before: Configuration, after: Configuration, now: Protocol): boolean {
  if (Object.keys(before).some((key) => !(key in after))) return false;
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return changed.every(([key, value]) => {
    if (ONLY_NEW.has(key) && key in before && before[key] !== "none") return false;
    return ENABLEMENTS[key]?.(value, after, now) ?? false;
  });
}

/** Column mapping turned on: each column got an id and keeps its name in the files. */
function onlyMapsColumns(before: Metadata, after: Metadata): boolean {
  const mode = (metadata: Metadata) => metadata.configuration[COLUMN_MAPPING_MODE] ?? "none";
  if (mode(before) !== "none" || mode(after) !== "name") return false;
  const fields = fieldsOf(after).map(withoutMapping);
  return printJson(fieldsOf(before)) === printJson(fields);
}

function withoutMapping(field: unknown): unknown {
  if (!isJsonObject(field) || !isJsonObject(field.metadata)) return field;
  const { [COLUMN_MAPPING_ID]: _, [COLUMN_MAPPING_PHYSICAL_NAME]: name, ...rest } = field.metadata;
  return name === field.name ? { ...field, metadata: rest } : field;
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
