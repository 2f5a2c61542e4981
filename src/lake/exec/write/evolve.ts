/**
 * Schema evolution, only when a statement asks for it: columns the source has and the table does
 * not are added at the end, also inside structs. Types of existing columns never change here.
 */

import type { Action, Snapshot } from "../../delta/index.ts";
import { changeTable, type TableState, tableActions } from "../../delta/write/table-create.ts";
import {
  arrayType,
  type DataType,
  mapType,
  type StructField,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";

/** `table` with the columns of `source` it lacks, nullable, at the end of each struct. */
export function mergeSchemas(
  table: StructType,
  source: readonly Pick<StructField, "name" | "type">[],
): StructType {
  const merged = [...table.fields];
  for (const { name, type } of source) {
    const i = merged.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    if (i < 0) merged.push(structField(name, columnTypeOf(type)));
    else merged[i] = { ...merged[i]!, type: mergeTypes(merged[i]!.type, type) };
  }
  return structType(merged);
}

function mergeTypes(table: DataType, source: DataType): DataType {
  if (table.kind === "struct" && source.kind === "struct") {
    return mergeSchemas(table, source.fields);
  }
  if (table.kind === "array" && source.kind === "array") {
    return { ...table, element: mergeTypes(table.element, source.element) };
  }
  if (table.kind === "map" && source.kind === "map") {
    return { ...table, value: mergeTypes(table.value, source.value) };
  }
  return table.kind === "void" ? columnTypeOf(source) : table;
}

/**
 * The type a column made from a query gets: what one query's values happen to have (no NULL, the
 * comments and column ids of another table) is no rule for the rows to come.
 */
export function columnTypeOf(type: DataType): DataType {
  switch (type.kind) {
    case "struct":
      return structType(type.fields.map((f) => structField(f.name, columnTypeOf(f.type))));
    case "array":
      return arrayType(columnTypeOf(type.element));
    case "map":
      return mapType(columnTypeOf(type.key), columnTypeOf(type.value));
    default:
      return type;
  }
}

export interface Evolution {
  /** Schema to write with, physical names assigned. */
  schema: StructType;
  configuration: Readonly<Record<string, string>>;
  actions: Action[];
}

/** The table's state with a merged schema; no actions when nothing was new. */
export function evolveSchema(
  snapshot: Snapshot,
  source: readonly Pick<StructField, "name" | "type">[],
): Evolution {
  const before: TableState = { protocol: snapshot.protocol, metadata: snapshot.metadata };
  const schema = mergeSchemas(snapshot.schema, source);
  const after = changeTable(before, { schema });
  return {
    schema: parseSchemaJson(after.metadata.schemaString),
    configuration: after.metadata.configuration,
    actions: tableActions(before, after),
  };
}
