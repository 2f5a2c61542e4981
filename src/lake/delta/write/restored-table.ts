/**
 * What RESTORE and CLONE carry over of a table besides its files (delta-spark 4.4,
 * `RestoreTableCommand`, `IdentityColumn.copySchemaWithMergedHighWaterMarks`,
 * `DomainMetadataUtils`). Marks of what was given out before never go back: identity values, column
 * ids, features.
 */
import { type JsonValue, type StructField, structType } from "../../schema/data-type.ts";
import { parseSchemaJson, printSchemaJson } from "../../schema/schema-json.ts";
import { COLUMN_MAPPING_MAX_ID, COLUMN_MAPPING_PHYSICAL_NAME } from "../column-mapping.ts";
import type { Action, Metadata, Snapshot } from "../types.ts";
import { mergeProtocols } from "./protocol-for.ts";
import type { TableState } from "./table-create.ts";

const HIGH_WATER_MARK = "delta.identity.highWaterMark";
const STEP = "delta.identity.step";
const ICT_ENABLED = "delta.enableInCommitTimestamps";
const ICT_SINCE = [
  "delta.inCommitTimestampEnablementVersion",
  "delta.inCommitTimestampEnablementTimestamp",
] as const;
export const CLUSTERING_DOMAIN = "delta.clustering";

/** Metadata and protocol that put a table back to an old version of itself. */
export function restoredTable(old: Snapshot, current: Snapshot): TableState {
  const configuration = { ...old.metadata.configuration };
  const before = current.metadata.configuration;
  if (COLUMN_MAPPING_MAX_ID in configuration) {
    const ids = [configuration, before].map((found) => Number(found[COLUMN_MAPPING_MAX_ID] ?? 0));
    configuration[COLUMN_MAPPING_MAX_ID] = String(Math.max(...ids));
  }
  // Versions in between may have none: what counts is since when all of them do.
  if (configuration[ICT_ENABLED] === "true" && before[ICT_ENABLED] === "true") {
    for (const key of ICT_SINCE) {
      delete configuration[key];
      if (before[key] !== undefined) configuration[key] = before[key];
    }
  }
  const schemaString = withHighWaterMarks(old.metadata, current.metadata);
  return {
    metadata: { ...old.metadata, schemaString, configuration },
    protocol: mergeProtocols(current.protocol, old.protocol),
  };
}

/** The schema of `metadata` with the identity values that `given` has handed out marked as used. */
export function withHighWaterMarks(metadata: Metadata, given: Metadata): string {
  if (!given.schemaString.includes(HIGH_WATER_MARK)) return metadata.schemaString;
  const marks = new Map(
    parseSchemaJson(given.schemaString).fields.flatMap((field): [string, JsonValue][] => {
      const mark = field.metadata[HIGH_WATER_MARK];
      return mark === undefined ? [] : [[physicalNameOf(field), mark]];
    }),
  );
  const { fields } = parseSchemaJson(metadata.schemaString);
  const merged = fields.map((field) => withMark(field, marks.get(physicalNameOf(field))));
  return printSchemaJson(structType(merged));
}

function physicalNameOf(field: StructField): string {
  return String(field.metadata[COLUMN_MAPPING_PHYSICAL_NAME] ?? field.name);
}

function withMark(field: StructField, mark: JsonValue | undefined): StructField {
  const step = field.metadata[STEP];
  if (mark === undefined || step === undefined) return field;
  const own = field.metadata[HIGH_WATER_MARK];
  const [a, b] = [BigInt(String(mark)), BigInt(String(own ?? mark))];
  const isFurther = BigInt(String(step)) > 0n ? a >= b : a <= b;
  if (!isFurther) return field;
  return { ...field, metadata: { ...field.metadata, [HIGH_WATER_MARK]: mark } };
}

/** Clustering as it was; every other domain stays as it is. */
export function restoredDomains(old: Snapshot, current: Snapshot): Action[] {
  const before = current.domains().get(CLUSTERING_DOMAIN)?.configuration;
  const none = before === undefined ? undefined : '{"clusteringColumns":[]}';
  const configuration = old.domains().get(CLUSTERING_DOMAIN)?.configuration ?? none;
  if (configuration === undefined || configuration === before) return [];
  return [{ domainMetadata: { domain: CLUSTERING_DOMAIN, configuration, removed: false } }];
}
