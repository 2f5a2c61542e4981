/**
 * One version of a table, immutable (contract: `Snapshot` in `types.ts`). Made by `DeltaLog`; the
 * refusal of unknown reader features happens here, before anything of the table is believed.
 */
import { SovereignError } from "../../core/errors.ts";
import type { StructType } from "../schema/data-type.ts";
import { parseSchemaJson } from "../schema/schema-json.ts";
import { readColumnMappingMode } from "./column-mapping.ts";
import { createDeletedRowsReader } from "./deletion-vector.ts";
import { assertReadable } from "./features.ts";
import type { FileSet } from "./file-set.ts";
import { resolveLogPath } from "./log-path.ts";
import type { LogSegment } from "./log-segment.ts";
import { createFilePruner } from "./prune.ts";
import type { ReplayState } from "./replay.ts";
import { physicalRowCount } from "./row-count.ts";
import type {
  AddFile,
  ColumnMappingMode,
  DomainMetadata,
  Metadata,
  Protocol,
  PrunePredicate,
  RemoveFile,
  ScanFile,
  Snapshot,
  Txn,
} from "./types.ts";

export interface SnapshotParts {
  tableRoot: string;
  segment: LogSegment;
  timestampMs: number;
  /** Everything but the files when `files` is layered over a large checkpoint. */
  state: ReplayState;
  files: FileSet;
}

/** A snapshot with what the writing side and incremental reads need besides. */
export class TableSnapshot implements Snapshot {
  readonly tableRoot: string;
  readonly version: number;
  readonly timestampMs: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  readonly schema: StructType;
  readonly columnMappingMode: ColumnMappingMode;
  readonly segment: LogSegment;
  /** Replayed state; its `adds` and `removes` hold only the tail of a large checkpoint. */
  readonly state: ReplayState;
  readonly files: FileSet;

  constructor(parts: SnapshotParts) {
    const { protocol, metadata } = parts.state;
    if (protocol === null) throw missingAction(parts.segment, "protocol");
    assertReadable(protocol);
    if (metadata === null) throw missingAction(parts.segment, "metaData");
    assertParquet(metadata);
    this.tableRoot = parts.tableRoot;
    this.version = parts.segment.version;
    this.timestampMs = parts.timestampMs;
    this.protocol = protocol;
    this.metadata = metadata;
    this.schema = readSchema(metadata, parts.segment);
    assertPartitionColumns(metadata, this.schema);
    this.columnMappingMode = readColumnMappingMode(protocol, metadata);
    this.segment = parts.segment;
    this.state = parts.state;
    this.files = parts.files;
  }

  async fileCount(): Promise<number> {
    return (await this.files.totals()).fileCount;
  }

  async totalSizeBytes(): Promise<number> {
    return (await this.files.totals()).totalSizeBytes;
  }

  async scanFiles(predicate?: PrunePredicate): Promise<ScanFile[]> {
    const pruner = predicate === undefined ? null : createFilePruner(this, predicate);
    const adds = await this.files.scan(pruner);
    return adds.map((add) => this.toScanFile(add));
  }

  /** A live `add` as a scan sees it: local path, deleted rows on demand. */
  toScanFile(add: AddFile): ScanFile {
    return {
      add,
      absolutePath: resolveLogPath(this.tableRoot, add.path),
      deletedRows: add.deletionVector
        ? createDeletedRowsReader(this.tableRoot, add.deletionVector, physicalRowCount(add))
        : null,
    };
  }

  txnVersion(appId: string): number | bigint | undefined {
    return this.state.txns.get(appId)?.version;
  }

  domains(): ReadonlyMap<string, DomainMetadata> {
    return this.state.domains;
  }

  /** Live transaction identifiers, for the checkpoint writer. */
  txns(): ReadonlyMap<string, Txn> {
    return this.state.txns;
  }

  /** Tombstones, for the checkpoint writer. */
  removes(): AsyncIterable<RemoveFile[]> {
    return this.files.removes();
  }
}

/** Damage in the text of a schema is told with the log it is in. */
function readSchema({ schemaString }: Metadata, { folder, version }: LogSegment): StructType {
  try {
    return parseSchemaJson(schemaString);
  } catch (error) {
    if (!(error instanceof SovereignError) || error.code !== "DATA_LOSS") throw error;
    throw new SovereignError(
      "DATA_LOSS",
      `${error.message}, in version ${version} of \`${folder}\``,
      {
        hint: error.hint ?? "restore the log from a backup",
        details: { ...error.details, source: folder },
        cause: error,
      },
    );
  }
}

function missingAction(segment: LogSegment, action: string): SovereignError {
  return new SovereignError(
    "DATA_LOSS",
    `the log of version ${segment.version} has no \`${action}\` action in \`${segment.folder}\``,
    {
      hint: "restore the missing commit or checkpoint from a backup",
      details: { action, version: segment.version },
    },
  );
}

function assertPartitionColumns({ partitionColumns }: Metadata, schema: StructType): void {
  const names = new Set(schema.fields.map((field) => field.name.toLowerCase()));
  for (const name of partitionColumns) {
    // Each name once: what a second mention would mean, nobody says.
    if (names.delete(name.toLowerCase())) continue;
    throw new SovereignError(
      "DATA_LOSS",
      `the table is partitioned by \`${name}\`, which is not one of its columns`,
      {
        hint: "read an earlier version of the table, or restore its log",
        details: { column: name },
      },
    );
  }
}

function assertParquet(metadata: Metadata): void {
  const provider = metadata.format.provider;
  if (provider === undefined || provider.toLowerCase() === "parquet") return;
  throw new SovereignError(
    "NOT_IMPLEMENTED",
    `the table's files have the format \`${provider}\`; only \`parquet\` is supported`,
    { hint: "rewrite the table as Parquet with the engine that wrote it" },
  );
}
