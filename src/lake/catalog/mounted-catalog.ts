/**
 * Adds read-only catalogs that are folders of Delta tables, `<folder>/<schema>/<table>`, beside a
 * real one: the bundled `samples`. Nothing in a mount can be created, replaced or dropped.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import type { Catalog, CatalogInfo, SchemaInfo, TableIdentifier, TableInfo } from "./types.ts";

export interface Mount {
  /** Catalog name. */
  name: string;
  /** Absolute folder; a mount whose folder is missing is left out. */
  folder: string;
  comment: string | null;
}

/** `base` with the mounts in front of it. */
export function mountCatalogs(base: Catalog, mounts: readonly Mount[]): Catalog {
  const present = mounts.filter((mount) => existsSync(mount.folder));
  return present.length === 0 ? base : new MountedCatalog(base, present);
}

class MountedCatalog implements Catalog {
  readonly #base: Catalog;
  readonly #mounts: readonly Mount[];

  constructor(base: Catalog, mounts: readonly Mount[]) {
    this.#base = base;
    this.#mounts = mounts;
  }

  #mount(catalog: string): Mount | undefined {
    return this.#mounts.find((mount) => mount.name.toLowerCase() === catalog.toLowerCase());
  }

  #refuse(catalog: string): void {
    if (!this.#mount(catalog)) return;
    throw new SovereignError("PERMISSION_DENIED", `the catalog \`${catalog}\` is read-only`, {
      hint: "copy the table: CREATE TABLE mine AS SELECT * FROM …",
    });
  }

  listCatalogs(): CatalogInfo[] {
    const own = this.#mounts.map(({ name, comment }) => ({ name, comment }));
    return [...this.#base.listCatalogs(), ...own].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  getCatalog(name: string): CatalogInfo | null {
    const mount = this.#mount(name);
    return mount ? { name: mount.name, comment: mount.comment } : this.#base.getCatalog(name);
  }

  createCatalog(info: CatalogInfo): void {
    this.#refuse(info.name);
    this.#base.createCatalog(info);
  }

  dropCatalog(name: string): void {
    this.#refuse(name);
    this.#base.dropCatalog(name);
  }

  listSchemas(catalog: string): SchemaInfo[] {
    const mount = this.#mount(catalog);
    if (!mount) return this.#base.listSchemas(catalog);
    return foldersOf(mount.folder).map((name) => {
      return { catalog: mount.name, name, comment: null, location: join(mount.folder, name) };
    });
  }

  getSchema(catalog: string, name: string): SchemaInfo | null {
    if (!this.#mount(catalog)) return this.#base.getSchema(catalog, name);
    const found = this.listSchemas(catalog).find((s) => s.name === name.toLowerCase());
    return found ?? null;
  }

  createSchema(info: SchemaInfo): void {
    this.#refuse(info.catalog);
    this.#base.createSchema(info);
  }

  dropSchema(catalog: string, name: string): void {
    this.#refuse(catalog);
    this.#base.dropSchema(catalog, name);
  }

  listTables(catalog: string, schema: string): TableInfo[] {
    const mount = this.#mount(catalog);
    if (!mount) return this.#base.listTables(catalog, schema);
    const folder = this.getSchema(catalog, schema)?.location;
    if (!folder) return [];
    return foldersOf(folder)
      .filter((name) => existsSync(join(folder, name, "_delta_log")))
      .map((name) => ({
        catalog: mount.name,
        schema: schema.toLowerCase(),
        name,
        kind: "external" as const,
        location: join(folder, name),
        viewText: null,
        viewCatalog: null,
        viewSchema: null,
        viewColumns: null,
        comment: null,
        createdAtMs: 0,
      }));
  }

  getTable(id: TableIdentifier): TableInfo | null {
    if (!this.#mount(id.catalog)) return this.#base.getTable(id);
    const name = id.name.toLowerCase();
    return this.listTables(id.catalog, id.schema).find((table) => table.name === name) ?? null;
  }

  putTable(info: TableInfo, options: { replace: boolean }): void {
    this.#refuse(info.catalog);
    this.#base.putTable(info, options);
  }

  dropTable(id: TableIdentifier): void {
    this.#refuse(id.catalog);
    this.#base.dropTable(id);
  }

  renameTable(from: TableIdentifier, to: TableIdentifier): void {
    this.#refuse(from.catalog);
    this.#refuse(to.catalog);
    this.#base.renameTable(from, to);
  }

  managedLocation(id: TableIdentifier): string {
    this.#refuse(id.catalog);
    return this.#base.managedLocation(id);
  }
}

/** Sub-folders in lower case, sorted; hidden ones are not listed. */
function foldersOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[a-z0-9]/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}
