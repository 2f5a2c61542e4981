/**
 * Renders a scan of Parquet data files as one engine relation: an explicit schema (never the
 * files' own), partition values joined by file, deleted rows taken out by an ANTI JOIN.
 *
 * `read_parquet` treats list entries as glob patterns, adds a column for every `k=v` folder and
 * fails on an empty list; all three are guarded here. A correlated NOT EXISTS in place of the ANTI
 * JOIN costs ten times the time and thirty times the memory (design notes, lake.md §4).
 * Read `scan-columns.ts` next.
 */
import { SovereignError } from "../../core/errors.ts";
import { physicalRowCount } from "../delta/row-count.ts";
import type { ScanFile } from "../delta/types.ts";
import { INT, LONG, type StructField, structField } from "../schema/data-type.ts";
import { quoteIdentifier, quoteString } from "./engine-type.ts";
import { escapeGlobPath } from "./glob.ts";
import { literalSql, partitionLiteralSql } from "./literal.ts";
import { projectField, schemaArgument } from "./scan-columns.ts";
import { splitByVariantForm } from "./scan-variants.ts";
import type { Engine, ParquetScan, PositionGroup } from "./types.ts";

/** Partition rows up to this many stand in the SQL text; more go into a table. */
const INLINE_PARTITION_ROWS = 200;

const ROW_NUMBER = "CAST(f.file_row_number AS BIGINT)";

/** A file with its position in the whole scan, which `file_index` reports. */
export interface IndexedFile {
  file: ScanFile;
  index: number;
}

/** The relation of a scan, in parentheses-free SELECT form. */
export async function scanSql(engine: Engine, scan: ParquetScan): Promise<string> {
  if (scan.files.length === 0) return emptyRelation(scan);
  const indexed = scan.files.map((file, index) => ({ file, index }));
  const groups = await splitByVariantForm(engine, scan, indexed);
  const parts: string[] = [];
  for (const { files, encoded } of groups) {
    for (const selects of [false, true]) {
      const part = files.filter(({ file }) => (file.selectedRows !== undefined) === selects);
      if (part.length > 0) parts.push(await scanGroup(engine, scan, part, encoded));
    }
  }
  return parts.join("\nUNION ALL\n");
}

function emptyRelation(scan: ParquetScan): string {
  const items = scan.columns.fields.map(
    (field) => `${literalSql(null, field.type)} AS ${quoteIdentifier(field.name)}`,
  );
  for (const name of scan.metadataColumns ?? []) {
    const type = name === "file_path" ? "VARCHAR" : name === "file_index" ? "INTEGER" : "BIGINT";
    items.push(`CAST(NULL AS ${type}) AS ${quoteIdentifier(name)}`);
  }
  for (const field of trackedFields(scan)) {
    items.push(`CAST(NULL AS BIGINT) AS ${quoteIdentifier(field.name)}`);
  }
  return `SELECT ${items.length === 0 ? "NULL" : items.join(", ")} WHERE false`;
}

async function scanGroup(
  engine: Engine,
  scan: ParquetScan,
  files: readonly IndexedFile[],
  encodedVariants: boolean,
): Promise<string> {
  const partitionNames = new Set(scan.partitionColumns.map((name) => name.toLowerCase()));
  const isPartition = (field: StructField): boolean => partitionNames.has(field.name.toLowerCase());
  const tracked = trackedFields(scan);
  const stored = [...scan.columns.fields.filter((field) => !isPartition(field)), ...tracked];
  const partition = scan.columns.fields.filter(isPartition);
  const perFile = await perFileValues(engine, scan, files, partition);
  const deletions = await positionTable(engine, files, (file) => file.deletedRows);
  const selections = await positionTable(engine, files, (file) => file.selectedRows ?? null);
  const items = scan.columns.fields.map((field) => {
    const expression = isPartition(field)
      ? perFile.columns.get(field.name)!
      : projectField(field, scan.columnMappingMode, encodedVariants);
    return `${expression} AS ${quoteIdentifier(field.name)}`;
  });
  for (const name of scan.metadataColumns ?? []) {
    const expression = name === "row_index" ? ROW_NUMBER : perFile.columns.get(`#${name}`)!;
    items.push(`${expression} AS ${quoteIdentifier(name)}`);
  }
  tracked.forEach((field, i) => {
    const kept = projectField(field, scan.columnMappingMode, encodedVariants);
    const fresh = i === 0 ? "base_row_id" : "default_row_commit_version";
    const own = `${perFile.columns.get(`#${fresh}`)!}${i === 0 ? ` + ${ROW_NUMBER}` : ""}`;
    items.push(`coalesce(${kept}, ${own}) AS ${quoteIdentifier(field.name)}`);
  });
  const from = [
    `read_parquet([${files.map(({ file }) => quoteString(escapeGlobPath(file.absolutePath))).join(", ")}], ` +
      `hive_partitioning = false, explicit_cardinality = ${estimateRows(files)}, ` +
      `${schemaArgument(stored, scan.columnMappingMode, encodedVariants)}) AS f`,
  ];
  if (perFile.relation) from.push(`JOIN ${perFile.relation} ON p.file_index = f.file_index`);
  if (deletions) from.push(`ANTI JOIN ${deletions} AS d ON ${isAtPosition("d")}`);
  if (selections) from.push(`SEMI JOIN ${selections} AS s ON ${isAtPosition("s")}`);
  return `SELECT ${items.length === 0 ? "NULL" : items.join(", ")} FROM ${from.join(" ")}`;
}

function isAtPosition(table: string): string {
  return `${table}.file_index = f.file_index AND ${table}.row_index = f.file_row_number`;
}

/** The hidden columns of row tracking, row ids first. */
function trackedFields({ rowTracking, columnMappingMode }: ParquetScan): StructField[] {
  if (!rowTracking) return [];
  // The engine reads a table's columns by names or by ids, and these columns have none.
  if (columnMappingMode === "id") {
    throw new SovereignError("NOT_IMPLEMENTED", "row ids of a table with column mapping by id", {
      hint: "read and change it with the engine that wrote it; without row ids it is readable here",
      details: { features: ["rowTracking"] },
    });
  }
  return [rowTracking.rowId, rowTracking.rowCommitVersion].map((name) => structField(name, LONG));
}

interface PerFileValues {
  /** Relation aliased `p`, or null when every value is the same in all files. */
  relation: string | null;
  /** Expression by logical column name, and by `#file_path` and `#file_index`. */
  columns: Map<string, string>;
}

/** Partition values and file metadata: literals when constant, else columns of a small table. */
async function perFileValues(
  engine: Engine,
  scan: ParquetScan,
  files: readonly IndexedFile[],
  partition: readonly StructField[],
): Promise<PerFileValues> {
  const sources: { key: string; literals: string[] }[] = partition.map((field) => ({
    key: field.name,
    literals: files.map(({ file }) =>
      partitionLiteralSql(file.add.partitionValues[physicalName(field)], field.type, field.name),
    ),
  }));
  const columns = new Map<string, string>();
  // Files read in the scan's own order: the engine counts them alike, and no join is needed.
  const isWhole = files.every(({ index }, local) => index === local);
  for (const name of scan.metadataColumns ?? []) {
    if (name === "row_index") continue;
    if (name === "file_index" && isWhole) {
      columns.set("#file_index", "CAST(f.file_index AS INTEGER)");
      continue;
    }
    sources.push({
      key: `#${name}`,
      literals: files.map(({ file, index }) =>
        name === "file_path" ? quoteString(file.add.path) : literalSql(index, INT),
      ),
    });
  }
  if (scan.rowTracking) {
    const facts = {
      base_row_id: files.map(({ file }) => file.add.baseRowId),
      default_row_commit_version: files.map(({ file }) => file.add.defaultRowCommitVersion),
    };
    for (const [name, values] of Object.entries(facts)) {
      const literals = values.map((value) =>
        literalSql(value == null ? null : BigInt(value), LONG),
      );
      sources.push({ key: `#${name}`, literals });
    }
  }
  const varying = sources.filter(({ key, literals }) => {
    if (literals.some((literal) => literal !== literals[0])) return true;
    columns.set(key, literals[0]!);
    return false;
  });
  if (varying.length === 0) return { relation: null, columns };
  for (const [i, source] of varying.entries()) columns.set(source.key, `p.v${i}`);
  const names = ["file_index", ...varying.map((_, i) => `v${i}`)];
  const rows = files.map(
    // The type of `f.file_index`: another one would cast both sides of the join to HUGEINT.
    (_, local) =>
      `(${[`${local}::UBIGINT`, ...varying.map((s) => s.literals[local]!)].join(", ")})`,
  );
  const values = `(VALUES ${rows.join(", ")}) AS p(${names.join(", ")})`;
  if (rows.length <= INLINE_PARTITION_ROWS) return { relation: values, columns };
  const table = await engine.materialize(`SELECT * FROM ${values}`);
  return { relation: `${table} AS p`, columns };
}

/** Positions in those of the files that have any, as a table (file_index, row_index). */
async function positionTable(
  engine: Engine,
  files: readonly IndexedFile[],
  readerOf: (file: ScanFile) => ScanFile["deletedRows"],
): Promise<string | null> {
  const groups: PositionGroup[] = [];
  for (const [fileIndex, { file }] of files.entries()) {
    const positions = await readerOf(file)?.();
    if (positions && positions.length > 0) groups.push({ fileIndex, positions });
  }
  return groups.length === 0 ? null : engine.createPositionTable(groups);
}

const BYTES_PER_ROW = 64;

/**
 * Rows of the files by their statistics, or guessed from their sizes. Without it the engine takes a
 * thousand rows for every file it has not opened, and builds its hash tables on the wrong side.
 */
function estimateRows(files: readonly IndexedFile[]): number {
  let rows = 0;
  for (const { file } of files) {
    rows += physicalRowCount(file.add) ?? Math.ceil(file.add.size / BYTES_PER_ROW);
  }
  return Math.max(1, rows);
}

/** The name a column has in files and in `partitionValues`. */
export function physicalName(field: StructField): string {
  const name = field.metadata["delta.columnMapping.physicalName"];
  return typeof name === "string" ? name : field.name;
}
