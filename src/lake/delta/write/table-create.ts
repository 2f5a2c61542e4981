/**
 * The protocol and metaData actions of a new or changed table, from what SQL gives: columns,
 * partitioning and TBLPROPERTIES. Adds what follows from them (column mapping ids, the lowest
 * protocol). Operation names and parameters are in `operations.ts`.
 */
import type { Clock } from "../../../core/clock.ts";
import { SovereignError } from "../../../core/errors.ts";
import { newUuid } from "../../../core/ids.ts";
import type { StructType } from "../../schema/data-type.ts";
import { parseSchemaJson, printSchemaJson } from "../../schema/schema-json.ts";
import { COLUMN_MAPPING_MAX_ID, COLUMN_MAPPING_MODE } from "../column-mapping.ts";
import type { Action, ColumnMappingMode, Metadata, Protocol } from "../types.ts";
import { assignColumns } from "./assign-columns.ts";
import { checkSchema } from "./check-schema.ts";
import { type ProtocolNeeds, protocolFor } from "./protocol-for.ts";
import { nameRowTrackingColumns, rowTrackingNames } from "./row-ids.ts";
import { readPropertyKey, readTableProperties } from "./table-properties.ts";

export interface TableDefinition {
  schema: StructType;
  partitionColumns?: readonly string[];
  /** As the user wrote them, `delta.feature.*` included. */
  properties?: Readonly<Record<string, string>>;
  name?: string;
  /** The table's COMMENT. */
  description?: string;
  clock: Clock;
  /** The table that is replaced: its protocol is never lowered, its row id columns keep their names. */
  replaced?: TableState;
}

export interface TableState {
  protocol: Protocol;
  metadata: Metadata;
}

export interface TableChange {
  schema?: StructType;
  partitionColumns?: readonly string[];
  /** As the user wrote them. */
  setProperties?: Readonly<Record<string, string>>;
  /** Keys as the user wrote them; absent ones are passed over. */
  unsetProperties?: readonly string[];
  /** Entries written as they are: `delta.constraints.x` and others a statement of its own sets. */
  internalProperties?: Readonly<Record<string, string | null>>;
  description?: string;
}

/** Protocol and metadata of a new table (or of the replacement of one). */
export function defineTable(definition: TableDefinition): TableState {
  const properties = readTableProperties(definition.properties ?? {});
  const mode = modeOf(properties.configuration);
  const partitionColumns = [...(definition.partitionColumns ?? [])];
  checkSchema(definition.schema, partitionColumns, mode);
  const { schema, configuration } = mapColumns(definition.schema, properties.configuration, "uuid");
  const { features, minReaderVersion, minWriterVersion } = properties;
  const needs = { schema, configuration, features, minReaderVersion, minWriterVersion };
  const metadata: Metadata = {
    id: newUuid(),
    ...(definition.name !== undefined && { name: definition.name }),
    ...(definition.description !== undefined && { description: definition.description }),
    format: { provider: "parquet", options: {} },
    schemaString: printSchemaJson(schema),
    partitionColumns,
    configuration: withRowTracking({
      ...rowTrackingNames(definition.replaced?.metadata.configuration ?? {}),
      ...configuration,
    }),
    createdTime: definition.clock.nowMs(),
  };
  return { protocol: protocolFor(withCurrent(needs, definition.replaced?.protocol)), metadata };
}

/** Protocol and metadata after ALTER TABLE, SET TBLPROPERTIES or schema evolution. */
export function changeTable(table: TableState, change: TableChange): TableState {
  const properties = readTableProperties(change.setProperties ?? {});
  const merged = { ...table.metadata.configuration, ...properties.configuration };
  for (const key of change.unsetProperties ?? []) delete merged[readPropertyKey(key)];
  for (const [key, value] of Object.entries(change.internalProperties ?? {})) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  const before = modeOf(table.metadata.configuration);
  const after = modeOf(merged);
  checkModeChange(before, after);
  const wanted = change.schema ?? parseSchemaJson(table.metadata.schemaString);
  const partitionColumns = [...(change.partitionColumns ?? table.metadata.partitionColumns)];
  checkSchema(wanted, partitionColumns, after);
  const naming = before === "none" ? "logical" : "uuid";
  const { schema, configuration } = mapColumns(wanted, merged, naming);
  const { features, minReaderVersion, minWriterVersion } = properties;
  const needs = { schema, configuration, features, minReaderVersion, minWriterVersion };
  const metadata = {
    ...table.metadata,
    ...(change.description !== undefined && { description: change.description }),
    schemaString: printSchemaJson(schema),
    partitionColumns,
    configuration: withRowTracking(configuration),
  };
  return { protocol: protocolFor(withCurrent(needs, table.protocol)), metadata };
}

/** The actions that bring a table from `before` (null: new) to `after`; none when it is equal. */
export function tableActions(before: TableState | null, after: TableState): Action[] {
  const actions: Action[] = [];
  if (!before || !sameJson(before.metadata, after.metadata))
    actions.push({ metaData: after.metadata });
  if (!before || !sameJson(before.protocol, after.protocol))
    actions.push({ protocol: after.protocol });
  return actions;
}

/** Where rows keep their ids, the hidden columns for that need names. */
export function withRowTracking(configuration: Record<string, string>): Record<string, string> {
  const isOn = configuration["delta.enableRowTracking"]?.toLowerCase() === "true";
  return isOn ? nameRowTrackingColumns(configuration) : configuration;
}

function sameJson(a: object, b: object): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function withCurrent(needs: ProtocolNeeds, current: Protocol | undefined): ProtocolNeeds {
  return current ? { ...needs, current } : needs;
}

function mapColumns(
  schema: StructType,
  configuration: Readonly<Record<string, string>>,
  naming: "uuid" | "logical",
): { schema: StructType; configuration: Record<string, string> } {
  if (modeOf(configuration) === "none") return { schema, configuration: { ...configuration } };
  const maxColumnId = Number(configuration[COLUMN_MAPPING_MAX_ID] ?? 0);
  const assigned = assignColumns(schema, maxColumnId, naming);
  return {
    schema: assigned.schema,
    configuration: { ...configuration, [COLUMN_MAPPING_MAX_ID]: String(assigned.maxColumnId) },
  };
}

function modeOf(configuration: Readonly<Record<string, string>>): ColumnMappingMode {
  const mode = configuration[COLUMN_MAPPING_MODE]?.toLowerCase();
  return mode === "name" || mode === "id" ? mode : "none";
}

/** Existing files know their columns by name: they can be mapped by name, not by id. */
function checkModeChange(before: ColumnMappingMode, after: ColumnMappingMode): void {
  if (before === after || (before === "none" && after === "name")) return;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `column mapping cannot change from \`${before}\` to \`${after}\` on an existing table`,
    {
      hint: "only `none` to `name` is possible; write the data into a new table instead",
      details: { error_class: "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE" },
    },
  );
}
