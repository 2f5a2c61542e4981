/**
 * WITH RECURSIVE in the engine's own form. Every row carries its level, so that Spark's limits hold:
 * a level too many, or more rows than a million, are errors. Rows come sorted by level, which also
 * makes the engine compute them all; only under a plain LIMIT they stream, and may go on for ever.
 */
import { raise } from "../functions/builder.ts";
import { outputOf, type Plan, type RecursivePlan } from "../plan/plan.ts";
import { type Block, printBlock, readFrom } from "./block.ts";
import { columnName, type Emitter } from "./relation.ts";

const ROW_LIMIT = 1_000_000;

/** The operator as a derived table. */
export function emitRecursive(plan: RecursivePlan, emitter: Emitter): Block {
  const { id, levels, output } = plan;
  const name = `cte${id}`;
  const keys = output.map((_, i) => `k${i}`);
  const tooDeep = raise(
    "RECURSION_LEVEL_LIMIT_EXCEEDED",
    "42836",
    `the recursion of ${plan.name} passed its limit of ${levels} levels`,
  );
  const tooMany = raise(
    "RECURSION_ROW_LIMIT_EXCEEDED",
    "42836",
    `the recursion of ${plan.name} passed the limit of ${ROW_LIMIT} rows`,
  );
  const anchor = `SELECT *, 0 AS lvl, 0 AS seen FROM (${positional(plan.anchor, emitter)})`;
  const before = `SELECT any_value(lvl) AS lvl, any_value(seen) + count(*)::INTEGER AS seen FROM ${name}`;
  // The checks belong to rows: a step that finds nothing ends the recursion instead.
  const level =
    `CASE WHEN b.seen >= ${ROW_LIMIT} THEN ${tooMany}::INTEGER ` +
    `WHEN b.lvl >= ${levels - 1} THEN ${tooDeep}::INTEGER ELSE b.lvl + 1 END`;
  const step =
    `SELECT s.*, ${level}, b.seen FROM (${positional(plan.step, emitter)}) AS s, ` +
    `(${before}) AS b`;
  const recursion = `WITH RECURSIVE ${name} AS (${anchor} UNION ALL ${step})`;
  const columns = output.map((attribute, i) => `k${i} AS ${columnName(attribute)}`).join(", ");
  if (plan.streams) {
    return readFrom(`(${recursion} SELECT ${columns} FROM ${name}) AS ${emitter.alias()}`);
  }
  const counted =
    `SELECT ${keys.join(", ")}, lvl, CASE WHEN count(*) OVER () >= ${ROW_LIMIT} ` +
    `THEN ${tooMany}::INTEGER END AS fault FROM ${name}`;
  const rows = `SELECT ${columns} FROM (${counted}) WHERE fault IS NULL ORDER BY lvl`;
  return readFrom(`(${recursion} ${rows}) AS ${emitter.alias()}`);
}

/** Columns by position, so that a repeated column stays two columns. */
function positional(plan: Plan, emitter: Emitter): string {
  const block = emitter.block(plan);
  const open = block.columns === null && !block.distinct ? block : emitter.wrap(block);
  const columns = outputOf(plan).map((a, i) => `${columnName(a)} AS k${i}`);
  return printBlock({ ...open, columns: columns.join(", ") });
}

/** Lets the rows stream into a LIMIT that stands right above them. */
export function streamRecursion(plan: Plan): Plan {
  if (plan.kind === "project") {
    const input = streamRecursion(plan.input);
    return input === plan.input ? plan : { ...plan, input };
  }
  return plan.kind === "recursive" ? { ...plan, streams: true } : plan;
}
