/** The window operator as engine SQL: its calls beside all columns of its input. */
import type { WindowPlan } from "../plan/plan.ts";
import type { Block } from "./block.ts";
import { columnName, type Emitter } from "./relation.ts";

/** Prints a window operator. */
export function emitWindow(plan: WindowPlan, emitter: Emitter): Block {
  const input = emitter.block(plan.input);
  const open =
    input.columns === null && !input.distinct && !input.limit ? input : emitter.wrap(input);
  const calls = plan.calls.map(
    ({ call, output }) => `${emitter.expression(call)} AS ${columnName(output)}`,
  );
  return emitter.wrap({ ...open, columns: ["*", ...calls].join(", ") });
}
