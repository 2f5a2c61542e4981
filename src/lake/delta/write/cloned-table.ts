/**
 * What a clone takes over of its source besides files (delta-spark 4.4, `CloneTableBase`): schema,
 * partitioning, properties and features, under an id of its own. Row ids are given anew.
 */
import { SovereignError } from "../../../core/errors.ts";
import { newUuid } from "../../../core/ids.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";
import { COLUMN_MAPPING_MODE } from "../column-mapping.ts";
import type { Action, Metadata, Snapshot } from "../types.ts";
import { mergeProtocols, protocolFor } from "./protocol-for.ts";
import { CLUSTERING_DOMAIN, withHighWaterMarks } from "./restored-table.ts";
import { type TableState, withRowTracking } from "./table-create.ts";
import { readTableProperties } from "./table-properties.ts";

/**
 * What a table keeps for itself: since when it has in-commit timestamps, and where it stores the
 * ids of moved rows. Under the source's names its ids would be taken for the clone's.
 */
const OWN = /^delta\.(inCommitTimestampEnablement|rowTracking\.materialized)/;

export interface CloneState {
  source: Snapshot;
  /** The table that is replaced; null for a new one. */
  target: Snapshot | null;
  /** TBLPROPERTIES of the statement. */
  properties: Readonly<Record<string, string>>;
}

/** Metadata and protocol of a clone. */
export function clonedTable({ source, target, properties }: CloneState): TableState {
  const set = readTableProperties(properties);
  const own = target ? entriesOf(target.metadata, (key) => OWN.test(key)) : {};
  const merged = {
    ...entriesOf(source.metadata, (key) => !OWN.test(key)),
    ...set.configuration,
    ...own,
  };
  const configuration = withRowTracking(merged);
  for (const other of target ? [source, target] : [source]) {
    checkMode(other.metadata.configuration, configuration);
  }
  const { name, description, ...metadata } = source.metadata;
  const kept = target?.metadata;
  const schemaString = kept ? withHighWaterMarks(metadata, kept) : metadata.schemaString;
  const needs = {
    schema: parseSchemaJson(schemaString),
    configuration,
    features: set.features,
    minReaderVersion: set.minReaderVersion,
    minWriterVersion: set.minWriterVersion,
  };
  const protocol = protocolFor({ ...needs, current: source.protocol });
  return {
    metadata: {
      ...metadata,
      id: kept?.id ?? newUuid(),
      ...(kept?.name !== undefined && { name: kept.name }),
      ...(kept?.description !== undefined && { description: kept.description }),
      schemaString,
      configuration,
    },
    protocol: target ? mergeProtocols(target.protocol, protocol) : protocol,
  };
}

/** Clustering as the source has it. */
export function clonedDomains(source: Snapshot, target: Snapshot | null): Action[] {
  const domain = source.domains().get(CLUSTERING_DOMAIN);
  if (domain) return [{ domainMetadata: domain }];
  const before = target?.domains().get(CLUSTERING_DOMAIN);
  return before ? [{ domainMetadata: { ...before, removed: true } }] : [];
}

function entriesOf(metadata: Metadata, keep: (key: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.configuration).filter(([key]) => keep(key)));
}

function checkMode(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): void {
  const [from, to] = [before, after].map(
    (found) => found[COLUMN_MAPPING_MODE]?.toLowerCase() ?? "none",
  );
  if (from === to) return;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `a clone keeps its column mapping: \`${from}\`, not \`${to}\``,
    {
      hint: "leave `delta.columnMapping.mode` out",
      details: { error_class: "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE" },
    },
  );
}
