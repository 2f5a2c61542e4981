/** A catalog that dies with the process: for scratch sessions without a project, and for tests. */
import { alreadyExists, notEmpty, notFound, partsOf } from "./catalog-error.ts";
import { schemaFolder, tableFolder } from "./locations.ts";
import type { Catalog, CatalogInfo, SchemaInfo, TableIdentifier, TableInfo } from "./types.ts";

/** An empty catalog with `main.default`, managed tables below `lakeRoot`. */
export function createMemoryCatalog(lakeRoot: string): Catalog {
  return new MemoryCatalog(lakeRoot);
}

function keyOf(...parts: readonly string[]): string {
  return parts.map((part) => part.toLowerCase()).join("\0");
}

class MemoryCatalog implements Catalog {
  readonly #lakeRoot: string;
  readonly #catalogs = new Map<string, CatalogInfo>();
  readonly #schemas = new Map<string, SchemaInfo>();
  readonly #tables = new Map<string, TableInfo>();

  constructor(lakeRoot: string) {
    this.#lakeRoot = lakeRoot;
    this.createCatalog({ name: "main", comment: null });
  }

  listCatalogs(): CatalogInfo[] {
    return sorted(this.#catalogs.values());
  }

  getCatalog(name: string): CatalogInfo | null {
    return this.#catalogs.get(keyOf(name)) ?? null;
  }

  createCatalog(info: CatalogInfo): void {
    if (this.getCatalog(info.name)) throw alreadyExists("catalog", [info.name]);
    this.#catalogs.set(keyOf(info.name), info);
    const location = schemaFolder(this.#lakeRoot, info.name, "default");
    this.createSchema({ catalog: info.name, name: "default", comment: null, location });
  }

  dropCatalog(name: string): void {
    if (!this.getCatalog(name)) throw notFound("catalog", [name]);
    const schemas = this.listSchemas(name);
    const isEmpty =
      schemas.every((schema) => schema.name.toLowerCase() === "default") &&
      schemas.every((schema) => this.listTables(name, schema.name).length === 0);
    if (!isEmpty) throw notEmpty("catalog", [name]);
    for (const schema of schemas) this.#schemas.delete(keyOf(name, schema.name));
    this.#catalogs.delete(keyOf(name));
  }

  listSchemas(catalog: string): SchemaInfo[] {
    const schemas = [...this.#schemas.values()];
    return sorted(schemas.filter((schema) => keyOf(schema.catalog) === keyOf(catalog)));
  }

  getSchema(catalog: string, name: string): SchemaInfo | null {
    return this.#schemas.get(keyOf(catalog, name)) ?? null;
  }

  createSchema(info: SchemaInfo): void {
    const catalog = this.getCatalog(info.catalog);
    if (!catalog) throw notFound("catalog", [info.catalog]);
    if (this.getSchema(info.catalog, info.name)) {
      throw alreadyExists("schema", [info.catalog, info.name]);
    }
    this.#schemas.set(keyOf(info.catalog, info.name), { ...info, catalog: catalog.name });
  }

  dropSchema(catalog: string, name: string): void {
    if (!this.getSchema(catalog, name)) throw notFound("schema", [catalog, name]);
    if (this.listTables(catalog, name).length > 0) throw notEmpty("schema", [catalog, name]);
    this.#schemas.delete(keyOf(catalog, name));
  }

  listTables(catalog: string, schema: string): TableInfo[] {
    const prefix = `${keyOf(catalog, schema)}\0`;
    const entries = [...this.#tables].filter(([key]) => key.startsWith(prefix));
    return sorted(entries.map(([, info]) => info));
  }

  getTable(id: TableIdentifier): TableInfo | null {
    return this.#tables.get(keyOf(...partsOf(id))) ?? null;
  }

  putTable(info: TableInfo, { replace }: { replace: boolean }): void {
    const schema = this.getSchema(info.catalog, info.schema);
    if (!schema) throw notFound("schema", [info.catalog, info.schema]);
    const existing = this.getTable(info);
    if (existing && !replace) {
      throw alreadyExists(existing.kind === "view" ? "view" : "table", partsOf(info));
    }
    const names = { catalog: schema.catalog, schema: schema.name };
    this.#tables.set(keyOf(...partsOf(info)), { ...info, ...names });
  }

  dropTable(id: TableIdentifier): void {
    if (!this.#tables.delete(keyOf(...partsOf(id)))) throw notFound("table", partsOf(id));
  }

  renameTable(from: TableIdentifier, to: TableIdentifier): void {
    const existing = this.getTable(from);
    if (!existing) throw notFound("table", partsOf(from));
    const isOther = keyOf(...partsOf(from)) !== keyOf(...partsOf(to));
    if (isOther && this.getTable(to)) throw alreadyExists("table", partsOf(to));
    this.dropTable(from);
    this.putTable({ ...existing, ...to }, { replace: false });
  }

  managedLocation(id: TableIdentifier): string {
    const location =
      this.getSchema(id.catalog, id.schema)?.location ??
      schemaFolder(this.#lakeRoot, id.catalog, id.schema);
    return tableFolder(location, id);
  }
}

function sorted<T extends { name: string }>(items: Iterable<T>): T[] {
  const key = (item: T): string => item.name.toLowerCase();
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
