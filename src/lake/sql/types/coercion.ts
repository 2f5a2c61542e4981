/**
 * Type coercion over bound expressions: implicit casts, common types of several expressions, ANSI
 * store assignment. Rules on types alone are in `type-rules.ts`, operators in
 * `../functions/operators.ts`; this file is the door to all three.
 */
import { type DataType, formatTypeSql, STRING, sameType } from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";

import type { BoundExpression, CastExpression, CastMode } from "../plan/expression.ts";
import { mismatch } from "./mismatch.ts";
import { canCast, canStoreAssign, commonType } from "./type-rules.ts";

export { bindOperator } from "../functions/operators.ts";
export { bindInterval, bindLiteral, bindTyped, typedLiteral } from "./literal.ts";
export { mismatch } from "./mismatch.ts";
export { canCast, canStoreAssign, commonType, widerType } from "./type-rules.ts";

/** The expression as `type`: itself, a retyped NULL, or an implicit cast around it. */
export function implicitCast(expression: BoundExpression, type: DataType): BoundExpression {
  if (sameType(expression.type, type)) return expression;
  return createCast(expression, type, "ansi", true);
}

/** An explicit `CAST`; refuses pairs of types Spark does not convert. */
export function explicitCast(
  expression: BoundExpression,
  type: DataType,
  options: { mode?: CastMode; span?: Span } = {},
): BoundExpression {
  if (!canCast(expression.type, type)) {
    throw mismatch(
      "CAST_WITHOUT_SUGGESTION",
      `cannot cast ${formatTypeSql(expression.type)} to ${formatTypeSql(type)}`,
      options.span ?? expression.span,
    );
  }
  const cast = createCast(expression, type, options.mode ?? "ansi", false);
  return options.span ? { ...cast, span: options.span } : cast;
}

function createCast(
  operand: BoundExpression,
  type: DataType,
  mode: CastMode,
  implicit: boolean,
): CastExpression {
  const nullable = operand.nullable || operand.type.kind === "void" || mode === "try";
  return {
    kind: "cast",
    operand,
    type,
    nullable,
    mode,
    implicit,
    ...(operand.span ? { span: operand.span } : {}),
  };
}

/** A value made fit for a column: null when no store assignment exists between the types. */
export function tryStoreAssign(
  expression: BoundExpression,
  target: DataType,
): BoundExpression | null {
  if (!canStoreAssign(expression.type, target)) return null;
  return implicitCast(expression, target);
}

/** A value made fit for column `column`, under the rules of INSERT and UPDATE. */
export function storeAssign(
  expression: BoundExpression,
  target: DataType,
  column = { name: "value", table: "the table" },
): BoundExpression {
  const assigned = tryStoreAssign(expression, target);
  if (assigned) return assigned;
  const from = formatTypeSql(expression.type);
  throw new SqlError(
    `cannot write ${from} into column \`${column.name}\` of ${column.table}, which is ` +
      `${formatTypeSql(target)}`,
    {
      errorClass: "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
      sqlState: "KD000",
      span: expression.span,
      hint: `write \`cast(… as ${formatTypeSql(target)})\` around the value`,
    },
  );
}

/** Casts all to their common type, or throws DATA_DIFF_TYPES in the name of `what`. */
export function toCommonType(
  expressions: readonly BoundExpression[],
  what: string,
  span?: Span,
): { type: DataType; expressions: BoundExpression[] } {
  const type = commonTypeOf(expressions);
  if (!type) {
    const types = expressions.map((e) => formatTypeSql(e.type)).join(", ");
    throw mismatch(
      "DATA_DIFF_TYPES",
      `the arguments of ${what} have no common type: ${types}`,
      span,
    );
  }
  return { type, expressions: expressions.map((e) => implicitCast(e, type)) };
}

/** The common type of several expressions; strings first, as Spark orders them. */
export function commonTypeOf(expressions: readonly BoundExpression[]): DataType | null {
  const types = expressions.map((e) => e.type);
  const strings = types.filter((t) => t.kind === "string");
  return commonType([...strings, ...types.filter((t) => t.kind !== "string")]);
}

/** String for void, the type itself otherwise: for places that need a concrete type. */
export function concrete(type: DataType): DataType {
  return type.kind === "void" ? STRING : type;
}
