/** Tables of the catalog by namespace, for listings. */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import {
  type Catalog,
  listedTables,
  type SchemaInfo,
  type TableInfo,
} from "../../lake/catalog/index.ts";

/** `namespace` is a catalog, a schema of `main`, or `catalog.schema`; all of them when absent. */
export function listTables(catalog: Catalog, namespace: string | undefined): TableInfo[] {
  const schemas = findSchemas(catalog, namespace);
  return schemas.flatMap((schema) => listedTables(catalog, schema.catalog, schema.name));
}

function findSchemas(catalog: Catalog, namespace: string | undefined): SchemaInfo[] {
  const catalogs = catalog.listCatalogs().map((info) => info.name);
  const all = catalogs.flatMap((name) => catalog.listSchemas(name));
  // The views that describe the catalog are always there; nobody lists to see them.
  const own = all.filter((schema) => schema.name !== "information_schema");
  if (namespace === undefined) return own;
  const wanted = namespace.toLowerCase();
  const found = all.filter((schema) => {
    const names = [schema.catalog, `${schema.catalog}.${schema.name}`];
    if (schema.catalog === "main") names.push(schema.name);
    return names.some((name) => name.toLowerCase() === wanted);
  });
  if (found.length > 0 || catalogs.some((name) => name.toLowerCase() === wanted)) return found;
  const known = [...catalogs, ...own.map((schema) => schema.name)];
  const near = suggestName(namespace, known);
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no catalog or schema \`${namespace}\``, {
    hint: near === null ? `there are: ${known.join(", ")}` : `did you mean \`${near}\`?`,
  });
}
