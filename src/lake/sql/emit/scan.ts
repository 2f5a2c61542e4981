/**
 * Scans of Delta tables as engine SQL: the snapshot's files after pruning, read through
 * `Engine.scanSql`. `_metadata` is joined by file; `file_path`, `file_index` and `row_index` come
 * from the engine when a scan asks for them by hidden attributes of those names.
 */
import { basename } from "node:path";
import type { RowTrackingColumns, ScanFile } from "../../delta/types.ts";
import { rowTrackingColumns } from "../../delta/write/row-ids.ts";
import { quoteIdentifier, quoteString } from "../../engine/engine-type.ts";
import type { Engine, ParquetScan } from "../../engine/types.ts";
import { structType } from "../../schema/data-type.ts";
import { notImplemented } from "../error.ts";
import type { ScanPlan } from "../plan/plan.ts";

const ENGINE_COLUMNS = ["file_path", "file_index", "row_index"] as const;

type EngineColumn = (typeof ENGINE_COLUMNS)[number];

function isEngineColumn(name: string): name is EngineColumn {
  return (ENGINE_COLUMNS as readonly string[]).includes(name);
}

/** Engine SQL of a scan's output columns, quoted by name. */
export async function emitTableScan(plan: ScanPlan, engine: Engine): Promise<string> {
  const { snapshot } = plan;
  const files = plan.files ?? (await snapshot.scanFiles(plan.prune ?? undefined));
  const hidden = plan.output.filter((a) => a.hidden).map((a) => a.name);
  const wantsMetadata = hidden.includes("_metadata");
  const extra = hidden.filter(isEngineColumn);
  if (wantsMetadata && !extra.includes("file_index")) extra.push("file_index");
  const wanted = new Set(plan.output.filter((a) => !a.hidden).map((a) => a.name.toLowerCase()));
  const fields = snapshot.schema.fields.filter((f) => wanted.has(f.name.toLowerCase()));
  if (extra.some((name) => snapshot.schema.fields.some((f) => f.name.toLowerCase() === name))) {
    throw notImplemented(`_metadata of a table with a column named ${extra.join(" or ")}`);
  }
  const scan: ParquetScan = {
    files,
    columns: structType(fields),
    partitionColumns: snapshot.metadata.partitionColumns,
    columnMappingMode: snapshot.columnMappingMode,
    ...(extra.length > 0 ? { metadataColumns: extra } : {}),
    rowTracking: wantsMetadata ? rowTrackingColumns(snapshot.metadata) : undefined,
  };
  const sql = await engine.scanSql(scan);
  return wantsMetadata ? withFileMetadata(sql, files, scan.rowTracking) : sql;
}

function withFileMetadata(
  sql: string,
  files: readonly ScanFile[],
  tracked: RowTrackingColumns | undefined,
): string {
  if (files.length === 0) return `SELECT *, NULL AS "_metadata" FROM (${sql})`;
  const rows = files.map((file, i) => {
    const { size, modificationTime, baseRowId, defaultRowCommitVersion } = file.add;
    const ids = [baseRowId, defaultRowCommitVersion].map((id) => `CAST(${id ?? null} AS BIGINT)`);
    const fixed = fileMetadataSql(file.absolutePath, size, modificationTime);
    return `(${i}, ${fixed}${tracked ? `, ${ids.join(", ")}` : ""})`;
  });
  const metadata = tracked
    ? `struct_insert(m.m, row_id := s.${quoteIdentifier(tracked.rowId)}, base_row_id := m.b, ` +
      "default_row_commit_version := m.v, " +
      `row_commit_version := s.${quoteIdentifier(tracked.rowCommitVersion)})`
    : "m.m";
  return (
    `SELECT s.*, ${metadata} AS "_metadata" FROM (${sql}) AS s ` +
    `JOIN (VALUES ${rows.join(", ")}) AS m(i, m${tracked ? ", b, v" : ""}) ON m.i = s.file_index`
  );
}

/** What Java's `URI` leaves as it is in a path: its own marks, and all letters beyond ASCII. */
const QUOTED = /[^A-Za-z0-9_\-!.~'()*:@&=+$,;/\u0080-\u{10ffff}]|\p{Z}|\p{Cc}/gu;

/** A local path as Hadoop prints its URI. */
function hadoopUri(path: string): string {
  return `file:${path.replaceAll(QUOTED, encodeURIComponent)}`;
}

/** The `_metadata` struct of one file as engine SQL; the name is quoted as in the URI. */
export function fileMetadataSql(path: string, sizeBytes: number, modifiedMs: number): string {
  const uri = hadoopUri(path);
  const modifiedMicros = BigInt(Math.trunc(modifiedMs)) * 1000n;
  const fields: Record<string, string> = {
    file_path: quoteString(uri),
    file_name: quoteString(basename(uri)),
    file_size: `CAST(${sizeBytes} AS BIGINT)`,
    file_block_start: "CAST(0 AS BIGINT)",
    file_block_length: `CAST(${sizeBytes} AS BIGINT)`,
    file_modification_time: `make_timestamptz(CAST(${modifiedMicros} AS BIGINT))`,
  };
  const parts = Object.entries(fields).map(([k, v]) => `${quoteIdentifier(k)} := ${v}`);
  return `struct_pack(${parts.join(", ")})`;
}
