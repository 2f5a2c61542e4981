/**
 * Schema evolution, only when a statement asks for it: columns the source has and the table does
 * not are added at the end, also inside structs. A column takes the source's type where that is
 * wider and the table allows it (`delta.enableTypeWidening`).
 */

import type { Action, Snapshot } from "../../delta/index.ts";
import { changeTable, type TableState, tableActions } from "../../delta/write/table-create.ts";
import {
  holdsWidening,
  isWidening,
  recordTypeChanges,
  widensTypes,
} from "../../delta/write/type-changes.ts";
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
import { refuseReferenced } from "../ddl/constraints.ts";

/**
 * `table` with the columns of `source` it lacks, nullable, at the end of each struct, and with its
 * wider types if `widens`.
 */
export function mergeSchemas(
  table: StructType,
  source: readonly Pick<StructField, "name" | "type">[],
  widens = false,
): StructType {
  const merged = [...table.fields];
  for (const { name, type } of source) {
    const i = merged.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    if (i < 0) merged.push(structField(name, columnTypeOf(type)));
    else merged[i] = { ...merged[i]!, type: mergeTypes(merged[i]!.type, type, widens) };
  }
  return structType(merged);
}

function mergeTypes(table: DataType, source: DataType, widens: boolean): DataType {
  if (table.kind === "struct" && source.kind === "struct") {
    return mergeSchemas(table, source.fields, widens);
  }
  if (table.kind === "array" && source.kind === "array") {
    return { ...table, element: mergeTypes(table.element, source.element, widens) };
  }
  if (table.kind === "map" && source.kind === "map") {
    const key = mergeTypes(table.key, source.key, widens);
    return { ...table, key, value: mergeTypes(table.value, source.value, widens) };
  }
  if (widens && isWidening(table, source)) return source;
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

/** What a constraint or a generated column is made of keeps its type. */
function refuseReferencedTypes(snapshot: Snapshot, schema: StructType): void {
  for (const [i, field] of snapshot.schema.fields.entries()) {
    if (holdsWidening(field.type, schema.fields[i]!.type)) refuseReferenced(snapshot, field.name);
  }
}

/** The table's state with a merged schema; no actions when nothing was new. */
export function evolveSchema(
  snapshot: Snapshot,
  source: readonly Pick<StructField, "name" | "type">[],
): Evolution {
  const before: TableState = { protocol: snapshot.protocol, metadata: snapshot.metadata };
  const widens = widensTypes(snapshot.protocol, snapshot.metadata);
  const merged = mergeSchemas(snapshot.schema, source, widens);
  const schema = widens ? recordTypeChanges(snapshot.schema, merged) : merged;
  if (widens) refuseReferencedTypes(snapshot, schema);
  const after = changeTable(before, { schema });
  return {
    schema: parseSchemaJson(after.metadata.schemaString),
    configuration: after.metadata.configuration,
    actions: tableActions(before, after),
  };
}
