/**
 * The lake: Delta tables on local folders, read and changed with Spark SQL. `openLake` is the door;
 * everything else here is what its results are made of.
 */
export type { ArrowColumn, ArrowField, ArrowRow, ArrowTable } from "./arrow-table.ts";
export type { Catalog, Mount, SchemaInfo, TableInfo } from "./catalog/index.ts";
export type { Assignments, MergeBuilder } from "./delta-merge.ts";
export type { Engine } from "./engine/index.ts";
export type { ParameterValues } from "./exec/bind-port.ts";
export type { ExecuteOptions } from "./exec/execute.ts";
export { type FileMount, resolveMounted } from "./exec/file-mounts.ts";
export type { PlannedStatement } from "./exec/plan/dry-run.ts";
export type { FileTotals } from "./exec/plan/statement-plan.ts";
export type { CommitSummary, StatementResult } from "./exec/result.ts";
export type { PlainValue } from "./exec/to-plain.ts";
export type { InputRow, InputRows } from "./input-rows.ts";
export { openLake } from "./lake.ts";
export type { CreateTableOptions, Lake, LakeOptions } from "./lake-api.ts";
export * from "./schema/data-type.ts";
export { formatJson, formatValue } from "./schema/format-value.ts";
export {
  type ColumnBatch,
  type ColumnVector,
  MapValue,
  StructValue,
  type Value,
  VariantValue,
} from "./schema/value.ts";
export { listStatements, type ScriptStatementInfo } from "./script-statements.ts";
export type { StatementKind } from "./sql/ast.ts";
export type {
  ChangeRange,
  DeltaTable,
  MergeAlias,
  NewFiles,
  OverwriteOptions,
  ReadOptions,
  TableDetail,
  TableVersion,
  TypedRows,
  VersionChoice,
  WriteRowsOptions,
} from "./table-api.ts";
