/**
 * Small batches of rows that a program hands over, appended without the engine: `formats/parquet`
 * encodes each partition's file, statistics are taken from the values. For tables whose columns
 * need no expression (no CHECK, default, generated or identity column) and hold plain values; the
 * others go through `insert.ts`. An engine start and a COPY cost more than such a batch.
 */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newUuid } from "../../../core/ids.ts";
import { createFolders, fsyncAll } from "../../../core/io/index.ts";
import { type StructShape, writeParquetRows } from "../../../formats/parquet/index.ts";
import type { Snapshot } from "../../delta/index.ts";
import { addOf } from "../../delta/write/file-actions.ts";
import { writeOperation } from "../../delta/write/operations.ts";
import {
  encodeLogPath,
  formatPartitionValue,
  partitionFolder,
} from "../../delta/write/partition-path.ts";
import { buildStats } from "../../delta/write/stats.ts";
import type { InputTable } from "../../input-rows.ts";
import type { DataType, StructField } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { CommitSummary } from "../result.ts";
import type { StatementContext } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { commitChange, writeMetrics } from "./commit.ts";
import { commitOrDiscard, targetOf, type WriteTarget, type WrittenData } from "./data-files.ts";
import { valueStatistics } from "./value-statistics.ts";

/** Batches up to this many rows are small. */
export const SMALL_BATCH_ROWS = 10_000;

/** Whether the table takes rows without the engine. */
export function takesPlainRows({ schema, metadata, columnMappingMode }: Snapshot): boolean {
  const { configuration } = metadata;
  return (
    columnMappingMode === "none" &&
    !Object.keys(configuration).some((key) => key.startsWith("delta.constraints.")) &&
    schema.fields.every((field) => shapeOf(field.type) !== null && isPlain(field))
  );
}

/** Any metadata besides a comment may ask for a value or a check of its own. */
function isPlain({ metadata }: StructField): boolean {
  return Object.keys(metadata).every((key) => key === "comment");
}

/** Appends and commits; null when a row breaks NOT NULL, which `insert.ts` words. */
export async function appendSmall(
  ctx: StatementContext,
  handle: TableHandle,
  input: InputTable,
): Promise<CommitSummary | null> {
  const target = targetOf(handle.snapshot);
  const rows = alignRows(input, target.schema.fields);
  if (rows === null) return null;
  const written = await writeRows(rows, target);
  return commitOrDiscard(written, () =>
    commitChange(ctx, handle, {
      ...writeOperation({ mode: "Append" }),
      adds: written.adds,
      metrics: writeMetrics(written),
      flushFiles: written.flush,
    }),
  );
}

/** Rows in the order of the table's columns. */
function alignRows(input: InputTable, fields: readonly StructField[]): Value[][] | null {
  const indexes = fields.map((field) =>
    input.columns.findIndex((column) => column.name.toLowerCase() === field.name.toLowerCase()),
  );
  const rows = input.rows.map((row) => indexes.map((index) => (index < 0 ? null : row[index]!)));
  const required = fields.flatMap((field, i) => (field.nullable ? [] : [i]));
  return rows.some((row) => required.some((i) => row[i] === null)) ? null : rows;
}

interface UnflushedData extends WrittenData {
  /** Files and their names reach the device; to be done before the commit is seen. */
  flush(): Promise<void>;
}

async function writeRows(rows: readonly Value[][], target: WriteTarget): Promise<UnflushedData> {
  const { fields } = target.schema;
  const partitions = target.partitionColumns.map((name) =>
    fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase()),
  );
  const groups = new Map<string, { values: Record<string, string | null>; rows: Value[][] }>();
  for (const row of rows) {
    const entries = partitions.map((i): [string, string | null] => [
      fields[i]!.name,
      formatPartitionValue(row[i]!, fields[i]!.type),
    ]);
    const key = JSON.stringify(entries);
    const group = groups.get(key) ?? { values: Object.fromEntries(entries), rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const stored = fields.flatMap((_, i) => (partitions.includes(i) ? [] : [i]));
  const paths: string[] = [];
  const folders = new Set<string>();
  const discard = () => {
    for (const path of paths) rmSync(path, { force: true });
  };
  return commitOrDiscard({ discard }, async () => {
    const adds = [];
    for (const group of groups.values()) {
      const file = join(partitionFolder(group.values), `part-00000-${newUuid()}.parquet`);
      const path = join(target.tableRoot, file);
      const bytes = await encode(group.rows, stored, fields);
      for (const made of createFolders(dirname(path))) folders.add(dirname(made));
      folders.add(dirname(path));
      paths.push(path);
      writeFileSync(path, bytes, { flag: "wx" });
      adds.push(
        addOf({
          path: encodeLogPath(file),
          sizeBytes: bytes.length,
          modifiedMs: Math.trunc(statSync(path).mtimeMs),
          partitionValues: group.values,
          stats: statisticsOf(group.rows, stored, target),
        }),
      );
    }
    const sizeBytes = adds.reduce((sum, add) => sum + add.size, 0);
    const flush = () => fsyncAll(paths, folders);
    return { adds, rowCount: rows.length, sizeBytes, discard, flush };
  });
}

function encode(
  rows: readonly Value[][],
  stored: readonly number[],
  fields: readonly StructField[],
): Promise<Uint8Array> {
  const shape: StructShape = {
    kind: "struct",
    fields: stored.map((i) => [fields[i]!.name, shapeOf(fields[i]!.type)!]),
  };
  const objects = rows.map((row) =>
    Object.fromEntries(stored.map((i) => [fields[i]!.name, row[i]])),
  );
  return writeParquetRows(shape, objects);
}

function statisticsOf(
  rows: readonly Value[][],
  stored: readonly number[],
  target: WriteTarget,
): string {
  const columns = stored.map((i) => {
    const { name, type } = target.schema.fields[i]!;
    return valueStatistics(
      [name],
      rows.map((row) => row[i]!),
      type,
    );
  });
  return buildStats({ ...target, rowCount: rows.length, columns });
}

/** Parquet's form of a type; null for those the encoder or its readers have no plain form of. */
function shapeOf(type: DataType): StructShape["fields"][number][1] | null {
  switch (type.kind) {
    case "boolean":
    case "string":
    case "date":
      return { kind: type.kind };
    case "int":
      return { kind: "int32" };
    case "long":
      return { kind: "int64" };
    case "float":
      return { kind: "float32" };
    case "double":
      return { kind: "float64" };
    case "timestamp":
    case "timestamp_ntz":
      return { kind: "timestamp", isUtc: type.kind === "timestamp" };
    case "decimal":
      return { kind: "decimal", precision: type.precision, scale: type.scale };
    default:
      return null;
  }
}
