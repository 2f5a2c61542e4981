/**
 * Rows of JavaScript values into an engine table, through DuckDB's appender and one data chunk at
 * a time.
 */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { DataType } from "../schema/data-type.ts";
import type { MapValue, StructValue, Value, VariantValue } from "../schema/value.ts";
import { engineType, quoteIdentifier } from "./engine-type.ts";
import { literalSql } from "./literal.ts";
import type { PositionGroup, ResultColumn } from "./types.ts";

export type DuckDbModule = typeof import("@duckdb/node-api");

const CHUNK_ROWS = 2048;

/** Creates `table` and fills it; returns the relation SQL that gives the columns back. */
export async function fillTable(
  duckdb: DuckDbModule,
  connection: DuckDBConnection,
  table: string,
  columns: readonly ResultColumn[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  const names = columns.map(
    (column) => `${quoteIdentifier(column.name)} ${engineType(column.type)}`,
  );
  await connection.run(`CREATE TABLE ${quoteIdentifier(table)} (${names.join(", ")})`);
  if (columns.some((column) => column.type.kind === "void")) {
    await insertLiterals(connection, table, columns, rows);
    return;
  }
  const types = columns.map((column) => duckDbType(duckdb, column.type));
  const appender = await connection.createAppender(table);
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const part = rows.slice(start, start + CHUNK_ROWS);
    const chunk = duckdb.DuckDBDataChunk.create(types, part.length);
    columns.forEach((column, c) => {
      chunk.setColumnValues(
        c,
        part.map((row) => toDuckDb(duckdb, row[c]!, column.type)),
      );
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Creates `table` (file_index, row_index) and fills it with the positions of every group. */
export async function fillPositions(
  duckdb: DuckDbModule,
  connection: DuckDBConnection,
  table: string,
  groups: readonly PositionGroup[],
): Promise<void> {
  await connection.run(
    `CREATE TABLE ${quoteIdentifier(table)} (file_index UBIGINT, row_index BIGINT)`,
  );
  const appender = await connection.createAppender(table);
  for (const { fileIndex, positions } of groups) {
    const index = BigInt(fileIndex);
    for (let start = 0; start < positions.length; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, positions.length - start);
      const chunk = duckdb.DuckDBDataChunk.create([duckdb.UBIGINT, duckdb.BIGINT], count);
      const files = chunk.getColumnVector(0);
      const rows = chunk.getColumnVector(1);
      for (let i = 0; i < count; i++) {
        files.setItem(i, index);
        rows.setItem(i, positions[start + i]!);
      }
      files.flush();
      rows.flush();
      appender.appendDataChunk(chunk);
    }
  }
  appender.closeSync();
}

async function insertLiterals(
  connection: DuckDBConnection,
  table: string,
  columns: readonly ResultColumn[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += 500) {
    const tuples = rows
      .slice(start, start + 500)
      .map((row) => `(${columns.map((column, c) => literalSql(row[c]!, column.type)).join(", ")})`);
    await connection.run(`INSERT INTO ${quoteIdentifier(table)} VALUES ${tuples.join(", ")}`);
  }
}

/** DuckDB's type object for a Spark type. */
export function duckDbType(duckdb: DuckDbModule, type: DataType): DuckDBType {
  switch (type.kind) {
    case "boolean":
      return duckdb.BOOLEAN;
    case "byte":
      return duckdb.TINYINT;
    case "short":
      return duckdb.SMALLINT;
    case "int":
      return duckdb.INTEGER;
    case "long":
      return duckdb.BIGINT;
    case "float":
      return duckdb.FLOAT;
    case "double":
      return duckdb.DOUBLE;
    case "decimal":
      return duckdb.DECIMAL(type.precision, type.scale);
    case "binary":
      return duckdb.BLOB;
    case "date":
      return duckdb.DATE;
    case "timestamp":
      return duckdb.TIMESTAMPTZ;
    case "timestamp_ntz":
      return duckdb.TIMESTAMP;
    case "interval_ym":
    case "interval_dt":
      return duckdb.INTERVAL;
    case "array":
      return duckdb.LIST(duckDbType(duckdb, type.element));
    case "map":
      return duckdb.MAP(duckDbType(duckdb, type.key), duckDbType(duckdb, type.value));
    case "struct":
      return new duckdb.DuckDBStructType(
        type.fields.map((field) => field.name),
        type.fields.map((field) => duckDbType(duckdb, field.type)),
      );
    case "variant":
      return new duckdb.DuckDBStructType(["metadata", "value"], [duckdb.BLOB, duckdb.BLOB]);
    default:
      return duckdb.VARCHAR;
  }
}

/** One value in the form DuckDB's vectors take. */
export function toDuckDb(duckdb: DuckDbModule, value: Value, type: DataType): DuckDBValue {
  if (value === null) return null;
  switch (type.kind) {
    case "decimal":
      return new duckdb.DuckDBDecimalValue(value as bigint, type.precision, type.scale);
    case "binary":
      return new duckdb.DuckDBBlobValue(value as Uint8Array);
    case "date":
      return new duckdb.DuckDBDateValue(value as number);
    case "timestamp":
      return new duckdb.DuckDBTimestampTZValue(value as bigint);
    case "timestamp_ntz":
      return new duckdb.DuckDBTimestampValue(value as bigint);
    case "interval_ym":
      return new duckdb.DuckDBIntervalValue(value as number, 0, 0n);
    case "interval_dt":
      return new duckdb.DuckDBIntervalValue(0, 0, value as bigint);
    case "array":
      return duckdb.listValue(
        (value as readonly Value[]).map((item) => toDuckDb(duckdb, item, type.element)),
      );
    case "map":
      return duckdb.mapValue(
        (value as MapValue).entries.map(([key, item]) => ({
          key: toDuckDb(duckdb, key, type.key),
          value: toDuckDb(duckdb, item, type.value),
        })),
      );
    case "struct":
      return duckdb.structValue(
        Object.fromEntries(
          type.fields.map((field, i) => [
            field.name,
            toDuckDb(duckdb, (value as StructValue).values[i]!, field.type),
          ]),
        ),
      );
    case "variant": {
      const variant = value as VariantValue;
      return duckdb.structValue({
        metadata: new duckdb.DuckDBBlobValue(variant.metadata),
        value: new duckdb.DuckDBBlobValue(variant.value),
      });
    }
    default:
      return value as DuckDBValue;
  }
}
