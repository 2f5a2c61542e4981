/** Where a table about to be made goes: its folder, its catalog entry, and whether one is there. */
import { existsSync, readdirSync } from "node:fs";
import { SovereignError } from "../../../core/errors.ts";
import {
  alreadyExists,
  formatName,
  notFound,
  partsOf,
  type TableInfo,
} from "../../catalog/index.ts";
import { DeltaLog } from "../../delta/index.ts";
import { formatTypeSql, type StructType } from "../../schema/data-type.ts";
import type { TableOptions, TableReference } from "../../sql/ast.ts";
import { notImplemented } from "../../sql/error.ts";
import type { ResolvedName } from "../names.ts";
import type { StatementContext } from "../statement.ts";
import { resolveReference } from "../table-handle.ts";

export interface Place {
  location: string;
  displayName: string;
  parts: readonly string[];
  /** Entry to make; null for a table by path. */
  info: TableInfo | null;
  /** A table of this name, with a log, is there. */
  exists: boolean;
  /** The folder of that table when the statement names another one. */
  elsewhere: string | null;
  /** There is an entry of this name, but no log behind it: a killed CREATE or DROP left it. */
  isStale: boolean;
  /** No entry, but the location already holds a log. */
  isAdopted: boolean;
}

/** Decides where a new table goes; refuses names and folders that are taken. */
export function placeOf(
  ctx: StatementContext,
  table: TableReference,
  options: TableOptions,
): Place {
  const name: ResolvedName = resolveReference(ctx, table);
  if (name.kind === "file_path") throw notImplemented(`a table of ${name.format} files`);
  if (name.kind === "delta_path") {
    ctx.session.checkWritable(name.path);
    const exists = DeltaLog.exists(name.path);
    const parts = ["delta", name.path];
    const displayName = `delta.\`${name.path}\``;
    const flags = { exists, elsewhere: null, isStale: false, isAdopted: false };
    return { location: name.path, displayName, parts, info: null, ...flags };
  }
  const { session } = ctx;
  const { id } = name;
  const schema = session.catalog.getSchema(id.catalog, id.schema);
  if (!schema) throw notFound("schema", [id.catalog, id.schema]);
  const current = session.catalog.getTable(id);
  if (current?.kind === "view") throw alreadyExists("view", partsOf(current));
  const isExternal = options.location !== undefined;
  const location = isExternal
    ? session.absolutePath(options.location!)
    : (current?.location ?? session.catalog.managedLocation(id));
  if (isExternal) session.checkWritable(location);
  const hasLog = DeltaLog.exists(location);
  const exists = current !== null && DeltaLog.exists(current.location!);
  const elsewhere = exists && current.location !== location ? current.location : null;
  if (!exists) refuseFolder(location, isExternal, hasLog);
  const info: TableInfo = {
    catalog: schema.catalog,
    schema: schema.name,
    name: current?.name ?? id.name,
    kind: exists ? current.kind : isExternal ? "external" : "managed",
    location,
    viewText: null,
    viewCatalog: null,
    viewSchema: null,
    viewColumns: null,
    comment: options.comment ?? null,
    createdAtMs: session.clock.nowMs(),
  };
  const parts = partsOf(info);
  const flags = {
    exists,
    elsewhere,
    isStale: current !== null && !exists,
    isAdopted: !exists && isExternal && hasLog,
  };
  return { location, displayName: formatName(parts), parts, info, ...flags };
}

/** The error of a statement that names another folder than its table's. */
export function otherLocation(place: Place): SovereignError {
  return new SovereignError(
    "RESOURCE_CONFLICT",
    `the table \`${place.displayName}\` is in \`${place.elsewhere}\`, not in \`${place.location}\``,
    {
      hint: "drop it first, or leave LOCATION out",
      details: { error_class: "DELTA_TABLE_LOCATION_MISMATCH", sql_state: "42613" },
    },
  );
}

/** The error of a new table whose folder already holds one. */
export function nonEmptyLocation(place: Place): SovereignError {
  return new SovereignError(
    "RESOURCE_CONFLICT",
    `the folder \`${place.location}\` holds a Delta table already`,
    {
      hint: "choose another LOCATION, or register the table: CREATE TABLE … LOCATION without a query",
      details: { error_class: "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", sql_state: "42601" },
    },
  );
}

/** The error of columns given for a folder whose table has others. */
export function otherColumns(place: Place, schema: StructType): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the Delta table in \`${place.location}\` has other columns: ${formatTypeSql(schema)}`,
    {
      hint: "leave the columns out to register the table as it is",
      details: { error_class: "DELTA_CREATE_TABLE_SCHEME_MISMATCH", sql_state: "42KD7" },
    },
  );
}

function refuseFolder(location: string, isExternal: boolean, hasLog: boolean): void {
  if (hasLog ? isExternal : !hasForeignFiles(location)) return;
  throw new SovereignError("RESOURCE_CONFLICT", `the folder \`${location}\` is not empty`, {
    hint: hasLog
      ? `it holds a Delta table: CREATE TABLE … USING delta LOCATION '${location}' adopts it`
      : "choose another LOCATION, or move its files away",
    details: { error_class: "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", sql_state: "42601" },
  });
}

/** Files of a write that never reached its first commit do not count: their names are ours. */
function hasForeignFiles(location: string): boolean {
  if (!existsSync(location)) return false;
  const ours =
    /^(_delta_log|_change_data|part-\d+-[0-9a-f-]{36}\.parquet|deletion_vector_[0-9a-f-]{36}\.bin|.*=.*)$/;
  return readdirSync(location).some((name) => !name.startsWith(".") && !ours.test(name));
}
