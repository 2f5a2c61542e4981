/**
 * A bound condition as Spark's history shows it: Catalyst's `toString` without the column ids, such
 * as `(id = 7)`, `id IN (2,5)`, `((a > 1) AND NOT (b = 2))`.
 */
import { prettyName } from "../../sql/emit/expression.ts";
import type { BoundExpression } from "../../sql/plan/expression.ts";

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
    default:
      return prettyName(condition);
  }
}
