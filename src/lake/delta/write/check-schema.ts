/** What Delta asks of a table's columns before they are written into the log. */
import { SovereignError } from "../../../core/errors.ts";
import type { DataType, StructType } from "../../schema/data-type.ts";
import { formatTypeSql } from "../../schema/data-type.ts";
import type { ColumnMappingMode } from "../types.ts";
import { identityOf } from "./identity-columns.ts";

/** Characters Parquet readers choke on; column mapping keeps them out of the files. */
const AWKWARD = /[ ,;{}()\n\t=]/;

/**
 * Throws INVALID_PARAMETER_VALUE for duplicate names (letter case ignored), names with characters
 * only column mapping allows, and partition columns that are missing, complex or all there is.
 */
export function checkSchema(
  schema: StructType,
  partitionColumns: readonly string[],
  mode: ColumnMappingMode,
): void {
  checkNames(schema, mode);
  for (const [i, name] of partitionColumns.entries()) {
    if (partitionColumns.indexOf(name) !== i) {
      throw invalid(`partition column \`${name}\` is named twice`, {
        hint: "name it once in PARTITIONED BY",
        errorClass: "COLUMN_ALREADY_EXISTS",
      });
    }
    const field = schema.fields.find((candidate) => candidate.name === name);
    if (!field) {
      const names = schema.fields.map((candidate) => `\`${candidate.name}\``).join(", ");
      throw invalid(`partition column \`${name}\` is not a column of the table`, {
        hint: `its columns are ${names}`,
        errorClass: "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA",
      });
    }
    checkPartitionType(name, field.type);
    if (identityOf(field)) {
      throw invalid(`a table cannot be partitioned by its identity column \`${name}\``, {
        hint: "partition by a column with few distinct values",
        errorClass: "DELTA_IDENTITY_COLUMNS_PARTITION_NOT_SUPPORTED",
      });
    }
  }
  if (partitionColumns.length > 0 && partitionColumns.length === schema.fields.length) {
    throw invalid("a table cannot be partitioned by all of its columns", {
      hint: "leave at least one column out of PARTITIONED BY",
      errorClass: "DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION",
    });
  }
}

function checkNames(type: DataType, mode: ColumnMappingMode): void {
  if (type.kind === "array") checkNames(type.element, mode);
  if (type.kind === "map") {
    checkNames(type.key, mode);
    checkNames(type.value, mode);
  }
  if (type.kind !== "struct") return;
  const seen = new Set<string>();
  for (const field of type.fields) {
    const key = field.name.toLowerCase();
    if (seen.has(key)) {
      throw invalid(`column \`${field.name}\` appears twice`, {
        hint: "rename one of them; letter case does not tell columns apart",
        errorClass: "DELTA_DUPLICATE_COLUMNS_FOUND",
      });
    }
    seen.add(key);
    if (mode === "none" && AWKWARD.test(field.name)) {
      throw invalid(`column name \`${field.name}\` has a space or one of ,;{}()= in it`, {
        hint: "rename it, or set 'delta.columnMapping.mode' = 'name'",
        errorClass: "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES",
      });
    }
    checkNames(field.type, mode);
  }
}

function checkPartitionType(name: string, type: DataType): void {
  const complex = ["array", "map", "struct", "variant", "void", "interval_ym", "interval_dt"];
  if (!complex.includes(type.kind)) return;
  throw invalid(`a table cannot be partitioned by \`${name}\` of type ${formatTypeSql(type)}`, {
    hint: "partition by a column of a simple type",
    errorClass: "DELTA_INVALID_PARTITION_COLUMN_TYPE",
  });
}

function invalid(message: string, options: { hint: string; errorClass: string }): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: options.hint,
    details: { error_class: options.errorClass },
  });
}
