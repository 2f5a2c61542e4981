/**
 * What a program sees of a Delta table; `delta-table.ts` is behind it. Modelled on `DeltaTable` of
 * delta-spark 4.4 and of delta-rs 1.6 (Python).
 */
import type { ArrowTable } from "./arrow-table.ts";
import type { MergeBuilder } from "./delta-merge.ts";
import type { CommitSummary, StatementResult } from "./exec/result.ts";
import type { PlainValue } from "./exec/to-plain.ts";
import type { InputRows } from "./input-rows.ts";
import type { StructType } from "./schema/data-type.ts";
import type { Value } from "./schema/value.ts";

/** Which version of a table: its number, or the newest at a moment (a `Date`, or ISO 8601 text). */
export type VersionChoice = { version: number } | { timestamp: Date | string };

/**
 * Which commits: from a version, or the first commit at or after a moment (a `Date`, or ISO 8601
 * text), to another, or the last commit at or before it; to the newest without one.
 */
export interface ChangeRange {
  from: number | Date | string;
  to?: number | Date | string;
}

/** What goes with written rows. */
export interface WriteRowsOptions {
  /** Adds columns the table does not have yet, their types told from the values. */
  mergeSchema?: boolean;
  /** Kept in the history with the commit. */
  userMetadata?: string;
  /** Makes this an application's nth write: one the table has already is not made again. */
  txn?: { readonly appId: string; readonly version: number | bigint };
}

/** What `overwrite` replaces. */
export interface OverwriteOptions extends WriteRowsOptions {
  /** Only the rows this Spark SQL condition selects; every new row must satisfy it. */
  where?: string;
}

/** Which rows and columns to read. */
export interface ReadOptions {
  /** In this order; every column when absent. */
  columns?: readonly string[];
  /** A Spark SQL condition: `amount > 10 AND city = 'Bern'`. Prunes files by their statistics. */
  where?: string;
  /** At most so many rows. */
  limit?: number;
}

/** The columns of DESCRIBE DETAIL. */
export interface TableDetail {
  [column: string]: PlainValue;
}

/** Rows as exact values of the lake, with their columns. */
export interface TypedRows {
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
}

/**
 * A Delta table, as Spark's and delta-rs' classes of this name. It is read anew for every call, so
 * it is never out of date. A change resolves to what it committed, or to null when there was
 * nothing to commit. When another writer came first and both cannot stand, a change fails with
 * RESOURCE_CONFLICT and nothing is written; rows that break a constraint are INVALID_STATE, values
 * that fit no column INVALID_PARAMETER_VALUE, damaged files DATA_LOSS.
 */
export interface DeltaTable {
  /** `main.default.t` or ``delta.`/path` ``, as SQL text. */
  readonly name: string;
  /** Absolute path of the table's folder. */
  readonly location: string;
  /** Names and types of the columns. Reads the log alone. */
  schema(): Promise<StructType>;
  /** Number of the newest version; the first is 0. */
  version(): Promise<number>;
  /** The newest version an application has committed, as its `txn` actions say; or null. */
  txnVersion(appId: string): Promise<number | bigint | null>;
  /** Commits, newest first, with the columns of DESCRIBE HISTORY. Reads the log alone. */
  history(limit?: number): Promise<Record<string, PlainValue>[]>;
  /** Format, location, files, bytes, properties: the columns of DESCRIBE DETAIL. */
  detail(): Promise<TableDetail>;
  /** `history` as typed rows, for printing. */
  historyRows(limit?: number): Promise<TypedRows>;
  /** `detail` as typed rows, for printing. */
  detailRows(): Promise<TypedRows>;
  /** The table as it was; RESOURCE_DOES_NOT_EXIST when the log does not reach back so far. */
  at(choice: VersionChoice): Promise<TableVersion>;
  /**
   * The rows that the commits of a range changed, in no order, with `_change_type`,
   * `_commit_version` and `_commit_timestamp`. INVALID_STATE when `delta.enableChangeDataFeed` was
   * off in the range, or a column was renamed, dropped or given another type.
   */
  changes(range: ChangeRange): Promise<StatementResult>;
  /**
   * The data files that `version` has and `since`, an earlier one, has not: their rows are those
   * that changed in between, and others that were written again with them. RESOURCE_DOES_NOT_EXIST
   * when the log does not reach back to `since`.
   */
  newFiles(since: number, version: number): Promise<NewFiles>;
  /** Adds rows, all or none. A stream is taken as it comes, and never lies in memory as a whole. */
  append(rows: InputRows, options?: WriteRowsOptions): Promise<CommitSummary | null>;
  /** Replaces every row, or the rows of `where`, by these. */
  overwrite(rows: InputRows, options?: OverwriteOptions): Promise<CommitSummary | null>;
  /** Deletes the rows that a Spark SQL condition selects; every row without one. */
  delete(where?: string): Promise<CommitSummary | null>;
  /** Sets columns to Spark SQL expressions: `{ price: "price * 1.05" }`. */
  update(set: Readonly<Record<string, string>>, where?: string): Promise<CommitSummary | null>;
  /**
   * Starts a MERGE into this table, of rows (typed as this table's columns), or of a table, view or
   * query in parentheses, as SQL text. `on` and the clauses are Spark SQL over `target` and
   * `source`.
   */
  merge(source: InputRows | string, on: string, alias?: MergeAlias): MergeBuilder;
  /** Number of rows. */
  count(where?: string): Promise<number>;
  /** Rows as a table of apache-arrow. */
  toArrow(options?: ReadOptions): Promise<ArrowTable>;
  /** Rows as objects; see `PlainValue` for each type's. */
  rows(options?: ReadOptions): Promise<Record<string, PlainValue>[]>;
}

/** Data files that one version of a table has and an earlier one has not. */
export interface NewFiles {
  readonly addedCount: number;
  /** Files that only the earlier version has. */
  readonly removedCount: number;
  /** The rows of the added files, as they are in the later version; every column by default. */
  read(columns?: readonly string[]): Promise<StatementResult>;
}

/** Other names for the two sides of a MERGE than `target` and `source`. */
export interface MergeAlias {
  target?: string;
  source?: string;
}

/** A version of a table, for reading. */
export interface TableVersion {
  readonly version: number;
  /** When it was committed, in milliseconds since 1970 in UTC. */
  readonly timestampMs: number;
  readonly schema: StructType;
  /** As `DeltaTable.detail`, of this version. */
  detail(): Promise<TableDetail>;
  count(where?: string): Promise<number>;
  toArrow(options?: ReadOptions): Promise<ArrowTable>;
  rows(options?: ReadOptions): Promise<Record<string, PlainValue>[]>;
}
