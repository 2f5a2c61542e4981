/** A catalog's entries in memory, for changes that must not last: what a dry run works on. */
import { schemaFolder } from "./locations.ts";
import { createMemoryCatalog } from "./memory-catalog.ts";
import type { Catalog } from "./types.ts";

/** A copy of `base` whose new tables go below `lakeRoot`; tables that exist stay where they are. */
export function copyCatalog(base: Catalog, lakeRoot: string): Catalog {
  const copy = createMemoryCatalog(lakeRoot);
  for (const catalog of base.listCatalogs()) {
    if (!copy.getCatalog(catalog.name)) copy.createCatalog(catalog);
    for (const schema of base.listSchemas(catalog.name)) {
      const location = schemaFolder(lakeRoot, catalog.name, schema.name);
      if (!copy.getSchema(catalog.name, schema.name)) copy.createSchema({ ...schema, location });
      for (const table of base.listTables(catalog.name, schema.name)) {
        copy.putTable(table, { replace: false });
      }
    }
  }
  return copy;
}
