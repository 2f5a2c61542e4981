/**
 * Rows whose 64-bit columns are exact. The driver hands out doubles, or bigints for every integer,
 * which is slow: so rows are read as doubles, and once more when one of them lost digits.
 */
import type { Database, SqlParameters } from "../../core/store/index.ts";

/** `database.all` where `columns` may hold integers beyond 2^53, which come as bigints. */
export function allInt64<Row extends object>(
  database: Database,
  columns: readonly (keyof Row & string)[],
  sql: string,
  parameters: SqlParameters = [],
): Row[] {
  const rows = database.all<Row>(sql, parameters);
  const isExact = rows.every((row) => columns.every((column) => fitsDouble(row[column])));
  if (isExact) return rows;
  return database.allExact<Row>(sql, parameters).map((row) => {
    const entries = Object.entries(row).map(([column, value]) => [column, toInt64(value)]);
    return Object.fromEntries(entries) as Row;
  });
}

/** The first row of `allInt64`, or null. */
export function getInt64<Row extends object>(
  database: Database,
  columns: readonly (keyof Row & string)[],
  sql: string,
  parameters: SqlParameters = [],
): Row | null {
  return allInt64<Row>(database, columns, sql, parameters)[0] ?? null;
}

/** Rows by a key of theirs, in their order; `toItem` makes of a row what the group holds. */
export function groupRows<Row, Key, Item = Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
  toItem: (row: Row) => Item = (row) => row as unknown as Item,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [toItem(row)]);
    else group.push(toItem(row));
  }
  return groups;
}

function fitsDouble(value: unknown): boolean {
  return typeof value !== "number" || Number.isSafeInteger(value);
}

/** A bigint as a number where that loses nothing. */
function toInt64(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
