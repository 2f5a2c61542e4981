/**
 * Spark SQL data types as every part of the lake sees them: Delta schemas, bound expressions,
 * result columns. Names follow the Delta protocol ("Schema Serialization Format") and Spark's
 * `DataType.simpleString`. JSON (de)serialisation lives in `schema-json.ts`; the JavaScript value
 * that stands for each type is fixed in `value.ts`.
 */

export type JsonScalar = string | number | bigint | boolean | null;
/** A value of a JSON document. */
export type JsonValue = JsonScalar | JsonValue[] | { [key: string]: JsonValue };

/** Units of INTERVAL DAY TO SECOND. */
export type DayTimeUnit = "day" | "hour" | "minute" | "second";
/** Units of INTERVAL YEAR TO MONTH. */
export type YearMonthUnit = "year" | "month";

/** A type of Spark SQL, told by its `kind`. */
export type DataType =
  | { readonly kind: "void" }
  | { readonly kind: "boolean" }
  | { readonly kind: "byte" }
  | { readonly kind: "short" }
  | { readonly kind: "int" }
  | { readonly kind: "long" }
  | { readonly kind: "float" }
  | { readonly kind: "double" }
  | DecimalType
  | { readonly kind: "string" }
  | { readonly kind: "binary" }
  | { readonly kind: "date" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "timestamp_ntz" }
  | { readonly kind: "interval_ym"; readonly from: YearMonthUnit; readonly to: YearMonthUnit }
  | { readonly kind: "interval_dt"; readonly from: DayTimeUnit; readonly to: DayTimeUnit }
  | { readonly kind: "variant" }
  | ArrayType
  | MapType
  | StructType;

/** DECIMAL(precision, scale). */
export interface DecimalType {
  readonly kind: "decimal";
  /** 1 to 38. */
  readonly precision: number;
  /** 0 to `precision`. */
  readonly scale: number;
}

/** ARRAY<element>. */
export interface ArrayType {
  readonly kind: "array";
  readonly element: DataType;
  readonly containsNull: boolean;
}

/** MAP<key, value>; keys are never null. */
export interface MapType {
  readonly kind: "map";
  readonly key: DataType;
  readonly value: DataType;
  readonly valueContainsNull: boolean;
}

/** STRUCT<…>, and the columns of a table or result. */
export interface StructType {
  readonly kind: "struct";
  readonly fields: readonly StructField[];
}

/** A field of a struct, or a column. */
export interface StructField {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Delta column metadata verbatim: `comment`, `delta.columnMapping.id`, `CURRENT_DEFAULT` … */
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

export const VOID: DataType = { kind: "void" };
export const BOOLEAN: DataType = { kind: "boolean" };
export const BYTE: DataType = { kind: "byte" };
export const SHORT: DataType = { kind: "short" };
export const INT: DataType = { kind: "int" };
export const LONG: DataType = { kind: "long" };
export const FLOAT: DataType = { kind: "float" };
export const DOUBLE: DataType = { kind: "double" };
export const STRING: DataType = { kind: "string" };
export const BINARY: DataType = { kind: "binary" };
export const DATE: DataType = { kind: "date" };
export const TIMESTAMP: DataType = { kind: "timestamp" };
export const TIMESTAMP_NTZ: DataType = { kind: "timestamp_ntz" };
export const VARIANT: DataType = { kind: "variant" };

/** DECIMAL(precision, scale). */
export function decimalType(precision: number, scale: number): DecimalType {
  return { kind: "decimal", precision, scale };
}

/** ARRAY<element>. */
export function arrayType(element: DataType, containsNull = true): ArrayType {
  return { kind: "array", element, containsNull };
}

/** MAP<key, value>. */
export function mapType(key: DataType, value: DataType, valueContainsNull = true): MapType {
  return { kind: "map", key, value, valueContainsNull };
}

/** A struct of these fields, in this order. */
export function structType(fields: readonly StructField[]): StructType {
  return { kind: "struct", fields };
}

/** A field; nullable unless said otherwise. */
export function structField(
  name: string,
  type: DataType,
  nullable = true,
  metadata: Readonly<Record<string, JsonValue>> = {},
): StructField {
  return { name, type, nullable, metadata };
}

const SIMPLE_NAMES: Partial<Record<DataType["kind"], string>> = {
  byte: "tinyint",
  short: "smallint",
  long: "bigint",
};

/** Spark's `catalogString`: `bigint`, `decimal(10,2)`, `array<int>`, `struct<a:int,b:string>`. */
export function formatType(type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "array":
      return `array<${formatType(type.element)}>`;
    case "map":
      return `map<${formatType(type.key)},${formatType(type.value)}>`;
    case "struct":
      return `struct<${type.fields.map((f) => `${f.name}:${formatType(f.type)}`).join(",")}>`;
    case "interval_ym":
    case "interval_dt":
      return type.from === type.to
        ? `interval ${type.from}`
        : `interval ${type.from} to ${type.to}`;
    default:
      return SIMPLE_NAMES[type.kind] ?? type.kind;
  }
}

/** Spark's `DataType.sql`, as error messages and EXPLAIN print it: `BIGINT`, `ARRAY<INT>`. */
export function formatTypeSql(type: DataType): string {
  if (type.kind === "struct") {
    return `STRUCT<${type.fields
      .map((f) => `${f.name}: ${formatTypeSql(f.type)}${f.nullable ? "" : " NOT NULL"}`)
      .join(", ")}>`;
  }
  if (type.kind === "map") return `MAP<${formatTypeSql(type.key)}, ${formatTypeSql(type.value)}>`;
  if (type.kind === "array") return `ARRAY<${formatTypeSql(type.element)}>`;
  return formatType(type).toUpperCase();
}

/** Equality of shape and field names, ignoring nullability and metadata. */
export function sameType(a: DataType, b: DataType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "struct" && b.kind === "struct") {
    return (
      a.fields.length === b.fields.length &&
      a.fields.every((f, i) => {
        const other = b.fields[i]!;
        return f.name === other.name && sameType(f.type, other.type);
      })
    );
  }
  if (a.kind === "array" && b.kind === "array") return sameType(a.element, b.element);
  if (a.kind === "map" && b.kind === "map") {
    return sameType(a.key, b.key) && sameType(a.value, b.value);
  }
  return formatType(a) === formatType(b);
}
