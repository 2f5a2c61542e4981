/**
 * DROP TABLE, VIEW, SCHEMA, CATALOG. A managed table's folder is renamed aside before its entry
 * goes, so that a killed DROP leaves the table or an entry without a log, never half a table.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { newUuid } from "../../../core/ids.ts";
import { formatName, notEmpty, notFound, partsOf, type TableInfo } from "../../catalog/index.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { partsOfName, schemaIdentifier, tableIdentifier } from "../names.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { Session } from "../session.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { tableNotFound } from "../table-handle.ts";

type Drop = StatementOf<"drop">;

const DROPPED = /^\.dropped-/;

/** Runs a DROP. */
export function executeDrop(ctx: StatementContext, drop: Drop): Outcome {
  switch (drop.what) {
    case "table":
      return dropTable(ctx, drop);
    case "view":
      return dropView(ctx, drop);
    case "schema":
      return dropSchema(ctx.session, drop);
    case "catalog":
      return dropCatalog(ctx.session, drop);
  }
}

function dropTable(ctx: StatementContext, drop: Drop): Outcome {
  const { session } = ctx;
  const parts = partsOfName(drop.name);
  // As in Spark: a temporary view of this name hides the table and is what goes.
  if (dropTemporaryView(session, parts)) return done("view", parts);
  const id = tableIdentifier(parts, session.namespace);
  const info = session.catalog.getTable(id);
  if (!info) {
    if (drop.ifExists) return emptyOutcome();
    throw tableNotFound(session, id);
  }
  if (info.kind === "view") throw wrongKind(info, "view", "DROP VIEW");
  removeTable(session, info);
  return done("table", partsOf(info));
}

/** Takes a table out of the catalog, and its folder with it when it is managed. */
export function removeTable(session: Session, info: TableInfo): void {
  const { location } = info;
  if (info.kind !== "managed" || !location || session.scratch !== null) {
    session.catalog.dropTable(info);
    return;
  }
  const parent = dirname(location);
  const aside = join(parent, `.dropped-${basename(location)}-${newUuid().slice(0, 8)}`);
  if (existsSync(location)) renameSync(location, aside);
  session.catalog.dropTable(info);
  session.forgetLog(location);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    if (DROPPED.test(name)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function dropTemporaryView(session: Session, parts: readonly string[]): boolean {
  return parts.length === 1 && session.temporaryViews.delete(parts[0]!.toLowerCase());
}

function dropView(ctx: StatementContext, drop: Drop): Outcome {
  const { session } = ctx;
  const parts = partsOfName(drop.name);
  if (dropTemporaryView(session, parts)) return done("view", parts);
  const id = tableIdentifier(parts, session.namespace);
  const info = session.catalog.getTable(id);
  if (!info) {
    if (drop.ifExists) return emptyOutcome();
    throw notFound("view", partsOf(id));
  }
  if (info.kind !== "view") throw wrongKind(info, "table", "DROP TABLE");
  session.catalog.dropTable(id);
  return done("view", partsOf(info));
}

function wrongKind(info: TableInfo, kind: string, instead: string): SqlError {
  return new SqlError(`\`${formatName(partsOf(info))}\` is a ${kind}`, {
    errorClass: "WRONG_COMMAND_FOR_OBJECT_TYPE",
    sqlState: "42809",
    hint: `use ${instead}`,
  });
}

function dropSchema(session: Session, drop: Drop): Outcome {
  const id = schemaIdentifier(session, drop.name);
  const info = session.catalog.getSchema(id.catalog, id.schema);
  if (!info) {
    if (drop.ifExists) return emptyOutcome();
    throw notFound("schema", [id.catalog, id.schema]);
  }
  if (info.name.toLowerCase() === "default") {
    throw notImplemented("dropping the schema `default`", drop.span, "drop its tables instead");
  }
  removeSchema(session, info.catalog, info.name, drop.cascade);
  return done("schema", [info.catalog, info.name]);
}

function removeSchema(session: Session, catalog: string, schema: string, cascade: boolean): void {
  const tables = session.catalog.listTables(catalog, schema);
  if (tables.length > 0 && !cascade) throw notEmpty("schema", [catalog, schema]);
  for (const table of tables) {
    if (table.kind === "view") session.catalog.dropTable(table);
    else removeTable(session, table);
  }
  const { location } = session.catalog.getSchema(catalog, schema)!;
  session.catalog.dropSchema(catalog, schema);
  // Only the empty folder that we made; a schema's folder may hold files of the user's.
  if (existsSync(location) && readdirSync(location).length === 0) {
    rmSync(location, { recursive: true });
  }
  const { namespace } = session;
  const isCurrent =
    namespace.catalog.toLowerCase() === catalog.toLowerCase() &&
    namespace.schema.toLowerCase() === schema.toLowerCase();
  if (isCurrent) session.namespace = { catalog: namespace.catalog, schema: "default" };
}

function dropCatalog(session: Session, drop: Drop): Outcome {
  const name = partsOfName(drop.name).join(".");
  const info = session.catalog.getCatalog(name);
  if (!info) {
    if (drop.ifExists) return emptyOutcome();
    throw notFound("catalog", [name]);
  }
  if (info.name.toLowerCase() === "main") {
    throw notImplemented("dropping the catalog `main`", drop.span, "drop its schemas instead");
  }
  const schemas = session.catalog.listSchemas(name);
  const isEmpty = schemas.every(
    (schema) =>
      schema.name.toLowerCase() === "default" &&
      session.catalog.listTables(name, schema.name).length === 0,
  );
  if (!isEmpty && !drop.cascade) throw notEmpty("catalog", [name]);
  for (const schema of schemas) {
    if (schema.name.toLowerCase() !== "default") removeSchema(session, name, schema.name, true);
    else {
      for (const table of session.catalog.listTables(name, "default")) {
        if (table.kind === "view") session.catalog.dropTable(table);
        else removeTable(session, table);
      }
    }
  }
  session.catalog.dropCatalog(name);
  if (session.namespace.catalog.toLowerCase() === name.toLowerCase()) {
    session.namespace = { catalog: "main", schema: "default" };
  }
  return done("catalog", [info.name]);
}

function done(what: string, parts: readonly string[]): Outcome {
  return emptyOutcome({ message: `dropped ${what} ${formatName(parts)}` });
}
