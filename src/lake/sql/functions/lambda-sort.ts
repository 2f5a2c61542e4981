/**
 * `array_sort` (Spark 4.2 `ArraySort`). A comparator runs in the engine over every pair; the
 * order is made from its answers, and refused where they contradict each other, since Spark's
 * result then depends on the steps of its sort.
 */
import { engineType } from "../../engine/engine-type.ts";
import { arrayType, INT } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { LambdaExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { assertOrderable, type Elements } from "./array-arguments.ts";
import { callScript, entry, letIn, runtimeError } from "./builder.ts";
import { sortedNullsLast } from "./js/array.ts";
import { bindAt, elementParameter, overStruct, requireCount } from "./lambda-arguments.ts";

/** Each comparison is one engine row; more would not end in useful time. */
const MOST_COMPARED = 1_000;

const [X, IS_NULL] = ["namedlambdavariable()", "(namedlambdavariable() IS NULL)"];
/** The comparator Spark puts in, as it shows in column names. */
const DEFAULT_ORDER =
  `lambdafunction((IF((${IS_NULL} AND ${IS_NULL}), 0, (IF(${IS_NULL}, 1, (IF(${IS_NULL}, -1, ` +
  `(IF((${X} < ${X}), -1, (IF((${X} > ${X}), 1, 0)))))))))), ${X}, ${X})`;

export const ARRAY_SORT = entry(
  "array_sort",
  {
    summary: "Sorted elements, NULL last, or by a comparator.",
    example: "array_sort(array(3, NULL, 1))",
    pretty: (args) =>
      `array_sort(${args.length === 1 ? [args[0], DEFAULT_ORDER].join(", ") : args.join(", ")})`,
  },
  ([array], call, context) => {
    const [source, comparator] = call.args;
    const { type } = source!;
    if (type.kind !== "array") throw new Error("no array");
    if (!comparator) {
      return callScript(context, [array!], {
        name: "array_sort",
        parameters: [type],
        returnType: type,
        call: ([elements]) => sortedNullsLast(elements as Elements, type.element),
      });
    }
    const lambda = overStruct(comparator as LambdaExpression, ["x", "y"]);
    const rowType = engineType(lambda.parameters[0]!.type);
    return letIn(context, { sql: array!, expression: source! }, (name) => {
      const [x, y] = [context.freshName(), context.freshName()];
      const pairs =
        `flatten(list_transform(${name}, lambda ${x}: list_transform(${name}, lambda ${y}: ` +
        `CAST(struct_pack(x := ${x}, y := ${y}) AS ${rowType}))))`;
      const answers =
        `CASE WHEN len(${name}) <= ${MOST_COMPARED} THEN ` +
        `list_transform(${pairs}, ${context.emit(lambda)}) ELSE CAST([] AS INTEGER[]) END`;
      return callScript(context, [name, answers], {
        name: "array_sort",
        parameters: [type, arrayType(INT)],
        returnType: type,
        call: ([elements, compared]) => sortCompared(elements as Elements, compared as Elements),
      });
    });
  },
  (args, context) => {
    requireCount(args, 1, 2, context);
    const element = elementParameter(args, 0, context);
    const { type, nullable } = args[0]!;
    if (args.length === 1) {
      assertOrderable(element.type, context);
      return { type, nullable, args };
    }
    const lambda = bindAt(args, 1, [element, element], context);
    if (lambda.type.kind !== "int") {
      throw mismatch("UNEXPECTED_RETURN_TYPE", "a comparator gives INT", context.span);
    }
    return { type, nullable, args: [args[0]!, lambda] };
  },
);

/** Sorts by `answers[i * n + j]`, what the comparator says of elements i and j. */
function sortCompared(elements: Elements, answers: Elements): Value {
  const count = elements.length;
  if (count > MOST_COMPARED) throw refuse(`array_sort by a comparator over ${count} elements`);
  const compare = (i: number, j: number): number => answers[i * count + j] as number;
  const places = elements.map((_, i) => i);
  for (const i of places) {
    if (places.some((j) => i !== j && answers[i * count + j] === null)) {
      throw runtimeError("COMPARATOR_RETURNS_NULL", "22004", "the comparator gave NULL");
    }
  }
  places.sort(compare);
  if (!isOrdered(places, compare)) {
    throw refuse("array_sort by a comparator that contradicts itself");
  }
  return places.map((i) => elements[i]!);
}

/** Whether every pair says of itself what the order of all says. */
function isOrdered(places: readonly number[], compare: (i: number, j: number) => number): boolean {
  let rank = 0;
  const ranks = places.map((place, at) => {
    if (at > 0 && compare(places[at - 1]!, place) !== 0) rank++;
    return rank;
  });
  return places.every((i, a) =>
    places.every(
      (j, b) => a === b || Math.sign(compare(i, j)) === Math.sign(ranks[a]! - ranks[b]!),
    ),
  );
}

function refuse(what: string): Error {
  return runtimeError("UNSUPPORTED_FEATURE", "0A000", `${what} is not supported`);
}
