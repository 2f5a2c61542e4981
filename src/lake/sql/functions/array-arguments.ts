/** What array functions share: element types, and arguments brought to one element type. */
import { arrayType, type DataType, formatTypeSql, INT } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { isOrderable } from "../types/type-rules.ts";
import { wrongArity } from "./builder.ts";
import type { ResolveContext } from "./definition.ts";
import { tightestType } from "./tightest-type.ts";

export type Elements = readonly Value[];

/** Element type of an array expression. */
export function elementOf(expression: BoundExpression): { type: DataType; nullable: boolean } {
  const { type } = expression;
  if (type.kind !== "array") throw new Error(`not an array: ${type.kind}`);
  return { type: type.element, nullable: type.containsNull };
}

/** Two arrays at the tightest type of their elements; each keeps whether it holds NULL. */
export function commonArrays(
  args: readonly BoundExpression[],
  context: ResolveContext,
): BoundExpression[] {
  const types = args.map((a) => a.type);
  const [left, right] = types;
  const element =
    left?.kind === "array" && right?.kind === "array"
      ? tightestType(left.element, right.element)
      : null;
  if (!element) {
    throw mismatch(
      "BINARY_ARRAY_DIFF_TYPES",
      `\`${context.calledAs}\` needs two arrays of one element type, not ` +
        types.map(formatTypeSql).join(" and "),
      context.span,
    );
  }
  return args.map((a) =>
    context.cast(a, arrayType(element, a.type.kind === "array" && a.type.containsNull)),
  );
}

/** How a function treats NULL alone and finds the type of element and array. */
export interface ElementRule {
  /** NULL alone as array, or as either argument, is refused as of no type. */
  readonly refusesNull?: "array" | "both";
  /** The type that holds both; default the tightest. */
  readonly common?: (a: DataType, b: DataType) => DataType | null;
  /** Class of the error when the first argument is no array. */
  readonly noArray?: string;
}

/** An array and a value of its element type, both at the type that holds either. */
export function arrayAndElement(
  array: BoundExpression,
  element: BoundExpression,
  context: ResolveContext,
  rule: ElementRule = {},
): [BoundExpression, BoundExpression] {
  const { type } = array;
  const isNull =
    type.kind === "void" || (rule.refusesNull === "both" && element.type.kind === "void");
  if (rule.refusesNull && isNull) {
    throw mismatch("NULL_TYPE", `\`${context.calledAs}\` takes no plain NULL`, context.span);
  }
  const common =
    type.kind === "array" ? (rule.common ?? tightestType)(type.element, element.type) : null;
  if (type.kind !== "array" || !common) {
    throw mismatch(
      type.kind === "array"
        ? "ARRAY_FUNCTION_DIFF_TYPES"
        : (rule.noArray ?? "UNEXPECTED_INPUT_TYPE"),
      `\`${context.calledAs}\` needs an array and a value of its element type, not ` +
        `${formatTypeSql(type)} and ${formatTypeSql(element.type)}`,
      context.span,
    );
  }
  return [context.cast(array, arrayType(common, type.containsNull)), context.cast(element, common)];
}

/** The argument as an INT that is no wider number and no text, or UNEXPECTED_INPUT_TYPE. */
export function asIndex(
  arg: BoundExpression,
  position: number,
  context: ResolveContext,
): BoundExpression {
  if (["byte", "short", "int"].includes(arg.type.kind)) return context.cast(arg, INT);
  throw mismatch(
    "UNEXPECTED_INPUT_TYPE",
    `argument ${position} of \`${context.calledAs}\` is an INT, not ${formatTypeSql(arg.type)}`,
    arg.span ?? context.span,
  );
}

/** Refuses a type that has no order (maps). */
export function assertOrderable(type: DataType, context: ResolveContext): void {
  if (isOrderable(type)) return;
  throw mismatch(
    "INVALID_ORDERING_TYPE",
    `\`${context.calledAs}\` needs a type that can be ordered, not ${formatTypeSql(type)}`,
    context.span,
  );
}

/** Refuses a call with another number of arguments. */
export function requireArity(
  args: readonly BoundExpression[],
  count: number,
  context: ResolveContext,
): void {
  if (args.length === count) return;
  throw wrongArity(context.calledAs, String(count), args.length, context.span);
}
