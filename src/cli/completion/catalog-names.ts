/** Names of catalogs, schemas and tables for completion, from the metadata store alone. */
import { loadConfig } from "../../core/config/index.ts";
import { openStore } from "../../core/store/index.ts";
import { type Catalog, createStoreCatalog } from "../../lake/catalog/index.ts";
import type { Io } from "../io.ts";
import type { Candidate } from "./complete.ts";

/** As short as they may be typed: `orders` of main.default, `silver.orders` of main. */
export async function readCatalogNames(
  io: Io,
  source: "tables" | "schemas" | "catalogs",
): Promise<Candidate[]> {
  const config = loadConfig({ cwd: io.cwd, env: io.env });
  const store = openStore({ path: config.storePath, mode: "read" });
  try {
    const catalog = createStoreCatalog(store, config.lake.root);
    const names = catalog.listCatalogs().map((info) => info.name);
    if (source === "catalogs") return names.map((word) => ({ word, text: "catalog" }));
    return names.flatMap((name) => listNames(catalog, name, source));
  } finally {
    store.close();
  }
}

function listNames(catalog: Catalog, name: string, source: "tables" | "schemas"): Candidate[] {
  const prefix = name === "main" ? "" : `${name}.`;
  return catalog.listSchemas(name).flatMap((schema) => {
    if (source === "schemas") return [{ word: `${prefix}${schema.name}`, text: "schema" }];
    const isDefault = prefix === "" && schema.name === "default";
    const qualifier = isDefault ? "" : `${prefix}${schema.name}.`;
    return catalog
      .listTables(name, schema.name)
      .map((table) => ({ word: `${qualifier}${table.name}`, text: table.kind }));
  });
}
