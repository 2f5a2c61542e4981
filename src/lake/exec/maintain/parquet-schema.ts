/**
 * One schema over the footers of many Parquet files, as CONVERT TO DELTA infers it (delta-spark
 * 4.4, `ConvertUtils.mergeSchemasInParallel`): columns in the order files bring them, types equal
 * or widened among the small integers. What a scan would read otherwise than Spark is refused.
 */
import { SovereignError } from "../../../core/errors.ts";
import { type Engine, escapeGlobPath, quoteString } from "../../engine/index.ts";
import {
  type DataType,
  formatType,
  type StructType,
  sameType,
  structField,
  structType,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";
import { notImplemented } from "../../sql/error.ts";

/** The merged schema, every column nullable; DATA_LOSS or a refusal names the file at fault. */
export async function mergedParquetSchema(
  engine: Engine,
  paths: readonly string[],
): Promise<StructType> {
  let merged = structType([]);
  for (const { path, elements, sparkSchema } of await readFooters(engine, paths)) {
    const schema = await schemaOf(engine, path, elements);
    if (sparkSchema !== null) refuseOtherTypes(schema, sparkSchema, path);
    merged = mergeStructs(merged, schema, { path, schema });
  }
  return merged;
}

interface Element {
  name: string;
  physical: string | null;
  childCount: number;
  logical: string;
}

interface Footer {
  /** The first file that looks so. */
  path: string;
  elements: readonly Element[];
  /** What Spark wrote beside Parquet's own schema. */
  sparkSchema: string | null;
}

const SPARK_KEY = "org.apache.spark.sql.parquet.row.metadata";

/** Footers that differ, each once. */
async function readFooters(engine: Engine, paths: readonly string[]): Promise<Footer[]> {
  const found = new Map<string, Footer>();
  for (let i = 0; i < paths.length; i += BATCH) {
    const batch = paths.slice(i, i + BATCH);
    const [elements, spark] = await footersOf(engine, batch);
    for (const path of batch) {
      const footer = {
        path,
        elements: elements.get(path) ?? [],
        sparkSchema: spark.get(path) ?? null,
      };
      const key = JSON.stringify([footer.elements, footer.sparkSchema]);
      if (!found.has(key)) found.set(key, footer);
    }
  }
  return [...found.values()];
}

const BATCH = 256;

async function footersOf(engine: Engine, paths: readonly string[]) {
  const list = paths.map((path) => quoteString(escapeGlobPath(path))).join(", ");
  const elements = new Map<string, Element[]>();
  try {
    const rows = await engine.rows(
      "SELECT file_name, name, type, num_children, logical_type, converted_type " +
        `FROM parquet_schema([${list}])`,
    );
    for (const [path, name, physical, childCount, logical, converted] of rows) {
      const element = {
        name: String(name),
        physical: physical === null ? null : String(physical),
        childCount: Number(childCount ?? 0),
        logical: `${logical ?? ""} ${converted ?? ""}`,
      };
      const known = elements.get(String(path));
      if (known) known.push(element);
      else elements.set(String(path), [element]);
    }
  } catch (cause) {
    const [path, ...others] = paths;
    if (others.length === 0) throw unreadable(path!, cause);
    // One of them: alone it is named.
    for (const one of paths) await footersOf(engine, [one]);
    throw cause;
  }
  const entries = await engine.rows(
    `SELECT file_name, decode(value) FROM parquet_kv_metadata([${list}]) ` +
      `WHERE key = encode(${quoteString(SPARK_KEY)})`,
  );
  const spark = new Map(entries.map(([path, value]) => [String(path), String(value)]));
  return [elements, spark] as const;
}

async function schemaOf(
  engine: Engine,
  path: string,
  elements: readonly Element[],
): Promise<StructType> {
  for (const { name, logical } of elements) {
    const found = UNREADABLE.find((pattern) => pattern.test(logical));
    if (found) throw refused(`the column \`${name}\` of type ${logical.trim()}`, path);
  }
  const instants = legacyTimestamps(elements, path);
  const source = `read_parquet([${quoteString(escapeGlobPath(path))}], hive_partitioning = false)`;
  const stream = await engine.query(`SELECT * FROM ${source} LIMIT 0`);
  await stream.close();
  return structType(
    stream.schema.fields.map(({ name, type }) =>
      structField(name, instants.has(name) ? TIMESTAMP : type),
    ),
  );
}

/** Types that Spark refuses or reads in a way of its own. */
const UNREADABLE = [
  /NANOS=Nano|TimeType|TIME_M/,
  /UUIDType|Float16|Interval|INTERVAL|Variant|Geo|NullType|UnknownType/i,
  /UINT_64|bitWidth=64, isSigned=0/,
];

/** INT96 is always an instant; the engine reads it without its zone. */
function legacyTimestamps(elements: readonly Element[], path: string): Set<string> {
  const names = new Set<string>();
  const open: number[] = [];
  for (const { name, physical, childCount } of elements) {
    if (physical === "INT96") {
      if (open.length > 1) throw refused(`the nested INT96 column \`${name}\``, path);
      names.add(name);
    }
    if (open.length > 0) open[open.length - 1]!--;
    if (childCount > 0) open.push(childCount);
    while (open.at(-1) === 0) open.pop();
  }
  return names;
}

/** Intervals and user-defined types, say, which Parquet knows only as numbers. */
function refuseOtherTypes(schema: StructType, sparkSchema: string, path: string): void {
  let stated: StructType;
  try {
    stated = parseSchemaJson(sparkSchema);
  } catch {
    throw refused("a column type that only Spark knows", path);
  }
  for (const { name, type } of stated.fields) {
    const own = schema.fields.find((field) => field.name === name);
    if (own && type.kind !== "void" && !sameType(own.type, type)) {
      throw refused(`the column \`${name}\`, to Spark a ${formatType(type)}`, path);
    }
  }
}

interface Source {
  path: string;
  schema: StructType;
}

function mergeStructs(into: StructType, from: StructType, source: Source): StructType {
  const fields = [...into.fields];
  for (const field of from.fields) {
    const at = fields.findIndex(({ name }) => name.toLowerCase() === field.name.toLowerCase());
    const known = fields[at];
    if (!known) fields.push(field);
    else if (known.name !== field.name) {
      throw refused(`the column \`${known.name}\` spelt \`${field.name}\``, source.path);
    } else fields[at] = structField(known.name, mergeTypes(known.type, field.type, source));
  }
  return structType(fields);
}

const SMALL_INTEGERS: readonly DataType["kind"][] = ["byte", "short", "int"];

function mergeTypes(a: DataType, b: DataType, source: Source): DataType {
  if (a.kind === "struct" && b.kind === "struct") return mergeStructs(a, b, source);
  if (a.kind === "array" && b.kind === "array") {
    return { ...a, element: mergeTypes(a.element, b.element, source) };
  }
  if (a.kind === "map" && b.kind === "map") {
    const key = mergeTypes(a.key, b.key, source);
    return { ...a, key, value: mergeTypes(a.value, b.value, source) };
  }
  const [i, j] = [SMALL_INTEGERS.indexOf(a.kind), SMALL_INTEGERS.indexOf(b.kind)];
  if (i >= 0 && j >= 0) return i >= j ? a : b;
  if (sameType(a, b)) return a;
  const message = `\`${source.path}\` has a ${formatType(b)} where other files have a ${formatType(a)}`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: "write that file again with the type of the others",
    details: { error_class: "DELTA_FAILED_MERGE_SCHEMA_FILE", path: source.path },
  });
}

function refused(what: string, path: string): SovereignError {
  const hint = "use CREATE TABLE … AS SELECT with a cast";
  return notImplemented(`CONVERT TO DELTA of ${what} in \`${path}\``, undefined, hint);
}

function unreadable(path: string, cause: unknown): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${path}\` is not a Parquet file, or a damaged one`, {
    hint: "move it out of the folder, or restore it from a backup",
    details: { path, error_class: "CANNOT_READ_FILE_FOOTER" },
    cause,
  });
}
