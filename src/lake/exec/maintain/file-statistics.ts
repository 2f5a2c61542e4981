/**
 * Statistics of Parquet files that were written elsewhere, by reading them: a query over some
 * hundred files at a time counts rows and nulls and finds the bounds of each column that gets any.
 */
import type { ScanFile } from "../../delta/index.ts";
import { buildStats } from "../../delta/write/stats.ts";
import {
  type StatsColumn,
  type StatsColumnsOf,
  statsColumns,
} from "../../delta/write/stats-columns.ts";
import { type Engine, quoteIdentifier } from "../../engine/index.ts";
import { LONG, STRING, structType } from "../../schema/data-type.ts";

const FILES_PER_QUERY = 256;

/** The statistics text of each file, in their order. */
export async function readStatistics(
  engine: Engine,
  files: readonly ScanFile[],
  table: StatsColumnsOf,
): Promise<string[]> {
  const columns = statsColumns(table);
  const texts: string[] = [];
  for (let i = 0; i < files.length; i += FILES_PER_QUERY) {
    const batch = files.slice(i, i + FILES_PER_QUERY);
    texts.push(...(await statisticsOf(engine, batch, { table, columns })));
  }
  return texts;
}

async function statisticsOf(
  engine: Engine,
  files: readonly ScanFile[],
  { table, columns }: { table: StatsColumnsOf; columns: readonly StatsColumn[] },
): Promise<string[]> {
  const names = new Set(columns.map(({ physicalPath }) => physicalPath[0]));
  const read = table.schema.fields.filter(({ name }) => names.has(name));
  // Names of our own: a column may be called like what the scan adds.
  const aliases = new Map(read.map(({ name }, i) => [name, `c${i}`]));
  const source = await engine.scanSql({
    files,
    columns: structType(read),
    partitionColumns: [],
    columnMappingMode: "none",
    metadataColumns: ["file_index"],
  });
  const facts = columns.flatMap((column) => factsSql(column, aliases));
  const rows = await engine.rows(
    `SELECT ${["CAST(i AS BIGINT)", "count(*)", ...facts].join(", ")} ` +
      `FROM (${source}) AS f(${[...aliases.values(), "i"].join(", ")}) GROUP BY i`,
    [LONG, LONG, ...facts.map(() => STRING)].map((type, i) => ({
      name: `c${i}`,
      type,
      nullable: true,
    })),
  );
  const byFile = new Map(rows.map(([index, count, ...cells]) => [Number(index), { count, cells }]));
  return files.map((_, index) => {
    const found = byFile.get(index);
    const rowCount = Number(found?.count ?? 0);
    const cells = (found?.cells ?? []) as (string | null)[];
    return buildStats({ ...table, rowCount, columns: columns.map(readFacts(rowCount, cells)) });
  });
}

const FACTS_PER_COLUMN = 4;

/** Values that are there, least, greatest, whether one is NaN; each as text. */
function factsSql(
  { physicalPath: [first, ...rest], type }: StatsColumn,
  aliases: ReadonlyMap<string, string>,
): string[] {
  const column = rest.reduce(
    (parent, name) => `(${parent}).${quoteIdentifier(name)}`,
    aliases.get(first!)!,
  );
  const bounds = HAS_BOUNDS.has(type.kind)
    ? [`CAST(min(${column}) AS VARCHAR)`, `CAST(max(${column}) AS VARCHAR)`]
    : ["NULL", "NULL"];
  const isFloating = type.kind === "float" || type.kind === "double";
  const nan = isFloating ? `CAST(bool_or(isnan(${column})) AS VARCHAR)` : "NULL";
  return [`CAST(count(${column}) AS VARCHAR)`, ...bounds, nan];
}

const HAS_BOUNDS: ReadonlySet<string> = new Set([
  ...["byte", "short", "int", "long", "float", "double", "decimal"],
  ...["string", "date", "timestamp", "timestamp_ntz"],
]);

function readFacts(rowCount: number, cells: readonly (string | null)[]) {
  return ({ physicalPath }: StatsColumn, i: number) => {
    const [count, min, max, nan] = cells.slice(i * FACTS_PER_COLUMN, (i + 1) * FACTS_PER_COLUMN);
    return {
      path: physicalPath,
      nullCount: rowCount - Number(count ?? 0),
      min: min ?? null,
      max: max ?? null,
      hasNan: nan === "true",
    };
  };
}
