/**
 * CSV files as a relation (reference: Spark 4.2 CSV options and inference). Every field is read as
 * text; types are then inferred over all rows in Spark's order (int, long, decimal for longer whole
 * numbers, double, date, timestamp, boolean, string) and converted in SQL. A field that does not
 * parse is NULL (PERMISSIVE), its row dropped (DROPMALFORMED) or an error (FAILFAST).
 *
 * Files with different headers are read each by its own and joined by column name.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  type Engine,
  engineType,
  escapeGlobPath,
  quoteIdentifier,
  quoteString,
} from "../../engine/index.ts";
import {
  type DataType,
  STRING,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { notImplemented } from "../../sql/error.ts";
import { DATE_TEXT, FLOATING, inferTypes, matches, TIMESTAMP_TEXT, WHOLE } from "./csv-types.ts";
import type { SourceFile } from "./list-files.ts";
import { flag, parseMode, type SourceOptions } from "./source-options.ts";

export interface FileRelation {
  schema: StructType;
  /** SELECT with the columns of `schema` and `__file`, the path of the row's file. */
  sql: string;
}

export interface FileRelationRequest {
  files: readonly SourceFile[];
  options: SourceOptions;
  /** Null: infer. */
  schema: StructType | null;
  /** False: every column is a string unless a schema is given. */
  inferTypes: boolean;
}

/** Plans reading CSV files; inference runs here. */
export async function openCsv(engine: Engine, request: FileRelationRequest): Promise<FileRelation> {
  const groups = groupByHeader(request);
  const columns = [...new Set(groups.flatMap((group) => group.columns))];
  const names = request.schema ? request.schema.fields.map((field) => field.name) : columns;
  const text = groups
    .map((group) => textRelation(group, names, request.options))
    .join(" UNION ALL ");
  const schema = request.schema ?? (await settleSchema(engine, text, names, request.inferTypes));
  return { schema, sql: typedRelation(text, schema, request.options) };
}

interface HeaderGroup {
  files: SourceFile[];
  columns: string[];
}

function groupByHeader({ files, options, schema }: FileRelationRequest): HeaderGroup[] {
  const hasHeader = flag(options, "header", false);
  const groups = new Map<string, HeaderGroup>();
  for (const file of files) {
    if (file.sizeBytes === 0) continue;
    const first = splitRecord(readFirstLine(file.absolutePath), options);
    const columns = hasHeader
      ? uniqueNames(first)
      : (schema?.fields.map((field) => field.name) ?? first.map((_, i) => `_c${i}`));
    const key = hasHeader ? JSON.stringify(columns) : String(columns.length);
    const group = groups.get(key) ?? { files: [], columns };
    group.files.push(file);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Spark numbers repeated and empty header names by position. */
function uniqueNames(header: readonly string[]): string[] {
  const lower = header.map((name) => name.toLowerCase());
  return header.map((name, i) => {
    if (name === "") return `_c${i}`;
    const repeated = lower.indexOf(lower[i]!) !== lower.lastIndexOf(lower[i]!);
    return repeated ? `${name}${i}` : name;
  });
}

const HEADER_BYTES = 1 << 20;

function readFirstLine(path: string): string {
  let bytes: Buffer;
  if (path.endsWith(".gz")) bytes = gunzipSync(readFileSync(path));
  else {
    bytes = Buffer.alloc(HEADER_BYTES);
    const file = openSync(path, "r");
    try {
      bytes = bytes.subarray(0, readSync(file, bytes, 0, HEADER_BYTES, 0));
    } finally {
      closeSync(file);
    }
  }
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  return /^(?:[^"\r\n]|"[^"]*")*/.exec(text)![0];
}

function splitRecord(line: string, options: SourceOptions): string[] {
  const separator = separatorOf(options);
  const quote = options.quote ?? '"';
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (quote !== "" && line.startsWith(quote, i)) quoted = !quoted;
    else if (!quoted && line.startsWith(separator, i)) {
      fields.push(field);
      field = "";
      i += separator.length - 1;
    } else field += line[i];
  }
  fields.push(field);
  return fields;
}

function separatorOf(options: SourceOptions): string {
  const separator = options.sep ?? options.delimiter ?? ",";
  return separator === "\\t" ? "\t" : separator;
}

/** All fields as text under the wanted names; a column the files lack is NULL. */
function textRelation(
  group: HeaderGroup,
  names: readonly string[],
  options: SourceOptions,
): string {
  const byPosition = !flag(options, "header", false);
  const paths = group.files.map((f) => quoteString(escapeGlobPath(f.absolutePath))).join(", ");
  const stored = group.columns.map((_, i) => `c${i}`);
  const wanted = names.map((name, n) => {
    const i = byPosition
      ? n
      : group.columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
    const value = i >= 0 && i < stored.length ? fieldText(stored[i]!, options) : "NULL";
    return `${value} AS ${quoteIdentifier(name)}`;
  });
  const parameters = [
    "auto_detect = false",
    `delim = ${quoteString(separatorOf(options))}`,
    `quote = ${quoteString(options.quote ?? '"')}`,
    `escape = ${quoteString(options.escape ?? "\\")}`,
    `header = ${flag(options, "header", false)}`,
    `columns = {${stored.map((name) => `'${name}': 'VARCHAR'`).join(", ")}}`,
    "nullstr = ''",
    "allow_quoted_nulls = false",
    "null_padding = true",
    "strict_mode = false",
    "parallel = false",
    "max_line_size = 17825792",
    "filename = '__file'",
    ...(options.comment ? [`comment = ${quoteString(options.comment)}`] : []),
  ];
  return `SELECT ${[...wanted, "__file"].join(", ")} FROM read_csv([${paths}], ${parameters.join(", ")})`;
}

/**
 * A field as Spark's parser gives it. An empty field is NULL unless it is quoted; the text of
 * `nullValue` is NULL even then.
 */
function fieldText(column: string, options: SourceOptions): string {
  let value = column;
  if (flag(options, "ignoreleadingwhitespace", false)) value = `ltrim(${value})`;
  if (flag(options, "ignoretrailingwhitespace", false)) value = `rtrim(${value})`;
  if (options.nullvalue) value = `nullif(${value}, ${quoteString(options.nullvalue)})`;
  return value;
}

async function settleSchema(
  engine: Engine,
  text: string,
  names: readonly string[],
  isTyped: boolean,
): Promise<StructType> {
  if (names.length === 0) throw notImplemented("inferring a schema from empty files");
  const types = isTyped ? await inferTypes(engine, text, names) : names.map(() => STRING);
  return structType(names.map((name, i) => structField(name, types[i]!)));
}

function typedRelation(text: string, schema: StructType, options: SourceOptions): string {
  const mode = parseMode(options);
  const items = schema.fields.map((field) => {
    const column = quoteIdentifier(field.name);
    return `${convert(column, field.type, mode === "FAILFAST")} AS ${column}`;
  });
  const typed = `SELECT ${[...items, "__file"].join(", ")} FROM (${text})`;
  if (mode !== "DROPMALFORMED") return typed;
  const broken = schema.fields.map((field) => {
    const column = quoteIdentifier(field.name);
    return `(${column} IS NOT NULL AND ${convert(column, field.type, false)} IS NULL)`;
  });
  return `${typed} WHERE NOT (${broken.join(" OR ")})`;
}

function convert(column: string, type: DataType, strict: boolean): string {
  const target = engineType(type);
  const converted = convertLoosely(column, type, target);
  if (!strict || type.kind === "string") return converted;
  const message = `'[MALFORMED_RECORD_IN_PARSING|22023] malformed CSV value: ' || ${column}`;
  return (
    `CASE WHEN ${column} IS NOT NULL AND ${converted} IS NULL ` +
    `THEN error(${message}) ELSE ${converted} END`
  );
}

/** NULL for what Spark's CSV parser does not take; the engine's own casts take more. */
function convertLoosely(column: string, type: DataType, target: string): string {
  const guarded = (pattern: string): string =>
    `CASE WHEN ${matches(column, pattern)} THEN TRY_CAST(${column} AS ${target}) END`;
  switch (type.kind) {
    case "string":
      return column;
    case "byte":
    case "short":
    case "int":
    case "long":
      return guarded(WHOLE);
    case "float":
    case "double":
    case "decimal":
      return guarded(FLOATING);
    case "date":
      return guarded(DATE_TEXT);
    case "timestamp":
    case "timestamp_ntz":
      return guarded(`${TIMESTAMP_TEXT}|${DATE_TEXT}`);
    case "boolean":
      return `CASE lower(${column}) WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case "binary":
      return `encode(${column})`;
    default:
      throw notImplemented("a nested column in a CSV file");
  }
}
