/** CREATE CATALOG, CREATE SCHEMA, USE. */
import { alreadyExists, formatName, notFound, schemaFolder } from "../../catalog/index.ts";
import { notImplemented } from "../../sql/error.ts";
import { partsOfName, schemaIdentifier } from "../names.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";

/** Runs CREATE CATALOG. */
export function executeCreateCatalog(
  ctx: StatementContext,
  create: StatementOf<"create_catalog">,
): Outcome {
  if (create.managedLocation) throw notImplemented("MANAGED LOCATION of a catalog", create.span);
  const { catalog } = ctx.session;
  const { name } = create.name;
  if (catalog.getCatalog(name)) {
    if (create.ifNotExists) return emptyOutcome({ message: "the catalog exists already" });
    throw alreadyExists("catalog", [name]);
  }
  catalog.createCatalog({ name, comment: create.comment ?? null });
  return emptyOutcome({ message: `created catalog ${formatName([name])}` });
}

/** Runs CREATE SCHEMA. */
export function executeCreateSchema(
  ctx: StatementContext,
  create: StatementOf<"create_schema">,
): Outcome {
  if (create.properties.length > 0) throw notImplemented("properties of a schema", create.span);
  const { session } = ctx;
  const id = schemaIdentifier(session, create.name);
  if (!session.catalog.getCatalog(id.catalog)) throw notFound("catalog", [id.catalog]);
  if (id.schema.toLowerCase() === "information_schema") {
    throw alreadyExists("schema", [id.catalog, id.schema]);
  }
  if (session.catalog.getSchema(id.catalog, id.schema)) {
    if (create.ifNotExists) return emptyOutcome({ message: "the schema exists already" });
    throw alreadyExists("schema", [id.catalog, id.schema]);
  }
  const given = create.location ?? create.managedLocation;
  const beside = session.catalog.getSchema(id.catalog, "default");
  const root = beside ? lakeRootOf(beside.location) : session.baseFolder;
  const location = given ? session.absolutePath(given) : schemaFolder(root, id.catalog, id.schema);
  if (given) session.checkWritable(location);
  session.catalog.createSchema({
    catalog: id.catalog,
    name: id.schema,
    comment: create.comment ?? null,
    location,
  });
  return emptyOutcome({ message: `created schema ${formatName([id.catalog, id.schema])}` });
}

/** `<root>/<catalog>/default` to `<root>`. */
function lakeRootOf(defaultLocation: string): string {
  return defaultLocation.split("/").slice(0, -2).join("/");
}

/** Runs USE [CATALOG|SCHEMA]. */
export function executeUse(ctx: StatementContext, use: StatementOf<"use">): Outcome {
  const { session } = ctx;
  const parts = partsOfName(use.name);
  if (use.what === "catalog") return useCatalog(ctx, parts.join("."));
  const isCatalog =
    use.what === "any" &&
    parts.length === 1 &&
    !session.catalog.getSchema(session.namespace.catalog, parts[0]!) &&
    session.catalog.getCatalog(parts[0]!) !== null;
  if (isCatalog) return useCatalog(ctx, parts[0]!);
  const id = schemaIdentifier(session, use.name);
  const schema = session.catalog.getSchema(id.catalog, id.schema);
  const isInformation =
    id.schema.toLowerCase() === "information_schema" && session.catalog.getCatalog(id.catalog);
  if (!schema && !isInformation) throw notFound("schema", [id.catalog, id.schema]);
  session.namespace = schema
    ? { catalog: schema.catalog, schema: schema.name }
    : { catalog: id.catalog, schema: "information_schema" };
  return emptyOutcome();
}

function useCatalog(ctx: StatementContext, name: string): Outcome {
  const info = ctx.session.catalog.getCatalog(name);
  if (!info) throw notFound("catalog", [name]);
  ctx.session.namespace = { catalog: info.name, schema: "default" };
  return emptyOutcome();
}
