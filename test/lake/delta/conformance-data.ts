/**
 * The recorded tables of other implementations, when the folder with them is beside the checkout.
 * Nothing of it is in the repository; without it the sweeps skip and say so.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseExactJson } from "../../../src/core/json/index.ts";
import { createWasmCheckpointReader } from "../../../src/lake/checkpoint/index.ts";
import { DeltaLog, type ScanFile, type TableSnapshot } from "../../../src/lake/delta/index.ts";
import type { Engine } from "../../../src/lake/engine/index.ts";
import type { DataType } from "../../../src/lake/schema/data-type.ts";
import { type StructType, structField, structType } from "../../../src/lake/schema/data-type.ts";
import { MapValue, StructValue, type Value, VariantValue } from "../../../src/lake/schema/value.ts";

const here = import.meta.dirname;

export const conformanceFolder =
  process.env.SOVEREIGN_CONFORMANCE ?? resolve(here, "../../../../shared/conformance");
export const hasConformance = existsSync(join(conformanceFolder, "delta"));

export interface ConformanceCase {
  /** `suite/case` */
  name: string;
  table: string;
  expected: string;
}

/** The tables other projects keep for their own tests. */
export function listUpstreamCases(): ConformanceCase[] {
  const base = join(conformanceFolder, "delta");
  return folders(base).flatMap((suite) =>
    folders(join(base, suite)).map((name) => ({
      name: `${suite}/${name}`,
      table: join(base, suite, name, "table"),
      expected: join(base, suite, name, "expected"),
    })),
  );
}

/** The tables Spark 4.2.0 with delta-spark 4.4.0 wrote, one per feature. */
export function listSparkCases(): ConformanceCase[] {
  const base = join(conformanceFolder, "delta-spark-4.4");
  return folders(base).map((name) => ({
    name,
    table: join(base, name, "table"),
    expected: join(base, name, "expected.json"),
  }));
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** A JSON file with exact numbers (and Python's NaN and Infinity as null), or null. */
export function readExpected<T>(path: string): T | null {
  if (!existsSync(path)) return null;
  const text = readFileSync(path, "utf8");
  const plain = text.replace(/([:[,]\s*)(-?Infinity|NaN)\b/g, '$1"$2"');
  return parseExactJson(plain, { source: path }) as T;
}

/** Opens a log with the engine-free checkpoint reader. */
export function openLog(table: string): DeltaLog {
  return DeltaLog.open(table, { checkpointReader: createWasmCheckpointReader() });
}

/** All rows of a snapshot, positional, in no particular order. */
export async function readRows(engine: Engine, snapshot: TableSnapshot): Promise<Value[][]> {
  return scanRows(engine, await snapshot.scanFiles(), snapshot.schema, {
    partitionColumns: snapshot.metadata.partitionColumns,
    columnMappingMode: snapshot.columnMappingMode,
  });
}

/** Rows of plain Parquet files, read as the given logical schema. */
export async function readParquetAs(
  engine: Engine,
  paths: readonly string[],
  schema: StructType,
): Promise<Value[][]> {
  const files = paths.map(
    (absolutePath): ScanFile => ({
      add: {
        path: absolutePath,
        partitionValues: {},
        size: 0,
        modificationTime: 0,
        dataChange: true,
      },
      absolutePath,
      deletedRows: null,
    }),
  );
  return scanRows(engine, files, stripMetadata(schema), {
    partitionColumns: [],
    columnMappingMode: "none",
  });
}

async function scanRows(
  engine: Engine,
  files: readonly ScanFile[],
  columns: StructType,
  table: { partitionColumns: readonly string[]; columnMappingMode: "none" | "name" | "id" },
): Promise<Value[][]> {
  const sql = await engine.scanSql({ files, columns, ...table });
  return engine.rows(sql, columns.fields);
}

function stripMetadata(schema: StructType): StructType {
  const strip = (type: DataType): DataType => {
    if (type.kind === "struct") return stripMetadata(type);
    if (type.kind === "array") return { ...type, element: strip(type.element) };
    if (type.kind === "map") return { ...type, key: strip(type.key), value: strip(type.value) };
    return type;
  };
  return structType(schema.fields.map((f) => structField(f.name, strip(f.type), f.nullable)));
}

/** One text per row, sorted: equal lists mean equal multisets of rows. */
export function canonicalRows(rows: readonly (readonly Value[])[]): string[] {
  return rows.map((row) => row.map(canonicalValue).join(" | ")).sort();
}

function canonicalValue(value: Value): string {
  if (value === null) return "∅";
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  if (value instanceof StructValue) return `(${value.values.map(canonicalValue).join(", ")})`;
  if (value instanceof MapValue) {
    const entries = value.entries.map(([k, v]) => `${canonicalValue(k)}: ${canonicalValue(v)}`);
    return `{${entries.sort().join(", ")}}`;
  }
  if (value instanceof VariantValue) {
    return `v${canonicalValue(value.metadata)}${canonicalValue(value.value)}`;
  }
  if (Array.isArray(value)) return `[${value.map(canonicalValue).join(", ")}]`;
  return String(value);
}
