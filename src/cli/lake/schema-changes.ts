/**
 * How the columns of a table differ between two versions. A column is known by its column mapping
 * id where both versions have one, so that a rename is told from a drop and an addition; otherwise
 * by its name, without case. Fields of structs are compared one by one, wherever the struct stands.
 */

import type { StructField, StructType } from "../../lake/schema/data-type.ts";
import { type DataType, formatType, sameType } from "../../lake/schema/data-type.ts";

export interface SchemaChange {
  readonly change: "added" | "dropped" | "renamed" | "type" | "nullable" | "comment";
  /** Dotted path in the newer version; in the older one for a dropped column. */
  readonly column: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The field of `fields` that is the same column as `field`. */
export function counterpart(
  field: StructField,
  fields: readonly StructField[],
): StructField | undefined {
  const id = field.metadata[MAPPING_ID];
  const isMapped = id !== undefined && fields.every((other) => MAPPING_ID in other.metadata);
  if (isMapped) return fields.find((other) => other.metadata[MAPPING_ID] === id);
  const name = field.name.toLowerCase();
  return fields.find((other) => other.name.toLowerCase() === name);
}

const MAPPING_ID = "delta.columnMapping.id";

/** Every difference, in the order of the newer columns; dropped ones come last. */
export function listSchemaChanges(
  older: StructType,
  newer: StructType,
  path: readonly string[] = [],
): SchemaChange[] {
  const changes = newer.fields.flatMap((field) => {
    const before = counterpart(field, older.fields);
    const column = [...path, field.name];
    if (before) return compareFields(before, field, column);
    const to = formatType(field.type);
    return [{ change: "added", column: column.join("."), from: null, to } as const];
  });
  const dropped = older.fields
    .filter((field) => !counterpart(field, newer.fields))
    .map(({ name, type }): SchemaChange => {
      const column = [...path, name].join(".");
      return { change: "dropped", column, from: formatType(type), to: null };
    });
  return [...changes, ...dropped];
}

function compareFields(
  before: StructField,
  after: StructField,
  path: readonly string[],
): SchemaChange[] {
  const column = path.join(".");
  const changes: SchemaChange[] = [];
  const note = (change: SchemaChange["change"], from: string | null, to: string | null): void => {
    if (from !== to) changes.push({ change, column, from, to });
  };
  note("renamed", before.name, after.name);
  note("nullable", nullability(before), nullability(after));
  note("comment", commentOf(before), commentOf(after));
  return [...changes, ...compareTypes(before.type, after.type, path)];
}

function compareTypes(before: DataType, after: DataType, path: readonly string[]): SchemaChange[] {
  if (before.kind === "struct" && after.kind === "struct") {
    return listSchemaChanges(before, after, path);
  }
  if (before.kind === "array" && after.kind === "array") {
    return compareTypes(before.element, after.element, [...path, "element"]);
  }
  if (before.kind === "map" && after.kind === "map" && sameType(before.key, after.key)) {
    return compareTypes(before.value, after.value, [...path, "value"]);
  }
  if (sameType(before, after)) return [];
  const [from, to] = [formatType(before), formatType(after)];
  return [{ change: "type", column: path.join("."), from, to }];
}

function nullability(field: StructField): string {
  return field.nullable ? "NULL" : "NOT NULL";
}

function commentOf({ metadata }: StructField): string | null {
  return typeof metadata.comment === "string" ? metadata.comment : null;
}

/** One change as a line for people: ``added `x` BIGINT``. */
export function formatSchemaChange({ change, column, from, to }: SchemaChange): string {
  const name = `\`${column}\``;
  switch (change) {
    case "added":
      return `added ${name} ${to}`;
    case "dropped":
      return `dropped ${name} ${from}`;
    case "renamed":
      return `renamed \`${from}\` to ${name}`;
    case "comment":
      return `comment of ${name}: ${from ?? "none"} → ${to ?? "none"}`;
    default:
      return `${name}: ${from} → ${to}`;
  }
}
