/**
 * What a dotted name in a statement means: a table of the catalog, or a folder by path
 * (``delta.`/data/t` ``, ``parquet.`…` ``). Missing leading parts come from the session.
 */
import type { TableIdentifier } from "../catalog/index.ts";
import type { MultipartName } from "../sql/ast.ts";
import type { Namespace } from "../sql/bind/context.ts";
import { SqlError } from "../sql/error.ts";
import type { Session } from "./session.ts";

export const FILE_FORMATS = ["parquet", "csv", "json", "text", "binaryfile"] as const;

export type ResolvedName =
  | { kind: "table"; id: TableIdentifier }
  | { kind: "delta_path"; path: string }
  | { kind: "file_path"; format: (typeof FILE_FORMATS)[number]; path: string };

/** Reads name parts; a two-part name is a path when its first part is a format and no schema. */
export function resolveName(
  session: Session,
  parts: readonly string[],
  namespace: Namespace = session.namespace,
): ResolvedName {
  if (parts.length === 2) {
    const format = parts[0]!.toLowerCase();
    const isSchema = session.catalog.getSchema(namespace.catalog, format) !== null;
    if (!isSchema && format === "delta") {
      return { kind: "delta_path", path: session.absolutePath(parts[1]!) };
    }
    const fileFormat = FILE_FORMATS.find((known) => known === format);
    if (!isSchema && fileFormat) {
      return { kind: "file_path", format: fileFormat, path: parts[1]! };
    }
  }
  return { kind: "table", id: tableIdentifier(parts, namespace) };
}

/** `[catalog.][schema.]name` with the namespace's parts put in. */
export function tableIdentifier(parts: readonly string[], namespace: Namespace): TableIdentifier {
  const [name, schema, catalog] = [...parts].reverse();
  return {
    catalog: catalog ?? namespace.catalog,
    schema: schema ?? namespace.schema,
    name: name!,
  };
}

/** `[catalog.]schema` with the session's catalog put in. */
export function schemaIdentifier(
  session: Session,
  name: MultipartName,
): { catalog: string; schema: string } {
  const parts = partsOfName(name);
  if (parts.length > 2) {
    throw new SqlError(`\`${parts.join(".")}\` is not the name of a schema`, {
      errorClass: "REQUIRES_SINGLE_PART_NAMESPACE",
      sqlState: "42K05",
      span: name.span,
      hint: "write `catalog.schema` or `schema`",
    });
  }
  const [schema, catalog] = [...parts].reverse();
  return { catalog: catalog ?? session.namespace.catalog, schema: schema! };
}

/** Parts of a parsed name as text. */
export function partsOfName(name: MultipartName): string[] {
  return name.parts.map((part) => part.name);
}
