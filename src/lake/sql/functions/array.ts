/**
 * Arrays made, measured and taken apart (Spark 4.2 `collectionOperations.scala`). What compares
 * elements is in `array-set.ts`, maps in `map.ts`, higher-order functions in `lambda.ts`.
 */
import { engineType } from "../../engine/engine-type.ts";
import {
  arrayType,
  type DataType,
  formatTypeSql,
  INT,
  mapType,
  STRING,
  structField,
  structType,
  VOID,
} from "../../schema/data-type.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { commonType } from "../types/type-rules.ts";
import { type Accept, ARR, arrayOf, as, BIN, exact, MAP_ANY, oneOf, STR } from "./accept.ts";
import {
  arrayAndElement,
  asIndex,
  type Elements,
  elementOf,
  requireArity,
} from "./array-arguments.ts";
import { castArgument, define, entry, letIn, raise, script } from "./builder.ts";
import type { EmitContext, FunctionDef, Resolution, ResolveContext } from "./definition.ts";
import * as arrays from "./js/array.ts";
import { mapValue } from "./subscript.ts";
import { tightestType } from "./tightest-type.ts";

/** An array; NULL alone is none. */
const ARRAY_ONLY: Accept = { ...ARR, target: (t) => (t.kind === "array" ? t : null) };
const ARRAYS_ONLY: Accept = {
  describe: "an ARRAY of ARRAYs",
  takes: (t) => t.kind === "array" && t.element.kind === "array",
  target: (t) => (t.kind === "array" && t.element.kind === "array" ? t : null),
};

const ARRAY = entry(
  "array",
  { summary: "An array of its arguments.", example: "array(1, 2, 3)" },
  (args, call) => `CAST([${args.join(", ")}] AS ${engineType(call.type)})`,
  (args, context) => {
    const element = args.length === 0 ? VOID : commonType(args.map((a) => a.type));
    if (!element) {
      throw mismatch(
        "DATA_DIFF_TYPES",
        `array needs values of one type, not ${args.map((a) => formatTypeSql(a.type)).join(", ")}`,
        context.span,
      );
    }
    return {
      type: arrayType(
        element,
        args.some((a) => a.nullable),
      ),
      nullable: false,
      args: args.map((a) => context.cast(a, element)),
    };
  },
);

const SIZE = define(
  "size",
  [oneOf(ARR, MAP_ANY)],
  INT,
  (a, call) =>
    `CAST(${call.args[0]!.type.kind === "map" ? "cardinality" : "len"}(${a[0]}) AS INTEGER)`,
  {
    aliases: ["cardinality"],
    showsAlias: true,
    summary: "How many elements or entries.",
    example: "size(array(1, 2))",
  },
);

const INSERT = entry(
  "array_insert",
  {
    summary: "An array with an element put at a position.",
    example: "array_insert(array(1, 3), 2, 2)",
  },
  script(
    "array_insert",
    ([array, at, element]) =>
      array === null || at === null
        ? null
        : arrays.insert(array as Elements, at as number, element!),
    { onNull: true },
  ),
  (args, context): Resolution => {
    requireArity(args, 3, context);
    const [array, element] = arrayAndElement(args[0]!, args[2]!, context, {
      noArray: "ARRAY_FUNCTION_DIFF_TYPES",
    });
    const at = asIndex(args[1]!, 2, context);
    return {
      type: arrayType(elementOf(array).type, true),
      nullable: array.nullable || at.nullable,
      args: [array, at, element],
    };
  },
);

const ZIP = entry(
  "arrays_zip",
  {
    summary: "Structs of the elements at the same place.",
    example: "arrays_zip(array(1), array(2))",
  },
  script("arrays_zip", (args) => arrays.zip(args as readonly Elements[])),
  (args, context) => {
    const cast = args.map((arg) => castArgument(arg, 0, ARR, context));
    const fields = cast.map((arg, i) => structField(nameInZip(args[i]!, i), elementOf(arg).type));
    return {
      type: arrayType(structType(fields), false),
      nullable: cast.some((a) => a.nullable),
      args: cast,
    };
  },
);

function nameInZip(arg: BoundExpression, index: number): string {
  if (arg.kind === "attribute") return arg.attribute.name;
  if (arg.kind === "field" && arg.operand.type.kind === "struct") {
    return arg.operand.type.fields[arg.index]!.name;
  }
  return String(index);
}

/** `element_at` from 1 (or from the end when negative) and of a map by key. */
function elementAt(name: string, strict: boolean): FunctionDef {
  return entry(
    name,
    {
      summary: "The element at a position from 1, or of a key.",
      example: `${name}(array(1, 2), 2)`,
    },
    (args, call, context) =>
      call.args[0]!.type.kind === "map"
        ? mapValue(args[0]!, args[1]!)
        : emitElementAt(args, call, { context, strict }),
    (args, context) => {
      requireArity(args, 2, context);
      const [container, key] = args as [BoundExpression, BoundExpression];
      const { type } = container;
      if (type.kind === "map") return { nullable: true, ...valueOfKey(container, key, context) };
      if (type.kind !== "array") {
        throw mismatch(
          "UNEXPECTED_INPUT_TYPE",
          `\`${name}\` takes an array or a map, not ${formatTypeSql(type)}`,
          context.span,
        );
      }
      return { type: type.element, nullable: true, args: [container, asIndex(key, 2, context)] };
    },
  );
}

function valueOfKey(
  map: BoundExpression,
  key: BoundExpression,
  context: ResolveContext,
): { type: DataType; args: readonly BoundExpression[] } {
  if (map.type.kind !== "map") throw new Error("not a map");
  const { type } = map;
  const common = tightestType(type.key, key.type);
  if (!common) {
    throw mismatch(
      "MAP_FUNCTION_DIFF_TYPES",
      `the key of ${formatTypeSql(type)} cannot be ${formatTypeSql(key.type)}`,
      context.span,
    );
  }
  const cast = context.cast(map, mapType(common, type.value, type.valueContainsNull));
  return { type: type.value, args: [cast, context.cast(key, common)] };
}

function emitElementAt(
  args: readonly string[],
  call: CallExpression,
  options: { context: EmitContext; strict: boolean },
): string {
  const { context, strict } = options;
  return letIn(context, { sql: args[0]!, expression: call.args[0]! }, (array) =>
    letIn(context, { sql: args[1]!, expression: call.args[1]! }, (at) => {
      const zero = raise("INVALID_INDEX_OF_ZERO", "22003", "positions of an array count from 1");
      const outside =
        `error('[INVALID_ARRAY_INDEX_IN_ELEMENT_AT|22003] the position ' || ${at} || ` +
        `' is out of bounds: the array has ' || len(${array}) || ` +
        "' elements; use `try_element_at` to tolerate it')";
      const check = strict
        ? `WHEN abs(CAST(${at} AS BIGINT)) > len(${array}) THEN ${outside} `
        : "";
      return (
        `CASE WHEN ${array} IS NULL THEN NULL WHEN ${at} = 0 THEN ${zero} ` +
        `${check}ELSE ${array}[${at}] END`
      );
    }),
  );
}

export const ARRAYS: readonly FunctionDef[] = [
  ARRAY,
  SIZE,
  define("array_size", [ARR], INT, (a) => `CAST(len(${a[0]}) AS INTEGER)`, {
    summary: "How many elements.",
    example: "array_size(array(1, 2))",
  }),
  INSERT,
  ZIP,
  define(
    "array_join",
    [arrayOf(STR), exact(STR), exact(STR)],
    STRING,
    script("array_join", ([array, separator, replacement]) =>
      arrays.join(array as Elements, separator as string, (replacement ?? null) as string | null),
    ),
    {
      optional: 1,
      summary: "Strings of an array with a separator between.",
      example: "array_join(array('a', 'b'), ',')",
    },
  ),
  entry(
    "array_repeat",
    { summary: "A value several times.", example: "array_repeat('a', 2)" },
    script(
      "array_repeat",
      ([value, count]) => (count === null ? null : arrays.repeat(value!, count as number)),
      { onNull: true },
    ),
    (args, context) => {
      requireArity(args, 2, context);
      const count = castArgument(args[1]!, 1, exact(as(INT)), context);
      return {
        type: arrayType(args[0]!.type, args[0]!.nullable),
        nullable: count.nullable,
        args: [args[0]!, count],
      };
    },
  ),
  define(
    "slice",
    [ARR, as(INT), as(INT)],
    ([array]) => array!.type,
    script("slice", ([array, start, length]) =>
      arrays.slice(array as Elements, start as number, length as number),
    ),
    { summary: "Some elements from a position from 1.", example: "slice(array(1, 2, 3), 2, 2)" },
  ),
  define(
    "flatten",
    [ARRAYS_ONLY],
    ([array]) => flattened(array!),
    script("flatten", ([array]) => arrays.flatten(array as Elements)),
    {
      nullable: ([array]) => array!.nullable || elementOf(array!).nullable,
      summary: "The elements of an array of arrays.",
      example: "flatten(array(array(1), array(2)))",
    },
  ),
  define(
    "reverse",
    [oneOf(STR, BIN, ARR)],
    ([value]) => value!.type,
    script("reverse", ([value]) => {
      if (typeof value === "string") return [...value].reverse().join("");
      if (value instanceof Uint8Array) return Uint8Array.from(value).reverse();
      return [...(value as Elements)].reverse();
    }),
    { summary: "A string or an array backwards.", example: "reverse(array(2, 1, 4))" },
  ),
  elementAt("element_at", true),
  elementAt("try_element_at", false),
  define(
    "get",
    [ARRAY_ONLY, as(INT)],
    ([array]) => elementOf(array!).type,
    (args, call, context) =>
      letIn(
        context,
        { sql: args[1]!, expression: call.args[1]! },
        (index) => `CASE WHEN ${index} >= 0 THEN ${args[0]}[${index} + 1] END`,
      ),
    {
      nullable: true,
      summary: "The element at an index from 0, or NULL.",
      example: "get(array(1, 2), 0)",
    },
  ),
];

function flattened(array: BoundExpression): DataType {
  const { type } = elementOf(array);
  return type.kind === "array" ? type : arrayType(type);
}
