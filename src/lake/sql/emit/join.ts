/** Joins as engine SQL. LATERAL right sides are correlated derived tables. */
import type { JoinPlan } from "../plan/plan.ts";
import { type Block, isPlain, readFrom } from "./block.ts";
import type { Emitter } from "./relation.ts";

const KEYWORDS = {
  inner: "JOIN",
  cross: "JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
  left_semi: "SEMI JOIN",
  left_anti: "ANTI JOIN",
} as const;

/** Prints a join. */
export function emitJoin(plan: JoinPlan, emitter: Emitter): Block {
  const left = emitter.block(plan.left);
  const leftItem = isPlain(left) ? left.from : emitter.wrap(left).from;
  const rightItem = rightSide(plan, emitter);
  const condition = plan.condition ? emitter.expression(plan.condition) : null;
  const isInner = plan.join === "inner" || plan.join === "cross";
  if (isInner && condition === null) {
    return readFrom(`${leftItem} CROSS JOIN ${rightItem}`);
  }
  return readFrom(`${leftItem} ${KEYWORDS[plan.join]} ${rightItem} ON (${condition ?? "true"})`);
}

function rightSide(plan: JoinPlan, emitter: Emitter): string {
  const block = emitter.block(plan.right);
  if (plan.lateral) return `LATERAL ${emitter.wrap(block).from}`;
  const joined = plan.right.kind === "join" || !isPlain(block);
  return joined ? emitter.wrap(block).from : block.from;
}
