/** One relation over a list of files of any supported format. */
import { type Engine, escapeGlobPath, quoteIdentifier, quoteString } from "../../engine/index.ts";
import {
  BINARY,
  LONG,
  STRING,
  type StructType,
  structField,
  structType,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import { notImplemented } from "../../sql/error.ts";
import { type FileRelation, openCsv } from "./csv-source.ts";
import { openJson } from "./json-source.ts";
import type { SourceFile } from "./list-files.ts";
import { flag, type SourceOptions } from "./source-options.ts";

export interface SourceRequest {
  format: string;
  files: readonly SourceFile[];
  options: SourceOptions;
  schema: StructType | null;
  /** Default of `inferSchema` / `inferColumnTypes` for text formats. */
  inferTypes: boolean;
}

/** The relation of the files; its SQL gives the columns and `__file`. */
export async function openFiles(engine: Engine, request: SourceRequest): Promise<FileRelation> {
  const { options, schema, files } = request;
  const inferTypes =
    "inferschema" in options
      ? flag(options, "inferschema", true)
      : flag(options, "infercolumntypes", request.inferTypes);
  switch (request.format) {
    case "csv":
      return openCsv(engine, { files, options, schema, inferTypes });
    case "json":
      return openJson(engine, { files, options, schema, inferTypes });
    case "parquet":
      return openParquet(engine, files, schema);
    case "text":
      return openText(files);
    case "binaryfile":
      return openBinary(files);
    default:
      throw notImplemented(`the file format \`${request.format}\``);
  }
}

function pathList(files: readonly SourceFile[]): string {
  return files.map((file) => quoteString(escapeGlobPath(file.absolutePath))).join(", ");
}

/** Columns by name over all files, as with `mergeSchema`. */
async function openParquet(
  engine: Engine,
  files: readonly SourceFile[],
  wanted: StructType | null,
): Promise<FileRelation> {
  const source =
    `read_parquet([${pathList(files)}], union_by_name = true, hive_partitioning = false, ` +
    "filename = '__file')";
  const stream = await engine.query(`SELECT * EXCLUDE (__file) FROM ${source} LIMIT 0`);
  await stream.close();
  const legacy = await engine.rows(
    `SELECT DISTINCT name FROM parquet_schema([${pathList(files)}]) WHERE type = 'INT96'`,
  );
  const legacyNames = new Set(legacy.map(([name]) => String(name)));
  const fields = stream.schema.fields.map((field) =>
    // INT96 is always an instant; the engine reads it without its zone.
    structField(field.name, legacyNames.has(field.name) ? TIMESTAMP : field.type),
  );
  const found = structType(fields);
  const schema = wanted ?? found;
  const items = schema.fields.map((field) => {
    const match = found.fields.find((f) => f.name.toLowerCase() === field.name.toLowerCase());
    const name = quoteIdentifier(field.name);
    if (!match) return `NULL AS ${name}`;
    const column = quoteIdentifier(match.name);
    const cast = legacyNames.has(match.name) ? `CAST(${column} AS TIMESTAMPTZ)` : column;
    return `${cast} AS ${name}`;
  });
  return { schema, sql: `SELECT ${[...items, "__file"].join(", ")} FROM ${source}` };
}

function openText(files: readonly SourceFile[]): FileRelation {
  const sql =
    "SELECT line AS value, filename AS __file FROM (SELECT filename, " +
    "unnest(string_split(regexp_replace(content, '\\r?\\n$', ''), chr(10))) AS line " +
    `FROM read_text([${pathList(files)}]) WHERE content <> '')`;
  return {
    schema: structType([structField("value", STRING)]),
    sql: sql.replace("line AS value", "rtrim(line, chr(13)) AS value"),
  };
}

function openBinary(files: readonly SourceFile[]): FileRelation {
  return {
    schema: structType([
      structField("path", STRING),
      structField("modificationTime", TIMESTAMP),
      structField("length", LONG),
      structField("content", BINARY),
    ]),
    sql:
      "SELECT 'file:' || filename AS path, last_modified AS \"modificationTime\", " +
      `size AS length, content, filename AS __file FROM read_blob([${pathList(files)}])`,
  };
}
