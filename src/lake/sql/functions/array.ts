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
  STRING,
  structField,
  structType,
  VOID,
} from "../../schema/data-type.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { commonType, isIntegral } from "../types/type-rules.ts";
import { ARR, arrayOf, as, MAP_ANY, oneOf, STR } from "./accept.ts";
import { arrayAndElement, type Elements, elementOf, requireArity } from "./array-arguments.ts";
import { castArgument, define, entry, script } from "./builder.ts";
import type { FunctionDef, Resolution } from "./definition.ts";
import * as arrays from "./js/array.ts";
import { mapValue } from "./subscript.ts";

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
    const [array, element] = arrayAndElement(args[0]!, args[2]!, context);
    const at = context.cast(args[1]!, INT);
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
        : script(name, ([array, at]) => arrays.at(array as Elements, Number(at), strict))(
            args,
            call,
            context,
          ),
    (args, context) => {
      requireArity(args, 2, context);
      const [container, key] = args as [BoundExpression, BoundExpression];
      if (container.type.kind === "map") {
        const { type } = container;
        return { type: type.value, nullable: true, args: [container, context.cast(key, type.key)] };
      }
      const array = castArgument(container, 0, ARR, context);
      if (!isIntegral(key.type) && key.type.kind !== "void") {
        throw mismatch(
          "UNEXPECTED_INPUT_TYPE",
          "an array position is a whole number",
          context.span,
        );
      }
      return {
        type: elementOf(array).type,
        nullable: true,
        args: [array, key.type.kind === "long" ? key : context.cast(key, INT)],
      };
    },
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
    [arrayOf(STR), STR, STR],
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
      const count = context.cast(args[1]!, INT);
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
    [arrayOf(ARR, "an ARRAY of ARRAYs")],
    ([array]) => flattened(array!),
    script("flatten", ([array]) => arrays.flatten(array as Elements)),
    {
      nullable: ([array]) => array!.nullable || elementOf(array!).nullable,
      summary: "The elements of an array of arrays.",
      example: "flatten(array(array(1), array(2)))",
    },
  ),
  elementAt("element_at", true),
  elementAt("try_element_at", false),
  define(
    "get",
    [ARR, as(INT)],
    ([array]) => elementOf(array!).type,
    script("get", ([array, index]) => (array as Elements)[index as number] ?? null),
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
