/** The type of a variant's value as text (Spark 4.2 `SchemaOfVariant`). */
import {
  arrayType,
  type DataType,
  DOUBLE,
  decimalType,
  FLOAT,
  formatTypeSql,
  type StructField,
  sameType,
  structField,
  structType,
  TIMESTAMP,
  VARIANT,
  VOID,
} from "../../../schema/data-type.ts";
import type { VariantNode } from "../../../schema/variant-read.ts";
import { runtimeError } from "../builder.ts";

/** `OBJECT<a: BIGINT, b: ARRAY<VARIANT>>` of a value. */
export function variantSchemaText(node: VariantNode): string {
  return typeText(typeOf(node));
}

function typeOf(node: VariantNode): DataType {
  switch (node.kind) {
    case "array":
      return arrayType(node.items.map(typeOf).reduce(merge, VOID));
    case "object":
      return structType(node.entries.map(([name, item]) => structField(name, typeOf(item))));
    default:
      if (node.isUuid) throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "the schema of a UUID");
      return node.type;
  }
}

function merge(a: DataType, b: DataType): DataType {
  if (a.kind === "void") return b;
  if (b.kind === "void") return a;
  if (a.kind === "struct" && b.kind === "struct") {
    return structType(mergeFields(a.fields, b.fields));
  }
  if (a.kind === "array" && b.kind === "array") return arrayType(merge(a.element, b.element));
  if (sameType(a, b)) return a;
  if (isMoment(a) && isMoment(b)) {
    if (a.kind !== "timestamp" && b.kind !== "timestamp") throw unknownMerge();
    return TIMESTAMP;
  }
  return mergeNumbers(a, b) ?? VARIANT;
}

/** BIGINT counts as DECIMAL(20,0) beside a decimal. */
function mergeNumbers(a: DataType, b: DataType): DataType | null {
  const kinds = [a.kind, b.kind];
  if (!kinds.every((kind) => ["long", "float", "double", "decimal"].includes(kind))) return null;
  if (kinds.includes("float") && kinds.includes("long")) return FLOAT;
  if (kinds.includes("float") || kinds.includes("double")) return DOUBLE;
  const [left, right] = [a, b].map((t) => (t.kind === "decimal" ? t : WHOLE));
  const scale = Math.max(left!.scale, right!.scale);
  const range = Math.max(left!.precision - left!.scale, right!.precision - right!.scale);
  return range + scale > 38 ? DOUBLE : decimalType(range + scale, scale);
}

const WHOLE = { precision: 20, scale: 0 } as const;

function isMoment(type: DataType): boolean {
  return ["date", "timestamp", "timestamp_ntz"].includes(type.kind);
}

function unknownMerge(): Error {
  return runtimeError("UNSUPPORTED_FEATURE", "0A000", "the schema of dates beside timestamps");
}

function mergeFields(a: readonly StructField[], b: readonly StructField[]): StructField[] {
  const names = [...new Set([...a, ...b].map((field) => field.name))].sort();
  return names.map((name) => {
    const types = [a, b].flatMap((fields) => fields.filter((field) => field.name === name));
    return structField(name, types.map((field) => field.type).reduce(merge, VOID));
  });
}

function typeText(type: DataType): string {
  if (type.kind === "array") return `ARRAY<${typeText(type.element)}>`;
  if (type.kind !== "struct") return formatTypeSql(type);
  const fields = type.fields.map(({ name, type: inner }) => {
    const quoted = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? name
      : `\`${name.replaceAll("`", "``")}\``;
    return `${quoted}: ${typeText(inner)}`;
  });
  return `OBJECT<${fields.join(", ")}>`;
}
