/**
 * The rows of chosen files of a table with their positions, as a relation of the plan. Finding
 * rows (`find-rows.ts`, `merge-pairs.ts`), writing them anew (`update.ts`, `merge-rows.ts`) and
 * committing (`../write/commit.ts`) are kept apart, so that deletion vectors can take the place
 * of rewriting.
 */
import type { ScanFile, Snapshot } from "../../delta/index.ts";
import { rowTrackingColumns } from "../../delta/write/row-ids.ts";
import { INT, LONG, type StructType } from "../../schema/data-type.ts";
import type { Attribute } from "../../sql/plan/expression.ts";
import type { EngineRelationPlan } from "../../sql/plan/plan.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext } from "../statement.ts";

export interface TargetScan {
  files: readonly ScanFile[];
  /** Columns of the table, in order. */
  columns: readonly Attribute[];
  /** Position of the row's file in `files`. */
  fileIndex: Attribute;
  /** Physical position of the row in its file. */
  rowIndex: Attribute;
  /** Row id and row commit version, where the table tracks rows; they go with rows that move. */
  tracking: readonly Attribute[];
  plan: EngineRelationPlan;
}

/** Opens the files under fresh attributes; deleted rows are left out. */
export async function openTargetScan(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  qualifier: readonly string[],
  /** A schema about to take the table's place; columns no file has are NULL. */
  schema: StructType = snapshot.schema,
): Promise<TargetScan> {
  const engine = await ctx.engine();
  const rowTracking = rowTrackingColumns(snapshot.metadata);
  const sql = await engine.scanSql({
    files,
    columns: schema,
    partitionColumns: snapshot.metadata.partitionColumns,
    columnMappingMode: snapshot.columnMappingMode,
    metadataColumns: ["file_index", "row_index"],
    rowTracking,
  });
  const columns = schemaAttributes(schema, ctx.allocate, qualifier);
  const position = (name: string, type: typeof INT): Attribute => ({
    id: ctx.allocate(),
    name,
    type,
    nullable: false,
    qualifier: [],
    hidden: true,
  });
  const fileIndex = position("__file_index", INT);
  const rowIndex = position("__row_index", LONG);
  const tracking = Object.values(rowTracking ?? {}).map((name) => position(name, LONG));
  const output = [...columns, fileIndex, rowIndex, ...tracking];
  return {
    files,
    columns,
    fileIndex,
    rowIndex,
    tracking,
    plan: { kind: "engine_relation", sql, output },
  };
}
