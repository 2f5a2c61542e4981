/**
 * What CREATE TABLE asks for, before anything is made: columns and partitioning, properties,
 * constraints, the query of AS SELECT, and whether there is anything to do. Making it is
 * `create-table.ts`.
 */
import { alreadyExists, notFound } from "../../catalog/index.ts";
import {
  type StructField,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import type { Property } from "../../sql/ast.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { bindQueryPlan } from "../bind-port.ts";
import { propertyDefaults } from "../show/settings.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { columnTypeOf } from "../write/evolve.ts";
import { checkColumnExpressions, columnName, fieldOf } from "./column-fields.ts";
import { otherLocation, type Place, placeOf } from "./table-place.ts";

type Create = StatementOf<"create_table">;

/** What a replaced table hands on, as delta-spark 4.4 does, unless the statement says otherwise. */
const HANDED_ON = new Set([
  "delta.enableDeletionVectors",
  "delta.enableRowTracking",
  "delta.checkpointPolicy",
]);

/** What a table about to be made holds. */
export interface Definition {
  schema: StructType;
  partitionColumns: readonly string[];
  properties: Readonly<Record<string, string>>;
  /** `delta.constraints.*` entries. */
  constraints: Readonly<Record<string, string>>;
  description: string | undefined;
  source: Plan | null;
  replaces: "replace" | "create_or_replace" | null;
  orCreate: boolean;
}

/** A CREATE TABLE read against the catalog. */
export interface Creation {
  place: Place;
  action: "make" | "adopt" | "none";
  /** Of `make`. */
  definition: Definition | null;
}

/** Binds a CREATE TABLE and settles what it would do; makes nothing. */
export async function prepareCreate(ctx: StatementContext, create: Create): Promise<Creation> {
  refuseUnbuilt(create);
  const place = placeOf(ctx, create.table, create.options);
  const { exists } = place;
  const replaces = create.orReplace || create.replaceOnly;
  if (exists && create.ifNotExists) return { place, action: "none", definition: null };
  if (exists && !replaces) throw alreadyExists("table", place.parts);
  if (!exists && create.replaceOnly) throw notFound("table", place.parts);
  if (place.elsewhere !== null) throw otherLocation(place);
  if (place.isAdopted && !replaces) return { place, action: "adopt", definition: null };
  if (create.columns.length === 0 && !create.query) throw noColumns(create);
  const source = create.query ? await bindQueryPlan(ctx, create.query) : null;
  const { fields, partitionColumns } = await columnsOf(ctx, create, source);
  const isReplaced = exists || place.isAdopted;
  const definition: Definition = {
    schema: structType(fields),
    partitionColumns,
    properties: withDefaults(ctx, {
      ...(isReplaced && (await handedOn(ctx, place, create))),
      ...propertyRecord(create.options.properties),
    }),
    constraints: checkConstraintsOf(create),
    description: create.options.comment,
    source,
    replaces: isReplaced ? (create.orReplace ? "create_or_replace" : "replace") : null,
    orCreate: create.orReplace,
  };
  return { place, action: "make", definition };
}

async function handedOn(
  ctx: StatementContext,
  place: Place,
  { options }: Create,
): Promise<Record<string, string>> {
  const { metadata } = await ctx.session.log(place.location).snapshot();
  const said = new Set(options.properties.map(({ key }) => key.toLowerCase()));
  const kept = Object.entries(metadata.configuration).filter(
    ([key]) => HANDED_ON.has(key) && !said.has(key.toLowerCase()),
  );
  return Object.fromEntries(kept);
}

/** Given properties before the settings' own; keys compare without case. */
export function withDefaults(
  ctx: StatementContext,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const named = new Set(Object.keys(given).map((key) => key.toLowerCase()));
  const defaults = Object.entries(propertyDefaults(ctx.session));
  const missing = defaults.filter(([key, value]) => {
    return !named.has(key.toLowerCase()) && value.toLowerCase() !== "false";
  });
  return { ...Object.fromEntries(missing), ...given };
}

/** Columns and partitioning that the statement gives the table. */
export async function columnsOf(
  ctx: StatementContext,
  create: Create,
  source: Plan | null,
): Promise<{ fields: StructField[]; partitionColumns: string[] }> {
  const fields = source
    ? outputOf(source)
        .filter((attribute) => !attribute.hidden)
        .map((attribute) => structField(attribute.name, columnTypeOf(attribute.type)))
    : create.columns.map((column) => fieldOf(column, columnName(column)));
  if (source && create.columns.length > 0)
    throw notImplemented("column types in AS SELECT", create.span, "cast in the query");
  const partitionColumns = create.options.partitionedBy.map((item) => {
    if (item.transform) throw notImplemented(`partitioning by ${item.transform}()`, item.name.span);
    if (item.type) fields.push(structField(item.name.name, item.type));
    const wanted = item.name.name.toLowerCase();
    // A name that is no column is refused with the table's columns by `defineTable`.
    return fields.find((f) => f.name.toLowerCase() === wanted)?.name ?? item.name.name;
  });
  await checkColumnExpressions(ctx, fields);
  return { fields, partitionColumns };
}

function refuseUnbuilt(create: Create): void {
  const { options, span } = create;
  if (create.temporary)
    throw notImplemented("CREATE TEMPORARY TABLE", span, "create a temporary view");
  if (options.using !== undefined && options.using !== "delta") {
    throw notImplemented(`a table USING ${options.using}`, span, "use delta, or read_files()");
  }
  for (const clause of options.unsupported) throw notImplemented(clause.keyword, clause.span);
  const { clusterBy } = options;
  if (clusterBy === "auto" || (Array.isArray(clusterBy) && clusterBy.length > 0)) {
    throw notImplemented("CLUSTER BY on a table", span, "use PARTITIONED BY");
  }
  for (const constraint of create.constraints) {
    if (constraint.kind !== "check") {
      throw notImplemented(
        `a ${constraint.kind.replace("_", " ").toUpperCase()} constraint`,
        constraint.span,
        "leave it out: keys are information only, and never checked",
      );
    }
  }
}

function checkConstraintsOf(create: Create): Record<string, string> {
  const constraints: Record<string, string> = {};
  for (const [i, constraint] of create.constraints.entries()) {
    const name = constraint.name?.name.toLowerCase() ?? `check_${i + 1}`;
    constraints[`delta.constraints.${name}`] = constraint.text;
  }
  return constraints;
}

/** Properties of a statement as a record; the last of equal keys wins. */
export function propertyRecord(properties: readonly Property[]): Record<string, string> {
  return Object.fromEntries(properties.map(({ key, value }) => [key, value]));
}

function noColumns(create: Create): SqlError {
  return new SqlError("a new table needs columns or AS SELECT", {
    errorClass: "DELTA_SCHEMA_NOT_PROVIDED",
    sqlState: "42908",
    span: create.span,
    hint: "CREATE TABLE t (id BIGINT, name STRING)",
  });
}
