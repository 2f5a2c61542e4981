/**
 * A bound condition as Spark's history shows it: Catalyst's `toString` without the column ids, such
 * as `(id = 7)`, `id IN (2,5)`, `((a > 1) AND NOT (b = 2))`.
 */

import { formatType } from "../../schema/data-type.ts";
import { prettyName } from "../../sql/emit/expression.ts";
import type { BoundExpression } from "../../sql/plan/expression.ts";

const COMPARISONS = new Set(["=", "<", ">", "<=", ">=", "<=>"]);

/** Text of the condition for `operationParameters`. */
export function predicateText(condition: BoundExpression): string {
  if (condition.kind === "cast" && condition.implicit) return predicateText(condition.operand);
  if (condition.kind !== "call") return prettyName(condition);
  const args = (): string[] => condition.args.map(predicateText);
  switch (condition.fn.name) {
    case "and":
    case "or":
      return `(${args().join(` ${condition.fn.name.toUpperCase()} `)})`;
    case "not":
      return `NOT ${args()[0]}`;
    case "in": {
      const [operand, ...values] = args();
      return `${operand} IN (${values.join(",")})`;
    }
    case "is null":
    case "is not null":
      return `${condition.fn.name.replaceAll(" ", "")}(${args()[0]})`;
    default:
      return COMPARISONS.has(condition.fn.name)
        ? comparisonText(condition.fn.name, condition.args)
        : prettyName(condition);
  }
}

/** Casts that the types ask for show between columns; Spark takes them off beside a constant. */
function comparisonText(operator: string, args: readonly BoundExpression[]): string {
  const isBesideConstant = args.some((side) => withoutCasts(side).kind === "literal");
  const [left, right] = args.map((side) =>
    side.kind === "cast" && side.implicit && !isBesideConstant
      ? `cast(${predicateText(side.operand)} as ${formatType(side.type)})`
      : predicateText(side),
  );
  return `(${left} ${operator} ${right})`;
}

function withoutCasts(expression: BoundExpression): BoundExpression {
  return expression.kind === "cast" ? withoutCasts(expression.operand) : expression;
}
