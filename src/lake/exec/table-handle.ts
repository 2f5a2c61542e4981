/**
 * A Delta table opened for a statement: where it lives, what it is called, the version it is read
 * at. Views and files by path are refused where a table is needed.
 */
import { SovereignError } from "../../core/errors.ts";
import {
  formatName,
  notFound,
  partsOf,
  suggestTable,
  type TableIdentifier,
  type TableInfo,
} from "../catalog/index.ts";
import { DeltaLog, type Snapshot } from "../delta/index.ts";
import { beginTransaction, type Transaction } from "../delta/write/transaction.ts";
import type { TableReference } from "../sql/ast.ts";
import { constantName, fixTimeTravel } from "../sql/bind/constant.ts";
import type { FixedTimeTravel } from "../sql/bind/context.ts";
import { SqlError } from "../sql/error.ts";
import { partsOfName, type ResolvedName, resolveName } from "./names.ts";
import type { Session } from "./session.ts";
import type { StatementContext } from "./statement.ts";
import { timestampMillis } from "./time-travel.ts";

export interface TableHandle {
  /** Catalog entry; null for a table named by path. */
  readonly info: TableInfo | null;
  readonly location: string;
  /** Name shown in messages and in commit summaries. */
  readonly displayName: string;
  /** Qualifier of its columns. */
  readonly qualifier: readonly string[];
  readonly log: DeltaLog;
  readonly snapshot: Snapshot;
}

/** What a table reference in a statement names, temporary views aside. */
export function resolveReference(ctx: StatementContext, table: TableReference): ResolvedName {
  return resolveName(ctx.session, referenceParts(ctx, table));
}

function referenceParts(ctx: StatementContext, table: TableReference): string[] {
  const name = table.identifierClause
    ? constantName(table.identifierClause, ctx.parameters)
    : table.name;
  return partsOfName(name);
}

/**
 * Refuses a name that a temporary view of the session goes by: it hides a table of the same name,
 * so the statement must not fall through to that table.
 */
export function refuseTemporaryView(ctx: StatementContext, table: TableReference): void {
  const [name, ...more] = referenceParts(ctx, table);
  if (more.length > 0 || !ctx.session.temporaryViews.has(name!.toLowerCase())) return;
  throw viewNotTable([name!], "name the table with its schema, or drop the temporary view");
}

/** Opens the table a statement changes or describes. */
export async function openTable(
  ctx: StatementContext,
  table: TableReference,
): Promise<TableHandle> {
  refuseTemporaryView(ctx, table);
  const travel = table.timeTravel && fixTimeTravel(table.timeTravel, ctx.parameters);
  return openResolved(ctx.session, resolveReference(ctx, table), travel);
}

/** Opens a resolved name, at the version asked for or the newest. */
export async function openResolved(
  session: Session,
  name: ResolvedName,
  travel?: FixedTimeTravel,
): Promise<TableHandle> {
  if (name.kind === "file_path") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "files by path cannot be changed", {
      hint: "name a Delta table",
      details: { error_class: "UNSUPPORTED_FEATURE.TABLE_OPERATION" },
    });
  }
  if (name.kind === "delta_path") {
    const log = openLogAt(session, name.path, ["delta", name.path]);
    const snapshot = await snapshotOf(log, travel);
    const qualifier = ["delta", name.path];
    const displayName = `delta.\`${name.path}\``;
    return { info: null, location: name.path, displayName, qualifier, log, snapshot };
  }
  const info = requireTable(session, name.id);
  const parts = partsOf(info);
  const log = openLogAt(session, info.location!, parts);
  const displayName = formatName(parts);
  const snapshot = await snapshotOf(log, travel);
  return { info, location: info.location!, displayName, qualifier: parts, log, snapshot };
}

function openLogAt(session: Session, location: string, parts: readonly string[]): DeltaLog {
  if (DeltaLog.exists(location)) return session.log(location);
  throw new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `\`${formatName(parts)}\` is not a Delta table: there is no log in \`${location}\``,
    {
      hint: "check the path, or drop the table's entry with DROP TABLE",
      details: { error_class: "DELTA_TABLE_NOT_FOUND", sql_state: "42P01", path: location },
    },
  );
}

async function snapshotOf(log: DeltaLog, travel: FixedTimeTravel | undefined): Promise<Snapshot> {
  if (!travel) return log.snapshot();
  if (travel.kind === "version") return log.snapshot({ version: travel.version });
  return log.snapshot({ timestampMs: timestampMillis(travel) });
}

/** The catalog entry of a table that is no view. */
export function requireTable(session: Session, id: TableIdentifier): TableInfo {
  const info = session.catalog.getTable(id);
  if (!info) throw tableNotFound(session, id);
  if (info.kind !== "view") return info;
  throw viewNotTable(partsOf(id), "name the table behind the view");
}

function viewNotTable(parts: readonly string[], hint: string): SqlError {
  return new SqlError(`\`${formatName(parts)}\` is a view, and this needs a table`, {
    errorClass: "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
    sqlState: "42809",
    hint,
  });
}

/** The error of a missing table, with the nearest name there is. */
export function tableNotFound(session: Session, id: TableIdentifier): SovereignError {
  const near = suggestTable(session.catalog, id, session.namespace);
  const shown = near?.includes("`") ? near : `\`${near}\``;
  return notFound("table", partsOf(id), near ? `did you mean ${shown}?` : undefined);
}

/** A transaction on what the handle shows; it must show the newest version. */
export function beginOn(session: Session, handle: TableHandle): Transaction {
  return beginTransaction(handle.log.tableRoot, handle.snapshot, {
    ...session.transaction,
    clock: session.clock,
    log: handle.log,
  });
}
