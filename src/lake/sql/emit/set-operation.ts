/** Set operations as engine SQL; columns correspond by position. */
import { outputOf, type Plan, type SetOperationPlan } from "../plan/plan.ts";
import { type Block, printBlock, readFrom } from "./block.ts";
import { columnName, type Emitter, isFloating } from "./relation.ts";
import { normalizeFloat } from "./sort-key.ts";

/** Prints a set operation. */
export function emitSetOperation(plan: SetOperationPlan, emitter: Emitter): Block {
  const compares = plan.operator !== "union" || !plan.all;
  const word = `${plan.operator.toUpperCase()}${plan.all ? " ALL" : ""}`;
  const left = side(plan.left, compares, emitter);
  const right = side(plan.right, compares, emitter);
  const names = plan.output.map(columnName).join(", ");
  return readFrom(`(${left} ${word} ${right}) AS ${emitter.alias()}(${names})`);
}

function side(plan: Plan, compares: boolean, emitter: Emitter): string {
  const block = emitter.block(plan);
  const columns = outputOf(plan).map((attribute, i) => {
    const name = columnName(attribute);
    const value = compares && isFloating(attribute) ? normalizeFloat(name, attribute.type) : name;
    return `${value} AS s${i}`;
  });
  return printBlock({ ...emitter.wrap(block), columns: columns.join(", ") || "1 AS none" });
}
