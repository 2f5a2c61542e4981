/**
 * Spark's type for a DuckDB type, used where a query's columns come with no type from the binder
 * (inference over files, dev queries). Types Spark does not have map to the narrowest one that
 * holds every value.
 */
import type { DuckDBType } from "@duckdb/node-api";
import { SovereignError } from "../../core/errors.ts";
import {
  arrayType,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  FLOAT,
  INT,
  LONG,
  mapType,
  SHORT,
  STRING,
  structField,
  structType,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
} from "../schema/data-type.ts";

/** DuckDB's type ids (`DuckDBTypeId`), repeated so that this file needs no native import. */
const BY_TYPE_ID: Readonly<Record<number, DataType>> = {
  1: BOOLEAN,
  2: BYTE,
  3: SHORT,
  4: INT,
  5: LONG,
  6: SHORT,
  7: INT,
  8: LONG,
  9: decimalType(20, 0),
  10: FLOAT,
  11: DOUBLE,
  12: TIMESTAMP_NTZ,
  13: DATE,
  14: STRING,
  15: { kind: "interval_dt", from: "day", to: "second" },
  16: decimalType(38, 0),
  17: STRING,
  18: BINARY,
  20: TIMESTAMP_NTZ,
  21: TIMESTAMP_NTZ,
  22: TIMESTAMP_NTZ,
  23: STRING,
  27: STRING,
  31: TIMESTAMP,
  36: VOID,
  41: VARIANT,
};

/** Spark's type of a DuckDB result column. */
export function sparkType(type: DuckDBType): DataType {
  if ("scale" in type && "width" in type) return decimalType(type.width, type.scale);
  if ("keyType" in type) return mapType(sparkType(type.keyType), sparkType(type.valueType));
  if ("valueType" in type) return arrayType(sparkType(type.valueType as DuckDBType));
  if ("entryTypes" in type) {
    return structType(
      type.entryNames.map((name, i) => structField(name, sparkType(type.entryTypes[i]!))),
    );
  }
  const known = BY_TYPE_ID[type.typeId];
  if (known) return known;
  throw new SovereignError("NOT_IMPLEMENTED", `the type ${type} of the engine is not supported`, {
    hint: "cast the column to a Spark type in the query",
  });
}
