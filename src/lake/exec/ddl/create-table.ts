/**
 * CREATE [OR REPLACE] TABLE, AS SELECT, LIKE. The name is entered in the catalog before the first
 * commit and taken out again when that fails; an entry without a log (a process killed between the
 * two) counts as no table. Replacing is a commit on the existing log, so its history stays.
 * Where the table goes is decided in `table-place.ts`.
 */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { alreadyExists, notFound } from "../../catalog/index.ts";
import { type Action, DeltaLog, readColumnMappingMode, type Snapshot } from "../../delta/index.ts";
import { removeOf } from "../../delta/write/file-actions.ts";
import {
  createTableOperation,
  type Operation,
  replaceTableOperation,
} from "../../delta/write/operations.ts";
import { defineTable, type TableState, tableActions } from "../../delta/write/table-create.ts";
import { beginTransaction } from "../../delta/write/transaction.ts";
import {
  formatTypeSql,
  type StructField,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";
import type { Property } from "../../sql/ast.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { bindQueryPlan, expressionBinder } from "../bind-port.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { alignColumns } from "../write/align.ts";
import { commitNotes, summarise, writeMetrics } from "../write/commit.ts";
import {
  commitOrDiscard,
  type WriteTarget,
  type WrittenData,
  writeData,
} from "../write/data-files.ts";
import { enforceRules } from "../write/enforce.ts";
import { columnTypeOf } from "../write/evolve.ts";
import { refuseChangeFeed } from "./change-feed.ts";
import { checkColumnExpressions, columnName, fieldOf } from "./column-fields.ts";
import {
  nonEmptyLocation,
  otherColumns,
  otherLocation,
  type Place,
  placeOf,
} from "./table-place.ts";

type Create = StatementOf<"create_table">;

/** Runs CREATE TABLE in all its forms but LIKE. */
export async function executeCreateTable(ctx: StatementContext, create: Create): Promise<Outcome> {
  refuseUnbuilt(create);
  refuseChangeFeed(create.options.properties);
  const place = placeOf(ctx, create.table, create.options);
  const { exists } = place;
  const replaces = create.orReplace || create.replaceOnly;
  if (exists && create.ifNotExists) return emptyOutcome({ message: "the table exists already" });
  if (exists && !replaces) throw alreadyExists("table", place.parts);
  if (!exists && create.replaceOnly) throw notFound("table", place.parts);
  if (place.elsewhere !== null) throw otherLocation(place);
  if (place.isAdopted && !replaces) return adoptTable(ctx, place, create);
  if (create.columns.length === 0 && !create.query) throw noColumns(create);
  const source = create.query ? await bindQueryPlan(ctx, create.query) : null;
  const { fields, partitionColumns } = await columnsOf(ctx, create, source);
  return createTable(ctx, place, {
    schema: structType(fields),
    partitionColumns,
    properties: propertyRecord(create.options.properties),
    constraints: checkConstraintsOf(create),
    description: create.options.comment,
    source,
    replaces:
      exists || place.isAdopted ? (create.orReplace ? "create_or_replace" : "replace") : null,
    orCreate: create.orReplace,
  });
}

/** Enters the table a folder already holds; columns, when given, must be the table's own. */
async function adoptTable(ctx: StatementContext, place: Place, create: Create): Promise<Outcome> {
  if (create.query) throw nonEmptyLocation(place);
  if (create.columns.length > 0) {
    const { metadata, schema } = await ctx.session.log(place.location).snapshot();
    const wanted = await columnsOf(ctx, create, null);
    const isSame =
      formatTypeSql(structType(wanted.fields)) === formatTypeSql(schema) &&
      wanted.partitionColumns.join("\n") === metadata.partitionColumns.join("\n");
    if (!isSame) throw otherColumns(place, schema);
  }
  ctx.session.catalog.putTable(place.info!, { replace: place.isStale });
  return emptyOutcome({ message: `registered the table at \`${place.location}\`` });
}

/** Runs CREATE TABLE … LIKE: columns, partitioning and properties, no rows. */
export async function executeCreateLike(
  ctx: StatementContext,
  create: StatementOf<"create_table_like">,
): Promise<Outcome> {
  const { snapshot } = await openTable(ctx, create.source);
  const place = placeOf(ctx, create.table, create.options);
  if (place.exists) {
    if (create.ifNotExists) return emptyOutcome({ message: "the table exists already" });
    throw alreadyExists("table", place.parts);
  }
  if (place.isAdopted) throw nonEmptyLocation(place);
  const properties = Object.fromEntries(
    Object.entries(snapshot.metadata.configuration).filter(([key]) => isCopied(key)),
  );
  const set = { ...properties, ...propertyRecord(create.options.properties) };
  refuseChangeFeed(Object.entries(set).map(([key, value]) => ({ key, value })));
  return createTable(ctx, place, {
    schema: structType(snapshot.schema.fields.map(withoutMapping)),
    partitionColumns: snapshot.metadata.partitionColumns,
    properties: set,
    constraints: constraintsOf(snapshot.metadata.configuration),
    description: create.options.comment ?? snapshot.metadata.description,
    source: null,
    replaces: null,
    orCreate: false,
  });
}

function isCopied(key: string): boolean {
  return (
    !key.startsWith("delta.constraints.") &&
    key !== "delta.columnMapping.maxColumnId" &&
    !key.startsWith("delta.inCommitTimestampEnablement") &&
    !key.startsWith("delta.rowTracking.")
  );
}

function constraintsOf(configuration: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(configuration).filter(([key]) => key.startsWith("delta.constraints.")),
  );
}

function withoutMapping(field: StructField): StructField {
  const metadata = Object.fromEntries(
    Object.entries(field.metadata).filter(([key]) => !key.startsWith("delta.columnMapping.")),
  );
  return { ...field, metadata };
}

// ---------------------------------------------------------------- what it holds

async function columnsOf(
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

// ---------------------------------------------------------------- making it

interface Definition {
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

async function createTable(
  ctx: StatementContext,
  place: Place,
  definition: Definition,
): Promise<Outcome> {
  const { session } = ctx;
  const old = definition.replaces ? await session.log(place.location).snapshot() : null;
  const state = stateOf(ctx, place, definition, old);
  const schema = parseSchemaJson(state.metadata.schemaString);
  const target: WriteTarget = {
    tableRoot: place.location,
    schema,
    partitionColumns: state.metadata.partitionColumns,
    columnMappingMode: readColumnMappingMode(state.protocol, state.metadata),
    configuration: state.metadata.configuration,
  };
  const plan = await checkedSource(ctx, definition, target);
  const isNew = old === null && place.info !== null;
  if (isNew) session.catalog.putTable(place.info!, { replace: place.isStale });
  let written: WrittenData | null = null;
  try {
    written = plan ? await writeData(ctx, plan, target) : null;
    const commit = await commitOrDiscard(written, () =>
      commitTable(ctx, place, definition, { state, old, written }),
    );
    // A new table's entry is put once more if it went: another process may have failed to make
    // the same table, and taken the entry out, while this one was writing.
    const isMissing = isNew && session.catalog.getTable(place.info!) === null;
    if (isMissing || (!isNew && place.info)) {
      session.catalog.putTable(place.info!, { replace: true });
    }
    return emptyOutcome({ commit });
  } catch (error) {
    if (isNew && !DeltaLog.exists(place.location)) {
      session.catalog.dropTable(place.info!);
      removeIfEmpty(place.location);
    }
    throw error;
  }
}

function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

function stateOf(
  ctx: StatementContext,
  place: Place,
  definition: Definition,
  old: Snapshot | null,
): TableState {
  const state = defineTable({
    schema: definition.schema,
    partitionColumns: definition.partitionColumns,
    properties: definition.properties,
    ...(place.info && { name: place.info.name }),
    ...(definition.description !== undefined && { description: definition.description }),
    clock: ctx.session.clock,
    ...(old && { replaced: old.protocol }),
  });
  if (Object.keys(definition.constraints).length === 0) return state;
  const configuration = { ...state.metadata.configuration, ...definition.constraints };
  const constrained = defineTable({
    schema: definition.schema,
    partitionColumns: definition.partitionColumns,
    properties: { ...definition.properties, "delta.feature.checkConstraints": "supported" },
    clock: ctx.session.clock,
    ...(old && { replaced: old.protocol }),
  });
  return { protocol: constrained.protocol, metadata: { ...state.metadata, configuration } };
}

async function checkedSource(
  ctx: StatementContext,
  definition: Definition,
  target: WriteTarget,
): Promise<Plan | null> {
  if (!definition.source) return null;
  const bind = await expressionBinder(ctx, null);
  const request = { schema: target.schema, byName: false, columns: [], span: { start: 0, end: 0 } };
  const aligned = alignColumns(ctx, definition.source, request, bind);
  return enforceRules(ctx, aligned.plan, target);
}

interface Made {
  state: TableState;
  old: Snapshot | null;
  written: WrittenData | null;
}

async function commitTable(
  ctx: StatementContext,
  place: Place,
  definition: Definition,
  { state, old, written }: Made,
) {
  const { session } = ctx;
  const nowMs = session.clock.nowMs();
  const removes = old ? (await old.scanFiles()).map((file) => file.add) : [];
  const adds = written?.adds ?? [];
  const metrics = written ? writeMetrics(written) : {};
  const before = old && { protocol: old.protocol, metadata: old.metadata };
  const log = old ? session.log(place.location) : undefined;
  const actions: Action[] = [
    ...tableActions(before, state),
    ...removes.map((add) => ({ remove: removeOf(add, nowMs) })),
    ...adds.map((add) => ({ add })),
  ];
  const transaction = beginTransaction(place.location, old, {
    ...session.transaction,
    clock: session.clock,
    ...(log && { log }),
  });
  const result = await transaction.commit({
    ...operationOf(place, definition, state),
    operationMetrics: metrics,
    ...commitNotes(ctx),
    actions,
    ...(old ? { readWholeTable: true } : {}),
  });
  if (!old) session.forgetLog(place.location);
  return summarise(place.displayName, result, { adds, removes, metrics });
}

function operationOf(place: Place, definition: Definition, state: TableState): Operation {
  const options = {
    isManaged: place.info?.kind === "managed",
    asSelect: definition.source !== null,
  };
  if (!definition.replaces && !definition.orCreate) {
    return createTableOperation(state.metadata, options);
  }
  return replaceTableOperation(state.metadata, { ...options, orCreate: definition.orCreate });
}
