/** Names of catalogs, schemas and tables for completion, from the metadata store alone. */
import { type Catalog, createStoreCatalog, listedTables } from "../../lake/catalog/index.ts";
import { formatTypedName } from "../lake/table-name.ts";
import type { Candidate } from "./complete.ts";
import { openCompletionStore, type ValuePlace } from "./place.ts";

/** As short as they may be typed: `orders` of main.default, `silver.orders` of main. */
export function readCatalogNames(
  place: ValuePlace,
  source: "tables" | "schemas" | "catalogs",
): Candidate[] {
  const { store, config } = openCompletionStore(place);
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
  return catalog.listSchemas(name).flatMap((schema) => {
    if (source === "schemas") {
      const word = name === "main" ? schema.name : `${name}.${schema.name}`;
      return [{ word, text: "schema" }];
    }
    return listedTables(catalog, name, schema.name).map((table) => ({
      word: formatTypedName(table),
      text: table.kind,
    }));
  });
}
