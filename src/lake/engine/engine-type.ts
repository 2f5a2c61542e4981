/**
 * How each Spark type is represented inside DuckDB. Spark's intervals are both DuckDB INTERVAL
 * (months for year-month, microseconds for day-time), void is the type "NULL", which casts to
 * everything. A variant is its two binary parts: DuckDB's own VARIANT takes the value `null` for
 * SQL NULL.
 */
import { SovereignError } from "../../core/errors.ts";
import type { DataType } from "../schema/data-type.ts";

const SIMPLE_TYPES: Partial<Record<DataType["kind"], string>> = {
  void: '"NULL"',
  boolean: "BOOLEAN",
  byte: "TINYINT",
  short: "SMALLINT",
  int: "INTEGER",
  long: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  string: "VARCHAR",
  binary: "BLOB",
  date: "DATE",
  timestamp: "TIMESTAMPTZ",
  timestamp_ntz: "TIMESTAMP",
  interval_ym: "INTERVAL",
  interval_dt: "INTERVAL",
  variant: 'STRUCT(metadata BLOB, "value" BLOB)',
};

/** DuckDB's name of the type that holds values of `type`. */
export function engineType(type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "array":
      return `${engineType(type.element)}[]`;
    case "map":
      return `MAP(${engineType(type.key)}, ${engineType(type.value)})`;
    case "struct":
      if (type.fields.length === 0) throw emptyStruct();
      return `STRUCT(${type.fields
        .map((field) => `${quoteIdentifier(field.name)} ${engineType(field.type)}`)
        .join(", ")})`;
    default:
      return SIMPLE_TYPES[type.kind]!;
  }
}

function emptyStruct(): SovereignError {
  return new SovereignError("NOT_IMPLEMENTED", "a struct without fields is not supported", {
    hint: "give it a field, or leave the column out",
  });
}

/** `name` as an identifier of engine SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `text` as a string literal of engine SQL. */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Whether a value of the type holds a variant anywhere inside. */
export function holdsVariant(type: DataType): boolean {
  switch (type.kind) {
    case "variant":
      return true;
    case "array":
      return holdsVariant(type.element);
    case "map":
      return holdsVariant(type.key) || holdsVariant(type.value);
    case "struct":
      return type.fields.some((field) => holdsVariant(field.type));
    default:
      return false;
  }
}
