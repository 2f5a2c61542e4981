/** Attributes of scans: the table's columns and the hidden `_metadata` of its files. */
import {
  type DataType,
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
export const FILE_METADATA_TYPE: DataType = structType([
  structField("file_path", STRING, false),
  structField("file_name", STRING, false),
  structField("file_size", LONG, false),
  structField("file_block_start", LONG, false),
  structField("file_block_length", LONG, false),
  structField("file_modification_time", TIMESTAMP, false),
]);

/** The hidden `_metadata` column of a scan. */
export function metadataAttribute(allocate: () => number, qualifier: readonly string[]): Attribute {
  return {
    id: allocate(),
    name: "_metadata",
    type: FILE_METADATA_TYPE,
    nullable: false,
    qualifier,
    hidden: true,
  };
}
