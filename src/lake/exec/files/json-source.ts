/**
 * JSON files as a relation (reference: Spark 4.2): one object a line, or whole documents with
 * `multiLine`. Inference gives long, double, boolean, string, arrays and structs with fields sorted
 * by name; dates stay strings, as in Spark. A malformed line is an error unless `mode` says
 * DROPMALFORMED: Spark would add a `_corrupt_record` column, which is not built.
 */
import {
  type Engine,
  engineType,
  escapeGlobPath,
  quoteIdentifier,
  quoteString,
} from "../../engine/index.ts";
import {
  arrayType,
  type DataType,
  LONG,
  STRING,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { notImplemented } from "../../sql/error.ts";
import type { FileRelation, FileRelationRequest } from "./csv-source.ts";
import { flag, parseMode } from "./source-options.ts";

/** Plans reading JSON files; inference runs here. */
export async function openJson(
  engine: Engine,
  request: FileRelationRequest,
): Promise<FileRelation> {
  const { options } = request;
  const files = request.files.filter((file) => file.sizeBytes > 0);
  if (files.length === 0 && !request.schema) {
    throw notImplemented("inferring a schema from empty files");
  }
  const paths = files.map((file) => quoteString(escapeGlobPath(file.absolutePath))).join(", ");
  const format = flag(options, "multiline", false) ? "auto" : "newline_delimited";
  const base = `[${paths}], format = '${format}'`;
  const schema = request.schema ?? (await inferSchema(engine, base));
  const columns = schema.fields.map(
    (field) => `${quoteString(field.name)}: ${quoteString(engineType(field.type))}`,
  );
  const mode = parseMode(options);
  const ignore = mode === "DROPMALFORMED" ? ", ignore_errors = true" : "";
  const names = schema.fields.map((field) => quoteIdentifier(field.name));
  const sql =
    `SELECT ${[...names, "__file"].join(", ")} FROM read_json(${base}, ` +
    `columns = {${columns.join(", ")}}, filename = '__file'${ignore})`;
  return { schema, sql };
}

async function inferSchema(engine: Engine, base: string): Promise<StructType> {
  const stream = await engine.query(
    `SELECT * FROM read_json(${base}, maximum_depth = -1, sample_size = -1, ` +
      "map_inference_threshold = -1, field_appearance_threshold = 0) LIMIT 0",
  );
  await stream.close();
  return sortFields(structType(stream.schema.fields.map((f) => structField(f.name, f.type))));
}

function sortFields(type: StructType): StructType {
  const fields = type.fields.map((f) => structField(f.name, toSparkInference(f.type)));
  return structType(fields.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
}

function toSparkInference(type: DataType): DataType {
  switch (type.kind) {
    case "long":
    case "double":
    case "boolean":
    case "string":
      return type;
    case "byte":
    case "short":
    case "int":
      return LONG;
    case "decimal":
      return type;
    case "array":
      return arrayType(toSparkInference(type.element));
    case "struct":
      return sortFields(type);
    default:
      return STRING;
  }
}
