/**
 * Which columns of a table get statistics: the leaves named by `delta.dataSkippingStatsColumns`, or
 * the first `delta.dataSkippingNumIndexedCols` (32; −1 for all) leaves in schema order, partition
 * columns left out (Delta protocol, "Per-file Statistics"; selection as delta-spark 4.4).
 */
import type { DataType, StructField, StructType } from "../../schema/data-type.ts";
import { physicalName } from "../column-mapping.ts";
import type { ColumnMappingMode } from "../types.ts";

export interface StatsColumn {
  physicalPath: string[];
  type: DataType;
}

export interface StatsColumnsOf {
  schema: StructType;
  partitionColumns: readonly string[];
  columnMappingMode: ColumnMappingMode;
  configuration: Readonly<Record<string, string>>;
}

const DEFAULT_INDEXED_COLUMNS = 32;

/** The leaves to collect statistics on, in schema order. A list, map or variant is one leaf. */
export function statsColumns(table: StatsColumnsOf): StatsColumn[] {
  const dataFields = table.schema.fields.filter(
    (field) => !table.partitionColumns.includes(field.name) && field.type.kind !== "void",
  );
  const leaves = dataFields.flatMap((field) => leavesOf(field, [], [], table.columnMappingMode));
  const named = table.configuration["delta.dataSkippingStatsColumns"];
  if (named !== undefined) {
    const wanted = parseNames(named);
    return leaves.filter((leaf) => wanted.some((name) => startsWith(leaf.logicalPath, name)));
  }
  const text = table.configuration["delta.dataSkippingNumIndexedCols"];
  const limit = text === undefined ? DEFAULT_INDEXED_COLUMNS : Number(text);
  return limit < 0 ? leaves : leaves.slice(0, limit);
}

function leavesOf(
  field: StructField,
  logicalParents: readonly string[],
  physicalParents: readonly string[],
  mode: ColumnMappingMode,
): (StatsColumn & { logicalPath: string[] })[] {
  const logicalPath = [...logicalParents, field.name];
  const physicalPath = [...physicalParents, physicalName(field, mode)];
  if (field.type.kind !== "struct") return [{ logicalPath, physicalPath, type: field.type }];
  return field.type.fields.flatMap((child) => leavesOf(child, logicalPath, physicalPath, mode));
}

/** `a, b.c, \`odd, name\`` to lower-case paths. */
function parseNames(text: string): string[][] {
  const names: string[][] = [[]];
  for (const match of text.matchAll(/`((?:[^`]|``)*)`|([^`.,\s]+)|(,)/g)) {
    if (match[3]) names.push([]);
    else names.at(-1)!.push((match[1]?.replaceAll("``", "`") ?? match[2]!).toLowerCase());
  }
  return names.filter((name) => name.length > 0);
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((part, index) => path[index]?.toLowerCase() === part);
}
