/**
 * GROUP BY as engine SQL. Computed keys get a projection of their own, so that a constant key is
 * not taken for a position; -0.0 and 0.0 are one key; an empty grouping set makes no row of no
 * input, as in Spark, where grouping sets multiply rows before they are grouped.
 */
import type { NamedExpression } from "../plan/expression.ts";
import type { AggregatePlan } from "../plan/plan.ts";
import type { Block } from "./block.ts";
import { emitLiteral } from "./literal.ts";
import { columnName, type Emitter, isFloating } from "./relation.ts";
import { normalizeFloat } from "./sort-key.ts";

/** Prints an aggregate operator. */
export function emitAggregate(plan: AggregatePlan, emitter: Emitter): Block {
  const block = emitter.block(plan.input);
  const free = block.columns === null && !block.distinct && block.limit === null;
  // Without a limit the order of the input means nothing to a group.
  const input = free ? { ...block, orderBy: null } : emitter.wrap(block);
  const open = withKeys(plan, input, emitter);
  const keys = plan.groups.map((group) => columnName(group.output));
  const held = new Set(plan.groupingSets?.flat() ?? keys.keys());
  const shown = plan.groups.map(({ output }, i) =>
    held.has(i) ? keys[i]! : `${emitLiteral(null, output.type)} AS ${keys[i]}`,
  );
  const mask = plan.groupingId
    ? [`${groupingMask(keys, held)} AS ${columnName(plan.groupingId)}`]
    : [];
  const calls = plan.aggregates.map(
    ({ call, output }) => `${emitter.expression(call)} AS ${columnName(output)}`,
  );
  const columns = [...shown, ...mask, ...calls].join(", ") || "count(*) AS none";
  const groupBy = groupByClause(plan, keys);
  const where = open.where.length > 0 ? ` WHERE ${open.where.join(" AND ")}` : "";
  return emitter.wrap({
    from: `${open.from}${where}${groupBy}`,
    where: [],
    columns,
    distinct: false,
    orderBy: null,
    limit: null,
  });
}

/** Adds computed and normalised keys as columns of the input. */
function withKeys(plan: AggregatePlan, open: Block, emitter: Emitter): Block {
  const computed = plan.groups.filter((group) => !isOwnColumn(group));
  const floats = plan.groups.filter((group) => isOwnColumn(group) && isFloating(group.output));
  if (computed.length === 0 && floats.length === 0) return open;
  const replaced = floats.map(({ output }) => {
    const name = columnName(output);
    return `${normalizeFloat(name, output.type)} AS ${name}`;
  });
  const added = computed.map(({ expression, output }) => {
    const sql = emitter.expression(expression);
    const value = isFloating(output) ? normalizeFloat(sql, output.type) : sql;
    return `${value} AS ${columnName(output)}`;
  });
  const star = replaced.length > 0 ? `* REPLACE (${replaced.join(", ")})` : "*";
  return emitter.wrap({ ...open, columns: [star, ...added].join(", ") });
}

function isOwnColumn(group: NamedExpression): boolean {
  const { expression, output } = group;
  return expression.kind === "attribute" && expression.attribute.id === output.id;
}

/** Bits from the left, one per key; a key no set holds is always left out. */
function groupingMask(keys: readonly string[], held: ReadonlySet<number>): string {
  const bits = keys.map((key, i) => {
    const bit = held.has(i) ? `GROUPING(${key})` : "1";
    return `(${bit} << ${keys.length - 1 - i})`;
  });
  return `CAST(${bits.join(" + ") || "0"} AS BIGINT)`;
}

function groupByClause(plan: AggregatePlan, keys: readonly string[]): string {
  const { groupingSets } = plan;
  if (!groupingSets) return keys.length > 0 ? ` GROUP BY ${keys.join(", ")}` : "";
  const sets = groupingSets.map((set) => `(${set.map((i) => keys[i]!).join(", ")})`);
  const having = groupingSets.some((set) => set.length === 0) ? " HAVING count(*) > 0" : "";
  return ` GROUP BY GROUPING SETS (${sets.join(", ")})${having}`;
}
