/**
 * `information_schema` of a catalog: schemata, tables, columns, views, with the columns of the SQL
 * standard that Databricks documents. Filled from the catalog when a statement mentions it.
 */
import { listedTables, type TableIdentifier, type TableInfo } from "../catalog/index.ts";
import { DeltaLog } from "../delta/index.ts";
import {
  formatTypeSql,
  INT,
  STRING,
  type StructType,
  structField,
  structType,
  TIMESTAMP,
} from "../schema/data-type.ts";
import type { Value } from "../schema/value.ts";
import type { TableDefinition } from "../sql/bind/context.ts";
import type { Session } from "./session.ts";

interface InformationTable {
  schema: StructType;
  rows(session: Session, catalog: string): Promise<Value[][]>;
}

const TABLES: Readonly<Record<string, InformationTable>> = {
  schemata: { schema: textColumns("catalog_name", "schema_name", "comment"), rows: schemataRows },
  tables: {
    schema: structType([
      ...textColumns("table_catalog", "table_schema", "table_name", "table_type").fields,
      ...textColumns("is_insertable_into", "comment").fields,
      structField("created", TIMESTAMP),
      ...textColumns("data_source_format", "storage_path").fields,
    ]),
    rows: tableRows,
  },
  columns: {
    schema: structType([
      ...textColumns("table_catalog", "table_schema", "table_name", "column_name").fields,
      structField("ordinal_position", INT),
      ...textColumns("column_default", "is_nullable", "full_data_type", "data_type").fields,
      ...textColumns("comment").fields,
    ]),
    rows: columnRows,
  },
  views: {
    schema: textColumns("table_catalog", "table_schema", "table_name", "view_definition"),
    rows: viewRows,
  },
};

function textColumns(...names: string[]): StructType {
  return structType(names.map((name) => structField(name, STRING)));
}

/** The definition of one of its tables, or null when there is none of that name. */
export async function informationSchemaTable(
  session: Session,
  id: TableIdentifier,
): Promise<TableDefinition | null> {
  const table = TABLES[id.name.toLowerCase()];
  if (!table || !session.catalog.getCatalog(id.catalog)) return null;
  const rows = await table.rows(session, id.catalog);
  const qualifier = [id.catalog, "information_schema", id.name.toLowerCase()];
  return {
    kind: "table",
    qualifier,
    plan: (allocate) => ({
      kind: "local",
      rows,
      output: table.schema.fields.map((field) => ({
        id: allocate(),
        name: field.name,
        type: field.type,
        nullable: true,
        qualifier,
      })),
    }),
  };
}

/** Names of its tables, for SHOW TABLES. */
export const INFORMATION_TABLES: readonly string[] = Object.keys(TABLES).sort();

async function schemataRows(session: Session, catalog: string): Promise<Value[][]> {
  return session.catalog.listSchemas(catalog).map((s) => [s.catalog, s.name, s.comment]);
}

function allTables(session: Session, catalog: string): TableInfo[] {
  const { catalog: names } = session;
  return names.listSchemas(catalog).flatMap((schema) => listedTables(names, catalog, schema.name));
}

async function tableRows(session: Session, catalog: string): Promise<Value[][]> {
  return allTables(session, catalog).map((table) => [
    table.catalog,
    table.schema,
    table.name,
    table.kind.toUpperCase(),
    table.kind === "view" ? "NO" : "YES",
    table.comment,
    BigInt(table.createdAtMs) * 1000n,
    table.kind === "view" ? "UNKNOWN_DATA_SOURCE_FORMAT" : "DELTA",
    table.location,
  ]);
}

async function viewRows(session: Session, catalog: string): Promise<Value[][]> {
  return allTables(session, catalog)
    .filter((table) => table.kind === "view")
    .map((table) => [table.catalog, table.schema, table.name, table.viewText]);
}

/** Columns of tables; a view's columns are known by name only where it was given them. */
async function columnRows(session: Session, catalog: string): Promise<Value[][]> {
  const rows: Value[][] = [];
  for (const table of allTables(session, catalog)) {
    if (!table.location || !DeltaLog.exists(table.location)) continue;
    const snapshot = await session.log(table.location).snapshot();
    for (const [i, field] of snapshot.schema.fields.entries()) {
      const { CURRENT_DEFAULT: standard, comment } = field.metadata;
      rows.push([
        table.catalog,
        table.schema,
        table.name,
        field.name,
        i,
        typeof standard === "string" ? standard : null,
        field.nullable ? "YES" : "NO",
        formatTypeSql(field.type),
        formatTypeSql(field.type).replace(/[(<].*$/, ""),
        typeof comment === "string" ? comment : null,
      ]);
    }
  }
  return rows;
}
