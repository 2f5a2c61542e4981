/**
 * Delta's `schemaString` (PROTOCOL.md, "Schema Serialization Format") to and from `StructType`.
 * Column metadata is kept verbatim, integers in it exact. Names outside the protocol are refused
 * by name, except two that Spark writes or wrote: `timestampWithoutTimezone` and intervals.
 * CHAR and VARCHAR columns are `string` in a table schema; their length is in the metadata.
 */
import { SovereignError } from "../../core/errors.ts";
import { type ExactJson, isJsonObject, parseExactJson, printJson } from "../../core/json/index.ts";
import {
  type DataType,
  type DayTimeUnit,
  decimalType,
  type JsonValue,
  type StructField,
  type StructType,
  type YearMonthUnit,
} from "./data-type.ts";

type JsonObject = { [key: string]: ExactJson };

const PRIMITIVES: Readonly<Record<string, DataType>> = {
  void: { kind: "void" },
  null: { kind: "void" },
  boolean: { kind: "boolean" },
  byte: { kind: "byte" },
  short: { kind: "short" },
  integer: { kind: "int" },
  int: { kind: "int" },
  long: { kind: "long" },
  float: { kind: "float" },
  double: { kind: "double" },
  string: { kind: "string" },
  binary: { kind: "binary" },
  date: { kind: "date" },
  timestamp: { kind: "timestamp" },
  timestamp_ntz: { kind: "timestamp_ntz" },
  // NOTE: not in the protocol; an early preview of timestampNtz wrote it and kernel-rs reads it.
  timestampWithoutTimezone: { kind: "timestamp_ntz" },
  variant: { kind: "variant" },
  decimal: decimalType(10, 0),
};

const DECIMAL = /^decimal\(\s*(\d{1,3})\s*,\s*(-?\d{1,3})\s*\)$/;
const CHARACTER = /^(?:char|varchar)\(\s*\d+\s*\)$/;
const INTERVAL = /^interval (year|month|day|hour|minute|second)(?: to (\w+))?$/;
const DAY_TIME_UNITS: readonly string[] = ["day", "hour", "minute", "second"];
const YEAR_MONTH_UNITS: readonly string[] = ["year", "month"];
const MAX_DEPTH = 500;
/** Types within types; the engine's expressions over them grow with it. */
const MAX_TYPE_DEPTH = 100;

/** Parses a `schemaString`; an unknown type is NOT_IMPLEMENTED naming it and its column. */
export function parseSchemaJson(text: string): StructType {
  const json = parseExactJson(text, { source: "schemaString", maxDepth: MAX_DEPTH });
  const type = readType(json, "schema", 0);
  if (type.kind !== "struct") throw malformed("schema", "the table schema must be a struct");
  return type;
}

/** Prints a schema as Spark does: field order name, type, nullable, metadata; no spaces. */
export function printSchemaJson(schema: StructType): string {
  return printJson(typeToJson(schema));
}

/** The name of a type in a `schemaString`, or the JSON object of a nested one. */
export function typeToJson(type: DataType): JsonValue {
  switch (type.kind) {
    case "int":
      return "integer";
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "interval_ym":
    case "interval_dt":
      return type.from === type.to
        ? `interval ${type.from}`
        : `interval ${type.from} to ${type.to}`;
    case "array":
      return {
        type: "array",
        elementType: typeToJson(type.element),
        containsNull: type.containsNull,
      };
    case "map":
      return {
        type: "map",
        keyType: typeToJson(type.key),
        valueType: typeToJson(type.value),
        valueContainsNull: type.valueContainsNull,
      };
    case "struct":
      return { type: "struct", fields: type.fields.map(fieldToJson) };
    default:
      return type.kind;
  }
}

function fieldToJson(field: StructField): JsonValue {
  return {
    name: field.name,
    type: typeToJson(field.type),
    nullable: field.nullable,
    metadata: field.metadata as { [key: string]: JsonValue },
  };
}

function readType(json: ExactJson | undefined, where: string, depth: number): DataType {
  if (typeof json === "string") return readTypeName(json, where);
  if (depth > MAX_TYPE_DEPTH) throw tooDeep();
  if (!isJsonObject(json)) throw malformed(where, "a type is a name or an object");
  switch (json.type) {
    case "struct":
      return readStruct(json, where, depth);
    case "array":
      return {
        kind: "array",
        element: readType(json.elementType, `${where}.element`, depth + 1),
        containsNull: readFlag(json, "containsNull", where),
      };
    case "map":
      return {
        kind: "map",
        key: readType(json.keyType, `${where}.key`, depth + 1),
        value: readType(json.valueType, `${where}.value`, depth + 1),
        valueContainsNull: readFlag(json, "valueContainsNull", where),
      };
    default:
      throw unknownType(String(json.type), where);
  }
}

function readTypeName(name: string, where: string): DataType {
  const primitive = Object.hasOwn(PRIMITIVES, name) ? PRIMITIVES[name] : undefined;
  if (primitive !== undefined) return primitive;
  const decimal = DECIMAL.exec(name);
  if (decimal !== null) return readDecimal(Number(decimal[1]), Number(decimal[2]), where);
  if (CHARACTER.test(name)) return { kind: "string" };
  const interval = INTERVAL.exec(name);
  if (interval !== null) {
    const type = readInterval(interval[1]!, interval[2] ?? interval[1]!);
    if (type !== null) return type;
  }
  throw unknownType(name, where);
}

function readDecimal(precision: number, scale: number, where: string): DataType {
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
    throw unknownType(`decimal(${precision},${scale})`, where);
  }
  return decimalType(precision, scale);
}

function readInterval(from: string, to: string): DataType | null {
  if (YEAR_MONTH_UNITS.includes(from) && YEAR_MONTH_UNITS.includes(to)) {
    return { kind: "interval_ym", from: from as YearMonthUnit, to: to as YearMonthUnit };
  }
  if (DAY_TIME_UNITS.includes(from) && DAY_TIME_UNITS.includes(to)) {
    return { kind: "interval_dt", from: from as DayTimeUnit, to: to as DayTimeUnit };
  }
  return null;
}

function readStruct(json: JsonObject, where: string, depth: number): StructType {
  if (!Array.isArray(json.fields)) throw malformed(where, "a struct needs `fields`");
  const fields = json.fields.map((field): StructField => {
    if (!isJsonObject(field) || typeof field.name !== "string") {
      throw malformed(where, "a field needs a name");
    }
    const path = where === "schema" ? field.name : `${where}.${field.name}`;
    const metadata = field.metadata ?? {};
    if (!isJsonObject(metadata)) throw malformed(path, "`metadata` must be an object");
    return {
      name: field.name,
      type: readType(field.type, path, depth + 1),
      nullable: readFlag(field, "nullable", path),
      metadata: metadata as Record<string, JsonValue>,
    };
  });
  checkNames(fields, where);
  return { kind: "struct", fields };
}

/** Names that SQL cannot tell apart, or that the engine has no way to write. */
function checkNames(fields: readonly StructField[], where: string): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    const key = name.toLowerCase();
    if (seen.has(key)) throw malformed(where, `the name \`${name}\` stands twice`);
    seen.add(key);
    if (name !== "" && !name.includes("\0")) continue;
    throw new SovereignError("NOT_IMPLEMENTED", `a column named ${JSON.stringify(name)}`, {
      hint: "rename it with the engine that wrote the table",
      details: { column: where },
    });
  }
}

function tooDeep(): SovereignError {
  return new SovereignError(
    "NOT_IMPLEMENTED",
    `a table whose types nest deeper than ${MAX_TYPE_DEPTH} levels`,
    { hint: "read the table with the engine that wrote it" },
  );
}

function readFlag(json: JsonObject, key: string, where: string): boolean {
  const value = json[key] ?? true;
  if (typeof value !== "boolean") throw malformed(where, `\`${key}\` must be true or false`);
  return value;
}

function malformed(where: string, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `malformed table schema at \`${where}\`: ${problem}`, {
    hint: "read an earlier version of the table, or restore its log",
    details: { column: where },
  });
}

function unknownType(name: string, where: string): SovereignError {
  return new SovereignError(
    "NOT_IMPLEMENTED",
    `column \`${where}\` has the type \`${name}\`, which is not supported`,
    {
      hint: "read the table with the engine that wrote it, or select from a copy without it",
      details: { type: name, column: where },
    },
  );
}
