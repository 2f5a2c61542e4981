/**
 * The catalog in the metadata store (SQLite). All of its SQL is here; the tables are made by
 * `core/store/migrations`. Names compare without case through `COLLATE NOCASE`.
 */
import type { Store } from "../../core/store/index.ts";
import { alreadyExists, notEmpty, notFound, partsOf } from "./catalog-error.ts";
import { fromStoredLocation, schemaFolder, tableFolder, toStoredLocation } from "./locations.ts";
import type {
  Catalog,
  CatalogInfo,
  SchemaInfo,
  TableIdentifier,
  TableInfo,
  ViewColumn,
} from "./types.ts";

interface SchemaRow {
  catalog: string;
  name: string;
  comment: string | null;
  location: string | null;
}

interface TableRow {
  catalog: string;
  schema: string;
  name: string;
  kind: TableInfo["kind"];
  location: string | null;
  view_text: string | null;
  view_catalog: string | null;
  view_schema: string | null;
  view_columns: string | null;
  comment: string | null;
  created_at_ms: number;
}

const SCHEMA_COLUMNS = "catalog, name, comment, location";
const TABLE_COLUMNS =
  "catalog, schema, name, kind, location, view_text, view_catalog, view_schema, view_columns, " +
  "comment, created_at_ms";

/** A catalog kept in `store`, with managed tables below `lakeRoot`. */
export function createStoreCatalog(store: Store, lakeRoot: string): Catalog {
  return new StoreCatalog(store, lakeRoot);
}

class StoreCatalog implements Catalog {
  readonly #store: Store;
  readonly #lakeRoot: string;

  constructor(store: Store, lakeRoot: string) {
    this.#store = store;
    this.#lakeRoot = lakeRoot;
  }

  listCatalogs(): CatalogInfo[] {
    return this.#store.all<CatalogInfo>("SELECT name, comment FROM catalogs ORDER BY name");
  }

  getCatalog(name: string): CatalogInfo | null {
    return this.#store.get<CatalogInfo>("SELECT name, comment FROM catalogs WHERE name = ?", [
      name,
    ]);
  }

  createCatalog(info: CatalogInfo): void {
    this.#store.transaction(() => {
      if (this.getCatalog(info.name)) throw alreadyExists("catalog", [info.name]);
      const { name, comment } = info;
      this.#store.run("INSERT INTO catalogs (name, comment) VALUES (?, ?)", [name, comment]);
      this.#store.run("INSERT INTO schemas (catalog, name) VALUES (?, 'default')", [name]);
    });
  }

  dropCatalog(name: string): void {
    this.#store.transaction(() => {
      if (!this.getCatalog(name)) throw notFound("catalog", [name]);
      const tables = this.#store.all("SELECT name FROM tables WHERE catalog = ? LIMIT 1", [name]);
      const others = this.listSchemas(name).filter((s) => s.name.toLowerCase() !== "default");
      if (tables.length > 0 || others.length > 0) throw notEmpty("catalog", [name]);
      this.#store.run("DELETE FROM schemas WHERE catalog = ?", [name]);
      this.#store.run("DELETE FROM catalogs WHERE name = ?", [name]);
    });
  }

  listSchemas(catalog: string): SchemaInfo[] {
    return this.#store
      .all<SchemaRow>(`SELECT ${SCHEMA_COLUMNS} FROM schemas WHERE catalog = ? ORDER BY name`, [
        catalog,
      ])
      .map((row) => this.#toSchema(row));
  }

  getSchema(catalog: string, name: string): SchemaInfo | null {
    const row = this.#store.get<SchemaRow>(
      `SELECT ${SCHEMA_COLUMNS} FROM schemas WHERE catalog = ? AND name = ?`,
      [catalog, name],
    );
    return row && this.#toSchema(row);
  }

  #toSchema(row: SchemaRow): SchemaInfo {
    const location =
      row.location === null
        ? schemaFolder(this.#lakeRoot, row.catalog, row.name)
        : fromStoredLocation(this.#lakeRoot, row.location);
    return { catalog: row.catalog, name: row.name, comment: row.comment, location };
  }

  createSchema(info: SchemaInfo): void {
    this.#store.transaction(() => {
      const catalog = this.getCatalog(info.catalog);
      if (!catalog) throw notFound("catalog", [info.catalog]);
      if (this.getSchema(info.catalog, info.name)) {
        throw alreadyExists("schema", [info.catalog, info.name]);
      }
      const isDefault = info.location === schemaFolder(this.#lakeRoot, catalog.name, info.name);
      this.#store.run(
        "INSERT INTO schemas (catalog, name, comment, location) VALUES (?, ?, ?, ?)",
        [
          catalog.name,
          info.name,
          info.comment,
          isDefault ? null : toStoredLocation(this.#lakeRoot, info.location),
        ],
      );
    });
  }

  dropSchema(catalog: string, name: string): void {
    this.#store.transaction(() => {
      if (!this.getSchema(catalog, name)) throw notFound("schema", [catalog, name]);
      if (this.listTables(catalog, name).length > 0) throw notEmpty("schema", [catalog, name]);
      this.#store.run("DELETE FROM schemas WHERE catalog = ? AND name = ?", [catalog, name]);
    });
  }

  listTables(catalog: string, schema: string): TableInfo[] {
    return this.#store
      .all<TableRow>(
        `SELECT ${TABLE_COLUMNS} FROM tables WHERE catalog = ? AND schema = ? ORDER BY name`,
        [catalog, schema],
      )
      .map((row) => this.#toTable(row));
  }

  getTable(id: TableIdentifier): TableInfo | null {
    const row = this.#store.get<TableRow>(
      `SELECT ${TABLE_COLUMNS} FROM tables WHERE catalog = ? AND schema = ? AND name = ?`,
      partsOf(id),
    );
    return row && this.#toTable(row);
  }

  #toTable(row: TableRow): TableInfo {
    const id = { catalog: row.catalog, schema: row.schema, name: row.name };
    const stored = row.location;
    const location =
      row.kind === "view"
        ? null
        : stored === null
          ? this.managedLocation(id)
          : fromStoredLocation(this.#lakeRoot, stored);
    return {
      ...id,
      kind: row.kind,
      location,
      viewText: row.view_text,
      viewCatalog: row.view_catalog,
      viewSchema: row.view_schema,
      viewColumns: row.view_columns ? (JSON.parse(row.view_columns) as ViewColumn[]) : null,
      comment: row.comment,
      createdAtMs: row.created_at_ms,
    };
  }

  putTable(info: TableInfo, { replace }: { replace: boolean }): void {
    this.#store.transaction(() => {
      const schema = this.getSchema(info.catalog, info.schema);
      if (!schema) throw notFound("schema", [info.catalog, info.schema]);
      const existing = this.getTable(info);
      if (existing && !replace) {
        throw alreadyExists(existing.kind === "view" ? "view" : "table", partsOf(info));
      }
      if (existing) this.#delete(info);
      const isDefault = info.location === this.managedLocation(info);
      this.#store.run(
        `INSERT INTO tables (${TABLE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          schema.catalog,
          schema.name,
          info.name,
          info.kind,
          info.location === null || isDefault
            ? null
            : toStoredLocation(this.#lakeRoot, info.location),
          info.viewText,
          info.viewCatalog,
          info.viewSchema,
          info.viewColumns && JSON.stringify(info.viewColumns),
          info.comment,
          info.createdAtMs,
        ],
      );
    });
  }

  dropTable(id: TableIdentifier): void {
    this.#store.transaction(() => {
      if (!this.getTable(id)) throw notFound("table", partsOf(id));
      this.#delete(id);
    });
  }

  #delete(id: TableIdentifier): void {
    this.#store.run(
      "DELETE FROM tables WHERE catalog = ? AND schema = ? AND name = ?",
      partsOf(id),
    );
  }

  renameTable(from: TableIdentifier, to: TableIdentifier): void {
    this.#store.transaction(() => {
      const existing = this.getTable(from);
      if (!existing) throw notFound("table", partsOf(from));
      const sameName =
        partsOf(from).join("\0").toLowerCase() === partsOf(to).join("\0").toLowerCase();
      if (!sameName && this.getTable(to)) throw alreadyExists("table", partsOf(to));
      this.#delete(from);
      this.putTable({ ...existing, ...to }, { replace: false });
    });
  }

  managedLocation(id: TableIdentifier): string {
    const location =
      this.getSchema(id.catalog, id.schema)?.location ??
      schemaFolder(this.#lakeRoot, id.catalog, id.schema);
    return tableFolder(location, id);
  }
}
