/**
 * CREATE [OR REPLACE] TABLE, AS SELECT, LIKE. The name is entered in the catalog before the first
 * commit and taken out again when that fails; an entry without a log (a process killed between the
 * two) counts as no table. Replacing is a commit on the existing log, so its history stays.
 * Where the table goes is decided in `table-place.ts`, what it holds in `table-definition.ts`.
 */
import { alreadyExists } from "../../catalog/index.ts";
import {
  type Action,
  type AddFile,
  type Protocol,
  readColumnMappingMode,
  type Snapshot,
  TABLE_FEATURES,
} from "../../delta/index.ts";
import { removeOf } from "../../delta/write/file-actions.ts";
import {
  createTableOperation,
  type Operation,
  replaceTableOperation,
} from "../../delta/write/operations.ts";
import { defineTable, type TableState, tableActions } from "../../delta/write/table-create.ts";
import { beginTransaction } from "../../delta/write/transaction.ts";
import { formatTypeSql, type StructField, structType } from "../../schema/data-type.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";
import type { TableOptions } from "../../sql/ast.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { expressionBinder } from "../bind-port.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { alignColumns } from "../write/align.ts";
import { commitNotes, summarise, totalBytes, writeMetrics } from "../write/commit.ts";
import {
  commitOrDiscard,
  type WriteTarget,
  type WrittenData,
  writeData,
} from "../write/data-files.ts";
import { enforceRules } from "../write/enforce.ts";
import {
  type Creation,
  columnsOf,
  type Definition,
  prepareCreate,
  propertyRecord,
} from "./table-definition.ts";
import { withEntry } from "./table-entry.ts";
import { nonEmptyLocation, otherColumns, type Place, placeOf } from "./table-place.ts";

export { propertyRecord };

type Create = StatementOf<"create_table">;

/** Runs CREATE TABLE in all its forms but LIKE. */
export async function executeCreateTable(ctx: StatementContext, create: Create): Promise<Outcome> {
  const { place, action, definition } = await prepareCreate(ctx, create);
  if (action === "none") return emptyOutcome({ message: "the table exists already" });
  if (action === "adopt") return adoptTable(ctx, place, create);
  return createTable(ctx, place, definition!);
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
  const { place, definition } = await likeDefinition(ctx, create);
  if (!definition) return emptyOutcome({ message: "the table exists already" });
  return createTable(ctx, place, definition);
}

/** Settles what CREATE TABLE … LIKE would make; makes nothing. */
export async function likeDefinition(
  ctx: StatementContext,
  create: StatementOf<"create_table_like">,
): Promise<Creation> {
  const { snapshot } = await openTable(ctx, create.source);
  const place = placeOf(ctx, create.table, create.options);
  if (place.exists) {
    if (create.ifNotExists) return { place, action: "none", definition: null };
    throw alreadyExists("table", place.parts);
  }
  if (place.isAdopted) throw nonEmptyLocation(place);
  const definition = definitionLike(snapshot, create.options);
  return { place, action: "make", definition };
}

/** An empty table with the columns, partitioning and properties of another. */
export function definitionLike(snapshot: Snapshot, options: TableOptions): Definition {
  const { schema, metadata, protocol } = snapshot;
  const properties = Object.fromEntries(
    Object.entries(metadata.configuration).filter(([key]) => isCopied(key)),
  );
  return {
    schema: structType(schema.fields.map(withoutMapping)),
    partitionColumns: metadata.partitionColumns,
    properties: {
      ...featureProperties(protocol),
      ...properties,
      ...propertyRecord(options.properties),
    },
    constraints: constraintsOf(metadata.configuration),
    description: options.comment ?? metadata.description,
    source: null,
    replaces: null,
    orCreate: false,
  };
}

/** The features a table names, for its copy to have too, as far as this writer has them. */
function featureProperties({ readerFeatures, writerFeatures }: Protocol): Record<string, string> {
  const named = new Set([...(readerFeatures ?? []), ...(writerFeatures ?? [])]);
  const written = TABLE_FEATURES.filter(
    ({ name, write }) => named.has(name) && write !== "refused",
  );
  return Object.fromEntries(written.map(({ name }) => [`delta.feature.${name}`, "supported"]));
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

/** Makes or replaces the table, with the rows of the definition's source. */
export async function createTable(
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
  return withEntry(ctx, place, old === null, async () => {
    const written = plan ? await writeData(ctx, plan, target) : null;
    const commit = await commitOrDiscard(written, () =>
      commitTable(ctx, place, definition, { state, old, written }),
    );
    return emptyOutcome({ commit });
  });
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
    ...(old && { replaced: old }),
  });
  if (Object.keys(definition.constraints).length === 0) return state;
  const configuration = { ...state.metadata.configuration, ...definition.constraints };
  const constrained = defineTable({
    schema: definition.schema,
    partitionColumns: definition.partitionColumns,
    properties: { ...definition.properties, "delta.feature.checkConstraints": "supported" },
    clock: ctx.session.clock,
    ...(old && { replaced: old }),
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
  const metrics = written ? { ...writeMetrics(written), ...(old && removedMetrics(removes)) } : {};
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
    ...(old ? { readWholeTable: true, keepsRowIds: true } : {}),
  });
  if (!old) session.forgetLog(place.location);
  return summarise(place.displayName, result, { adds, removes, metrics });
}

function removedMetrics(removes: readonly AddFile[]): Record<string, string> {
  return {
    numRemovedFiles: String(removes.length),
    numRemovedBytes: String(totalBytes(removes)),
  };
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
