/**
 * What a database's schema says, in a form two files can be compared by: SQLite's own account of
 * every table and index, and the stored texts without their blanks and quotes.
 */
import type { Database } from "../../../src/core/store/index.ts";

interface SchemaEntry {
  type: string;
  name: string;
  tbl_name: string;
  sql: string | null;
}

/** One entry for each table, index and trigger, by name; our own indexes are left out. */
export function describeSchema(database: Database): Record<string, unknown> {
  const entries = database.all<SchemaEntry>(
    `SELECT type, name, tbl_name, sql FROM sqlite_master
      WHERE name NOT LIKE 'sovereign\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'
      ORDER BY type, name`,
  );
  return Object.fromEntries(
    entries.map((entry) => [
      `${entry.type} ${entry.name}`,
      { ...describe(database, entry), sql: flatten(entry.sql) },
    ]),
  );
}

function describe(database: Database, { type, name }: SchemaEntry): Record<string, unknown> {
  const pragma = (what: string) => database.all(`PRAGMA ${what}("${name}")`);
  if (type === "index") return { columns: pragma("index_xinfo") };
  if (type !== "table") return {};
  const indexes = database
    .all<{ name: string }>(`PRAGMA index_list("${name}")`)
    .filter((index) => !index.name.startsWith("sovereign_"))
    .map(({ name: index, ...facts }) => ({ ...facts, index, seq: 0 }))
    .sort((a, b) => (a.index < b.index ? -1 : 1));
  return { columns: pragma("table_xinfo"), keys: pragma("foreign_key_list"), indexes };
}

/** The stored text; SQLAlchemy writes the constraints of a table in any order. */
function flatten(sql: string | null): string[] {
  const flat = (sql ?? "")
    .replace(/["\s]+/g, " ")
    .replace(/\s*([(),=])\s*/g, "$1")
    .replace(/\)$/, "");
  return flat.split(/,(?=CONSTRAINT |FOREIGN KEY|CHECK|PRIMARY |UNIQUE)/).sort();
}
