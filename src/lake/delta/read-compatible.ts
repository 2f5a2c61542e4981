/**
 * Whether rows written under one schema can be read under another without loss: Delta's rule for
 * the change data feed (`SchemaUtils.isReadCompatible`, delta-spark 4.4). Columns may be added and
 * NOT NULL dropped; types, names and their spelling stay.
 */
import type { DataType, StructType } from "../schema/data-type.ts";
import { physicalName } from "./column-mapping.ts";
import type { Snapshot } from "./types.ts";

type Table = Pick<Snapshot, "schema" | "columnMappingMode">;

/** `later` reads rows of `earlier`; both are states of one table. */
export function readsEarlier(earlier: Table, later: Table): boolean {
  if (earlier.columnMappingMode !== "none" && later.columnMappingMode === "none") return false;
  if (later.columnMappingMode !== "none" && !keepsNames(earlier, later)) return false;
  return readsStruct(earlier.schema, later.schema);
}

/** No column has been renamed or dropped; before mapping, a column's name was its physical name. */
function keepsNames(earlier: Table, later: Table): boolean {
  const names = (table: Table, struct: StructType) =>
    new Map(struct.fields.map((f) => [physicalName(f, table.columnMappingMode), f]));
  const keeps = (a: DataType, b: DataType): boolean => {
    if (a.kind === "array" && b.kind === "array") return keeps(a.element, b.element);
    if (a.kind === "map" && b.kind === "map") return keeps(a.key, b.key) && keeps(a.value, b.value);
    if (a.kind !== "struct" || b.kind !== "struct") return true;
    const there = names(later, b);
    return [...names(earlier, a)].every(([physical, field]) => {
      const same = there.get(physical);
      return same !== undefined && same.name === field.name && keeps(field.type, same.type);
    });
  };
  return keeps(earlier.schema, later.schema);
}

function readsStruct(earlier: StructType, later: StructType): boolean {
  const lowered = new Set(later.fields.map((field) => field.name.toLowerCase()));
  const before = new Map(earlier.fields.map((field) => [field.name.toLowerCase(), field]));
  if (earlier.fields.some((field) => !lowered.has(field.name.toLowerCase()))) return false;
  return later.fields.every((field) => {
    const old = before.get(field.name.toLowerCase());
    if (!old) return true;
    const takesNull = field.nullable || !old.nullable;
    return old.name === field.name && takesNull && readsType(old.type, field.type);
  });
}

function readsType(a: DataType, b: DataType): boolean {
  if (a.kind === "struct" && b.kind === "struct") return readsStruct(a, b);
  if (a.kind === "array" && b.kind === "array") {
    return (b.containsNull || !a.containsNull) && readsType(a.element, b.element);
  }
  if (a.kind === "map" && b.kind === "map") {
    const takesNull = b.valueContainsNull || !a.valueContainsNull;
    return takesNull && readsType(a.key, b.key) && readsType(a.value, b.value);
  }
  return JSON.stringify(a) === JSON.stringify(b);
}
