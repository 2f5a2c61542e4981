/** Attributes of scans: the table's columns and the hidden `_metadata` of its files. */
import {
  LONG,
  STRING,
  type StructType,
  structField,
  structType,
  TIMESTAMP,
} from "../schema/data-type.ts";
import type { Attribute } from "../sql/plan/expression.ts";

/** One attribute per column of a table. */
export function schemaAttributes(
  schema: StructType,
  allocate: () => number,
  qualifier: readonly string[],
): Attribute[] {
  return schema.fields.map((field) => ({
    id: allocate(),
    name: field.name,
    type: field.type,
    nullable: field.nullable,
    qualifier,
    metadata: field.metadata,
  }));
}

/** Fields of `_metadata`, in Spark's order. */
export const FILE_METADATA_TYPE: StructType = structType([
  structField("file_path", STRING, false),
  structField("file_name", STRING, false),
  structField("file_size", LONG, false),
  structField("file_block_start", LONG, false),
  structField("file_block_length", LONG, false),
  structField("file_modification_time", TIMESTAMP, false),
]);

/** What `_metadata` says besides where a table tracks rows, in Spark's order. */
const ROW_TRACKING_FIELDS = [
  structField("row_id", LONG, false),
  structField("base_row_id", LONG, false),
  structField("default_row_commit_version", LONG, false),
  structField("row_commit_version", LONG, false),
];

/** The hidden `_metadata` column of a scan. */
export function metadataAttribute(
  allocate: () => number,
  qualifier: readonly string[],
  { tracksRows = false } = {},
): Attribute {
  return {
    id: allocate(),
    name: "_metadata",
    type: tracksRows
      ? structType([...FILE_METADATA_TYPE.fields, ...ROW_TRACKING_FIELDS])
      : FILE_METADATA_TYPE,
    nullable: false,
    qualifier,
    hidden: true,
  };
}
