/** Conditions of WHERE, ON, HAVING, QUALIFY, FILTER and MERGE clauses: boolean, or refused. */
import { formatTypeSql } from "../../schema/data-type.ts";
import type { Expression } from "../ast.ts";
import { prettyName } from "../emit/pretty-name.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import type { ExpressionEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";

/** Binds a condition and checks that it is boolean. */
export function bindCondition(expression: Expression, env: ExpressionEnv): BoundExpression {
  return asCondition(bindExpression(expression, { ...env, isCondition: true }));
}

/** The expression itself when boolean; anything else, a bare NULL too, is refused. */
export function asCondition(bound: BoundExpression): BoundExpression {
  if (bound.type.kind === "boolean") return bound;
  throw new SqlError(
    `the condition \`${prettyName(bound)}\` is ${formatTypeSql(bound.type)}, not BOOLEAN`,
    {
      errorClass: "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
      sqlState: "42K09",
      span: bound.span,
      hint: "compare it with something",
    },
  );
}
