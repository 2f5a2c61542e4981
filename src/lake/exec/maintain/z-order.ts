/**
 * Rows in Z-order: each column's values become range ids, whose bits are interleaved into one key
 * (delta-spark 4.4, `MultiDimClustering`: `range_partition_id` and `interleave_bits`). The bounds
 * of the ranges are quantiles of a sample; delta-spark orders no rows within a file, here the key
 * orders them all, so that row groups are skipped too.
 *
 * Example: range ids 2 = 10b and 3 = 11b interleave to 1101b, the first column's bit highest.
 */
import { physicalRowCount, type ScanFile, type Snapshot } from "../../delta/index.ts";
import { rowTrackingColumns } from "../../delta/write/row-ids.ts";
import { type Engine, type ParquetScan, quoteIdentifier, quoteString } from "../../engine/index.ts";
import { type StructType, structType } from "../../schema/data-type.ts";
import type { ZOrderColumn } from "./z-order-columns.ts";

const RANGE_BITS = 8;
const KEY_BITS = 62;
const SAMPLE_FILES = 64;
const SAMPLE_ROWS = 32_768;
/** Longer strings that begin alike count as one range bound. */
const BOUND_LENGTH = 64;

/** Engine SQL of the rows of `files` in Z-order, under the columns of `schema`. */
export async function zOrderedSql(
  engine: Engine,
  snapshot: Snapshot,
  { files, schema }: { files: readonly ScanFile[]; schema: StructType },
  columns: readonly ZOrderColumn[],
): Promise<string> {
  const rowTracking = rowTrackingColumns(snapshot.metadata);
  const rows = await scan(engine, snapshot, files, { columns: schema, rowTracking });
  const columnNames = schema.fields.map((field) => field.name);
  const stored = [...columnNames, ...Object.values(rowTracking ?? {})];
  const names = stored.map(quoteIdentifier).join(", ");
  const [only] = columns;
  if (columns.length === 1)
    return `SELECT ${names} FROM (${rows}) AS s ORDER BY ${valueSql(only!)}`;
  const bits = Math.max(1, Math.min(RANGE_BITS, Math.floor(KEY_BITS / columns.length)));
  // Ranges of further columns would no longer fit the key; they could hardly move a row.
  const used = columns.slice(0, KEY_BITS);
  const bounds = await engine.materialize(await boundsSql(engine, snapshot, files, used, bits));
  const work = { columns: used, bits, mark: freeMark(schema) };
  return `SELECT ${names} FROM ${rangesSql(rows, bounds, work)} ORDER BY ${keySql(work)}`;
}

interface Interleaving {
  columns: readonly ZOrderColumn[];
  bits: number;
  /** What names of columns made on the way begin with. */
  mark: string;
}

/** A beginning that no column of the table has. */
function freeMark(schema: StructType): string {
  let mark = "#";
  while (schema.fields.some((field) => field.name.startsWith(mark))) mark += "#";
  return mark;
}

function scan(
  engine: Engine,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  wanted: Pick<ParquetScan, "columns" | "metadataColumns" | "rowTracking">,
): Promise<string> {
  const { metadata, columnMappingMode } = snapshot;
  const { partitionColumns } = metadata;
  return engine.scanSql({ files, partitionColumns, columnMappingMode, ...wanted });
}

/** The column's value in the relation `s`. */
function valueSql({ path: [name, ...inner] }: ZOrderColumn): string {
  const column = `s.${quoteIdentifier(name!)}`;
  return inner.reduce((sql, field) => `struct_extract(${sql}, ${quoteString(field)})`, column);
}

/** One row: for each column `b0`, `b1` … the list of its inner range bounds, ascending. */
async function boundsSql(
  engine: Engine,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  columns: readonly ZOrderColumn[],
  bits: number,
): Promise<string> {
  const stride = Math.ceil(files.length / SAMPLE_FILES);
  const sampled = files.filter((_, i) => i % stride === 0);
  const named = new Set(columns.map(({ path }) => path[0]));
  const fields = snapshot.schema.fields.filter((field) => named.has(field.name));
  const rows = await scan(engine, snapshot, sampled, {
    columns: structType(fields),
    metadataColumns: ["row_index"],
  });
  const rowCount = sampled.reduce((sum, { add }) => sum + (physicalRowCount(add) ?? 0), 0);
  const step = Math.max(1, Math.floor(rowCount / SAMPLE_ROWS));
  const where = step > 1 ? ` WHERE hash(s.row_index) % ${step} = 0` : "";
  const lists = columns.map((column, i) => {
    const value = valueSql(column);
    const short = column.type.kind === "string" ? `left(${value}, ${BOUND_LENGTH})` : value;
    return `list_sort(list(${short}) FILTER (${value} IS NOT NULL)) AS v${i}`;
  });
  const quantiles = columns.map(
    (_, i) =>
      `list_transform(range(1, ${2 ** bits}), ` +
      `lambda n: v${i}[1 + (len(v${i}) * n) // ${2 ** bits}]) AS b${i}`,
  );
  const sample = `SELECT ${lists.join(", ")} FROM (${rows}) AS s${where}`;
  return `SELECT ${quantiles.join(", ")} FROM (${sample})`;
}

/**
 * The rows with the range id of each column as `#r0`, `#r1` …: a binary search of all rows at once,
 * a bit of the id in each step. NULL stands in the first range.
 */
function rangesSql(rows: string, bounds: string, { columns, bits, mark }: Interleaving): string {
  const start = columns.map(
    (column, i) => `${valueSql(column)} AS "${mark}x${i}", 0 AS "${mark}r${i}"`,
  );
  const lists = columns.map((_, i) => `b.b${i} AS "${mark}b${i}"`);
  let sql = `(SELECT s.*, ${[...start, ...lists].join(", ")} FROM (${rows}) AS s, ${bounds} AS b)`;
  for (let step = 2 ** (bits - 1); step >= 1; step /= 2) {
    const ids = columns.map(
      (_, i) =>
        `"${mark}r${i}" + CASE WHEN "${mark}x${i}" >= "${mark}b${i}"["${mark}r${i}" + ${step}] ` +
        `THEN ${step} ELSE 0 END AS "${mark}r${i}"`,
    );
    sql = `(SELECT * REPLACE (${ids.join(", ")}) FROM ${sql})`;
  }
  return sql;
}

/** The interleaved bits: a table look-up spreads each id, a shift puts it beside the others. */
function keySql({ columns, bits, mark }: Interleaving): string {
  const spread = Array.from({ length: 2 ** bits }, (_, id) => spreadBits(id, bits, columns.length));
  const list = `CAST([${spread.join(", ")}] AS BIGINT[])`;
  return columns
    .map((_, i) => `(${list}["${mark}r${i}" + 1] << ${columns.length - 1 - i})`)
    .join(" + ");
}

/** Bit `b` of the id at bit `b * stride`. */
function spreadBits(id: number, bits: number, stride: number): bigint {
  let key = 0n;
  for (let bit = 0; bit < bits; bit++) {
    if ((id >> bit) & 1) key |= 1n << BigInt(bit * stride);
  }
  return key;
}
