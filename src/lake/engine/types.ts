/**
 * What the lake asks of a query engine. DuckDB is the one implementation (`duckdb.ts`); nothing
 * outside this folder imports it. SQL passed in is the engine's own dialect, made by `sql/emit`.
 */
import type { RowTrackingColumns, ScanFile } from "../delta/types.ts";
import type { DataType, StructType } from "../schema/data-type.ts";
import type { ColumnBatch, Value } from "../schema/value.ts";
import type { RuntimeErrorMapper } from "./engine-error.ts";

/** Columnar, streamed. `batches` may be consumed once; `close` frees the query early. */
export interface ResultStream {
  readonly schema: StructType;
  batches(): AsyncIterable<ColumnBatch>;
  close(): Promise<void>;
}

/** Column of an engine result whose Spark type the caller knows better than the engine. */
export interface ResultColumn {
  name: string;
  type: DataType;
  nullable: boolean;
}

/** A scan of Parquet files as one relation, rendered to engine SQL by `Engine.scanSql`. */
export interface ParquetScan {
  files: readonly ScanFile[];
  /** Logical schema of the wanted columns (already pruned), with column mapping metadata. */
  columns: StructType;
  partitionColumns: readonly string[];
  columnMappingMode: "none" | "name" | "id";
  /**
   * Extra columns on request: `file_path` (log path as in `add.path`), `file_index` (position in
   * `files`) and `row_index` (physical position in the file).
   */
  metadataColumns?: readonly ("file_path" | "file_index" | "row_index")[];
  /** Row ids and commit versions on request: two columns of those names after all others. */
  rowTracking?: RowTrackingColumns | undefined;
}

/** Row positions of one file of a scan. */
export interface PositionGroup {
  fileIndex: number;
  positions: BigUint64Array;
}

/** One file written by `Engine.copyToParquet`, with what is needed for an `add` action. */
export interface WrittenFile {
  absolutePath: string;
  sizeBytes: number;
  rowCount: number;
  /** Values of the partition columns in Delta's string form, by physical name. */
  partitionValues: Record<string, string | null>;
  /** Delta statistics document as JSON text (truncate, bump, millisecond rules applied). */
  stats: string;
}

export interface CopyRequest {
  /** Engine SQL of the rows, columns named by logical name in the order of `schema`. */
  selectSql: string;
  /** Folder of the table; files land in it (or below `subfolder`). */
  tableRoot: string;
  subfolder?: string;
  /** How file names begin; `part` when absent. */
  filePrefix?: string;
  /** Table schema (logical, with mapping metadata). */
  schema: StructType;
  partitionColumns: readonly string[];
  columnMappingMode: "none" | "name" | "id";
  /** The rows have columns of these names too, which are stored as they are. */
  rowTracking?: RowTrackingColumns | undefined;
  /** Names of columns to collect statistics on; from `delta.dataSkipping*`. */
  configuration: Readonly<Record<string, string>>;
  /**
   * Bytes after which the next file begins, where it is not the table's; without partition columns
   * only: a partition is one file.
   */
  fileSizeBytes?: number;
}

/** A function of the engine's SQL that is computed in JavaScript, one row at a time. */
export interface ScalarFunction {
  name: string;
  parameters: readonly DataType[];
  returnType: DataType;
  /** Called with null arguments only when `handlesNull`; otherwise a null argument gives null. */
  call(args: readonly Value[]): Value;
  handlesNull?: boolean;
  volatile?: boolean;
}

export interface EngineStatus {
  name: string;
  version: string;
  memoryLimitBytes: number;
  threads: number;
}

/** How an engine is started. */
export interface EngineOptions {
  memoryLimitBytes?: number;
  threads?: number;
  /** Folder below which the engine spills; its own subfolder is removed on close. */
  tempDirectory?: string;
  /** Folders the engine may touch; default all local ones. The network is never reachable. */
  allowedDirectories?: readonly string[];
  mapRuntimeError?: RuntimeErrorMapper;
}

export interface Engine {
  /** Runs a statement and returns nothing. */
  run(sql: string): Promise<void>;
  /**
   * Runs a query. With `columns`, values are converted to the value forms of those types; without,
   * types are derived from the engine's own.
   */
  query(sql: string, columns?: readonly ResultColumn[]): Promise<ResultStream>;
  /** The rows of a small result, as positional values. */
  rows(sql: string, columns?: readonly ResultColumn[]): Promise<Value[][]>;
  /**
   * Prepares what a scan needs (deletion vectors, partition values) and returns engine SQL of a
   * relation with the logical columns, in order, quoted by logical name.
   */
  scanSql(scan: ParquetScan): Promise<string>;
  /** Writes rows as Parquet data files, fsynced, and returns them with statistics. */
  copyToParquet(request: CopyRequest): Promise<WrittenFile[]>;
  /** Makes a function known to every later query; a name already known is left as it is. */
  registerFunction(fn: ScalarFunction): void;
  /**
   * The same engine with its own lifetime for what `scanSql` and `createTable` prepare: `close` on
   * a scope drops those tables and leaves the engine running. One scope per statement.
   */
  scope(): Engine;
  /** Stores rows under a fresh name until the scope closes; returns the quoted name. */
  createTable(
    columns: readonly ResultColumn[],
    rows: readonly (readonly Value[])[],
  ): Promise<string>;
  /**
   * Stores positions by group as a table (file_index UBIGINT, row_index BIGINT), like `createTable`
   * but in bulk: millions of deleted rows make no object each.
   */
  createPositionTable(groups: readonly PositionGroup[]): Promise<string>;
  /** A fresh path for a file that is removed when the scope closes; it ends in `name`. */
  scratchPath(name: string): string;
  /** Stores the rows of engine SQL under a fresh name until the scope closes. */
  materialize(sql: string): Promise<string>;
  status(): Promise<EngineStatus>;
  /** Stops every running query; they reject with CANCELLED. */
  interrupt(): void;
  close(): Promise<void>;
}
