/**
 * Arrays as sets and sequences of comparable elements (Spark 4.2 `collectionOperations.scala`):
 * membership, set operations, order. Elements are compared as Spark orders values
 * (`js/compare.ts`): NaN equals itself, -0.0 equals 0.0. Shapes are in `array.ts`.
 */
import { arrayType, BOOLEAN, type DataType, LONG } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/literal.ts";
import { type Accept, ARR, as } from "./accept.ts";
import {
  arrayAndElement,
  assertOrderable,
  commonArrays,
  type ElementRule,
  type Elements,
  elementOf,
  requireArity,
} from "./array-arguments.ts";
import { define, type EntryOptions, entry, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import * as arrays from "./js/array.ts";
import { widerWithoutText } from "./tightest-type.ts";

/** An array and an element, answered by TypeScript that knows the element type. */
function withElement(
  name: string,
  result: (
    array: BoundExpression,
    element: BoundExpression,
  ) => { type: DataType; nullable: boolean },
  compute: (array: Elements, element: Value, type: DataType) => Value,
  options: EntryOptions & { onNull?: boolean; rule?: ElementRule } = {},
): FunctionDef {
  return entry(
    name,
    options,
    script(
      name,
      ([array, element], call) =>
        array === null ? null : compute(array as Elements, element!, elementOf(call.args[0]!).type),
      { onNull: options.onNull ?? false },
    ),
    (args, context) => {
      requireArity(args, 2, context);
      const [array, element] = arrayAndElement(args[0]!, args[1]!, context, options.rule);
      return { ...result(array, element), args: [array, element] };
    },
  );
}

/** Two arrays of one element type, as a set operation. */
function setOperation(
  name: string,
  compute: (a: Elements, b: Elements, type: DataType) => Value,
  containsNull: (a: boolean, b: boolean) => boolean,
  summary: string,
): FunctionDef {
  return entry(
    name,
    { summary, example: `${name}(array(1, 2, 3), array(1, 3, 5))` },
    script(name, ([a, b], call) =>
      compute(a as Elements, b as Elements, elementOf(call.args[0]!).type),
    ),
    (args, context) => {
      requireArity(args, 2, context);
      const flags = args.map((a) => a.type.kind === "array" && a.type.containsNull);
      const cast = commonArrays(args, context);
      const { type } = elementOf(cast[0]!);
      assertOrderable(type, context);
      return {
        type: arrayType(type, containsNull(flags[0]!, flags[1]!)),
        nullable: cast.some((a) => a.nullable),
        args: cast,
      };
    },
  );
}

/** `array_append(array, element)` and its like: an array with one element more. */
function grown(
  name: string,
  compute: (array: Elements, element: Value) => Value,
  summary: string,
): FunctionDef {
  return withElement(
    name,
    (array, element) => ({
      type: arrayType(elementOf(array).type, elementOf(array).nullable || element.nullable),
      nullable: array.nullable,
    }),
    compute,
    { onNull: true, summary, example: `${name}(array('b', 'c'), 'd')` },
  );
}

function elementWise(
  name: string,
  compute: (array: Elements, type: DataType) => Value,
  result: (array: BoundExpression) => { type: DataType; nullable: boolean },
  options: EntryOptions & { ordered?: boolean },
): FunctionDef {
  return define(
    name,
    [ARR],
    ([array]) => result(array!).type,
    script(name, ([array], call) => compute(array as Elements, elementOf(call.args[0]!).type)),
    {
      ...options,
      nullable: ([array]) => result(array!).nullable,
      check: ([array], context) => {
        if (options.ordered) assertOrderable(elementOf(array!).type, context);
      },
    },
  );
}

const BOOLEAN_ONLY: Accept = {
  ...as(BOOLEAN),
  target: (t) => (t.kind === "boolean" || t.kind === "void" ? BOOLEAN : null),
};

const sameArray = (array: BoundExpression) => ({ type: array.type, nullable: array.nullable });
const oneElement = (array: BoundExpression) => ({ type: elementOf(array).type, nullable: true });

export const ARRAY_SETS: readonly FunctionDef[] = [
  grown(
    "array_append",
    (array, element) => [...array, element],
    "An array with one element at its end.",
  ),
  grown(
    "array_prepend",
    (array, element) => [element, ...array],
    "An array with one element in front.",
  ),
  elementWise(
    "array_compact",
    (array) => array.filter((element) => element !== null),
    (array) => ({ type: arrayType(elementOf(array).type, false), nullable: array.nullable }),
    { summary: "An array without its NULL elements.", example: "array_compact(array(1, NULL))" },
  ),
  elementWise("array_distinct", arrays.distinct, sameArray, {
    ordered: true,
    summary: "An array without repeats.",
    example: "array_distinct(array(1, 2, 1))",
  }),
  elementWise("array_max", (array, type) => arrays.extreme(array, type, 1), oneElement, {
    ordered: true,
    summary: "The largest element.",
    example: "array_max(array(1, 20, 3))",
  }),
  elementWise("array_min", (array, type) => arrays.extreme(array, type, -1), oneElement, {
    ordered: true,
    summary: "The smallest element.",
    example: "array_min(array(1, 20, 3))",
  }),
  withElement(
    "array_contains",
    (array, element) => ({
      type: BOOLEAN,
      nullable: array.nullable || element.nullable || elementOf(array).nullable,
    }),
    arrays.contains,
    {
      rule: { refusesNull: "both", common: widerWithoutText },
      summary: "Whether the value is an element.",
      example: "array_contains(array(1, 2), 2)",
    },
  ),
  withElement(
    "array_position",
    (array, element) => ({ type: LONG, nullable: array.nullable || element.nullable }),
    arrays.position,
    {
      rule: { refusesNull: "array" },
      summary: "Position of the value from 1, or 0.",
      example: "array_position(array(3, 2), 2)",
    },
  ),
  withElement(
    "array_remove",
    (a, e) => ({ type: a.type, nullable: a.nullable || e.nullable }),
    arrays.remove,
    {
      rule: { noArray: "ARRAY_FUNCTION_DIFF_TYPES" },
      summary: "An array without a value.",
      example: "array_remove(array(1, 2, 1), 1)",
    },
  ),
  setOperation(
    "array_union",
    arrays.union,
    (a, b) => a || b,
    "Elements of either array, once each.",
  ),
  setOperation(
    "array_intersect",
    arrays.intersect,
    (a, b) => a && b,
    "Elements of both, once each.",
  ),
  setOperation("array_except", arrays.except, (a) => a, "Elements of the first only, once each."),
  entry(
    "arrays_overlap",
    {
      summary: "Whether two arrays share an element.",
      example: "arrays_overlap(array(1, 2), array(2))",
    },
    script("arrays_overlap", ([a, b]) => arrays.overlap(a as Elements, b as Elements)),
    (args, context) => {
      requireArity(args, 2, context);
      const cast = commonArrays(args, context);
      assertOrderable(elementOf(cast[0]!).type, context);
      return { type: BOOLEAN, nullable: true, args: cast };
    },
  ),
  define(
    "sort_array",
    [ARR, BOOLEAN_ONLY],
    ([array]) => array!.type,
    script("sort_array", ([array, ascending], call) =>
      arrays.sorted(array as Elements, ascending as boolean, elementOf(call.args[0]!).type),
    ),
    {
      optional: 1,
      defaults: (args) => (args.length === 1 ? [typedLiteral(true, BOOLEAN)] : []),
      check: ([array], context) => assertOrderable(elementOf(array!).type, context),
      summary: "Sorted elements, NULL first when ascending.",
      example: "sort_array(array('b', 'a'), true)",
    },
  ),
];
