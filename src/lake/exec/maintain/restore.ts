/**
 * RESTORE: the files, schema and properties of an old version become the newest version, as in
 * delta-spark 4.4 (`RestoreTableCommand`). Files are told apart by path and deletion vector; none is
 * copied, so all of them must still be there. Any commit in between makes it fail.
 */
import { existsSync } from "node:fs";
import { SovereignError } from "../../../core/errors.ts";
import {
  type AddFile,
  deletionVectorPath,
  fileKey,
  type ScanFile,
  type Snapshot,
} from "../../delta/index.ts";
import { restoreOperation } from "../../delta/write/operations.ts";
import { restoredDomains, restoredTable } from "../../delta/write/restored-table.ts";
import { LONG, structField, structType } from "../../schema/data-type.ts";
import { fixTimeTravel } from "../../sql/bind/constant.ts";
import type { FixedTimeTravel } from "../../sql/bind/context.ts";
import { SqlError } from "../../sql/error.ts";
import { emptyOutcome, localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { timestampMillis } from "../time-travel.ts";
import { commitChange, totalBytes } from "../write/commit.ts";

type Restore = StatementOf<"restore">;

const RESTORED = structType([
  structField("table_size_after_restore", LONG),
  structField("num_of_files_after_restore", LONG),
  structField("num_removed_files", LONG),
  structField("num_restored_files", LONG),
  structField("removed_files_size", LONG),
  structField("restored_files_size", LONG),
]);

/** Runs a RESTORE; to the newest version it is nothing, as in Spark. */
export async function executeRestore(ctx: StatementContext, statement: Restore): Promise<Outcome> {
  const prepared = await prepareRestore(ctx, statement);
  const { handle, old, travel, adds, removes } = prepared;
  if (old.version === handle.snapshot.version) return emptyOutcome({ message: nothing(prepared) });
  if (!ignoresMissing(ctx)) refuseMissing(old, prepared.returning);
  const facts = [
    await old.totalSizeBytes(),
    await old.fileCount(),
    removes.length,
    adds.length,
    totalBytes(removes),
    totalBytes(adds),
  ] as const;
  const { metadata, protocol } = restoredTable(old, handle.snapshot);
  const commit = await commitChange(ctx, handle, {
    ...restoreOperation(targetOf(travel)),
    adds,
    removes,
    others: [{ protocol }, { metaData: metadata }, ...restoredDomains(old, handle.snapshot)],
    reads: { exclusive: true },
    metrics: metricsOf(facts),
  });
  return localOutcome(RESTORED, [facts.map(BigInt)], { commit });
}

/** What a RESTORE would take out; for plans. */
export async function planRestore(ctx: StatementContext, statement: Restore) {
  const prepared = await prepareRestore(ctx, statement);
  const { handle, old, adds, removes } = prepared;
  const object = ctx.textOf(statement.table.name);
  const isCurrent = old.version === handle.snapshot.version;
  const files = `${adds.length} file${adds.length === 1 ? "" : "s"}`;
  return {
    command: `Execute RestoreTableCommand ${object}`,
    object,
    changes: { count: removes.length, sizeBytes: totalBytes(removes) },
    locations: [handle.location],
    note: isCurrent ? nothing(prepared) : `brings back ${files} of version ${old.version}`,
  };
}

interface Prepared {
  handle: TableHandle;
  old: Snapshot;
  travel: FixedTimeTravel;
  /** Files of the old version that are no longer live. */
  returning: readonly ScanFile[];
  adds: readonly AddFile[];
  removes: readonly AddFile[];
}

async function prepareRestore(ctx: StatementContext, { table }: Restore): Promise<Prepared> {
  const { timeTravel, ...reference } = table;
  const handle = await openTable(ctx, reference);
  const travel = fixTimeTravel(timeTravel!, ctx.parameters);
  const old = await versionToRestore(handle, travel);
  const [then, now] = [await old.scanFiles(), await handle.snapshot.scanFiles()];
  const returning = missingFrom(now, then);
  return {
    handle,
    old,
    travel,
    returning,
    adds: returning.map(({ add }) => ({ ...add, dataChange: true })),
    removes: missingFrom(then, now).map(({ add }) => add),
  };
}

/** Files of `files` that `others` lacks. */
function missingFrom(others: readonly ScanFile[], files: readonly ScanFile[]): ScanFile[] {
  const keyOf = ({ add }: ScanFile) => fileKey(add.path, add.deletionVector);
  const known = new Set(others.map(keyOf));
  return files.filter((file) => !known.has(keyOf(file)));
}

async function versionToRestore(handle: TableHandle, travel: FixedTimeTravel): Promise<Snapshot> {
  const { log } = handle;
  const choice =
    travel.kind === "version"
      ? { version: travel.version }
      : { timestampMs: timestampMillis(travel) };
  try {
    return await log.snapshot(choice);
  } catch (error) {
    if (!(error instanceof SovereignError) || error.code !== "RESOURCE_DOES_NOT_EXIST") throw error;
    const isLater =
      choice.timestampMs !== undefined && choice.timestampMs > Date.parse(lastOf(error));
    const direction = isLater ? "GREATER" : "EARLIER";
    throw new SqlError(`cannot restore \`${handle.displayName}\`: ${error.message}`, {
      code: error.code,
      errorClass:
        travel.kind === "version"
          ? "DELTA_CANNOT_RESTORE_TABLE_VERSION"
          : `DELTA_CANNOT_RESTORE_TIMESTAMP_${direction}`,
      sqlState: "22003",
      span: travel.span,
      ...(error.hint !== undefined && { hint: error.hint }),
      details: error.details,
      cause: error,
    });
  }
}

function lastOf({ details }: SovereignError): string {
  return String(details.limit);
}

function nothing({ handle, old }: Prepared): string {
  return `\`${handle.displayName}\` is at version ${old.version} already`;
}

/** The version, or the instant in the form `java.sql.Timestamp` prints. */
function targetOf(travel: FixedTimeTravel): { version?: number; timestamp?: string } {
  if (travel.kind === "version") return { version: travel.version };
  const text = new Date(timestampMillis(travel)).toISOString().replace("T", " ").slice(0, -1);
  return { timestamp: text.replace(/0{1,2}$/, "") };
}

function ignoresMissing(ctx: StatementContext): boolean {
  return ctx.session.settings.get("spark.sql.files.ignoreMissingFiles")?.toLowerCase() === "true";
}

const MOST_NAMED = 100;

/** VACUUM, or a person, may have deleted what the old version needs. */
function refuseMissing(old: Snapshot, files: readonly ScanFile[]): void {
  const missing = files.flatMap(({ add, absolutePath }) => {
    if (!existsSync(absolutePath)) return [add.path];
    const vector = add.deletionVector && deletionVectorPath(old.tableRoot, add.deletionVector);
    return vector && !existsSync(vector) ? [vector.slice(old.tableRoot.length + 1)] : [];
  });
  if (missing.length === 0) return;
  const names = missing.slice(0, MOST_NAMED).map((path) => `\`${path}\``);
  const more = missing.length > MOST_NAMED ? ", …" : "";
  throw new SovereignError(
    "RESOURCE_DOES_NOT_EXIST",
    `version ${old.version} needs files that are gone: ${names.join(", ")}${more}`,
    {
      hint: "restore a newer version; `lake history` lists them",
      details: { version: old.version, missing: missing.slice(0, MOST_NAMED) },
    },
  );
}

function metricsOf(facts: readonly number[]): Record<string, string> {
  const [size, count, removed, restored, removedSize, restoredSize] = facts.map(String);
  return {
    numRestoredFiles: restored!,
    removedFilesSize: removedSize!,
    numRemovedFiles: removed!,
    restoredFilesSize: restoredSize!,
    numOfFilesAfterRestore: count!,
    tableSizeAfterRestore: size!,
  };
}
