/**
 * Statistics and partition values of a checkpoint in typed form (`stats_parsed`,
 * `partitionValues_parsed`; Delta protocol, "Checkpoints"), which tables ask for with
 * `delta.checkpoint.writeStatsAsStruct = true`. What cannot be read as its column's type is null:
 * readers then know nothing, and skip nothing.
 */
import { isJsonObject, JsonNumber, parseExactJson } from "../../core/json/index.ts";
import type { ColumnShape, StructShape } from "../../formats/parquet/index.ts";
import { physicalName } from "../delta/column-mapping.ts";
import { parsePartitionValue } from "../delta/partition-value.ts";
import type { AddFile, ColumnMappingMode, Metadata } from "../delta/types.ts";
import { type StatsColumn, statsColumns } from "../delta/write/stats-columns.ts";
import type { DataType, StructType } from "../schema/data-type.ts";

type Field = readonly [name: string, shape: ColumnShape];

export interface ParsedColumns {
  /** Extra fields of the `add` struct. */
  fields: Field[];
  /** The values of those fields for one file. */
  valuesOf(add: AddFile): Record<string, unknown>;
}

/** The typed columns of a table, or null when it does not ask for them. */
export function createParsedColumns(
  metadata: Metadata,
  schema: StructType,
  columnMappingMode: ColumnMappingMode,
): ParsedColumns | null {
  const { configuration, partitionColumns } = metadata;
  if (configuration["delta.checkpoint.writeStatsAsStruct"]?.toLowerCase() !== "true") return null;
  const table = { schema, partitionColumns, columnMappingMode, configuration };
  const columns = statsColumns(table);
  const partitions = partitionColumns.flatMap((name) => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    return field ? [{ name: physicalName(field, columnMappingMode), type: field.type }] : [];
  });
  const fields: Field[] = [["stats_parsed", statsShape(columns)]];
  if (partitions.length > 0) {
    const shapes = partitions.map(({ name, type }): Field => [name, shapeOf(type) ?? TEXT]);
    fields.unshift(["partitionValues_parsed", { kind: "struct", fields: shapes }]);
  }
  return {
    fields,
    valuesOf: (add) => ({
      stats_parsed: parseStats(add.stats, columns),
      partitionValues_parsed: Object.fromEntries(
        partitions.map(({ name, type }) => [name, readText(add.partitionValues[name], type)]),
      ),
    }),
  };
}

/** Whether a table's checkpoints hold statistics as JSON text: unless it says no. */
export function writesStatsText({ configuration }: Metadata): boolean {
  return configuration["delta.checkpoint.writeStatsAsJson"]?.toLowerCase() !== "false";
}

const TEXT: ColumnShape = { kind: "string" };
const LONG: ColumnShape = { kind: "int64" };

/** How Parquet holds a bound of this type; null for types without bounds. */
function shapeOf(type: DataType): ColumnShape | null {
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
      return { kind: "int32" };
    case "long":
      return LONG;
    case "float":
      return { kind: "float32" };
    case "double":
      return { kind: "float64" };
    case "string":
    case "boolean":
    case "date":
      return { kind: type.kind };
    case "decimal":
      return { kind: "decimal", precision: type.precision, scale: type.scale };
    case "timestamp":
    case "timestamp_ntz":
      return { kind: "timestamp", isUtc: type.kind === "timestamp" };
    default:
      return null;
  }
}

function statsShape(columns: readonly StatsColumn[]): StructShape {
  const bounds = nest(columns, (type) => (type.kind === "boolean" ? null : shapeOf(type)));
  const counts = nest(columns, () => LONG);
  const members: [string, StructShape][] = [
    ["minValues", bounds],
    ["maxValues", bounds],
    ["nullCount", counts],
  ];
  // Parquet has no struct without fields.
  const present = members.filter(([, shape]) => shape.fields.length > 0);
  const tight: Field = ["tightBounds", { kind: "boolean" }];
  return { kind: "struct", fields: [["numRecords", LONG], ...present, tight] };
}

/** The columns as nested structs, those without a shape left out. */
function nest(
  columns: readonly StatsColumn[],
  shapeFor: (type: DataType) => ColumnShape | null,
  depth = 0,
): StructShape {
  const groups = new Map<string, StatsColumn[]>();
  for (const column of columns) {
    if (shapeFor(column.type) === null) continue;
    const name = column.physicalPath[depth]!;
    groups.set(name, [...(groups.get(name) ?? []), column]);
  }
  const fields = [...groups].map(([name, members]): Field => {
    const isLeaf = members[0]!.physicalPath.length === depth + 1;
    return [name, isLeaf ? shapeFor(members[0]!.type)! : nest(members, shapeFor, depth + 1)];
  });
  return { kind: "struct", fields };
}

type Tree = { [name: string]: unknown };

function parseStats(text: string | null | undefined, columns: readonly StatsColumn[]): Tree | null {
  const stats = readJson(text);
  if (stats === null) return null;
  const { numRecords, tightBounds } = stats;
  const parsed: Tree = {
    numRecords: readScalar(numRecords, { kind: "long" }),
    tightBounds: typeof tightBounds === "boolean" ? tightBounds : null,
  };
  for (const part of ["minValues", "maxValues", "nullCount"]) {
    const tree: Tree = {};
    for (const { physicalPath, type } of columns) {
      const json = leafAt(stats[part], physicalPath);
      setLeaf(tree, physicalPath, readScalar(json, part === "nullCount" ? { kind: "long" } : type));
    }
    parsed[part] = tree;
  }
  return parsed;
}

function readJson(text: string | null | undefined): Tree | null {
  if (!text) return null;
  try {
    const stats = parseExactJson(text, { keepDecimals: true });
    return isJsonObject(stats) ? stats : null;
  } catch {
    // Foreign statistics are a hint: unreadable ones stay in the text column as they are.
    return null;
  }
}

function leafAt(json: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, name) => (isJsonObject(node) ? node[name] : undefined), json);
}

function setLeaf(tree: Tree, path: readonly string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce<Tree>((node, name) => {
    node[name] ??= {};
    return node[name] as Tree;
  }, tree);
  parent[path.at(-1)!] = value;
}

function readScalar(json: unknown, type: DataType): unknown {
  if (json === undefined || json === null || typeof json === "object") {
    return json instanceof JsonNumber ? readText(json.text, type) : null;
  }
  // An empty string is a value here; as a partition value it would be null.
  return type.kind === "string" ? String(json) : readText(String(json), type);
}

function readText(text: string | null | undefined, type: DataType): unknown {
  if (shapeOf(type) === null) return type.kind === "binary" ? (text ?? null) : null;
  try {
    return parsePartitionValue(text, type, "statistics");
  } catch {
    return null;
  }
}
