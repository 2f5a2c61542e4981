/**
 * Rows of a plan computed once and kept in the engine (spilling to disk like any table there), for
 * a statement that writes them to more than one place; and plans put one under the other.
 */
import { refer } from "../../sql/bind/column.ts";
import type { Attribute } from "../../sql/plan/expression.ts";
import { type EngineRelationPlan, outputOf, type Plan } from "../../sql/plan/plan.ts";
import { prepareQuery } from "../bind-port.ts";
import type { StatementContext } from "../statement.ts";

/** The plan's rows, stored until the statement ends, under fresh attributes in the same order. */
export async function storeRows(ctx: StatementContext, plan: Plan): Promise<EngineRelationPlan> {
  const query = await prepareQuery(ctx, withHiddenShown(ctx, plan));
  const names = query.columns.map((_, i) => `c${i}`).join(", ");
  const engine = await ctx.engine();
  const table = await engine.materialize(`SELECT * FROM (${query.sql}) AS q(${names})`);
  const output = outputOf(plan).map((attribute) => ({ ...attribute, id: ctx.allocate() }));
  return { kind: "engine_relation", sql: `SELECT * FROM ${table}`, output };
}

/**
 * The rows of all parts, computed one part after the other, under the attributes of the first:
 * what is bound over them still is. There is at least one part.
 */
export async function storeInPlace(
  ctx: StatementContext,
  parts: readonly Plan[],
  orderBy?: Attribute,
): Promise<EngineRelationPlan> {
  const engine = await ctx.engine();
  const output = outputOf(parts[0]!);
  let table: string | null = null;
  for (const input of parts) {
    const { sql, columns } = await prepareQuery(ctx, withHiddenShown(ctx, input));
    const names = columns.map((_, i) => `c${i}`).join(", ");
    const order = orderBy ? ` ORDER BY c${output.indexOf(orderBy)}` : "";
    const rows = `SELECT * FROM (${sql}) AS q(${names})${order}`;
    if (table === null) table = await engine.materialize(rows);
    else await engine.run(`INSERT INTO ${table} ${rows}`);
  }
  return { kind: "engine_relation", sql: `SELECT * FROM ${table}`, output };
}

/** A query's result has no hidden columns; here they are stored and written. */
export function withHiddenShown(ctx: StatementContext, input: Plan): Plan {
  const expressions = outputOf(input).map((attribute) => ({
    expression: refer(attribute),
    output: { ...attribute, id: ctx.allocate(), hidden: false },
  }));
  return { kind: "project", input, expressions };
}

/** Some columns of a plan, under `names` where given. */
export function pickColumns(
  ctx: StatementContext,
  input: Plan,
  columns: readonly Attribute[],
  names: readonly string[] = columns.map((column) => column.name),
): Plan {
  const expressions = columns.map((column, i) => ({
    expression: refer(column),
    output: { ...column, id: ctx.allocate(), name: names[i]!, qualifier: [], nullable: true },
  }));
  return { kind: "project", input, expressions };
}

/** The rows of all parts, whose columns agree by position; there is at least one part. */
export function unionAll(ctx: StatementContext, parts: readonly Plan[]): Plan {
  return parts.reduce((left, right) => ({
    kind: "set_operation",
    operator: "union",
    all: true,
    left,
    right,
    output: outputOf(left).map((a) => ({ ...a, id: ctx.allocate(), nullable: true })),
  }));
}
