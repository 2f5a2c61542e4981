/**
 * `CheckpointWriter` without an engine: parquet-wasm, loaded on first use. Columns and types are
 * those of the protocol's "Checkpoint Schema", in Spark's order. The inverse of
 * `checkpoint-row.ts`.
 */
import { writeFileAtomic } from "../../core/io/index.ts";
import {
  type ColumnShape,
  type StructShape,
  writeParquetRows,
} from "../../formats/parquet/index.ts";
import {
  type CheckpointAction,
  type CheckpointWriter,
  type Metadata,
  type Protocol,
  readColumnMappingMode,
} from "../delta/index.ts";
import type { StructType } from "../schema/data-type.ts";
import { createParsedColumns, writesStatsText } from "./parsed-columns.ts";

const STRING: ColumnShape = { kind: "string" };
const LONG: ColumnShape = { kind: "int64" };
const INT: ColumnShape = { kind: "int32" };
const BOOLEAN: ColumnShape = { kind: "boolean" };
const MAP: ColumnShape = { kind: "map" };
const STRINGS: ColumnShape = { kind: "list", element: STRING };

function struct(...fields: (readonly [name: string, shape: ColumnShape])[]): StructShape {
  return { kind: "struct", fields };
}

const DELETION_VECTOR = struct(
  ["storageType", STRING],
  ["pathOrInlineDv", STRING],
  ["offset", INT],
  ["sizeInBytes", INT],
  ["cardinality", LONG],
);

const COLUMNS: readonly [keyof CheckpointAction, StructShape][] = [
  ["txn", struct(["appId", STRING], ["version", LONG], ["lastUpdated", LONG])],
  [
    "add",
    struct(
      ["path", STRING],
      ["partitionValues", MAP],
      ["size", LONG],
      ["modificationTime", LONG],
      ["dataChange", BOOLEAN],
      ["tags", MAP],
      ["deletionVector", DELETION_VECTOR],
      ["baseRowId", LONG],
      ["defaultRowCommitVersion", LONG],
      ["clusteringProvider", STRING],
      ["stats", STRING],
    ),
  ],
  [
    "remove",
    struct(
      ["path", STRING],
      ["deletionTimestamp", LONG],
      ["dataChange", BOOLEAN],
      ["extendedFileMetadata", BOOLEAN],
      ["partitionValues", MAP],
      ["size", LONG],
      ["deletionVector", DELETION_VECTOR],
      ["baseRowId", LONG],
      ["defaultRowCommitVersion", LONG],
    ),
  ],
  [
    "metaData",
    struct(
      ["id", STRING],
      ["name", STRING],
      ["description", STRING],
      ["format", struct(["provider", STRING], ["options", MAP])],
      ["schemaString", STRING],
      ["partitionColumns", STRINGS],
      ["configuration", MAP],
      ["createdTime", LONG],
    ),
  ],
  [
    "protocol",
    struct(
      ["minReaderVersion", INT],
      ["minWriterVersion", INT],
      ["readerFeatures", STRINGS],
      ["writerFeatures", STRINGS],
    ),
  ],
  ["domainMetadata", struct(["domain", STRING], ["configuration", STRING], ["removed", BOOLEAN])],
];

const FILE_COLUMNS = COLUMNS.filter(([name]) => name === "add" || name === "remove");

/** A writer of checkpoint files; creating it loads nothing. */
export function createWasmCheckpointWriter(): CheckpointWriter {
  return {
    async writeActions(path, actions, schema, filesOf) {
      const rows = [...actions];
      const fields = filesOf ? FILE_COLUMNS : COLUMNS;
      const table = filesOf ?? tableOf(rows);
      const hasText = table ? writesStatsText(table.metadata) : true;
      const parsed = table ? parsedColumnsOf(table, schema) : null;
      if (parsed === null && hasText) return writeRows(path, fields, rows);
      const typed = fields.map(([name, shape]): [keyof CheckpointAction, StructShape] => {
        if (name !== "add") return [name, shape];
        const kept = shape.fields.filter(([field]) => hasText || field !== "stats");
        return [name, struct(...kept, ...(parsed?.fields ?? []))];
      });
      const withParsed = rows.map(({ add, ...other }) =>
        add ? { add: { ...add, ...parsed?.valuesOf(add) } } : other,
      );
      return writeRows(path, typed, withParsed);
    },
  };
}

interface Table {
  protocol: Protocol;
  metadata: Metadata;
}

function tableOf(rows: readonly CheckpointAction[]): Table | null {
  const metadata = rows.find((action) => action.metaData)?.metaData;
  const protocol = rows.find((action) => action.protocol)?.protocol;
  return metadata && protocol ? { protocol, metadata } : null;
}

function parsedColumnsOf({ protocol, metadata }: Table, schema: StructType) {
  return createParsedColumns(metadata, schema, readColumnMappingMode(protocol, metadata));
}

async function writeRows(
  path: string,
  fields: StructShape["fields"],
  rows: readonly object[],
): Promise<number> {
  const bytes = await writeParquetRows({ kind: "struct", fields }, rows);
  await writeFileAtomic(path, bytes);
  return bytes.length;
}
