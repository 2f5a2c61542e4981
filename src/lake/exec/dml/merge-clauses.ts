/**
 * MERGE bound: the source stored in the engine, the target's files opened, every clause's condition
 * and values bound over both. `*` means the columns of the same name.
 */

import type { ScanFile } from "../../delta/index.ts";
import { identityOf } from "../../delta/write/identity-columns.ts";
import { quoteIdentifier } from "../../engine/index.ts";
import { LONG } from "../../schema/data-type.ts";
import type { Assignment, Expression, MergeClause } from "../../sql/ast.ts";
import { refer } from "../../sql/bind/column.ts";
import { withLogicalNames } from "../../sql/emit/index.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import type { EngineRelationPlan, Plan } from "../../sql/plan/plan.ts";
import { bindRelationPlan, expressionBinder, prepareQuery } from "../bind-port.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { assignByName } from "../write/by-name.ts";
import { type Binder, unknownColumn } from "../write/column-values.ts";
import { targetOf, type WriteTarget } from "../write/data-files.ts";
import { type Evolution, evolveSchema } from "../write/evolve.ts";
import { refuseExplicitIdentity, refuseIdentityUpdate } from "../write/identity.ts";
import { type Reads, sourceReads } from "../write/source-reads.ts";
import { bindAssignments } from "./assignments.ts";
import { asCondition, refuseVolatile } from "./find-rows.ts";
import { firstPieceCount } from "./merge-pieces.ts";

/** A clause with its expressions over target and source columns. */
export interface BoundClause {
  match: MergeClause["match"];
  condition: BoundExpression | null;
  action: "update" | "delete" | "insert";
  /** New values by column position; columns that are absent keep theirs, or get their default. */
  values: ReadonlyMap<number, BoundExpression>;
}

/** The clauses over one opening of the target; each pass over the files opens it anew. */
export interface BoundMerge {
  on: BoundExpression;
  clauses: BoundClause[];
}

/** What the clauses are bound over. */
export interface MergeClauses {
  handle: TableHandle;
  statement: StatementOf<"merge">;
  /** Columns of the source as the statement sees them. */
  sourceColumns: readonly Attribute[];
  target: WriteTarget;
  evolution: Evolution | null;
  bind: Binder;
}

export interface Merge extends MergeClauses {
  qualifier: readonly string[];
  source: EngineRelationPlan;
  /** Row number of a stored source row. */
  sourceRow: Attribute;
  sourceRowCount: number;
  /** What the source reads of the target. */
  sourceReads: Reads | null;
  candidates: ScanFile[];
  /** Ranges of source rows that the writing pass joins one after the other; 1 for one plan. */
  pieceCount: number;
}

/** Opens source and target. */
export async function openMerge(
  ctx: StatementContext,
  handle: TableHandle,
  statement: StatementOf<"merge">,
  qualifier: readonly string[],
): Promise<Merge> {
  const { plan, columns } = await bindSource(ctx, statement);
  const engine = await ctx.engine();
  const table = await engine.materialize(withLogicalNames(await prepareQuery(ctx, plan)));
  const sourceRow: Attribute = {
    id: ctx.allocate(),
    name: "__source_row",
    type: LONG,
    nullable: false,
    qualifier: [],
    hidden: true,
  };
  const [[count]] = (await engine.rows(`SELECT count(*) FROM ${table}`)) as [[bigint]];
  const source: EngineRelationPlan = {
    kind: "engine_relation",
    sql: `SELECT *, rowid FROM ${table}`,
    output: [...columns, sourceRow],
  };
  const clauses = await openClauses(ctx, handle, statement, columns);
  return {
    ...clauses,
    qualifier,
    source,
    sourceRow,
    sourceRowCount: Number(count),
    sourceReads: await sourceReads(handle.snapshot, plan),
    candidates: [],
    pieceCount: await firstPieceCount(engine, table, Number(count)),
  };
}

/** The source as a plan, its columns under the names the statement knows them by. */
export async function bindSource(
  ctx: StatementContext,
  statement: StatementOf<"merge">,
): Promise<{ plan: Plan; columns: Attribute[] }> {
  checkOrder(statement.clauses);
  const { plan, scope } = await bindRelationPlan(ctx, statement.source);
  const shown = scope.attributes.filter((attribute) => !attribute.hidden);
  const expressions = shown.map((attribute) => ({
    expression: refer(attribute),
    output: { ...attribute, id: ctx.allocate() },
  }));
  const columns = expressions.map(({ output }, i) => ({
    ...output,
    name: shown[i]!.name,
    qualifier: shown[i]!.qualifier,
  }));
  return { plan: { kind: "project", input: plan, expressions }, columns };
}

/** What binding the clauses needs beside the source's columns. */
export async function openClauses(
  ctx: StatementContext,
  handle: TableHandle,
  statement: StatementOf<"merge">,
  columns: readonly Attribute[],
): Promise<MergeClauses> {
  const evolves = statement.schemaEvolution || ctx.session.autoMerge;
  const evolution = evolves ? evolveSchema(handle.snapshot, newColumns(statement, columns)) : null;
  const base = targetOf(handle.snapshot);
  return {
    handle,
    statement,
    sourceColumns: columns,
    target: evolution
      ? { ...base, schema: evolution.schema, configuration: evolution.configuration }
      : base,
    evolution,
    bind: await expressionBinder(ctx, statement),
  };
}

/** Only `*` and assigned names can add columns, as in Delta. */
function newColumns(
  statement: StatementOf<"merge">,
  columns: readonly Attribute[],
): readonly Attribute[] {
  const names = new Set<string>();
  for (const { action } of statement.clauses) {
    if (action.kind === "update" && action.assignments === "*") return columns;
    if (action.kind === "insert" && action.columns === "*") return columns;
    if (action.kind === "update") {
      for (const a of action.assignments as Assignment[]) {
        names.add(a.target.parts.at(-1)!.name.toLowerCase());
      }
    }
    if (action.kind === "insert") {
      for (const name of action.columns) {
        if (name !== "*" && typeof name !== "string")
          names.add(name.parts.at(-1)!.name.toLowerCase());
      }
    }
  }
  return columns.filter((column) => names.has(column.name.toLowerCase()));
}

function checkOrder(clauses: readonly MergeClause[]): void {
  for (const match of ["matched", "not_matched", "not_matched_by_source"] as const) {
    const own = clauses.filter((clause) => clause.match === match);
    const open = own.findIndex((clause) => !clause.condition);
    if (open < 0 || open === own.length - 1) continue;
    throw new SqlError("only the last clause of its kind may stand without a condition", {
      errorClass: `NON_LAST_${match.toUpperCase()}_CLAUSE_OMIT_CONDITION`,
      sqlState: "42613",
      span: own[open]!.span,
      hint: "add AND … to the clauses before the last",
    });
  }
}

/** Binds ON and the clauses over the target's columns, which stand in the order of its schema. */
export function bindMerge(merge: MergeClauses, targetColumns: readonly Attribute[]): BoundMerge {
  const { statement, sourceColumns, bind } = merge;
  // Columns that evolution adds have no name yet in the conditions and values of this statement.
  const named = targetColumns.slice(0, merge.handle.snapshot.schema.fields.length);
  const both = [...named, ...sourceColumns];
  const on = asCondition(bind(statement.on, both));
  refuseVolatile(on);
  const clauses = statement.clauses.map((clause): BoundClause => {
    const seen =
      clause.match === "matched" ? both : clause.match === "not_matched" ? sourceColumns : named;
    const condition = clause.condition ? asCondition(bind(clause.condition, seen)) : null;
    if (condition) refuseVolatile(condition);
    const values = clauseValues(merge, clause, targetColumns, seen);
    refuseIdentityValues(merge, clause, values);
    return { match: clause.match, condition, action: clause.action.kind, values };
  });
  return { on, clauses };
}

function refuseIdentityValues(
  merge: MergeClauses,
  { action, span }: MergeClause,
  values: ReadonlyMap<number, BoundExpression>,
): void {
  const fields = [...values.keys()].map((i) => merge.target.schema.fields[i]!);
  if (action.kind === "update") refuseIdentityUpdate(fields, span);
  else refuseExplicitIdentity(fields, span);
}

/** Identity columns that some inserted rows are to be numbered by, lower case. */
export function numberedColumns(
  { target }: MergeClauses,
  clauses: readonly BoundClause[],
): Set<string> {
  const inserts = clauses.filter((clause) => clause.action === "insert");
  const numbered = target.schema.fields.filter(
    (field, i) => identityOf(field) && inserts.some((clause) => !clause.values.has(i)),
  );
  return new Set(numbered.map((field) => field.name.toLowerCase()));
}

function clauseValues(
  merge: MergeClauses,
  clause: MergeClause,
  targetColumns: readonly Attribute[],
  seen: readonly Attribute[],
): Map<number, BoundExpression> {
  const { action } = clause;
  const { schema } = merge.target;
  if (action.kind === "delete") return new Map();
  const bindSeen = (expression: Expression) => merge.bind(expression, seen);
  if (action.kind === "update") {
    if (action.assignments === "*") return starValues(merge, "update");
    return bindAssignments(action.assignments, schema, targetColumns, bindSeen, merge.bind);
  }
  if (action.columns === "*") return starValues(merge, "insert");
  if (action.columns.length !== action.values.length) {
    throw new SqlError(
      `INSERT names ${action.columns.length} columns and gives ${action.values.length} values`,
      {
        errorClass: "MERGE_INSERT_VALUE_COUNT_MISMATCH",
        sqlState: "21S01",
        span: clause.span,
        hint: "give one value for each column",
      },
    );
  }
  const assignments = action.columns.map((target, i): Assignment => {
    if (target.parts.length > 2) throw notImplemented("inserting into a nested field", target.span);
    return { target, value: action.values[i]!, span: target.span };
  });
  return bindAssignments(assignments, schema, targetColumns, bindSeen, merge.bind);
}

/** `*`: every target column from the source column of its name. */
function starValues(merge: MergeClauses, what: "update" | "insert"): Map<number, BoundExpression> {
  const { sourceColumns, evolution, statement } = merge;
  const values = new Map<number, BoundExpression>();
  for (const [i, field] of merge.target.schema.fields.entries()) {
    const found = sourceColumns.filter((c) => c.name.toLowerCase() === field.name.toLowerCase());
    if (found.length > 1)
      throw notImplemented(`\`*\` over two columns \`${field.name}\``, statement.span);
    if (found[0]) {
      values.set(i, assignByName(refer(found[0]), field, evolution !== null));
    } else if (!evolution) throw missingInSource(field.name, merge, what);
  }
  // Source columns the table does not have are passed over, as in Delta without evolution.
  return values;
}

function missingInSource(name: string, merge: MergeClauses, what: string): SqlError {
  const error = unknownColumn(name, [], merge.statement.span);
  const names = merge.sourceColumns.map((column) => quoteIdentifier(column.name)).join(", ");
  return new SqlError(
    `cannot resolve \`${name}\` in ${what.toUpperCase()} *: the source has the columns ${names}`,
    {
      errorClass: "DELTA_MERGE_UNRESOLVED_EXPRESSION",
      sqlState: "42601",
      span: error.span,
      hint: "name the columns, or use MERGE WITH SCHEMA EVOLUTION",
    },
  );
}
