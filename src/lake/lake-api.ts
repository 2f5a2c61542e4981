/** What a lake offers to programs; `openLake` of `lake.ts` makes one. */
import type { Clock } from "../core/clock.ts";
import type { Store } from "../core/store/index.ts";
import type { Catalog, Mount } from "./catalog/index.ts";
import type { Engine } from "./engine/index.ts";
import type { ExecuteOptions } from "./exec/execute.ts";
import type { FileMount } from "./exec/file-mounts.ts";
import type { PlannedStatement } from "./exec/plan/dry-run.ts";
import type { StatementResult } from "./exec/result.ts";
import type { InputRows } from "./input-rows.ts";
import type { StructType } from "./schema/data-type.ts";
import type { DeltaTable } from "./table-api.ts";

/** Where a lake lies and what it may use. */
export interface LakeOptions {
  /** Folder of managed tables; made when the first one is. */
  root: string;
  /** Metadata store with the catalog; without one the catalog dies with the process. */
  store?: Store;
  /** Folder that relative paths in SQL start from; default the working directory. */
  baseFolder?: string;
  /** Bytes, or `4GB`, `512 MiB`. Default: the engine's own, 80 % of memory. */
  memoryLimit?: number | string;
  /** Default: one for each core. */
  threads?: number;
  /** Folder below which the engine spills. */
  tempDirectory?: string;
  /** Folders the engine may touch; default any local one. The network is never reachable. */
  allowedDirectories?: readonly string[];
  /** Read-only catalogs over folders, such as the bundled samples. */
  mounts?: readonly Mount[];
  /** Read-only folders that paths in SQL reach under names such as `/databricks-datasets`. */
  fileMounts?: readonly FileMount[];
  /**
   * Whether new tables write deletion vectors (`delta.enableDeletionVectors`), so that changes mark
   * rows instead of writing files again; default true.
   */
  deletionVectors?: boolean;
  /** Default: the system's. */
  clock?: Clock;
}

/** What a new table gets beside its rows. */
export interface CreateTableOptions {
  /** Replaces a table of that name, as a new version; else RESOURCE_ALREADY_EXISTS. */
  orReplace?: boolean;
  /** Columns whose values become folders. */
  partitionedBy?: readonly string[];
  comment?: string;
  /** Table properties, such as `delta.appendOnly`. */
  properties?: Readonly<Record<string, string>>;
}

/**
 * Delta tables and one SQL session over them. Statements may run at the same time: changes take
 * turns in the order they were asked for, queries do not wait. After `close` every call is
 * INVALID_STATE. Errors are `SovereignError`s: INVALID_PARAMETER_VALUE for text that is wrong,
 * RESOURCE_DOES_NOT_EXIST for what is not there, NOT_IMPLEMENTED for what is not built; details
 * hold Spark's `error_class` and `sql_state`, and `line` and `column`.
 */
export interface Lake extends AsyncDisposable {
  /** Schemas, tables and views by name. */
  readonly catalog: Catalog;
  /** Current catalog and schema of the session. */
  readonly namespace: { readonly catalog: string; readonly schema: string };
  /** Runs one statement of Spark SQL (4.2, ANSI mode, UTC). */
  sql(text: string, options?: ExecuteOptions): Promise<StatementResult>;
  /**
   * Runs several statements, each when the one before was taken; the caller reads or closes each
   * result. The first error ends the script, its line counted from the script's start.
   */
  script(text: string, options?: ExecuteOptions): AsyncIterable<StatementResult>;
  /**
   * What a script would do, statement by statement: columns of queries, files read and changed.
   * Every statement is bound; none is run, and nothing lasts. The first error ends the plan.
   */
  plan(text: string, options?: Pick<ExecuteOptions, "parameters">): AsyncIterable<PlannedStatement>;
  /** A table by name (`main.default.orders`) or path (``delta.`/data/orders` ``). */
  table(name: string): Promise<DeltaTable>;
  /**
   * Makes a table of rows, its columns told from them: BIGINT for whole numbers, DOUBLE, STRING,
   * BOOLEAN, TIMESTAMP for `Date`, arrays and structs; an Arrow table's own types. For other types
   * run CREATE TABLE, then `append`.
   */
  createTable(name: string, rows: InputRows, options?: CreateTableOptions): Promise<DeltaTable>;
  /** Columns of a table or view, or null when there is none of that name. Starts no engine. */
  schemaOf(name: string): Promise<StructType | null>;
  /** The engine, started if need be: for checks and tools beside SQL. */
  engine(): Promise<Engine>;
  /** Stops running queries; they reject with CANCELLED. */
  interrupt(): void;
  /** Waits for the change at hand and frees everything; unread results end. Twice is quiet. */
  close(): Promise<void>;
}
