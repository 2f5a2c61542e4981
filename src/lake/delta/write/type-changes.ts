/**
 * Type widening (PROTOCOL.md, "Type Widening"): which types a column may grow into without its
 * files being written again, and the record of it that readers look for in the column's metadata.
 */
import type { DataType, JsonValue, StructField, StructType } from "../../schema/data-type.ts";
import { sameType, structType } from "../../schema/data-type.ts";
import { typeToJson } from "../../schema/schema-json.ts";
import { hasFeature } from "../features.ts";
import type { Metadata, Protocol } from "../types.ts";
import { isPropertyOn } from "./table-property.ts";

const TYPE_CHANGES = "delta.typeChanges";
const INTEGERS: readonly string[] = ["byte", "short", "int", "long"];

/** Whether columns of the table may be widened. */
export function widensTypes(protocol: Protocol, metadata: Metadata): boolean {
  if (!isPropertyOn(metadata, "delta.enableTypeWidening")) return false;
  return hasFeature(protocol, "typeWidening") || hasFeature(protocol, "typeWidening-preview");
}

/** Whether values of `from` are read as `to` from files that hold `from`; simple types only. */
export function isWidening(from: DataType, to: DataType): boolean {
  const rank = INTEGERS.indexOf(from.kind);
  if (rank >= 0 && INTEGERS.includes(to.kind)) return rank < INTEGERS.indexOf(to.kind);
  if (to.kind === "decimal") {
    const digits = from.kind === "long" ? 20 : 10;
    if (rank >= 0) return to.precision - to.scale >= digits;
    if (from.kind !== "decimal" || sameType(from, to)) return false;
    return to.precision - to.scale >= from.precision - from.scale && to.scale >= from.scale;
  }
  if (to.kind === "double") return from.kind === "float" || (rank >= 0 && from.kind !== "long");
  return from.kind === "date" && to.kind === "timestamp_ntz";
}

/** Whether some part of `after` is wider than in `before`, whose fields come first in it. */
export function holdsWidening(before: DataType, after: DataType): boolean {
  if (before.kind === "struct" && after.kind === "struct") {
    return before.fields.some((field, i) => holdsWidening(field.type, after.fields[i]!.type));
  }
  if (before.kind === "array" && after.kind === "array") {
    return holdsWidening(before.element, after.element);
  }
  if (before.kind === "map" && after.kind === "map") {
    return holdsWidening(before.key, after.key) || holdsWidening(before.value, after.value);
  }
  return isWidening(before, after);
}

/** `after` with a record of every type that is wider than in `before`, the earlier ones kept. */
export function recordTypeChanges(before: StructType, after: StructType): StructType {
  return structType(
    after.fields.map((field) => {
      const old = before.fields.find((f) => f.name.toLowerCase() === field.name.toLowerCase());
      return old ? recordInField(old, field) : field;
    }),
  );
}

function recordInField(before: StructField, after: StructField): StructField {
  const changes = changesIn(before.type, after.type, []);
  const field = { ...after, type: recordInside(before.type, after.type) };
  if (changes.length === 0) return field;
  const known = before.metadata[TYPE_CHANGES];
  const all = [...(Array.isArray(known) ? known : []), ...changes];
  return { ...field, metadata: { ...after.metadata, [TYPE_CHANGES]: all } };
}

/** Fields of structs at any depth keep their own records. */
function recordInside(before: DataType, after: DataType): DataType {
  if (before.kind === "struct" && after.kind === "struct") return recordTypeChanges(before, after);
  if (before.kind === "array" && after.kind === "array") {
    return { ...after, element: recordInside(before.element, after.element) };
  }
  if (before.kind === "map" && after.kind === "map") {
    const key = recordInside(before.key, after.key);
    return { ...after, key, value: recordInside(before.value, after.value) };
  }
  return after;
}

/** Changes that belong to one struct field: its own type, elements of arrays, keys and values. */
function changesIn(before: DataType, after: DataType, path: readonly string[]): JsonValue[] {
  if (before.kind === "array" && after.kind === "array") {
    return changesIn(before.element, after.element, [...path, "element"]);
  }
  if (before.kind === "map" && after.kind === "map") {
    return [
      ...changesIn(before.key, after.key, [...path, "key"]),
      ...changesIn(before.value, after.value, [...path, "value"]),
    ];
  }
  if (!isWidening(before, after)) return [];
  const change: Record<string, JsonValue> = {
    toType: typeToJson(after),
    fromType: typeToJson(before),
  };
  if (path.length > 0) change.fieldPath = path.join(".");
  return [change];
}
