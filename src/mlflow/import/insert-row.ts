/** How the import writes: rows of any table that are not there yet. */
import type { Database, SqlValue } from "../../core/store/index.ts";

/** Column names are the importer's own, never a file's. */
export type Row = Readonly<Record<string, SqlValue>>;

/** Inserts a row unless one with its key is there. */
export function insertRow(database: Database, table: string, row: Row): void {
  const columns = Object.keys(row);
  const marks = columns.map(() => "?").join(", ");
  database.run(
    `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks}) ON CONFLICT DO NOTHING`,
    Object.values(row),
  );
}

/** Whether a row has these values. */
export function hasRow(database: Database, table: string, row: Row): boolean {
  const terms = Object.keys(row).map((column) => `${column} = ?`);
  const sql = `SELECT 1 FROM ${table} WHERE ${terms.join(" AND ")}`;
  return database.get(sql, Object.values(row)) !== null;
}
