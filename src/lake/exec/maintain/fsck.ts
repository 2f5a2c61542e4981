/**
 * FSCK REPAIR TABLE [DRY RUN]: takes files that are gone from the folder out of the log, in one
 * commit (Databricks' statement and columns; open-source Spark has none). A missing deletion vector
 * is reported and refuses the repair: without it, deleted rows would come back.
 */
import { statSync } from "node:fs";
import { type AddFile, deletionVectorPath, type ScanFile } from "../../delta/index.ts";
import { namedOperation } from "../../delta/write/operations.ts";
import { BOOLEAN, STRING, structField, structType } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { SqlError } from "../../sql/error.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { commitChange, totalBytes } from "../write/commit.ts";

const COLUMNS = structType([
  structField("dataFilePath", STRING),
  structField("dataFileMissing", BOOLEAN),
  structField("deletionVectorPath", STRING),
  structField("deletionVectorFileMissing", BOOLEAN),
]);

type Fsck = StatementOf<"fsck">;

/** A live file that cannot be read whole. */
export interface BrokenFile {
  add: AddFile;
  isMissing: boolean;
  /** Null when the file has no vector in a file of its own. */
  vectorPath: string | null;
  isVectorMissing: boolean;
}

/** Runs a FSCK REPAIR TABLE. */
export async function executeFsck(ctx: StatementContext, statement: Fsck): Promise<Outcome> {
  const { handle, broken } = await planFsck(ctx, statement);
  const rows = broken.map(brokenRow);
  if (broken.length === 0) return localOutcome(COLUMNS, [], { message: "no file is missing" });
  if (statement.dryRun) {
    const message = `${countFiles(broken)} missing; nothing was changed`;
    return localOutcome(COLUMNS, rows, { message });
  }
  const unreadable = broken.find((file) => !file.isMissing && file.isVectorMissing);
  if (unreadable) throw vectorGone(unreadable, statement);
  const removes = broken.map(({ add }) => add);
  const commit = await commitChange(ctx, handle, {
    ...namedOperation("FSCK"),
    removes,
    metrics: {
      numMissingFiles: String(removes.length),
      numRemovedFiles: String(removes.length),
      numRemovedBytes: String(totalBytes(removes)),
    },
    reads: { readFiles: new Set(removes.map(({ path }) => path)) },
  });
  return localOutcome(COLUMNS, rows, { commit });
}

/** Finds what is missing. Nothing is written. */
export async function planFsck(
  ctx: StatementContext,
  statement: Fsck,
): Promise<{ handle: TableHandle; broken: BrokenFile[] }> {
  const handle = await openTable(ctx, statement.table);
  const { tableRoot } = handle.snapshot;
  const files = await handle.snapshot.scanFiles();
  const broken = files.flatMap((file) => findBroken(tableRoot, file) ?? []);
  broken.sort((a, b) => (a.add.path < b.add.path ? -1 : 1));
  return { handle, broken };
}

function findBroken(tableRoot: string, { add, absolutePath }: ScanFile): BrokenFile | null {
  const isMissing = !exists(absolutePath);
  const vectorPath = add.deletionVector ? deletionVectorPath(tableRoot, add.deletionVector) : null;
  const isVectorMissing = vectorPath !== null && !exists(vectorPath);
  return isMissing || isVectorMissing ? { add, isMissing, vectorPath, isVectorMissing } : null;
}

/** Throws where the system will not tell: a folder without access is not a missing file. */
function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function brokenRow({ add, isMissing, vectorPath, isVectorMissing }: BrokenFile): Value[] {
  return [add.path, isMissing, vectorPath, isVectorMissing];
}

function countFiles({ length }: readonly BrokenFile[]): string {
  return length === 1 ? "1 file is" : `${length} files are`;
}

function vectorGone({ add, vectorPath }: BrokenFile, { span }: Fsck): SqlError {
  return new SqlError(
    `the deletion vector \`${vectorPath}\` of \`${add.path}\` is missing; without it, deleted rows would come back`,
    {
      code: "DATA_LOSS",
      errorClass: "DELTA_DELETION_VECTOR_MISSING",
      sqlState: "XXKDS",
      span,
      hint: "restore it from a backup, or the table to a version before it",
    },
  );
}
