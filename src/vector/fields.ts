/**
 * Types of metadata fields: told by the first value of each that is not null, and kept. A later
 * value of another type is refused, so that a filter means one thing for all rows.
 */

import { describeValue } from "../core/arguments.ts";
import { SovereignError } from "../core/errors.ts";
import type { FieldType, Metadata, MetadataValue } from "./types.ts";

/** The value of a field; `undefined` for one that a row does not have, whatever objects inherit. */
export function fieldValue(
  metadata: Metadata | undefined,
  name: string,
): MetadataValue | undefined {
  return metadata !== undefined && Object.hasOwn(metadata, name) ? metadata[name] : undefined;
}

/** What is read back may be nested as deep. */
const MOST_DEPTH = 100;
const OPEN = { enumerable: true, configurable: true, writable: true };

/** The fields with what `metadata` adds to them; the same object when it adds nothing. */
export function extendFields(
  fields: Readonly<Record<string, FieldType>>,
  metadata: Metadata,
  rowId: string,
): Readonly<Record<string, FieldType>> {
  let extended: Record<string, FieldType> | null = null;
  for (const [name, value] of Object.entries(metadata)) {
    const type = typeOf(value, name, rowId);
    if (type === null) continue;
    const all = extended ?? fields;
    const known = Object.hasOwn(all, name) ? all[name] : undefined;
    if (known === undefined) {
      extended ??= { ...fields };
      // An assignment to `__proto__` would make no field.
      Object.defineProperty(extended, name, { value: type, ...OPEN });
    } else if (known !== type && !isEmptyList(value, known)) {
      throw mismatch({ name, known, type, rowId });
    }
  }
  return extended ?? fields;
}

/** An empty list fits every kind of list. */
function isEmptyList(value: MetadataValue, known: FieldType): boolean {
  return Array.isArray(value) && value.length === 0 && known !== "json" && known.endsWith("[]");
}

function typeOf(value: MetadataValue, name: string, rowId: string): FieldType | null {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "bigint":
      return "number";
    case "number":
      if (Number.isFinite(value)) return "number";
      throw notJson(name, rowId, String(value));
    case "object":
      if (value === null) return null;
      checkPlain(value, { name, rowId, depth: 0 });
      return Array.isArray(value) ? listType(value) : "json";
    default:
      throw notJson(name, rowId, describeValue(value));
  }
}

/** Dates, maps and the like would be kept as what JSON makes of them, or as nothing. */
function checkPlain(
  value: MetadataValue,
  { name, rowId, depth }: { name: string; rowId: string; depth: number },
): void {
  if (typeof value !== "object" || value === null) {
    typeOf(value, name, rowId);
    return;
  }
  if (depth > MOST_DEPTH) throw notJson(name, rowId, "nested without end");
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm has a prototype of its own, which has none.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!Array.isArray(value) && !isPlain) {
    const more = value instanceof Date ? " (give its `toISOString()`)" : "";
    throw notJson(name, rowId, `${describeValue(value)}${more}`);
  }
  for (const item of Object.values(value)) checkPlain(item, { name, rowId, depth: depth + 1 });
}

function listType(list: readonly MetadataValue[]): FieldType | null {
  if (list.length === 0) return null;
  if (list.every((item) => typeof item === "string")) return "string[]";
  const isNumbers = list.every((item) => typeof item === "number" || typeof item === "bigint");
  return isNumbers ? "number[]" : "json";
}

function notJson(name: string, rowId: string, what: string): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `row \`${rowId}\`: field \`${name}\` is ${what}, which JSON cannot hold`,
    { hint: "give texts, finite numbers, booleans, null, lists and objects of them" },
  );
}

function mismatch(found: {
  name: string;
  known: FieldType;
  type: FieldType;
  rowId: string;
}): SovereignError {
  const { name, known, type, rowId } = found;
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `row \`${rowId}\`: field \`${name}\` is ${type} here and ${known} in the collection`,
    { hint: "convert the value, or give the field another name" },
  );
}
