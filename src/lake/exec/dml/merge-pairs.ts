/**
 * The matching pass of MERGE: pairs (file, row, source row) with the clause that decides each, kept
 * in an engine table. Only the columns that ON and the conditions name are read.
 */
import type { PrunePredicate, ScanFile } from "../../delta/index.ts";
import { INT } from "../../schema/data-type.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { toPrunePredicate } from "../../sql/plan/rules/index.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { prepareQuery } from "../bind-port.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext } from "../statement.ts";
import { visible } from "./find-rows.ts";
import { type BoundClause, type BoundMerge, bindMerge, type Merge } from "./merge-clauses.ts";
import { isAmbiguous, refuseRepeatedMatches } from "./merge-repeated.ts";
import { openTargetScan } from "./target-scan.ts";

export interface MergeCounts {
  sourceRows: number;
  inserted: number;
  updated: { total: number; matched: number };
  deleted: { total: number; matched: number };
}

export interface Pairs {
  /** Engine table (file_index, row_index, source_row, clause); clause is null where none takes. */
  table: string;
  /** Engine table (source_row, clause) of rows to insert. */
  inserts: string;
  /** Engine table (file_index, row_index, clause) of rows nothing matched that a clause takes. */
  orphans: string;
  /** Files with changed rows, in the order of `Merge.candidates`. */
  touched: ScanFile[];
  counts: MergeCounts;
  prune: PrunePredicate | null;
  /** The clauses as bound in this pass, for the history. */
  bound: BoundMerge;
}

/** Finds every pair and decides what happens to it; settles `merge.candidates`. */
export async function findPairs(ctx: StatementContext, merge: Merge): Promise<Pairs> {
  const { snapshot } = merge.handle;
  const engine = await ctx.engine();
  const takesOrphans = merge.statement.clauses.some((c) => c.match === "not_matched_by_source");
  const prune = takesOrphans ? null : prunePredicate(ctx, merge);
  merge.candidates = await snapshot.scanFiles(prune ?? undefined);
  const scan = await openTargetScan(
    ctx,
    snapshot,
    merge.candidates,
    merge.qualifier,
    merge.target.schema,
  );
  const bound = bindMerge(merge, scan.columns);
  const matched = bound.clauses.filter((clause) => clause.match === "matched");
  const joined: Plan = {
    kind: "join",
    join: "inner",
    left: scan.plan,
    right: merge.source,
    condition: bound.on,
    lateral: false,
    output: [...outputOf(scan.plan), ...outputOf(merge.source)],
  };
  const table = await store(
    ctx,
    project(
      ctx,
      joined,
      [scan.fileIndex, scan.rowIndex, merge.sourceRow],
      clauseNumber(bound.clauses, matched),
    ),
  );
  if (isAmbiguous(matched)) await refuseRepeatedMatches(ctx, merge, table);
  const inserts = await findInserts(ctx, merge, bound.clauses, table);
  const orphans = await findOrphans(ctx, merge, bound.clauses, table);
  const touchedIndexes = (
    await engine.rows(
      `SELECT DISTINCT file_index FROM (SELECT file_index FROM ${table} WHERE clause IS NOT NULL ` +
        `UNION ALL SELECT file_index FROM ${orphans}) ORDER BY 1`,
    )
  ).map(([index]) => Number(index));
  return {
    table,
    inserts,
    orphans,
    touched: touchedIndexes.map((index) => merge.candidates[index]!),
    counts: await countChanges(ctx, merge, { table, inserts, orphans }),
    prune,
    bound,
  };
}

function prunePredicate(ctx: StatementContext, merge: Merge): PrunePredicate | null {
  const attributes = schemaAttributes(merge.target.schema, ctx.allocate, merge.qualifier);
  const { on } = bindMerge(merge, attributes);
  return toPrunePredicate(on, new Map(attributes.map((a) => [a.id, a])));
}

/** Number of the first clause that applies, in statement order; NULL for none. */
function clauseNumber(
  all: readonly BoundClause[],
  clauses: readonly BoundClause[],
): BoundExpression {
  const none = typedLiteral(null, INT);
  if (clauses.length === 0) return none;
  const number = (clause: BoundClause) => typedLiteral(all.indexOf(clause), INT);
  const last = clauses.at(-1)!;
  const branches = clauses
    .filter((clause) => clause.condition)
    // biome-ignore lint/suspicious/noThenProperty: the plan's name for a CASE branch
    .map((clause) => ({ when: clause.condition!, then: number(clause) }));
  const otherwise = last.condition ? none : number(last);
  if (branches.length === 0) return otherwise;
  return { kind: "case", branches, otherwise, type: INT, nullable: true };
}

function project(
  ctx: StatementContext,
  input: Plan,
  positions: readonly Attribute[],
  clause: BoundExpression,
): Plan {
  const output: Attribute = {
    id: ctx.allocate(),
    name: "clause",
    type: INT,
    nullable: true,
    qualifier: [],
  };
  const expressions: NamedExpression[] = [
    ...positions.map((attribute) => visible(ctx, attribute)),
    { expression: clause, output },
  ];
  return { kind: "project", input, expressions };
}

/** Stores a plan's rows; columns lose the underscores of the hidden positions. */
async function store(ctx: StatementContext, plan: Plan): Promise<string> {
  const query = await prepareQuery(ctx, plan);
  const names = query.columns.map((c) => c.name.replace(/^__/, "")).join(", ");
  const sql = `SELECT * FROM (${query.sql}) AS q(${names})`;
  return (await ctx.engine()).materialize(sql);
}

async function findInserts(
  ctx: StatementContext,
  merge: Merge,
  all: readonly BoundClause[],
  table: string,
): Promise<string> {
  const clauses = all.filter((clause) => clause.match === "not_matched");
  const engine = await ctx.engine();
  if (clauses.length === 0) {
    return engine.materialize("SELECT 0::BIGINT AS source_row, 0 AS clause WHERE false");
  }
  const plan = project(ctx, merge.source, [merge.sourceRow], clauseNumber(all, clauses));
  const query = await prepareQuery(ctx, plan);
  return engine.materialize(
    `SELECT q.source_row, q.clause FROM (${query.sql}) AS q(source_row, clause) ` +
      `ANTI JOIN ${table} AS p ON p.source_row = q.source_row WHERE q.clause IS NOT NULL`,
  );
}

async function findOrphans(
  ctx: StatementContext,
  merge: Merge,
  all: readonly BoundClause[],
  table: string,
): Promise<string> {
  const clauses = all.filter((clause) => clause.match === "not_matched_by_source");
  const engine = await ctx.engine();
  if (clauses.length === 0) {
    return engine.materialize(
      "SELECT 0 AS file_index, 0::BIGINT AS row_index, 0 AS clause WHERE false",
    );
  }
  const { snapshot } = merge.handle;
  const scan = await openTargetScan(
    ctx,
    snapshot,
    merge.candidates,
    merge.qualifier,
    merge.target.schema,
  );
  const bound = bindMerge(merge, scan.columns);
  const own = bound.clauses.filter((clause) => clause.match === "not_matched_by_source");
  const plan = project(
    ctx,
    scan.plan,
    [scan.fileIndex, scan.rowIndex],
    clauseNumber(bound.clauses, own),
  );
  const query = await prepareQuery(ctx, plan);
  return engine.materialize(
    `SELECT q.* FROM (${query.sql}) AS q(file_index, row_index, clause) ANTI JOIN ${table} AS p ` +
      "ON p.file_index = q.file_index AND p.row_index = q.row_index WHERE q.clause IS NOT NULL",
  );
}

async function countChanges(
  ctx: StatementContext,
  merge: Merge,
  tables: { table: string; inserts: string; orphans: string },
): Promise<MergeCounts> {
  const engine = await ctx.engine();
  const rows = await engine.rows(
    `SELECT clause, count(*) FROM (SELECT DISTINCT file_index, row_index, clause FROM ${tables.table} ` +
      `WHERE clause IS NOT NULL UNION ALL SELECT * FROM ${tables.orphans}) GROUP BY 1`,
  );
  const counts: MergeCounts = {
    sourceRows: merge.sourceRowCount,
    inserted: 0,
    updated: { total: 0, matched: 0 },
    deleted: { total: 0, matched: 0 },
  };
  for (const [clause, count] of rows) {
    const { match, action } = merge.statement.clauses[Number(clause)]!;
    const kind = action.kind === "delete" ? counts.deleted : counts.updated;
    kind.total += Number(count);
    if (match === "matched") kind.matched += Number(count);
  }
  const [row] = await engine.rows(`SELECT count(*) FROM ${tables.inserts}`);
  counts.inserted = Number(row![0]);
  return counts;
}
