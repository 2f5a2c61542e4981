/** "Did you mean" for tables: a slip in the name, or the schema that was left out or mistaken. */
import { suggestName } from "../../core/suggest.ts";
import { formatName } from "./catalog-error.ts";
import { listedTables } from "./listed-tables.ts";
import type { Catalog, TableIdentifier } from "./types.ts";

/**
 * The nearest table or view, as short as it may be written where `current` is in use; null when
 * none is near. `extra` are names visible without a schema, such as temporary views.
 */
export function suggestTable(
  catalog: Catalog,
  wanted: TableIdentifier,
  current: { catalog: string; schema: string },
  extra: readonly string[] = [],
): string | null {
  const namesOf = (schema: string): string[] =>
    listedTables(catalog, wanted.catalog, schema).map((table) => table.name);
  const write = (schema: string, name: string): string => {
    if (!isSame(wanted.catalog, current.catalog)) return formatName([wanted.catalog, schema, name]);
    return formatName(isSame(schema, current.schema) ? [name] : [schema, name]);
  };
  const isHere = isSame(wanted.schema, current.schema) && isSame(wanted.catalog, current.catalog);
  const here = suggestName(wanted.name, [...(isHere ? extra : []), ...namesOf(wanted.schema)]);
  if (here !== null) return extra.includes(here) ? formatName([here]) : write(wanted.schema, here);
  const others = catalog.listSchemas(wanted.catalog).map((schema) => schema.name);
  const owner = others.find((schema) => namesOf(schema).some((name) => isSame(name, wanted.name)));
  if (owner !== undefined) return write(owner, wanted.name);
  for (const schema of others) {
    const near = suggestName(wanted.name, namesOf(schema));
    if (near !== null) return write(schema, near);
  }
  return null;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
