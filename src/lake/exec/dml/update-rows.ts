/**
 * The rows an UPDATE writes: selected rows with their new values and, from files that are written
 * again, the others as they are. A table with a change data feed needs each changed row twice, as
 * it was and as it is now, so there the changed rows are computed once and stored.
 */
import type { ScanFile, Snapshot } from "../../delta/index.ts";
import { BOOLEAN, LONG } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { asChanges } from "../changes/write-changes.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { type Binder, generatedValue, generationText } from "../write/column-values.ts";
import { enforceRules, rulesOf } from "../write/enforce.ts";
import { pickColumns, storeRows, unionAll } from "../write/stored-rows.ts";
import { bindUpdates } from "./assignments.ts";
import { asCondition, type Condition } from "./find-rows.ts";
import { keptRows } from "./kept-rows.ts";
import type { SplitFiles } from "./split-touched.ts";
import { openTargetScan } from "./target-scan.ts";

export interface UpdateRequest {
  statement: StatementOf<"update">;
  qualifier: readonly string[];
  condition: Condition;
  bind: Binder;
}

/** Selected rows with their new values, and what else rewritten files hold. */
export async function updatedRows(
  ctx: StatementContext,
  snapshot: Snapshot,
  { rewritten, marked }: SplitFiles,
  request: UpdateRequest,
): Promise<Plan> {
  const changed = marked.map((t) => t.file);
  const files = rewritten.map((t) => t.file);
  const parts: Plan[] = [];
  if (files.length > 0 || changed.length === 0) {
    parts.push(await rowsOf(ctx, snapshot, files, request, { onlySelected: false }));
  }
  if (changed.length > 0) {
    parts.push(await rowsOf(ctx, snapshot, changed, request, { onlySelected: true }));
  }
  return unionAll(ctx, parts);
}

/** Selected rows only: their new values, then their old ones, then where they come from. */
export function changedRows(
  ctx: StatementContext,
  snapshot: Snapshot,
  { rewritten, marked }: SplitFiles,
  request: UpdateRequest,
): Promise<Plan> {
  const files = [...rewritten, ...marked].map((t) => t.file);
  return rowsOf(ctx, snapshot, files, request, { onlySelected: true, keepsOld: true });
}

/** From `changedRows`: all rows to write, and the changes to record. */
export async function trackUpdate(
  ctx: StatementContext,
  snapshot: Snapshot,
  plan: Plan,
  update: { split: SplitFiles; request: UpdateRequest; given: ReadonlySet<string> },
): Promise<{ data: Plan; changes: Plan[] }> {
  const { condition, qualifier } = update.request;
  const names = snapshot.schema.fields.map((field) => field.name);
  const stored = await storeRows(ctx, plan);
  // The new values, the old ones, and the row's id and version.
  const [now, then, tracking] = [
    stored.output.slice(0, names.length),
    stored.output.slice(names.length, 2 * names.length),
    stored.output.slice(2 * names.length),
  ];
  const tracked = [...names, ...tracking.map((column) => column.name)];
  const current = () => pickColumns(ctx, stored, [...now, ...tracking], tracked);
  const former = pickColumns(ctx, stored, then, names);
  const parts = [current()];
  const files = update.split.rewritten.map((t) => t.file);
  if (files.length > 0 && condition) {
    parts.unshift(await keptRows(ctx, snapshot, files, condition, qualifier));
  }
  const checked = await enforceRules(ctx, current(), rulesOf(snapshot), update.given);
  return {
    data: unionAll(ctx, parts),
    changes: [
      asChanges(ctx, former, "update_preimage"),
      asChanges(ctx, checked, "update_postimage"),
    ],
  };
}

interface Wanted {
  /** Rows the condition does not select are left out. */
  onlySelected: boolean;
  /** The values before the change follow the new ones. */
  keepsOld?: boolean;
}

async function rowsOf(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  { statement, qualifier, condition, bind }: UpdateRequest,
  { onlySelected, keepsOld = false }: Wanted,
): Promise<Plan> {
  const scan = await openTargetScan(ctx, snapshot, files, qualifier);
  const { columns } = scan;
  const values = bindUpdates(
    statement.assignments,
    snapshot.schema,
    columns,
    (expression) => bind(expression, columns),
    bind,
  );
  const truth = typedLiteral(true, BOOLEAN);
  const where = condition ? asCondition(condition(columns)) : truth;
  const selected = onlySelected ? truth : where;
  const input: Plan = onlySelected
    ? { kind: "filter", input: scan.plan, condition: where }
    : scan.plan;
  const expressions = columns.map((column, i): NamedExpression => {
    const value = values.get(i);
    const output = freshColumn(ctx, column);
    return { expression: value ? choose(selected, value, refer(column)) : refer(column), output };
  });
  const old = (keepsOld ? columns : []).map(
    (column): NamedExpression => ({
      expression: refer(column),
      output: freshColumn(ctx, { ...column, name: `__old_${column.name}`, qualifier: [] }),
    }),
  );
  old.push(...movedIds(ctx, scan.tracking, selected));
  const generated = snapshot.schema.fields.some((f, i) => generationText(f) && !values.has(i));
  if (!generated) return { kind: "project", input, expressions: [...expressions, ...old] };
  return recompute(ctx, snapshot, input, { expressions, old, selected, set: values, bind });
}

interface Recomputed {
  expressions: readonly NamedExpression[];
  /** Handed through. */
  old: readonly NamedExpression[];
  selected: BoundExpression;
  set: ReadonlyMap<number, unknown>;
  bind: Binder;
}

/** Generated columns of changed rows follow the columns they are made of. */
function recompute(
  ctx: StatementContext,
  snapshot: Snapshot,
  input: Plan,
  { expressions, old, selected, set, bind }: Recomputed,
): Plan {
  const flag: Attribute = {
    id: ctx.allocate(),
    name: "__selected",
    type: BOOLEAN,
    nullable: true,
    qualifier: [],
  };
  const flagged: Plan = {
    kind: "project",
    input,
    expressions: [...expressions, ...old, { expression: selected, output: flag }],
  };
  const outputs = expressions.map((e) => ({ ...e.output, qualifier: [] }));
  const current = snapshot.schema.fields.map((field, i): NamedExpression => {
    const output = freshColumn(ctx, outputs[i]!);
    if (generationText(field) === null || set.has(i)) {
      return { expression: refer(outputs[i]!), output };
    }
    const value = generatedValue(field, outputs, bind);
    return { expression: choose(refer(flag), value, refer(outputs[i]!)), output };
  });
  const former = old.map(({ output }) => ({
    expression: refer(output),
    output: freshColumn(ctx, output),
  }));
  return { kind: "project", input: flagged, expressions: [...current, ...former] };
}

/** A row keeps its id; its commit version only while it stays as it is. */
export function movedIds(
  ctx: StatementContext,
  tracking: readonly Attribute[],
  isChanged: BoundExpression,
): NamedExpression[] {
  return tracking.map((column, i) => {
    const kept = refer(column);
    const value = i === 0 ? kept : choose(isChanged, typedLiteral(null, LONG), kept);
    return { expression: value, output: freshColumn(ctx, column) };
  });
}

function freshColumn(ctx: StatementContext, column: Attribute): Attribute {
  return { ...column, id: ctx.allocate(), nullable: true };
}

/** `CASE WHEN condition THEN value ELSE old END`. */
export function choose(
  condition: BoundExpression,
  value: BoundExpression,
  old: BoundExpression,
): BoundExpression {
  return {
    kind: "case",
    // biome-ignore lint/suspicious/noThenProperty: the plan's name for a CASE branch
    branches: [{ when: condition, then: value }],
    otherwise: old,
    type: old.type,
    nullable: true,
  };
}
