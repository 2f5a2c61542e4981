/** DuckDB's `RETURN_STATS` of one file as the Delta statistics document of its `add` action. */
import { type ColumnStatistics, parseColumnKey } from "../delta/write/column-statistics.ts";
import { buildStats } from "../delta/write/stats.ts";
import { MapValue, type Value } from "../schema/value.ts";
import type { CopyRequest } from "./types.ts";

/** Statistics text of a written file. `statistics`: column path to facts, as DuckDB returns them. */
export function copiedStatistics(
  rowCount: number,
  statistics: MapValue | null,
  request: CopyRequest,
): string {
  const columns: ColumnStatistics[] = [];
  for (const [path, facts] of statistics?.entries ?? []) {
    const key = parseColumnKey(String(path));
    if (key && facts instanceof MapValue) columns.push(readFacts(key, facts));
  }
  const { schema, partitionColumns, columnMappingMode, configuration } = request;
  return buildStats({
    rowCount,
    columns,
    schema,
    partitionColumns,
    columnMappingMode,
    configuration,
  });
}

function readFacts(path: readonly string[], facts: MapValue): ColumnStatistics {
  const known = new Map<Value, Value>(facts.entries);
  const nullCount = known.get("null_count");
  return {
    path,
    min: textOf(known.get("min")),
    max: textOf(known.get("max")),
    nullCount: typeof nullCount === "string" ? Number(nullCount) : null,
    hasNan: known.get("has_nan") === "true",
  };
}

function textOf(value: Value | undefined): string | null {
  return typeof value === "string" ? value : null;
}
