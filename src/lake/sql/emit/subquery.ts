/**
 * Subqueries in expressions as engine SQL. IN over several columns is spelled out, since the engine
 * compares rows as structs, where a NULL field does not make the comparison NULL.
 */
import type { SubqueryExpression } from "../plan/expression.ts";
import { outputOf } from "../plan/plan.ts";
import { printBlock } from "./block.ts";
import { columnName, type Emitter } from "./relation.ts";

/** Prints a subquery used as a value or condition. */
export function emitSubquery(expression: SubqueryExpression, emitter: Emitter): string {
  const { plan, form } = expression;
  const output = outputOf(plan);
  const block = emitter.block(plan);
  const open = block.columns === null && !block.distinct ? block : emitter.wrap(block);
  if (form === "exists") return `EXISTS (${printBlock({ ...open, columns: "1 AS one" })})`;
  if (form === "in" && expression.nullAs !== undefined) {
    const { nullAs, ...plain } = expression;
    return `coalesce(${emitSubquery(plain, emitter)}, ${nullAs})`;
  }
  const columns = output.map(columnName);
  if (form === "scalar") return `(${printBlock({ ...open, columns: columns[0]! })})`;
  const operands = expression.operands.map((operand) => emitter.expression(operand));
  if (operands.length === 1) {
    return `(${operands[0]} IN (${printBlock({ ...open, columns: columns[0]! })}))`;
  }
  const equal = operands.map((operand, i) => `(${operand} = ${columns[i]})`).join(" AND ");
  const inner = emitter.wrap(block);
  const exists = (condition: string) =>
    `EXISTS (${printBlock({ ...inner, columns: "1 AS one", where: [condition] })})`;
  return (
    `(CASE WHEN ${exists(`(${equal})`)} THEN true ` +
    `WHEN ${exists(`(${equal}) IS NULL`)} THEN NULL ELSE false END)`
  );
}
