/**
 * Rows a program hands over: plain objects, or an Arrow table. Objects take the table's types;
 * a value that does not fit its column exactly is refused, never rounded or guessed.
 */
import type { Table } from "apache-arrow";
import { SovereignError } from "../core/errors.ts";
import { DateCell, DecimalCell, TimestampCell, tableToRows } from "../formats/parquet/index.ts";
import type { ResultColumn } from "./engine/index.ts";
import {
  BOOLEAN,
  type DataType,
  DOUBLE,
  formatType,
  LONG,
  STRING,
  type StructField,
  type StructType,
  TIMESTAMP,
} from "./schema/data-type.ts";
import { MapValue, StructValue, type Value } from "./schema/value.ts";

/** Objects by column name (letter case ignored), or an Arrow table. */
export type InputRows = readonly Readonly<Record<string, unknown>>[] | Table;

export interface InputTable {
  columns: ResultColumn[];
  rows: Value[][];
}

/** Reads rows into typed values. With `evolves`, columns the table lacks are typed by their values. */
export function readInput(input: InputRows, schema: StructType, evolves: boolean): InputTable {
  const objects = Array.isArray(input) ? input : arrowObjects(input as Table);
  const columns = inputColumns(objects, schema, evolves);
  const rows = objects.map((object) => {
    const byName = new Map(Object.entries(object).map(([k, v]) => [k.toLowerCase(), v]));
    return columns.map((column) =>
      toValue(byName.get(column.name.toLowerCase()), column.type, column.name),
    );
  });
  return { columns, rows };
}

function inputColumns(
  objects: readonly Readonly<Record<string, unknown>>[],
  schema: StructType,
  evolves: boolean,
): ResultColumn[] {
  const names = new Map<string, string>();
  for (const object of objects) {
    for (const key of Object.keys(object)) {
      if (!names.has(key.toLowerCase())) names.set(key.toLowerCase(), key);
    }
  }
  const known = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field]));
  return [...names].map(([lower, name]) => {
    const field: StructField | undefined = known.get(lower);
    if (field) return { name: field.name, type: field.type, nullable: true };
    if (!evolves) throw unknown(name, schema);
    const samples = objects.map((object) => object[name]).filter((value) => value != null);
    return { name, type: inferType(samples, name), nullable: true };
  });
}

function unknown(name: string, schema: StructType): SovereignError {
  const names = schema.fields.map((field) => `\`${field.name}\``).join(", ");
  return new SovereignError("INVALID_PARAMETER_VALUE", `the table has no column \`${name}\``, {
    hint: `its columns are ${names}; pass mergeSchema: true to add one`,
    details: { error_class: "DELTA_SCHEMA_MISMATCH" },
  });
}

function inferType(samples: readonly unknown[], name: string): DataType {
  const kinds = new Set(samples.map((v) => (v instanceof Date ? "date" : typeof v)));
  const [kind] = kinds;
  if (kinds.size === 1 && kind === "string") return STRING;
  if (kinds.size === 1 && kind === "boolean") return BOOLEAN;
  if (kinds.size === 1 && kind === "date") return TIMESTAMP;
  if (kinds.size === 1 && kind === "bigint") return LONG;
  if (kinds.size === 1 && kind === "number") {
    return samples.every((v) => Number.isSafeInteger(v)) ? LONG : DOUBLE;
  }
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the type of column \`${name}\` is not clear`,
    {
      hint: "ALTER TABLE … ADD COLUMN with its type first",
    },
  );
}

/** `Type.Dictionary` of apache-arrow, repeated so that this file imports no code from it. */
const DICTIONARY = -1;

function arrowObjects(table: Table): Record<string, unknown>[] {
  const { fields } = table.schema;
  const plain = fields.filter((field) => (field.typeId as number) !== DICTIONARY);
  const encoded = fields.filter((field) => (field.typeId as number) === DICTIONARY);
  const rows = tableToRows(table.select(plain.map((field) => field.name)));
  const columns = encoded.map((field) => table.getChild(field.name)!);
  return Array.from({ length: table.numRows }, (_, r) => {
    const row: Record<string, unknown> = {};
    for (const field of plain) row[field.name] = rows[r]?.[field.name] ?? null;
    encoded.forEach((field, c) => {
      row[field.name] = columns[c]!.get(r);
    });
    return row;
  });
}

const INTEGER_RANGES: Partial<Record<DataType["kind"], number>> = {
  byte: 2 ** 7,
  short: 2 ** 15,
  int: 2 ** 31,
};

/** One JavaScript value as a value of `type`. */
export function toValue(input: unknown, type: DataType, column: string): Value {
  if (input === null || input === undefined) return null;
  const value = convert(input, type, column);
  if (value !== undefined) return value;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `a value of column \`${column}\` is no ${formatType(type)}: ${describe(input)}`,
    { hint: "convert the value before writing it" },
  );
}

function describe(input: unknown): string {
  return typeof input === "object" ? Object.prototype.toString.call(input) : `\`${String(input)}\``;
}

/** `undefined` when the value does not fit. */
function convert(input: unknown, type: DataType, column: string): Value | undefined {
  switch (type.kind) {
    case "boolean":
      return typeof input === "boolean" ? input : undefined;
    case "byte":
    case "short":
    case "int": {
      const number = typeof input === "bigint" ? Number(input) : input;
      const limit = INTEGER_RANGES[type.kind]!;
      const fits =
        Number.isInteger(number) && (number as number) >= -limit && (number as number) < limit;
      return fits ? (number as number) : undefined;
    }
    case "long":
      if (typeof input === "bigint") return BigInt.asIntN(64, input) === input ? input : undefined;
      return Number.isSafeInteger(input) ? BigInt(input as number) : undefined;
    case "float":
    case "double":
      return typeof input === "number"
        ? input
        : typeof input === "bigint"
          ? Number(input)
          : undefined;
    case "decimal":
      return toDecimal(input, type.precision, type.scale);
    case "string":
      return typeof input === "string" ? input : undefined;
    case "binary":
      return input instanceof Uint8Array ? input : undefined;
    case "date":
      return toDays(input);
    case "timestamp":
    case "timestamp_ntz":
      return toMicros(input, type.kind);
    case "array":
      if (!Array.isArray(input)) return undefined;
      return input.map((item) => toValue(item, type.element, column));
    case "map":
      return toMap(input, type, column);
    case "struct":
      return toStruct(input, type, column);
    default:
      return undefined;
  }
}

function toDecimal(input: unknown, precision: number, scale: number): bigint | undefined {
  if (input instanceof DecimalCell) return toDecimal(input.toString(), precision, scale);
  const text =
    typeof input === "string"
      ? input
      : typeof input === "number" || typeof input === "bigint"
        ? String(input)
        : "";
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > scale) return undefined;
  const unscaled = BigInt(match[2]! + fraction.padEnd(scale, "0"));
  if (unscaled >= 10n ** BigInt(precision)) return undefined;
  return match[1] === "-" ? -unscaled : unscaled;
}

const MS_PER_DAY = 86_400_000;

function toDays(input: unknown): number | undefined {
  if (input instanceof DateCell) return input.days;
  if (input instanceof Date) {
    return Number.isNaN(input.getTime()) ? undefined : Math.floor(input.getTime() / MS_PER_DAY);
  }
  if (typeof input !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(input)) return undefined;
  const millis = Date.parse(`${input}T00:00:00Z`);
  const isReal = !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(input);
  return isReal ? millis / MS_PER_DAY : undefined;
}

function toMicros(input: unknown, kind: "timestamp" | "timestamp_ntz"): bigint | undefined {
  if (typeof input === "bigint") return input;
  if (input instanceof TimestampCell) {
    return input.isUtc === (kind === "timestamp") ? input.micros : undefined;
  }
  if (input instanceof Date) {
    return Number.isNaN(input.getTime()) ? undefined : BigInt(input.getTime()) * 1000n;
  }
  if (typeof input !== "string") return undefined;
  const match =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})?$/.exec(input);
  if (!match || (kind === "timestamp_ntz" && match[4])) return undefined;
  const millis = Date.parse(`${match[1]}T${match[2]}${match[4] ?? "Z"}`);
  return Number.isNaN(millis)
    ? undefined
    : BigInt(millis) * 1000n + BigInt((match[3] ?? "").padEnd(6, "0"));
}

function toMap(
  input: unknown,
  type: Extract<DataType, { kind: "map" }>,
  column: string,
): MapValue | undefined {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  const entries = input instanceof Map ? [...input] : Object.entries(input);
  return new MapValue(
    entries.map(([key, value]) => [
      toValue(key, type.key, column),
      toValue(value, type.value, column),
    ]),
  );
}

function toStruct(input: unknown, type: StructType, column: string): StructValue | undefined {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  const object = input as Record<string, unknown>;
  const extra = Object.keys(object).find((key) => !type.fields.some((f) => f.name === key));
  if (extra !== undefined) return undefined;
  return new StructValue(
    type.fields.map((field) => toValue(object[field.name], field.type, `${column}.${field.name}`)),
  );
}
