/**
 * JSON and typed values (Spark 4.2 `JsonToStructs`, `StructsToJson`, `SchemaOfJson`): `from_json`,
 * `to_json`, `schema_of_json`. Options not named here are refused.
 */
import { quoteString } from "../../engine/engine-type.ts";
import {
  arrayType,
  type DataType,
  formatTypeSql,
  mapType,
  STRING,
  structType,
} from "../../schema/data-type.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";
import type { Value } from "../../schema/value.ts";
import { notImplemented, SqlError } from "../error.ts";
import { parseDataType, parseTableSchema, quoteIdentifier } from "../parse/index.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { STR } from "./accept.ts";
import { castArgument, entry, literalValue, script, wrongArity } from "./builder.ts";
import type { FunctionDef, Resolution, ResolveContext } from "./definition.ts";
import { type FromJsonOptions, fromJson } from "./js/json-convert.ts";
import { inferJsonType } from "./js/json-infer.ts";
import { isNamedKey, type ToJsonOptions, toJson } from "./js/json-print.ts";
import { readJson } from "./js/json-read.ts";
import { readOptions } from "./options.ts";

function isNested(type: DataType): boolean {
  return type.kind === "struct" || type.kind === "array" || type.kind === "map";
}

// ---------------------------------------------------------------- schemas

/** The type a schema argument names: DDL, Spark's JSON form, or `schema_of_json('…')`. */
export function schemaArgument(argument: BoundExpression, context: ResolveContext): DataType {
  if (argument.kind === "call" && argument.fn.name === "schema_of_json") {
    return argument.data as DataType;
  }
  const text = literalValue(argument);
  if (typeof text !== "string") {
    throw new SqlError("a schema is given as a string literal", {
      errorClass: "INVALID_SCHEMA.NON_STRING_LITERAL",
      sqlState: "42K07",
      span: argument.span ?? context.span,
      hint: "write for example 'a INT, b STRING'",
    });
  }
  return nullableType(parseSchema(text));
}

function parseSchema(text: string): DataType {
  if (text.trimStart().startsWith("{")) return parseSchemaJson(text);
  try {
    return parseDataType(text);
  } catch (error) {
    try {
      return parseTableSchema(text);
    } catch {
      // Spark tells what is wrong with the text as a type.
      throw error;
    }
  }
}

function nullableType(type: DataType): DataType {
  switch (type.kind) {
    case "array":
      return arrayType(nullableType(type.element));
    case "map":
      return mapType(nullableType(type.key), nullableType(type.value));
    case "struct":
      return structType(
        type.fields.map((f) => ({ ...f, type: nullableType(f.type), nullable: true })),
      );
    default:
      return type;
  }
}

function checkJsonType(type: DataType, context: ResolveContext): void {
  switch (type.kind) {
    case "struct": {
      if (type.fields.length === 0) throw notImplemented("a struct without fields", context.span);
      const names = new Set(type.fields.map((f) => f.name.toLowerCase()));
      if (names.size < type.fields.length) {
        throw notImplemented("a struct with two fields of one name", context.span);
      }
      for (const field of type.fields) checkJsonType(field.type, context);
      return;
    }
    case "array":
      checkJsonType(type.element, context);
      return;
    case "map":
      if (type.key.kind !== "string") {
        throw mismatch(
          "INVALID_JSON_MAP_KEY_TYPE",
          `the keys of a map from JSON are strings, not ${formatTypeSql(type.key)}`,
          context.span,
        );
      }
      checkJsonType(type.value, context);
      return;
    case "variant":
      throw notImplemented("from_json to variant", context.span);
  }
}

// ---------------------------------------------------------------- from_json

const FROM_OPTIONS = ["mode", "timestampformat", "dateformat"];

function fromOptions(
  argument: BoundExpression | undefined,
  context: ResolveContext,
): FromJsonOptions {
  const options = readOptions(argument, FROM_OPTIONS, "from_json");
  const mode = (options.get("mode") ?? "PERMISSIVE").toUpperCase();
  if (mode !== "PERMISSIVE" && mode !== "FAILFAST") {
    throw new SqlError(`from_json does not know the mode \`${mode}\``, {
      errorClass: "PARSE_MODE_UNSUPPORTED",
      sqlState: "42601",
      span: argument?.span ?? context.span,
      hint: "use PERMISSIVE or FAILFAST",
    });
  }
  return {
    failFast: mode === "FAILFAST",
    timestampFormat: options.get("timestampformat") ?? null,
    dateFormat: options.get("dateformat") ?? null,
  };
}

function notJsonType(type: DataType, context: ResolveContext): Error {
  return mismatch(
    "INVALID_JSON_SCHEMA",
    `\`${context.calledAs}\` is for structs, arrays and maps, not ${formatTypeSql(type)}`,
    context.span,
  );
}

function resolveFromJson(args: readonly BoundExpression[], context: ResolveContext): Resolution {
  if (args.length < 2 || args.length > 3) {
    throw wrongArity(context.calledAs, "[2, 3]", args.length, context.span);
  }
  const type = schemaArgument(args[1]!, context);
  const options = fromOptions(args[2], context);
  if (!isNested(type)) throw notJsonType(type, context);
  checkJsonType(type, context);
  const text = args[0]!;
  if (text.type.kind !== "string" && text.type.kind !== "void") {
    throw mismatch("UNEXPECTED_INPUT_TYPE", "`from_json` reads a STRING", context.span);
  }
  const cast = castArgument(text, 0, STR, context);
  return { type, nullable: true, args: [cast], data: options };
}

// ---------------------------------------------------------------- to_json

const TO_OPTIONS = ["ignorenullfields", "timestampformat", "timestampntzformat", "dateformat"];

function checkPrintable(type: DataType, context: ResolveContext): void {
  switch (type.kind) {
    case "struct":
      for (const field of type.fields) checkPrintable(field.type, context);
      return;
    case "array":
      checkPrintable(type.element, context);
      return;
    case "map":
      if (!isNamedKey(type.key) && type.key.kind !== "void") {
        throw notImplemented(`JSON of a map by ${formatTypeSql(type.key)}`, context.span);
      }
      checkPrintable(type.value, context);
      return;
  }
}

function resolveToJson(args: readonly BoundExpression[], context: ResolveContext): Resolution {
  if (args.length < 1 || args.length > 2) {
    throw wrongArity(context.calledAs, "[1, 2]", args.length, context.span);
  }
  const options = readOptions(args[1], TO_OPTIONS, "to_json");
  const value = args[0]!;
  const isPrintable = isNested(value.type) || ["void", "variant"].includes(value.type.kind);
  if (!isPrintable) throw notJsonType(value.type, context);
  checkPrintable(value.type, context);
  const data: ToJsonOptions = {
    keepNull: readFlag(options.get("ignorenullfields"), true, context) === false,
    timestampFormat: options.get("timestampformat") ?? null,
    timestampNtzFormat: options.get("timestampntzformat") ?? null,
    dateFormat: options.get("dateformat") ?? null,
  };
  return { type: STRING, nullable: value.nullable, args: [value], data };
}

function readFlag(text: string | undefined, otherwise: boolean, context: ResolveContext): boolean {
  if (text === undefined) return otherwise;
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw notImplemented(`the option value '${text}'`, context.span);
}

// ---------------------------------------------------------------- schema_of_json

function resolveSchemaOf(args: readonly BoundExpression[], context: ResolveContext): Resolution {
  if (args.length < 1 || args.length > 2) {
    throw wrongArity(context.calledAs, "[1, 2]", args.length, context.span);
  }
  readOptions(args[1], [], "schema_of_json");
  const text = literalValue(args[0]!);
  if (text === null) throw mismatch("UNEXPECTED_NULL", "the JSON is NULL", context.span);
  if (args[0]!.type.kind !== "string") {
    throw mismatch("UNEXPECTED_INPUT_TYPE", "`schema_of_json` reads a STRING", context.span);
  }
  if (typeof text !== "string") {
    throw mismatch("NON_FOLDABLE_INPUT", "`schema_of_json` reads a literal", context.span);
  }
  return { type: STRING, nullable: false, args: [args[0]!], data: inferred(text, context) };
}

function inferred(text: string, context: ResolveContext): DataType {
  try {
    const node = readJson(text, { specialNumbers: true });
    return node ? inferJsonType(node) : STRING;
  } catch (cause) {
    if (cause instanceof SqlError) throw cause;
    throw new SqlError("the text is not JSON", {
      errorClass: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      sqlState: "22023",
      span: context.span,
      hint: "correct the JSON text",
      cause,
    });
  }
}

/** `DataType.sql`, which quotes field names that need it. */
function schemaText(type: DataType): string {
  if (type.kind === "array") return `ARRAY<${schemaText(type.element)}>`;
  if (type.kind !== "struct") return formatTypeSql(type);
  const fields = type.fields.map((f) => {
    const name = /^[A-Za-z_][A-Za-z0-9_]*$/.test(f.name) ? f.name : quoteIdentifier(f.name);
    return `${name}: ${schemaText(f.type)}`;
  });
  return `STRUCT<${fields.join(", ")}>`;
}

export const JSON_VALUES: readonly FunctionDef[] = [
  entry(
    "from_json",
    {
      summary: "A typed value from JSON text.",
      example: `from_json('{"a":1}', 'a INT')`,
      // Spark names the column of a map so.
      pretty: (args, call) => (call.type.kind === "map" ? "entries" : `from_json(${args[0]})`),
    },
    script(
      (call) => `from_json ${JSON.stringify(call.data)}`,
      ([text], call) => fromJson(text as string, call.type, call.data as FromJsonOptions),
    ),
    resolveFromJson,
  ),
  entry(
    "to_json",
    { summary: "JSON text of a struct, an array or a map.", example: "to_json(struct(1 AS a))" },
    (args, call, context) =>
      call.args[0]!.type.kind === "void"
        ? "NULL::VARCHAR"
        : script(
            () => `to_json ${JSON.stringify(call.data)}`,
            ([value]: readonly Value[]) =>
              toJson(value!, call.args[0]!.type, call.data as ToJsonOptions),
          )(args, call, context),
    resolveToJson,
  ),
  entry(
    "schema_of_json",
    { summary: "The type of a JSON text as DDL.", example: `schema_of_json('{"a":1}')` },
    (_args, call) => quoteString(schemaText(call.data as DataType)),
    resolveSchemaOf,
  ),
];
