/**
 * Column mapping (PROTOCOL.md, "Column Mapping"): in `name` and `id` mode files, statistics and
 * partition values use physical names kept in each field's metadata, at every level of nesting.
 */
import { SovereignError } from "../../core/errors.ts";
import type { StructField, StructType } from "../schema/data-type.ts";
import { hasFeature } from "./features.ts";
import type { ColumnMappingMode, Metadata, Protocol } from "./types.ts";

export const COLUMN_MAPPING_ID = "delta.columnMapping.id";
export const COLUMN_MAPPING_PHYSICAL_NAME = "delta.columnMapping.physicalName";
export const COLUMN_MAPPING_MODE = "delta.columnMapping.mode";
export const COLUMN_MAPPING_MAX_ID = "delta.columnMapping.maxColumnId";

/** The mode in force: `none` unless the protocol carries the feature and the property says so. */
export function readColumnMappingMode(protocol: Protocol, metadata: Metadata): ColumnMappingMode {
  const mode = metadata.configuration[COLUMN_MAPPING_MODE]?.toLowerCase() ?? "none";
  if (mode === "none" || !hasFeature(protocol, "columnMapping")) return "none";
  if (mode === "name" || mode === "id") return mode;
  throw new SovereignError("NOT_IMPLEMENTED", `unknown column mapping mode \`${mode}\``, {
    hint: `\`${COLUMN_MAPPING_MODE}\` is none, name or id`,
  });
}

/** Name of a field in data files, statistics and partition values. */
export function physicalName(field: StructField, mode: ColumnMappingMode): string {
  if (mode === "none") return field.name;
  const name = field.metadata[COLUMN_MAPPING_PHYSICAL_NAME];
  if (typeof name === "string") return name;
  throw new SovereignError(
    "DATA_LOSS",
    `column \`${field.name}\` of a column-mapped table has no physical name`,
    { hint: "restore the table's metadata from an earlier version" },
  );
}

/** Parquet field id of a field, or null when it has none. */
export function fieldId(field: StructField): number | null {
  const id = field.metadata[COLUMN_MAPPING_ID];
  return typeof id === "number" ? id : null;
}

export interface ResolvedColumn {
  field: StructField;
  /** The fields of the path from the top level down; the last is `field`. */
  fields: StructField[];
  /** Physical names from the top level down. */
  physicalPath: string[];
}

/**
 * Finds a column by its path of logical names through structs, ignoring case as Spark does; null
 * when there is none.
 */
export function resolveColumn(
  schema: StructType,
  path: readonly string[],
  mode: ColumnMappingMode,
): ResolvedColumn | null {
  let struct: StructType | null = schema;
  let field: StructField | undefined;
  const physicalPath: string[] = [];
  const fields: StructField[] = [];
  for (const name of path) {
    field = struct === null ? undefined : findField(struct, name);
    if (field === undefined) return null;
    physicalPath.push(physicalName(field, mode));
    fields.push(field);
    struct = field.type.kind === "struct" ? field.type : null;
  }
  return field === undefined ? null : { field, fields, physicalPath };
}

function findField(struct: StructType, name: string): StructField | undefined {
  const exact = struct.fields.find((field) => field.name === name);
  if (exact !== undefined) return exact;
  const lower = name.toLowerCase();
  return struct.fields.find((field) => field.name.toLowerCase() === lower);
}
