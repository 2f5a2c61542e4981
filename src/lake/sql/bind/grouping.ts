/**
 * `grouping(x)` and `grouping_id(…)`: bound as placeholders, as the select list is bound before
 * the grouping sets are known, and replaced by bits of the `grouping_id` mask when the aggregate is
 * built. The mask has one bit per GROUP BY expression, the first the most significant; 1 means the
 * expression is not part of the row's grouping set.
 */
import { BYTE, LONG } from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { FunctionDef } from "../functions/definition.ts";
import type { Attribute, BoundExpression, CallExpression } from "../plan/expression.ts";
import { refer } from "./column.ts";

function unreachable(): never {
  throw new Error("grouping placeholders are replaced while binding");
}

const GROUPING: FunctionDef = {
  name: "grouping",
  kind: "scalar",
  summary: "Whether a GROUP BY expression is left out of the row's grouping set.",
  resolve: unreachable,
  emit: unreachable,
};

const GROUPING_ID: FunctionDef = {
  name: "grouping_id",
  kind: "scalar",
  summary: "Bit mask of the GROUP BY expressions left out of the row's grouping set.",
  resolve: unreachable,
  emit: unreachable,
};

/** `(mask >> shift) & bits` of the engine's grouping mask. */
const GROUPING_BITS: FunctionDef = {
  name: "grouping_bits",
  kind: "operator",
  summary: "Bits of the grouping mask.",
  resolve: unreachable,
  emit([mask], call) {
    const positions = call.data as readonly number[];
    const bits = positions.map((position, i) => {
      const weight = positions.length - 1 - i;
      return `(((${mask} >> ${position}) & 1) << ${weight})`;
    });
    const type = call.type.kind === "byte" ? "TINYINT" : "BIGINT";
    return `CAST((${bits.join(" + ")}) AS ${type})`;
  },
};

/** Binds `grouping` or `grouping_id`; null for any other name. */
export function bindGroupingCall(
  name: string,
  args: readonly BoundExpression[],
  span: Span,
): CallExpression | null {
  if (name !== "grouping" && name !== "grouping_id") return null;
  const fn = name === "grouping" ? GROUPING : GROUPING_ID;
  if (fn === GROUPING && args.length !== 1) {
    throw new SqlError(`\`grouping\` takes one argument, not ${args.length}`, {
      errorClass: "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      sqlState: "42605",
      span,
      hint: "use grouping_id for several columns",
    });
  }
  const type = fn === GROUPING ? BYTE : LONG;
  return { kind: "call", fn, args, calledAs: name, type, nullable: false, span };
}

/** Whether the expression is one of the placeholders. */
export function isGroupingCall(expression: BoundExpression): expression is CallExpression {
  return (
    expression.kind === "call" && (expression.fn === GROUPING || expression.fn === GROUPING_ID)
  );
}

/** Replaces a placeholder by bits of `mask`; `indexOf` finds an expression among the groups. */
export function lowerGroupingCall(
  call: CallExpression,
  mask: Attribute,
  groupCount: number,
  indexOf: (expression: BoundExpression) => number,
): BoundExpression {
  const all = call.args.length === 0;
  const indexes = all
    ? Array.from({ length: groupCount }, (_, i) => i)
    : call.args.map((arg) => indexOf(arg));
  if (indexes.some((index) => index < 0)) {
    throw new SqlError(`the argument of ${call.calledAs} is not a grouping column`, {
      errorClass: "GROUPING_COLUMN_MISMATCH",
      sqlState: "42803",
      span: call.span,
      hint: "name an expression of GROUP BY",
    });
  }
  if (call.fn === GROUPING_ID && !all && indexes.some((index, i) => index !== i)) {
    throw groupingIdMismatch(call);
  }
  if (call.fn === GROUPING_ID && !all && indexes.length !== groupCount) {
    throw groupingIdMismatch(call);
  }
  return {
    kind: "call",
    fn: GROUPING_BITS,
    args: [refer(mask)],
    calledAs: call.calledAs,
    type: call.type,
    nullable: false,
    data: indexes.map((index) => groupCount - 1 - index),
  };
}

function groupingIdMismatch(call: CallExpression): SqlError {
  return new SqlError("the columns of grouping_id do not match the grouping columns", {
    errorClass: "GROUPING_ID_COLUMN_MISMATCH",
    sqlState: "42803",
    span: call.span,
    hint: "name all GROUP BY expressions in order, or none",
  });
}

/** The error of a placeholder without grouping sets around it. */
export function groupingWithoutSets(call: BoundExpression): SqlError {
  return new SqlError("grouping and grouping_id need GROUPING SETS, CUBE or ROLLUP", {
    errorClass: "UNSUPPORTED_GROUPING_EXPRESSION",
    sqlState: "42K0E",
    span: call.span,
    hint: "write GROUP BY ROLLUP (…)",
  });
}
