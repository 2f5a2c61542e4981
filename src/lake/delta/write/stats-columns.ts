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

const PROPERTY = "delta.dataSkippingStatsColumns";
const DEFAULT_INDEXED_COLUMNS = 32;

/** The leaves to collect statistics on, in schema order. A list, map or variant is one leaf. */
export function statsColumns(table: StatsColumnsOf): StatsColumn[] {
  const dataFields = table.schema.fields.filter(
    (field) => !table.partitionColumns.includes(field.name) && field.type.kind !== "void",
  );
  const leaves = dataFields.flatMap((field) => leavesOf(field, [], [], table.columnMappingMode));
  const named = table.configuration[PROPERTY];
  if (named !== undefined) {
    const wanted = parseNames(named).map(lowered);
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

/** The entry of the named columns once a column is called otherwise; none where there is none. */
export function renamedStatsColumns(
  configuration: Readonly<Record<string, string>>,
  from: readonly string[],
  name: string,
): Record<string, string> {
  return withNames(configuration, (names) =>
    names.map((path) =>
      startsWith(path, lowered(from)) ? path.with(from.length - 1, name) : path,
    ),
  );
}

/** The entry of the named columns without those dropped. */
export function droppedStatsColumns(
  configuration: Readonly<Record<string, string>>,
  dropped: readonly (readonly string[])[],
): Record<string, string> {
  return withNames(configuration, (names) =>
    names.filter((path) => !dropped.some((gone) => startsWith(path, lowered(gone)))),
  );
}

function withNames(
  configuration: Readonly<Record<string, string>>,
  change: (names: string[][]) => string[][],
): Record<string, string> {
  const text = configuration[PROPERTY];
  if (text === undefined) return {};
  const names = change(parseNames(text)).map((path) => path.map(quoteName).join("."));
  return { [PROPERTY]: names.join(",") };
}

/** As Spark quotes parts of a name. */
function quoteName(part: string): string {
  const isPlain = /^[A-Za-z0-9_]+$/.test(part) && !/^[0-9]+$/.test(part);
  return isPlain ? part : `\`${part.replaceAll("`", "``")}\``;
}

/** `a, b.c, \`odd, name\`` to paths. */
function parseNames(text: string): string[][] {
  const names: string[][] = [[]];
  for (const match of text.matchAll(/`((?:[^`]|``)*)`|([^`.,\s]+)|(,)/g)) {
    if (match[3]) names.push([]);
    else names.at(-1)!.push(match[1]?.replaceAll("``", "`") ?? match[2]!);
  }
  return names.filter((name) => name.length > 0);
}

function lowered(path: readonly string[]): string[] {
  return path.map((part) => part.toLowerCase());
}

/** Whether a path lies at or below a prefix, which is in lower case. */
function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((part, index) => path[index]?.toLowerCase() === part);
}
