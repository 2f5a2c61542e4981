/**
 * What higher-order functions share: binding of lambdas, rewriting of their parameters, checks.
 * The engine's lambdas see one element and a position from 1; where Spark's see more (a key and a
 * value, two elements, an accumulator), the parameters become fields of one struct.
 */
import {
  BOOLEAN,
  type DataType,
  formatTypeSql,
  INT,
  LONG,
  structField,
  structType,
} from "../../schema/data-type.ts";
import type { Attribute, BoundExpression, LambdaExpression } from "../plan/expression.ts";
import { rewriteExpression, someExpression } from "../plan/transform.ts";
import { mismatch } from "../types/mismatch.ts";
import { wrongArity } from "./builder.ts";
import type { EmitContext, FunctionDef, ResolveContext } from "./definition.ts";

export interface Parameter {
  readonly type: DataType;
  readonly nullable: boolean;
}

/** Checks the number of arguments of a higher-order function. */
export function requireCount(
  args: readonly BoundExpression[],
  least: number,
  most: number,
  context: ResolveContext,
): void {
  if (args.length >= least && args.length <= most) return;
  const wanted = least === most ? String(least) : `${least} or ${most}`;
  throw wrongArity(context.calledAs, wanted, args.length, context.span);
}

/** The element of an array argument; NULL alone is no array here. */
export function elementParameter(
  args: readonly BoundExpression[],
  index: number,
  context: ResolveContext,
): Parameter {
  const { type } = args[index]!;
  if (type.kind === "array") return { type: type.element, nullable: type.containsNull };
  throw wrongInput(index, "ARRAY", type, context);
}

/** Key and value of a map argument; NULL alone is no map here. */
export function entryParameters(
  args: readonly BoundExpression[],
  index: number,
  context: ResolveContext,
): readonly [Parameter, Parameter] {
  const { type } = args[index]!;
  if (type.kind !== "map") throw wrongInput(index, "MAP", type, context);
  return [
    { type: type.key, nullable: false },
    { type: type.value, nullable: type.valueContainsNull },
  ];
}

/** UNEXPECTED_INPUT_TYPE for one argument. */
export function wrongInput(
  index: number,
  wanted: string,
  actual: DataType,
  context: ResolveContext,
): Error {
  return mismatch(
    "UNEXPECTED_INPUT_TYPE",
    `argument ${index + 1} of \`${context.calledAs}\` must be of type ${wanted}, but it is ` +
      formatTypeSql(actual),
    context.span,
  );
}

/** Binds the lambda at `index`. */
export function bindAt(
  args: readonly BoundExpression[],
  index: number,
  parameters: readonly Parameter[],
  context: ResolveContext,
): LambdaExpression {
  const bound = context.bindLambda(args[index]!, parameters);
  if (bound.kind !== "lambda") throw new Error("a lambda stayed unbound");
  return bound;
}

/** Binds `x -> …` or `(x, i) -> …` with the element and its index from 0. */
export function bindElement(
  args: readonly BoundExpression[],
  element: Parameter,
  context: ResolveContext,
): LambdaExpression {
  const lambda = args[1]!;
  const indexed = lambda.kind === "lambda" && lambda.parameters.length === 2;
  const parameters = indexed ? [element, { type: INT, nullable: false }] : [element];
  return bindAt(args, 1, parameters, context);
}

/** Refuses a lambda that gives no boolean; NULL counts as one. */
export function asPredicate(
  lambda: LambdaExpression,
  index: number,
  context: ResolveContext,
): LambdaExpression {
  if (lambda.type.kind === "boolean") return lambda;
  if (lambda.type.kind !== "void") throw wrongInput(index, "BOOLEAN", lambda.type, context);
  return withBody(lambda, context.cast(lambda.body, BOOLEAN));
}

/** The lambda with another body. */
export function withBody(lambda: LambdaExpression, body: BoundExpression): LambdaExpression {
  return { ...lambda, body, type: body.type, nullable: body.nullable };
}

/** Puts expressions in the place of parameters. */
export function substitute(
  lambda: LambdaExpression,
  values: readonly BoundExpression[],
): BoundExpression {
  return rewriteExpression(lambda.body, (node) => {
    if (node.kind !== "attribute") return node;
    const index = lambda.parameters.findIndex((p) => p.id === node.attribute.id);
    return values[index] ?? node;
  });
}

/** A reference to a lambda parameter. */
export function reference(attribute: Attribute): BoundExpression {
  const { type, nullable } = attribute;
  return { kind: "attribute", attribute, outer: false, type, nullable };
}

/** A field of a struct. */
export function fieldOf(operand: BoundExpression, index: number): BoundExpression {
  if (operand.type.kind !== "struct") throw new Error("not a struct");
  const { type } = operand.type.fields[index]!;
  return { kind: "field", operand, index, type, nullable: true };
}

/** The same lambda over one parameter: a struct with the given fields for its own parameters. */
export function overStruct(lambda: LambdaExpression, names: readonly string[]): LambdaExpression {
  const fields = lambda.parameters.map((p, i) => structField(names[i]!, p.type, p.nullable));
  const row: Attribute = { ...lambda.parameters[0]!, type: structType(fields), nullable: false };
  const values = fields.map((_, index) => fieldOf(reference(row), index));
  return { ...lambda, parameters: [row], body: substitute(lambda, values) };
}

/** Spark's index from 0 over the engine's from 1. */
const ENGINE_INDEX: FunctionDef = {
  name: "engine_index",
  kind: "operator",
  summary: "",
  resolve: (args) => ({ type: INT, nullable: false, args }),
  emit: ([position]) => `CAST(${position} - 1 AS INTEGER)`,
};

/** Engine SQL of `x -> …` or `(x, i) -> …`. */
export function emitElementLambda(lambda: LambdaExpression, context: EmitContext): string {
  const [element, index] = lambda.parameters;
  if (!element || !index) return context.emit(lambda);
  const position: Attribute = { ...index, type: LONG };
  const fromZero: BoundExpression = {
    kind: "call",
    fn: ENGINE_INDEX,
    args: [reference(position)],
    calledAs: ENGINE_INDEX.name,
    type: INT,
    nullable: false,
  };
  const body = substitute(lambda, [reference(element), fromZero]);
  return context.emit({ ...lambda, parameters: [element, position], body });
}

/** The parameter names and the body of a lambda as the engine reads them. */
export function printLambda(
  lambda: LambdaExpression,
  context: EmitContext,
): { names: string; body: string } {
  const printed = context.emit(lambda);
  const at = printed.indexOf(": ");
  return { names: printed.slice("lambda ".length, at), body: printed.slice(at + 2) };
}

const TOTAL = new Set(["=", "<", ">", "<=", ">=", "<=>", "and", "or", "not", "is null"]);

/** Whether evaluating the body for an element Spark would not look at could fail. */
export function mayFail(body: BoundExpression): boolean {
  return someExpression(body, (node) => {
    if (node.kind === "call") return !TOTAL.has(node.fn.name) && node.fn.name !== "is not null";
    return node.kind === "cast" && node.operand.type.kind !== "void";
  });
}
