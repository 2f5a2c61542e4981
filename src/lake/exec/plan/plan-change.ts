/**
 * Plans of statements that change rows. The files named are those that partition values and
 * statistics cannot rule out; which of them hold rows that change only a run can tell.
 */
import type { PrunePredicate, ScanFile, Snapshot } from "../../delta/index.ts";
import type { Query } from "../../sql/ast.ts";
import { prettyName } from "../../sql/emit/expression.ts";
import { parseExpression } from "../../sql/parse/index.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { toPrunePredicate } from "../../sql/plan/rules/index.ts";
import { bindQueryPlan, expressionBinder } from "../bind-port.ts";
import { bindUpdates } from "../dml/assignments.ts";
import { asCondition, refuseVolatile } from "../dml/find-rows.ts";
import { bindMerge, bindSource, type MergeClauses, openClauses } from "../dml/merge-clauses.ts";
import { aliasOf } from "../dml/target-alias.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { alignColumns } from "../write/align.ts";
import { prepareCopy } from "../write/copy-into.ts";
import { targetOf } from "../write/data-files.ts";
import { enforceRules } from "../write/enforce.ts";
import { evolveForInsert, type InsertOptions, refuseInsert } from "../write/insert.ts";
import { staticPredicate } from "../write/overwrite.ts";
import { replaceDefaults } from "../write/values-default.ts";
import { allFiles, type FileTotals, type StatementPlan } from "./statement-plan.ts";

/** DELETE: the files that may hold its rows. */
export async function planDelete(
  ctx: StatementContext,
  statement: StatementOf<"delete">,
): Promise<StatementPlan> {
  const selected = await planSelected(ctx, statement);
  const object = ctx.textOf(statement.table.name);
  return { ...selected.plan, command: `Execute DeleteCommand ${object}`, object };
}

/** UPDATE: the files that may hold its rows, its assignments bound. */
export async function planUpdate(
  ctx: StatementContext,
  statement: StatementOf<"update">,
): Promise<StatementPlan> {
  const { plan, handle, columns, bind } = await planSelected(ctx, statement);
  const { schema } = handle.snapshot;
  const inTable = (expression: Parameters<typeof bind>[0]) => bind(expression, columns);
  const values = bindUpdates(statement.assignments, schema, columns, inTable, bind);
  const sets = [...values].map(([i, value]) => `${schema.fields[i]!.name} = ${prettyName(value)}`);
  const object = ctx.textOf(statement.table.name);
  return { ...plan, command: `Execute UpdateCommand ${object} [${sets.join(", ")}]`, object };
}

async function planSelected(ctx: StatementContext, statement: StatementOf<"update" | "delete">) {
  const handle = await openTable(ctx, statement.table);
  const bind = await expressionBinder(ctx, statement);
  const { scan, columns } = targetScan(ctx, handle, aliasOf(statement.table, handle));
  const condition = statement.where ? asCondition(bind(statement.where, columns)) : null;
  if (condition) refuseVolatile(condition);
  const child: Plan = condition ? { kind: "filter", input: scan, condition } : scan;
  const changes = await prunedFiles(handle.snapshot, condition, columns);
  const plan = { children: [child], changes, schema: null, locations: [handle.location] };
  return { plan, handle, columns, bind };
}

function targetScan(ctx: StatementContext, handle: TableHandle, qualifier: readonly string[]) {
  const { snapshot, displayName } = handle;
  const columns = schemaAttributes(snapshot.schema, ctx.allocate, qualifier);
  const scan: Plan = {
    kind: "scan",
    snapshot,
    tableName: displayName,
    prune: null,
    output: columns,
  };
  return { scan, columns };
}

async function prunedFiles(
  snapshot: Snapshot,
  condition: BoundExpression | null,
  columns: readonly Attribute[],
): Promise<FileTotals> {
  if (!condition) return allFiles(snapshot);
  const prune: PrunePredicate = toPrunePredicate(condition, new Map(columns.map((a) => [a.id, a])));
  return totalsOf(await snapshot.scanFiles(prune));
}

function totalsOf(files: readonly ScanFile[]): FileTotals {
  const sizeBytes = files.reduce((sum, file) => sum + file.add.size, 0);
  return { count: files.length, sizeBytes };
}

/** MERGE: source and clauses bound, the files whose rows may match. */
export async function planMerge(
  ctx: StatementContext,
  statement: StatementOf<"merge">,
): Promise<StatementPlan> {
  const handle = await openTable(ctx, statement.target);
  const { scan, columns } = targetScan(ctx, handle, aliasOf(statement.target, handle));
  const source = await bindSource(ctx, statement);
  const clauses = await openClauses(ctx, handle, statement, source.columns);
  const bound = bindMerge(clauses, withNewColumns(ctx, clauses, columns));
  const join: Plan = {
    kind: "join",
    join: statement.clauses.some((c) => c.match !== "matched") ? "full" : "inner",
    left: scan,
    right: source.plan,
    condition: bound.on,
    lateral: false,
    output: [...columns, ...outputOf(source.plan)],
  };
  const takesOrphans = statement.clauses.some((c) => c.match === "not_matched_by_source");
  const inserts = statement.clauses.every((c) => c.match === "not_matched");
  const changes = inserts
    ? { count: 0, sizeBytes: 0 }
    : await prunedFiles(handle.snapshot, takesOrphans ? null : bound.on, columns);
  const actions = statement.clauses.map((c) => `${c.match.replaceAll("_", " ")}: ${c.action.kind}`);
  const object = ctx.textOf(statement.target.name);
  return {
    command: `Execute MergeIntoCommand ${object} [${actions.join(", ")}]`,
    object,
    schema: null,
    children: [join],
    changes,
    locations: [handle.location],
  };
}

/** The table's columns and those that schema evolution would add. */
function withNewColumns(
  ctx: StatementContext,
  { target }: MergeClauses,
  columns: readonly Attribute[],
): readonly Attribute[] {
  const added = { ...target.schema, fields: target.schema.fields.slice(columns.length) };
  return [...columns, ...schemaAttributes(added, ctx.allocate, [])];
}

/** INSERT: the query laid onto the table, and what an OVERWRITE takes out. */
export async function planInsert(
  ctx: StatementContext,
  insert: StatementOf<"insert">,
): Promise<StatementPlan> {
  refuseInsert(insert);
  const handle = await openTable(ctx, insert.table);
  const query: Query = replaceDefaults(insert.source, insert, handle.snapshot.schema);
  const source = await bindQueryPlan(ctx, query);
  const evolves = insert.schemaEvolution || ctx.session.autoMerge;
  const object = ctx.textOf(insert.table.name);
  return { ...(await planRows(ctx, handle, source, { insert, evolves })), object };
}

/** COPY INTO: the files not loaded yet. */
export async function planCopyInto(
  ctx: StatementContext,
  copy: StatementOf<"copy_into">,
): Promise<StatementPlan> {
  const { handle, fresh, all, load } = await prepareCopy(ctx, copy);
  const object = ctx.textOf(copy.table.name);
  const sizeBytes = fresh.reduce((sum, file) => sum + file.sizeBytes, 0);
  const note = `loads ${fresh.length} of ${all.length} files, ${sizeBytes} bytes`;
  const command = `Execute CopyIntoCommand ${object}`;
  if (fresh.length === 0) {
    const locations = [handle.location];
    return { command, object, schema: null, children: [], changes: null, locations, note };
  }
  const { source, options } = await load();
  return { ...(await planRows(ctx, handle, source, options)), command, object, note };
}

async function planRows(
  ctx: StatementContext,
  handle: TableHandle,
  source: Plan,
  { insert, evolves }: InsertOptions,
): Promise<StatementPlan> {
  const { snapshot } = handle;
  const evolution = evolves ? evolveForInsert(handle, source, insert) : null;
  const target = {
    ...targetOf(snapshot),
    ...(evolution ? { schema: evolution.schema, configuration: evolution.configuration } : {}),
  };
  const bind = await expressionBinder(ctx, null);
  const aligned = alignColumns(ctx, source, { ...insert, schema: target.schema }, bind);
  await enforceRules(ctx, aligned.plan, target, aligned.given);
  const base = {
    object: null,
    schema: null,
    children: [aligned.plan],
    locations: [handle.location],
  };
  const name = handle.displayName;
  if (insert.mode === "into") return { ...base, command: `AppendData ${name}`, changes: null };
  const command = `OverwriteByExpression ${name}`;
  const { columns } = targetScan(ctx, handle, handle.qualifier);
  if (insert.replaceWhere) {
    const condition = asCondition(bind(insert.replaceWhere, columns));
    return { ...base, command, changes: await prunedFiles(snapshot, condition, columns) };
  }
  const predicate = staticPredicate(ctx, handle, insert);
  if (predicate === "dynamic") {
    const note = "replaces the partitions that the new rows fall into";
    return { ...base, command, changes: await allFiles(snapshot), note };
  }
  const condition = predicate ? asCondition(bind(parseExpression(predicate), columns)) : null;
  return { ...base, command, changes: await prunedFiles(snapshot, condition, columns) };
}
