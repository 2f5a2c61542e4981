/**
 * The vocabulary of the Delta log kernel (Delta protocol, PROTOCOL.md of delta-io/delta 4.4): the
 * actions of a commit, what a snapshot answers, and the ports through which the kernel reaches
 * Parquet without knowing an engine. Wire names are kept verbatim in the actions.
 */
import type { JsonValue, StructType } from "../schema/data-type.ts";

export interface Protocol {
  minReaderVersion: number;
  minWriterVersion: number;
  readerFeatures?: string[];
  writerFeatures?: string[];
}

export interface Metadata {
  id: string;
  name?: string;
  description?: string;
  format: { provider: string; options: Record<string, string> };
  schemaString: string;
  partitionColumns: string[];
  configuration: Record<string, string>;
  createdTime?: number;
}

export interface DeletionVectorDescriptor {
  /** `u` relative file, `p` absolute path, `i` inline. */
  storageType: "u" | "p" | "i";
  pathOrInlineDv: string;
  offset?: number;
  sizeInBytes: number;
  cardinality: number;
}

export interface AddFile {
  /** As written in the log: RFC 2396-encoded, relative to the table root, or an absolute URI. */
  path: string;
  /** Under physical column names; null for a null partition value. */
  partitionValues: Record<string, string | null>;
  size: number;
  modificationTime: number;
  dataChange: boolean;
  /** The statistics document as text; numbers in it are exact only in this form. */
  stats?: string | null;
  tags?: Record<string, string> | null;
  deletionVector?: DeletionVectorDescriptor | null;
  baseRowId?: number | bigint | null;
  defaultRowCommitVersion?: number | bigint | null;
  clusteringProvider?: string | null;
}

export interface RemoveFile {
  path: string;
  deletionTimestamp?: number;
  dataChange: boolean;
  extendedFileMetadata?: boolean;
  partitionValues?: Record<string, string | null>;
  size?: number;
  stats?: string | null;
  tags?: Record<string, string> | null;
  deletionVector?: DeletionVectorDescriptor | null;
  baseRowId?: number | bigint | null;
  defaultRowCommitVersion?: number | bigint | null;
}

export interface AddCdcFile {
  path: string;
  partitionValues: Record<string, string | null>;
  size: number;
  dataChange: false;
  tags?: Record<string, string> | null;
}

export interface Txn {
  appId: string;
  version: number | bigint;
  lastUpdated?: number;
}

export interface DomainMetadata {
  domain: string;
  configuration: string;
  removed: boolean;
}

export type IsolationLevel = "Serializable" | "WriteSerializable" | "SnapshotIsolation";

export interface CommitInfo {
  version?: number;
  inCommitTimestamp?: number;
  timestamp: number;
  userId?: string;
  userName?: string;
  operation: string;
  /** Values are JSON-encoded strings, as Spark writes them (`"[]"`, `"\"Append\""`-less modes). */
  operationParameters: Record<string, JsonValue>;
  job?: JsonValue;
  notebook?: JsonValue;
  clusterId?: string;
  readVersion?: number;
  isolationLevel?: string;
  isBlindAppend?: boolean;
  operationMetrics?: Record<string, string>;
  userMetadata?: string;
  engineInfo?: string;
  txnId?: string;
  [extra: string]: unknown;
}

/** One line of a commit file: exactly one key is set. Unknown actions are dropped by the reader. */
export interface Action {
  add?: AddFile;
  remove?: RemoveFile;
  metaData?: Metadata;
  protocol?: Protocol;
  cdc?: AddCdcFile;
  txn?: Txn;
  domainMetadata?: DomainMetadata;
  commitInfo?: CommitInfo;
}

/**
 * A literal the pruner compares with partition values and statistics. Exact forms: `long` covers
 * every integer type, `decimal` keeps its unscaled value, `date` is days, timestamps microseconds.
 */
export type PruneLiteral =
  | { kind: "boolean"; value: boolean }
  | { kind: "long"; value: bigint }
  | { kind: "double"; value: number }
  | { kind: "decimal"; unscaled: bigint; scale: number }
  | { kind: "string"; value: string }
  | { kind: "date"; value: number }
  | { kind: "timestamp"; value: bigint }
  | { kind: "timestamp_ntz"; value: bigint };

export type PruneOp = "=" | "<=>" | "<" | "<=" | ">" | ">=" | "!=";

/**
 * A condition on table columns, in logical names (`column` is the path into nested structs). A
 * file may be skipped only if the condition cannot be true for any of its rows; `unknown` is the
 * part of a predicate the pruner cannot use.
 */
export type PrunePredicate =
  | { kind: "and" | "or"; args: PrunePredicate[] }
  | { kind: "not"; arg: PrunePredicate }
  | { kind: "compare"; op: PruneOp; column: string[]; value: PruneLiteral }
  | { kind: "in"; column: string[]; values: PruneLiteral[] }
  | { kind: "starts_with"; column: string[]; prefix: string }
  | { kind: "is_null" | "is_not_null"; column: string[] }
  | { kind: "literal"; value: boolean | null }
  | { kind: "unknown" };

/** A file that survived pruning, ready for a scan. */
export interface ScanFile {
  add: AddFile;
  /** Local absolute path of the data file, decoded. */
  absolutePath: string;
  /** Sorted physical row positions that are deleted, or null when the file has no vector. */
  deletedRows: (() => Promise<BigUint64Array>) | null;
  /** Where set, only these positions are read, less the deleted ones. */
  selectedRows?: () => Promise<BigUint64Array>;
}

/** Names of the hidden columns in which files keep the row ids and commit versions of moved rows. */
export interface RowTrackingColumns {
  rowId: string;
  rowCommitVersion: string;
}

/** How a column is stored: its names and ids down the tree are in the field's metadata. */
export type ColumnMappingMode = "none" | "name" | "id";

/**
 * What a version of a table is. Obtained from `DeltaLog.snapshot`; immutable. Refusal of unknown
 * reader features has already happened when one exists.
 */
export interface Snapshot {
  /** Local absolute path of the table's root folder, without a trailing slash. */
  readonly tableRoot: string;
  readonly version: number;
  /** In-commit timestamp where enabled at this version, else the commit file's time. */
  readonly timestampMs: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  /** Parsed `metadata.schemaString`, logical names. */
  readonly schema: StructType;
  readonly columnMappingMode: ColumnMappingMode;
  /** Number of live files, and the sum of their sizes, without materialising them when possible. */
  fileCount(): Promise<number>;
  totalSizeBytes(): Promise<number>;
  /** Live files that may hold rows matching `predicate`, in log order of path. */
  scanFiles(predicate?: PrunePredicate): Promise<ScanFile[]>;
  /** Live transaction version of an application, or undefined. */
  txnVersion(appId: string): number | bigint | undefined;
  /** Live domains, `removed` ones dropped. */
  domains(): ReadonlyMap<string, DomainMetadata>;
}

export interface HistoryEntry {
  version: number;
  timestampMs: number;
  commitInfo: CommitInfo | null;
}

/**
 * Reads checkpoint Parquet for the kernel. Two implementations: parquet-wasm for small files, the
 * engine for large ones; the kernel knows neither.
 */
export interface CheckpointReader {
  /**
   * Every action of the given checkpoint part or sidecar, in file order, as the wire objects above
   * plus `sidecar` and `checkpointMetadata`. `stats_parsed` is turned back into `stats` text when
   * `stats` is absent. Throws DATA_LOSS for a truncated or malformed file.
   */
  readActions(path: string, sizeBytes: number): AsyncIterable<CheckpointAction[]>;
}

export interface CheckpointAction extends Action {
  sidecar?: { path: string; sizeInBytes: number; modificationTime: number };
  checkpointMetadata?: { version: number; tags?: Record<string, string> };
}

/** Writes checkpoint Parquet for the kernel. */
export interface CheckpointWriter {
  /**
   * Writes the actions to `path` (atomically, fsynced) and returns the file's size. `filesOf` is
   * given for a sidecar, which holds files alone: the table they are of.
   */
  writeActions(
    path: string,
    actions: Iterable<CheckpointAction>,
    schema: StructType,
    filesOf?: { protocol: Protocol; metadata: Metadata },
  ): Promise<number>;
}

/** What a commit wants to do; passed to `Transaction.commit`. */
export interface CommitRequest {
  operation: string;
  operationParameters: Record<string, JsonValue>;
  operationMetrics?: Record<string, string>;
  userMetadata?: string;
  actions: Action[];
  /** What the transaction read, for the conflict check. Absent: it read nothing (blind append). */
  readPredicates?: PrunePredicate[];
  /** Whether it read the whole table regardless of predicates. */
  readWholeTable?: boolean;
  /** Paths of files whose rows it read. */
  readFiles?: ReadonlySet<string>;
  /** Any commit since the snapshot is in its way: it says what the whole table is. */
  exclusive?: boolean;
  txn?: Txn;
  /** Rows that moved to other files took their row ids along; tables that track rows ask for it. */
  keepsRowIds?: boolean;
  /** Makes the new files durable, where they are not yet: beside the flush of the commit itself. */
  flushFiles?: () => Promise<void>;
}

export interface CommitResult {
  version: number;
  timestampMs: number;
  /** How often the commit had to be tried again because another writer won the version. */
  retryCount: number;
  /** Nothing was written: the request's `txn` is already in the table. */
  skipped?: boolean;
  /** What failed after the commit was durable (checkpoint, checksum); the commit stands. */
  warnings?: string[];
}
