/**
 * HAVING: names mean columns of the input first, as the SQL standard has it; where that reading is
 * neither grouped nor aggregated, the select list's names are tried (Spark 4.2, SPARK-31519).
 */

import { BOOLEAN } from "../../schema/data-type.ts";
import type { Expression } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { someExpression } from "../plan/transform.ts";
import type { Grouping } from "./aggregate.ts";
import { preferResolver, scopeResolver } from "./column.ts";
import type { ColumnResolver, ExpressionEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { inputEnv, outputResolver, type SelectState } from "./select.ts";
import { lower } from "./select-list.ts";

/** Binds HAVING to columns of the aggregate operator. */
export function bindHaving(
  having: Expression,
  state: SelectState,
  grouping: Grouping,
): BoundExpression {
  const input = scopeResolver(state.input.scope);
  const output = outputResolver(state);
  try {
    return bindWith(having, state, grouping, preferResolver(input, output));
  } catch (error) {
    if (!(error instanceof SqlError) || !isMissing(error)) throw error;
    try {
      return bindWith(having, state, grouping, preferResolver(output, input));
    } catch {
      throw error;
    }
  }
}

function isMissing(error: SqlError): boolean {
  return /^MISSING_(AGGREGATION|GROUP_BY)$/.test(String(error.details.error_class));
}

function bindWith(
  having: Expression,
  state: SelectState,
  grouping: Grouping,
  resolve: ColumnResolver,
): BoundExpression {
  const env: ExpressionEnv = {
    ...inputEnv("having", state.input.scope, state.query, resolve),
    allowAggregates: true,
  };
  const lowered = lower(bindAsBoolean(having, env), state.outputs);
  if (someExpression(lowered, (node) => node.kind === "call" && node.window !== undefined)) {
    throw new SqlError("window functions are not allowed in HAVING", {
      errorClass: "UNSUPPORTED_EXPR_FOR_OPERATOR",
      sqlState: "42K0E",
      span: having.span,
      hint: "use QUALIFY",
    });
  }
  return grouping.rewrite(lowered);
}

/** Unlike WHERE, HAVING casts what is not boolean: `HAVING NULL`, `HAVING count(*)`. */
function bindAsBoolean(having: Expression, env: ExpressionEnv): BoundExpression {
  const bound = bindExpression(having, { ...env, isCondition: true });
  if (bound.type.kind === "boolean") return bound;
  const { span } = having;
  const places = { span, typeSpan: span };
  return bindExpression(
    { kind: "cast", try: false, operand: having, type: BOOLEAN, syntax: "cast", ...places },
    env,
  );
}
