/**
 * Names over folders: `catalog.schema.table` to a Delta table's location. Unity Catalog's model,
 * kept in the metadata store. Names compare case-insensitively and keep the case they were given.
 */

export interface CatalogInfo {
  name: string;
  comment: string | null;
}

/** A schema; `location` is the absolute folder of its managed tables. */
export interface SchemaInfo {
  catalog: string;
  name: string;
  comment: string | null;
  location: string;
}

/** The three parts of a name. */
export interface TableIdentifier {
  catalog: string;
  schema: string;
  name: string;
}

/** `managed`: its folder is the lake's, and goes with it. `external`: somebody else's folder. */
export type TableKind = "managed" | "external" | "view";

/** A column of a view as it was when the view was made. */
export interface ViewColumn {
  name: string;
  comment: string | null;
  /** Name of the query's column it shows; absent in views made without a record of it. */
  queryName?: string;
  /** Spark's text of its type. */
  type?: string;
}

/** A table or a view, as the catalog knows it. */
export interface TableInfo extends TableIdentifier {
  kind: TableKind;
  /** Absolute folder of the table; null for a view. */
  location: string | null;
  /** Spark SQL text of a view, with the namespace it was created in; null for a table. */
  viewText: string | null;
  viewCatalog: string | null;
  viewSchema: string | null;
  viewColumns: readonly ViewColumn[] | null;
  comment: string | null;
  createdAtMs: number;
}

/**
 * Listings are sorted by name. Every `get` returns null for a missing name; the caller owns the
 * error and its suggestion. Reading never creates the store; the first write does.
 */
export interface Catalog {
  listCatalogs(): CatalogInfo[];
  getCatalog(name: string): CatalogInfo | null;
  createCatalog(info: CatalogInfo): void;
  dropCatalog(name: string): void;
  listSchemas(catalog: string): SchemaInfo[];
  getSchema(catalog: string, name: string): SchemaInfo | null;
  createSchema(info: SchemaInfo): void;
  dropSchema(catalog: string, name: string): void;
  listTables(catalog: string, schema: string): TableInfo[];
  getTable(id: TableIdentifier): TableInfo | null;
  /** Fails with RESOURCE_ALREADY_EXISTS unless `replace`. */
  putTable(info: TableInfo, options: { replace: boolean }): void;
  dropTable(id: TableIdentifier): void;
  renameTable(from: TableIdentifier, to: TableIdentifier): void;
  /** Default folder of a managed table below the lake root. */
  managedLocation(id: TableIdentifier): string;
}
