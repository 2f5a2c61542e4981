/** Errors of names: what exists already, what does not, what is not empty. Spark's conditions. */
import { SovereignError } from "../../core/errors.ts";
import type { TableIdentifier } from "./types.ts";

type Kind = "table" | "view" | "schema" | "catalog";

/** `main.default.t`, with back-ticks where a part is not a plain name. */
export function formatName(parts: readonly string[]): string {
  return parts
    .map((part) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(part) ? part : `\`${part.replaceAll("`", "``")}\``,
    )
    .join(".");
}

/** Name parts of a table. */
export function partsOf(id: TableIdentifier): string[] {
  return [id.catalog, id.schema, id.name];
}

/** RESOURCE_ALREADY_EXISTS of a table, view, schema or catalog. */
export function alreadyExists(kind: Kind, parts: readonly string[]): SovereignError {
  const isRelation = kind === "table" || kind === "view";
  return new SovereignError(
    "RESOURCE_ALREADY_EXISTS",
    `the ${kind} \`${formatName(parts)}\` exists already`,
    {
      hint: isRelation
        ? `use CREATE OR REPLACE, or IF NOT EXISTS, or drop it first`
        : `use IF NOT EXISTS, or drop it first`,
      details: {
        error_class: isRelation
          ? "TABLE_OR_VIEW_ALREADY_EXISTS"
          : `${kind.toUpperCase()}_ALREADY_EXISTS`,
        sql_state: kind === "schema" ? "42P06" : "42P07",
      },
    },
  );
}

/** RESOURCE_DOES_NOT_EXIST of a table, view, schema or catalog. */
export function notFound(kind: Kind, parts: readonly string[], hint?: string): SovereignError {
  const isRelation = kind === "table" || kind === "view";
  const listing = isRelation ? "SHOW TABLES" : kind === "schema" ? "SHOW SCHEMAS" : "SHOW CATALOGS";
  return new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `the ${isRelation ? "table or view" : kind} \`${formatName(parts)}\` cannot be found`,
    {
      hint: hint ?? `${listing} lists what there is`,
      details: {
        error_class: isRelation ? "TABLE_OR_VIEW_NOT_FOUND" : `${kind.toUpperCase()}_NOT_FOUND`,
        sql_state: isRelation ? "42P01" : "42704",
      },
    },
  );
}

/** RESOURCE_CONFLICT of dropping a schema or catalog that still holds something. */
export function notEmpty(kind: "schema" | "catalog", parts: readonly string[]): SovereignError {
  return new SovereignError(
    "RESOURCE_CONFLICT",
    `the ${kind} \`${formatName(parts)}\` is not empty`,
    {
      hint: `add CASCADE to drop what it holds too`,
      details: { error_class: "SCHEMA_NOT_EMPTY", sql_state: "2BP01" },
    },
  );
}
