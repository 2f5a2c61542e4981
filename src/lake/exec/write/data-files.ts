/**
 * Rows of a plan as new data files of a table: one COPY through the engine, then the `add` actions
 * for the commit. Files of a statement that fails later are removed again.
 */
import { rmSync, statSync } from "node:fs";
import { relative, sep } from "node:path";
import type {
  AddFile,
  ColumnMappingMode,
  RowTrackingColumns,
  Snapshot,
} from "../../delta/index.ts";
import { addOf } from "../../delta/write/file-actions.ts";
import { encodeLogPath } from "../../delta/write/partition-path.ts";
import { rowTrackingColumns } from "../../delta/write/row-ids.ts";
import type { WrittenFile } from "../../engine/index.ts";
import type { StructType } from "../../schema/data-type.ts";
import { withLogicalNames } from "../../sql/emit/index.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { prepareQuery } from "../bind-port.ts";
import type { StatementContext } from "../statement.ts";
import { withHiddenShown } from "./stored-rows.ts";

/** What the files must look like. */
export interface WriteTarget {
  tableRoot: string;
  schema: StructType;
  partitionColumns: readonly string[];
  columnMappingMode: ColumnMappingMode;
  configuration: Readonly<Record<string, string>>;
  /** Where moved rows keep their ids. */
  rowTracking?: RowTrackingColumns | undefined;
  /** Folder below the root and first word of the names, for files that are no data files. */
  subfolder?: string;
  filePrefix?: string;
}

/** The target a snapshot describes. */
export function targetOf(snapshot: Snapshot): WriteTarget {
  const { tableRoot, schema, metadata, columnMappingMode } = snapshot;
  const { partitionColumns, configuration } = metadata;
  const rowTracking = rowTrackingColumns(metadata);
  return { tableRoot, schema, partitionColumns, columnMappingMode, configuration, rowTracking };
}

export interface WrittenData {
  adds: AddFile[];
  rowCount: number;
  sizeBytes: number;
  /** Removes the files again; for a statement that does not reach its commit. */
  discard(): void;
}

/**
 * Writes the rows of `plan`, whose output stands in the order of the target's schema. Moved rows
 * bring their ids along in hidden columns; without these they all count as new.
 */
export async function writeData(
  ctx: StatementContext,
  plan: Plan,
  target: WriteTarget,
): Promise<WrittenData> {
  const engine = await ctx.engine();
  const moves = outputOf(plan).some((attribute) => attribute.hidden);
  const query = await prepareQuery(ctx, moves ? withHiddenShown(ctx, plan) : plan);
  const files = await engine.copyToParquet({
    selectSql: withLogicalNames(query),
    ...target,
    rowTracking: moves ? target.rowTracking : undefined,
  });
  return writtenData(target.tableRoot, files);
}

/** Files the engine wrote below a table's root, as a commit names them. */
export function writtenData(tableRoot: string, files: readonly WrittenFile[]): WrittenData {
  return {
    adds: files.map((file) =>
      addOf({
        path: encodeLogPath(relative(tableRoot, file.absolutePath).split(sep).join("/")),
        sizeBytes: file.sizeBytes,
        modifiedMs: Math.trunc(statSync(file.absolutePath).mtimeMs),
        partitionValues: file.partitionValues,
        stats: file.stats,
      }),
    ),
    rowCount: files.reduce((sum, file) => sum + file.rowCount, 0),
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    discard: () => {
      for (const file of files) rmSync(file.absolutePath, { force: true });
    },
  };
}

type Discardable = Pick<WrittenData, "discard">;

/** Runs work that writes in several steps; when one fails, whatever was handed to `keep` goes. */
export function writeOrDiscard<T>(
  work: (keep: <W extends Discardable>(written: W) => W) => Promise<T>,
): Promise<T> {
  const kept: Discardable[] = [];
  const discard = () => {
    for (const written of kept) written.discard();
  };
  return commitOrDiscard({ discard }, () =>
    work((written) => {
      kept.push(written);
      return written;
    }),
  );
}

/** Runs the commit of written data; on failure the files go and the error stays. */
export async function commitOrDiscard<T>(
  written: Discardable | null,
  commit: () => Promise<T>,
): Promise<T> {
  try {
    return await commit();
  } catch (error) {
    written?.discard();
    throw error;
  }
}
