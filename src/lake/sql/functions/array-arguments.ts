/** What array functions share: element types, and arguments brought to one element type. */
import { arrayType, type DataType, formatTypeSql } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { commonType, isOrderable } from "../types/type-rules.ts";
import { wrongArity } from "./builder.ts";
import type { ResolveContext } from "./definition.ts";

export type Elements = readonly Value[];

/** Element type of an array expression. */
export function elementOf(expression: BoundExpression): { type: DataType; nullable: boolean } {
  const { type } = expression;
  if (type.kind !== "array") throw new Error(`not an array: ${type.kind}`);
  return { type: type.element, nullable: type.containsNull };
}

/** All arguments at their common array type. */
export function commonArrays(
  args: readonly BoundExpression[],
  context: ResolveContext,
): BoundExpression[] {
  const common = commonType(args.map((a) => a.type));
  if (common?.kind !== "array") {
    throw mismatch(
      "BINARY_ARRAY_DIFF_TYPES",
      `\`${context.calledAs}\` needs arrays of one element type, not ` +
        args.map((a) => formatTypeSql(a.type)).join(" and "),
      context.span,
    );
  }
  return args.map((a) => context.cast(a, common));
}

/** An array and a value of its element type, both at the type that holds either. */
export function arrayAndElement(
  array: BoundExpression,
  element: BoundExpression,
  context: ResolveContext,
): [BoundExpression, BoundExpression] {
  const type = array.type.kind === "void" ? arrayType(element.type) : array.type;
  const common = type.kind === "array" ? commonType([type.element, element.type]) : null;
  if (type.kind !== "array" || !common) {
    throw mismatch(
      "ARRAY_FUNCTION_DIFF_TYPES",
      `\`${context.calledAs}\` needs an array and a value of its element type, not ` +
        `${formatTypeSql(array.type)} and ${formatTypeSql(element.type)}`,
      context.span,
    );
  }
  return [context.cast(array, arrayType(common, type.containsNull)), context.cast(element, common)];
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
