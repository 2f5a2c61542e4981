/**
 * Functions on variants (Spark 4.2 `variantExpressions.scala`): made from JSON, taken apart by
 * path, described. The binary encoding is in `js/variant-build.ts` and `schema/variant-read.ts`.
 */
import { SovereignError } from "../../../core/errors.ts";
import { holdsVariant } from "../../engine/engine-type.ts";
import type { ScalarFunction } from "../../engine/types.ts";
import {
  arrayType,
  BOOLEAN,
  type DataType,
  formatTypeSql,
  mapType,
  STRING,
  structType,
  VARIANT,
} from "../../schema/data-type.ts";
import type { Value, VariantValue } from "../../schema/value.ts";
import { readVariant } from "../../schema/variant-read.ts";
import type { Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import { parseDataType } from "../parse/index.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { fitsVariant } from "../types/type-rules.ts";
import { type Accept, STR } from "./accept.ts";
import {
  castArguments,
  define,
  type EmitFunction,
  entry,
  literalValue,
  runtimeError,
  script,
} from "./builder.ts";
import type { FunctionDef, Resolution, ResolveContext } from "./definition.ts";
import { JsonFailure, readJson } from "./js/json-read.ts";
import { variantOfJson, variantOfValue } from "./js/variant-build.ts";
import {
  castNode,
  castVariant,
  parseVariantPath,
  type VariantCastMode,
  variantAtPath,
} from "./js/variant-cast.ts";
import { variantSchemaText } from "./js/variant-schema.ts";

/** Names of functions that compare what they are given, beside those of ordered types. */
const COMPARING: ReadonlySet<string> = new Set([
  "array_contains",
  "array_position",
  "array_remove",
  "decode",
]);

/** Variants are not compared: refuses functions that would. */
export function refuseComparedVariants(
  name: string,
  args: readonly BoundExpression[],
  { distinct, span }: { distinct: boolean; span: Span | undefined },
): void {
  if (!distinct && !COMPARING.has(name)) return;
  if (!args.some((arg) => holdsVariant(arg.type))) return;
  if (distinct) throw notImplemented("DISTINCT values of a VARIANT", span);
  throw mismatch("INVALID_ORDERING_TYPE", `\`${name}\` does not compare variants`, span);
}

const A_VARIANT: Accept = {
  describe: "a VARIANT",
  takes: (type) => type.kind === "variant",
  target: (type) => (type.kind === "variant" || type.kind === "void" ? VARIANT : null),
};
const TEXT: Accept = {
  ...STR,
  target: (type) => (type.kind === "string" || type.kind === "void" ? STRING : null),
};

/** Malformed bytes in the words of a run-time error: the engine passes on text alone. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    const isUnknown = error.code === "NOT_IMPLEMENTED";
    if (isUnknown) throw runtimeError("UNSUPPORTED_FEATURE", "0A000", error.message);
    throw runtimeError("MALFORMED_VARIANT", "22023", error.message);
  }
}

// ---------------------------------------------------------------- casts

/** The function behind `cast(v AS type)`. */
export function variantCastScript(to: DataType, mode: VariantCastMode): ScalarFunction {
  return {
    name: mode === "try" ? "try_cast_variant" : "cast_variant",
    parameters: [VARIANT],
    returnType: to,
    call: ([value]) => guarded(() => castVariant(value as VariantValue, to, mode)),
  };
}

/** The function behind `cast(x AS VARIANT)` and `to_variant_object`. */
export function toVariantScript(from: DataType): ScalarFunction {
  return {
    name: "to_variant",
    parameters: [from],
    returnType: VARIANT,
    call: ([value]) => guarded(() => buildVariant(value!, from)),
  };
}

function buildVariant(value: Value, from: DataType): Value {
  try {
    return variantOfValue(value, from);
  } catch (error) {
    if (!(error instanceof JsonFailure)) throw error;
    throw runtimeError("VARIANT_DUPLICATE_KEY", "22023", `a variant cannot have ${error.message}`);
  }
}

function resolveToObject([value]: readonly BoundExpression[], context: ResolveContext): Resolution {
  const { type, nullable } = value!;
  const isNested = type.kind === "array" || type.kind === "map" || type.kind === "struct";
  if (!isNested || !fitsVariant(type, true)) {
    throw mismatch(
      "CAST_WITHOUT_SUGGESTION",
      `cannot cast ${formatTypeSql(type)} to ${formatTypeSql(VARIANT)}`,
      context.span,
    );
  }
  return { type: VARIANT, nullable, args: [value!] };
}

// ---------------------------------------------------------------- JSON

function parseJson(text: string, failOnError: boolean): Value {
  try {
    const node = readJson(text, { strictQuotes: true });
    if (node) return variantOfJson(node);
  } catch (error) {
    if (!(error instanceof JsonFailure)) throw error;
  }
  if (!failOnError) return null;
  throw runtimeError(
    "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
    "22023",
    `the text is not JSON: ${text.slice(0, 100)}`,
  );
}

// ---------------------------------------------------------------- paths

function pathOf(text: string, name: string): (string | number)[] {
  const path = parseVariantPath(text);
  if (path) return path;
  throw runtimeError(
    "INVALID_VARIANT_GET_PATH",
    "22023",
    `the path \`${text}\` is not a valid variant extraction path in \`${name}\``,
  );
}

function resolveGet(args: readonly BoundExpression[], context: ResolveContext): Resolution {
  const type = args[2] ? targetType(args[2], context) : VARIANT;
  if (!fitsVariant(type, true)) {
    throw mismatch(
      "CAST_WITHOUT_SUGGESTION",
      `cannot cast ${formatTypeSql(VARIANT)} to ${formatTypeSql(type)}`,
      context.span,
    );
  }
  const cast = castArguments(args.slice(0, 2), [A_VARIANT, TEXT], undefined, context);
  return { type: asNullable(type), nullable: true, args: cast };
}

function targetType(argument: BoundExpression, context: ResolveContext): DataType {
  const text = literalValue(argument);
  if (typeof text === "string") {
    if (/\b(var)?char\b/i.test(text)) throw notImplemented("CHAR and VARCHAR here", argument.span);
    return parseDataType(text);
  }
  throw new SqlError("a type is given as a string literal", {
    errorClass: "INVALID_SCHEMA.NON_STRING_LITERAL",
    sqlState: "42K09",
    span: argument.span ?? context.span,
    hint: "write for example 'int'",
  });
}

function asNullable(type: DataType): DataType {
  if (type.kind === "array") return arrayType(asNullable(type.element));
  if (type.kind === "map") return mapType(asNullable(type.key), asNullable(type.value));
  if (type.kind !== "struct") return type;
  return structType(
    type.fields.map((field) => ({ ...field, type: asNullable(field.type), nullable: true })),
  );
}

function getter(name: string, mode: VariantCastMode): EmitFunction {
  return script(name, ([value, text], call) =>
    guarded(() => {
      const node = variantAtPath(value as VariantValue, pathOf(text as string, name));
      return node ? castNode(node, call.type, mode) : null;
    }),
  );
}

export const VARIANTS: readonly FunctionDef[] = [
  define(
    "parse_json",
    [TEXT],
    VARIANT,
    script("parse_json", ([text]) => parseJson(text as string, true)),
    { summary: "A variant from JSON text.", example: `parse_json('{"a":1}')` },
  ),
  define(
    "try_parse_json",
    [TEXT],
    VARIANT,
    script("try_parse_json", ([text]) => parseJson(text as string, false)),
    {
      nullable: true,
      summary: "A variant from JSON text, NULL where it is not JSON.",
      example: `try_parse_json('{"a":')`,
    },
  ),
  define(
    "is_variant_null",
    [A_VARIANT],
    BOOLEAN,
    script(
      "is_variant_null",
      ([value]) => value !== null && ((value as VariantValue).value[0] ?? 0) === 0,
      { onNull: true },
    ),
    {
      nullable: false,
      summary: "Whether a variant is the value null, which is not NULL.",
      example: "is_variant_null(parse_json('null'))",
    },
  ),
  entry(
    "variant_get",
    {
      arity: [2, 3],
      summary: "The part of a variant at a path, cast to a type.",
      example: `variant_get(parse_json('{"a":1}'), '$.a', 'int')`,
      // Written `v:a`, its column is named `a`, and Spark shows that inside other names too.
      pretty: ([value, path], call) =>
        `variant_get(${value}, ${path})${typeof call.data === "string" ? ` AS ${call.data}` : ""}`,
    },
    getter("variant_get", "ansi"),
    resolveGet,
  ),
  entry(
    "try_variant_get",
    {
      arity: [2, 3],
      pretty: ([value, path]) => `try_variant_get(${value}, ${path})`,
      summary: "The part of a variant at a path, NULL where it is not of the type.",
      example: `try_variant_get(parse_json('["x"]'), '$[0]', 'int')`,
    },
    getter("try_variant_get", "try"),
    resolveGet,
  ),
  define(
    "schema_of_variant",
    [A_VARIANT],
    STRING,
    script("schema_of_variant", ([value]) =>
      guarded(() => variantSchemaText(readVariant(value as VariantValue))),
    ),
    {
      summary: "The type of a variant's value as text.",
      example: `schema_of_variant(parse_json('[1]'))`,
    },
  ),
  entry(
    "to_variant_object",
    {
      arity: [1, 1],
      summary: "A variant from a struct, a map or an array.",
      example: "to_variant_object(named_struct('a', 1))",
    },
    (args, call, context) =>
      script("to_variant", ([value]) => guarded(() => buildVariant(value!, call.args[0]!.type)))(
        args,
        call,
        context,
      ),
    resolveToObject,
  ),
];
