/** The schema of an evaluation dataset: the type that each field of its records was first seen with. */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import { dumpJson, loadJson } from "../wire/python-dump.ts";

type JsonObject = { readonly [key: string]: ExactJson };

const EMPTY_SCHEMA = { inputs: {}, outputs: {}, expectations: {}, version: "1.0" };

/** The schema with the fields of new records; a field keeps the type it was first seen with. */
export function extendSchema(old: string | null, records: readonly JsonObject[]): string | null {
  if (old === null && records.length === 0) return null;
  const loaded = old === null ? EMPTY_SCHEMA : loadJson(old);
  const schema: Record<string, ExactJson> = isJsonObject(loaded)
    ? { ...loaded }
    : { ...EMPTY_SCHEMA };
  for (const record of records) {
    for (const part of ["inputs", "outputs", "expectations"]) {
      const value = record[part];
      const known = schema[part] ?? {};
      if (isJsonObject(value ?? null) && isJsonObject(known)) {
        const fresh = Object.entries(value as JsonObject).filter(
          ([key]) => !Object.hasOwn(known, key),
        );
        const types = fresh.map(([key, item]) => [key, typeOf(item)]);
        schema[part] = { ...known, ...Object.fromEntries(types) };
      } else if (part === "outputs" && value !== undefined && value !== null) {
        if (isJsonObject(known) && Object.keys(known).length === 0) schema[part] = typeOf(value);
      }
    }
  }
  return dumpJson(schema);
}

function typeOf(value: ExactJson): string {
  if (value === null) return "null";
  if (value instanceof JsonNumber) return "float";
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
    case "bigint":
      return "integer";
    case "string":
      return "string";
    default:
      return "object";
  }
}
