/**
 * SHOW …: listings from the catalog and the log, in the columns Spark 4.2 gives them. Nothing here
 * starts the engine. Patterns are Spark's: `*` for any text, `|` between alternatives.
 */
import { listedTables, notFound } from "../../catalog/index.ts";
import { BOOLEAN, STRING, structField, structType } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { notImplemented } from "../../sql/error.ts";
import { parseStatement, quoteIdentifier } from "../../sql/parse/index.ts";
import { outputOf } from "../../sql/plan/plan.ts";
import { bindQueryPlan } from "../bind-port.ts";
import { INFORMATION_TABLES } from "../information-schema.ts";
import { partsOfName, schemaIdentifier } from "../names.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { createTableText } from "./create-text.ts";

type Show = StatementOf<"show">;

/** Runs a SHOW statement. */
export async function executeShow(ctx: StatementContext, show: Show): Promise<Outcome> {
  switch (show.what) {
    case "catalogs":
      return listing(["catalog"], named(ctx.session.catalog.listCatalogs(), show));
    case "schemas":
      return showSchemas(ctx, show);
    case "tables":
    case "views":
      return showTables(ctx, show);
    case "columns":
      return showColumns(ctx, show);
    case "tblproperties":
      return showProperties(ctx, show);
    case "create_table":
      return showCreate(ctx, show);
    case "partitions":
      return showPartitions(ctx, show);
    case "current_schema": {
      const { catalog, schema } = ctx.session.namespace;
      return listing(["catalog", "namespace"], [[catalog, schema]]);
    }
    default:
      throw notImplemented(`SHOW ${show.what.toUpperCase().replace("_", " ")}`, show.span);
  }
}

function listing(names: readonly string[], rows: readonly (readonly Value[])[]): Outcome {
  return localOutcome(structType(names.map((name) => structField(name, STRING, false))), rows);
}

function named(items: readonly { name: string }[], show: Show): string[][] {
  return items.map((item) => [item.name]).filter(([name]) => isLike(name!, show.like));
}

/** Spark's pattern of SHOW … LIKE: case-insensitive, `*` any text, `|` alternatives. */
export function isLike(name: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  return pattern.split("|").some((part) => {
    const source = part
      .trim()
      .split("*")
      .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*");
    return new RegExp(`^${source}$`, "i").test(name);
  });
}

function showSchemas(ctx: StatementContext, show: Show): Outcome {
  const { session } = ctx;
  const name = show.inName ? partsOfName(show.inName).join(".") : session.namespace.catalog;
  if (!session.catalog.getCatalog(name)) throw notFound("catalog", [name]);
  const schemas = [...session.catalog.listSchemas(name), { name: "information_schema" }];
  schemas.sort((a, b) => (a.name < b.name ? -1 : 1));
  return listing(["namespace"], named(schemas, show));
}

function showTables(ctx: StatementContext, show: Show): Outcome {
  const { session } = ctx;
  const { catalog, schema } = show.inName
    ? schemaIdentifier(session, show.inName)
    : session.namespace;
  const isInformation = schema.toLowerCase() === "information_schema";
  const info = session.catalog.getSchema(catalog, schema);
  if (!info && !(isInformation && session.catalog.getCatalog(catalog))) {
    throw notFound("schema", [catalog, schema]);
  }
  const wantsViews = show.what === "views";
  const stored = isInformation
    ? INFORMATION_TABLES.map((name) => ({ name, kind: "external" as const }))
    : listedTables(session.catalog, catalog, schema);
  const rows: [string, string, boolean][] = stored
    .filter((table) => !wantsViews || table.kind === "view")
    .map((table) => [info?.name ?? schema, table.name, false]);
  for (const view of session.temporaryViews.values()) rows.push(["", view.name, true]);
  const shown = rows.filter(([, name]) => isLike(name, show.like));
  shown.sort((a, b) => (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0));
  const columns = structType([
    structField("namespace", STRING, false),
    structField(wantsViews ? "viewName" : "tableName", STRING, false),
    structField("isTemporary", BOOLEAN, false),
  ]);
  return localOutcome(columns, shown);
}

async function showColumns(ctx: StatementContext, show: Show): Promise<Outcome> {
  const parts = partsOfName(show.name!);
  const name =
    show.inName && parts.length === 1
      ? { ...show.name!, parts: [...show.inName.parts, ...show.name!.parts] }
      : show.name!;
  const text = name.parts.map((part) => quoteIdentifier(part.name)).join(".");
  const query = parseStatement(`SELECT * FROM ${text}`);
  if (query.kind !== "query") throw notImplemented("SHOW COLUMNS of this relation", show.span);
  const plan = await bindQueryPlan(ctx, query.query);
  const columns = outputOf(plan).filter((attribute) => !attribute.hidden);
  return listing(
    ["col_name"],
    columns.map((attribute) => [attribute.name]),
  );
}

async function showProperties(ctx: StatementContext, show: Show): Promise<Outcome> {
  const { snapshot } = await openTable(ctx, { name: show.name! });
  const properties = tableProperties(snapshot);
  if (show.key === undefined) return listing(["key", "value"], Object.entries(properties));
  const value = properties[show.key];
  const missing = `Table ${partsOfName(show.name!).join(".")} does not have property: ${show.key}`;
  return listing(["key", "value"], [[show.key, value ?? missing]]);
}

/** The configuration with what Delta adds from the protocol, sorted by key. */
export function tableProperties(snapshot: {
  metadata: { configuration: Readonly<Record<string, string>> };
  protocol: {
    minReaderVersion: number;
    minWriterVersion: number;
    writerFeatures?: readonly string[];
    readerFeatures?: readonly string[];
  };
}): Record<string, string> {
  const { protocol } = snapshot;
  const features = new Set([
    ...(protocol.writerFeatures ?? []),
    ...(protocol.readerFeatures ?? []),
  ]);
  const all: Record<string, string> = {
    ...snapshot.metadata.configuration,
    "delta.minReaderVersion": String(protocol.minReaderVersion),
    "delta.minWriterVersion": String(protocol.minWriterVersion),
  };
  for (const feature of features) all[`delta.feature.${feature}`] = "supported";
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function showCreate(ctx: StatementContext, show: Show): Promise<Outcome> {
  return listing(["createtab_stmt"], [[await createTableText(ctx, show.name!)]]);
}

async function showPartitions(ctx: StatementContext, show: Show): Promise<Outcome> {
  const { snapshot } = await openTable(ctx, { name: show.name! });
  const names = snapshot.metadata.partitionColumns;
  if (names.length === 0)
    throw notImplemented("SHOW PARTITIONS of an unpartitioned table", show.span);
  const files = await snapshot.scanFiles();
  const texts = files.map(({ add }) =>
    Object.entries(add.partitionValues)
      .map(([, value], i) => `${names[i]}=${value ?? "null"}`)
      .join("/"),
  );
  return listing(
    ["partition"],
    [...new Set(texts)].sort().map((text) => [text]),
  );
}
