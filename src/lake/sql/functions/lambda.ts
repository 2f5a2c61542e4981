/**
 * Higher-order functions over arrays (Spark 4.2 `higherOrderFunctions.scala`). Lambdas run in the
 * engine; those over maps are in `lambda-map.ts`, `array_sort` with a comparator in
 * `lambda-sort.ts`, what they share in `lambda-arguments.ts`.
 */
import { engineType } from "../../engine/engine-type.ts";
import { arrayType, BOOLEAN, formatTypeSql, sameType } from "../../schema/data-type.ts";
import type { Attribute, CallExpression, LambdaExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { entry, letIn } from "./builder.ts";
import type { EmitContext, FunctionDef, Resolution } from "./definition.ts";
import {
  asPredicate,
  bindAt,
  bindElement,
  elementParameter,
  emitElementLambda,
  mayFail,
  overStruct,
  requireCount,
} from "./lambda-arguments.ts";
import { emitFold } from "./lambda-fold.ts";
import { MAP_LAMBDAS } from "./lambda-map.ts";
import { ARRAY_SORT } from "./lambda-sort.ts";

function lambdaAt(call: CallExpression, index: number): LambdaExpression {
  return call.args[index] as LambdaExpression;
}

const TRANSFORM = entry(
  "transform",
  { summary: "Each element through a lambda.", example: "transform(array(1, 2), x -> x + 1)" },
  ([array], call, context) =>
    `list_transform(${array}, ${emitElementLambda(lambdaAt(call, 1), context)})`,
  (args, context) => {
    requireCount(args, 2, 2, context);
    const lambda = bindElement(args, elementParameter(args, 0, context), context);
    return {
      type: arrayType(lambda.type, lambda.nullable),
      nullable: args[0]!.nullable,
      args: [args[0]!, lambda],
    };
  },
);

const FILTER = entry(
  "filter",
  {
    summary: "The elements a lambda holds for.",
    example: "filter(array(1, 2, 3), x -> x % 2 = 1)",
  },
  ([array], call, context) =>
    `list_filter(${array}, ${emitElementLambda(lambdaAt(call, 1), context)})`,
  (args, context) => {
    requireCount(args, 2, 2, context);
    const lambda = bindElement(args, elementParameter(args, 0, context), context);
    return {
      type: args[0]!.type,
      nullable: args[0]!.nullable,
      args: [args[0]!, asPredicate(lambda, 1, context)],
    };
  },
);

/** `exists` and `forall`: three-valued, and they stop at the first element that decides. */
function quantifier(name: "exists" | "forall", decided: boolean, summary: string): FunctionDef {
  return entry(
    name,
    { summary, example: `${name}(array(1, 2, 3), x -> x > 1)` },
    ([array], call, context) => {
      const lambda = lambdaAt(call, 1);
      if (mayFail(lambda.body)) {
        return emitStopping({ array: array!, lambda, decided }, context);
      }
      const name = context.freshName();
      const tested = `list_transform(${array}, ${context.emit(lambda)})`;
      // A list of one list, so that the tested list is computed once.
      return (
        `list_transform([${tested}], lambda ${name}: CASE WHEN ${name} IS NULL THEN NULL ` +
        `WHEN list_contains(${name}, ${decided}) THEN ${decided} ` +
        `WHEN len(${name}) > list_count(${name}) THEN NULL ELSE ${!decided} END)[1]`
      );
    },
    (args, context): Resolution => {
      requireCount(args, 2, 2, context);
      const element = elementParameter(args, 0, context);
      const lambda = asPredicate(bindAt(args, 1, [element], context), 1, context);
      return { type: BOOLEAN, nullable: true, args: [args[0]!, lambda] };
    },
  );
}

/** As a fold whose CASE leaves the lambda alone once the answer is known. */
function emitStopping(
  parts: { array: string; lambda: LambdaExpression; decided: boolean },
  context: EmitContext,
): string {
  const { array, lambda, decided } = parts;
  const fold = {
    array,
    state: null,
    stateType: BOOLEAN,
    element: lambda.parameters[0]!,
    body: lambda.body,
    start: String(!decided),
    next: (state: string, body: string) =>
      decided
        ? `CASE WHEN ${state} THEN true ELSE (${body}) OR ${state} END`
        : `CASE WHEN NOT ${state} THEN false ELSE (${body}) AND ${state} END`,
  };
  return emitFold(fold, context);
}

// ---------------------------------------------------------------- aggregate

function resolveAggregate(
  args: Parameters<FunctionDef["resolve"]>[0],
  context: Parameters<FunctionDef["resolve"]>[1],
): Resolution {
  requireCount(args, 3, 4, context);
  const element = elementParameter(args, 0, context);
  const start = args[1]!;
  const state = { type: start.type, nullable: true };
  const merge = bindAt(args, 2, [state, element], context);
  if (!sameType(merge.type, start.type) && merge.type.kind !== "void") {
    throw mismatch(
      "UNEXPECTED_INPUT_TYPE",
      `argument 3 of \`${context.calledAs}\` must give ${formatTypeSql(start.type)}, the type ` +
        `of the start value, but it gives ${formatTypeSql(merge.type)}`,
      context.span,
    );
  }
  const bound = [args[0]!, start, merge];
  if (args.length === 3) return { type: start.type, nullable: true, args: bound };
  const finish = bindAt(args, 3, [state], context);
  return { type: finish.type, nullable: true, args: [...bound, finish] };
}

function emitAggregate(
  args: readonly string[],
  call: CallExpression,
  context: EmitContext,
): string {
  return letIn(context, { sql: args[0]!, expression: call.args[0]! }, (array) => {
    const merge = lambdaAt(call, 2);
    const [accumulator, element] = merge.parameters as [Attribute, Attribute];
    const state = emitFold(
      {
        array,
        state: accumulator,
        stateType: accumulator.type,
        element,
        body: merge.body,
        start: args[1]!,
      },
      context,
    );
    const finish = call.args[3] as LambdaExpression | undefined;
    const result = finish ? `list_transform([${state}], ${context.emit(finish)})[1]` : state;
    return `CASE WHEN ${array} IS NOT NULL THEN ${result} END`;
  });
}

const AGGREGATE = entry(
  "aggregate",
  {
    aliases: ["reduce"],
    summary: "Folds an array into one value.",
    example: "aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x)",
    pretty: (args, call) => {
      const identity = "lambdafunction(namedlambdavariable(), namedlambdavariable())";
      const shown = args.length === 3 ? [...args, identity] : args;
      return `${call.calledAs.toLowerCase()}(${shown.join(", ")})`;
    },
  },
  emitAggregate,
  resolveAggregate,
);

const ZIP_WITH = entry(
  "zip_with",
  {
    summary: "Elements at the same place of two arrays through a lambda.",
    example: "zip_with(array(1, 2), array(3, 4), (x, y) -> x + y)",
  },
  ([a, b], call, context) => {
    const lambda = overStruct(lambdaAt(call, 2), ["x", "y"]);
    const rowType = engineType(lambda.parameters[0]!.type);
    return letIn(context, { sql: a!, expression: call.args[0]! }, (left) =>
      letIn(context, { sql: b!, expression: call.args[1]! }, (right) => {
        const zipped = `CAST(list_zip(${left}, ${right}) AS ${rowType}[])`;
        return (
          `CASE WHEN ${left} IS NOT NULL AND ${right} IS NOT NULL ` +
          `THEN list_transform(${zipped}, ${context.emit(lambda)}) END`
        );
      }),
    );
  },
  (args, context) => {
    requireCount(args, 3, 3, context);
    const parameters = [0, 1].map((i) => ({
      ...elementParameter(args, i, context),
      nullable: true,
    }));
    const lambda = bindAt(args, 2, parameters, context);
    return {
      type: arrayType(lambda.type, lambda.nullable),
      nullable: args[0]!.nullable || args[1]!.nullable,
      args: [args[0]!, args[1]!, lambda],
    };
  },
);

export const LAMBDA_FUNCTIONS: readonly FunctionDef[] = [
  TRANSFORM,
  FILTER,
  quantifier("exists", true, "Whether a lambda holds for an element."),
  quantifier("forall", false, "Whether a lambda holds for every element."),
  AGGREGATE,
  ZIP_WITH,
  ARRAY_SORT,
  ...MAP_LAMBDAS,
];
