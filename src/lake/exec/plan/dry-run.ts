/**
 * A script that is planned and not run. Each statement is bound and its files are counted; what
 * later statements need of it happens in a rehearsal: a session over a copy of the catalog, whose
 * new tables are empty ones in a scratch folder and whose commits to other tables are not made
 * (`rehearse-commit.ts`). So files are counted as they are now, and a note says when earlier
 * statements would change them.
 */
import { join } from "node:path";
import { newUuid } from "../../../core/ids.ts";
import type { StructType } from "../../schema/data-type.ts";
import type { ParsedStatement, Statement, StatementKind } from "../../sql/ast.ts";
import { locate, type Place as TextPlace } from "../../sql/error.ts";
import { type ParameterValues, readParameters } from "../bind-port.ts";
import { createTable, likeDefinition } from "../ddl/create-table.ts";
import { type Creation, prepareCreate } from "../ddl/table-definition.ts";
import { dispatch, placeError } from "../execute.ts";
import { cloneDefinition } from "../maintain/clone.ts";
import type { Session } from "../session.ts";
import { StatementContext, type StatementOf } from "../statement.ts";
import { withVariables } from "../variables.ts";
import { type FileTotals, planStatement, readsOf, type StatementPlan } from "./statement-plan.ts";

/** What one statement of a script would do. */
export interface PlannedStatement {
  readonly kind: StatementKind;
  readonly place: TextPlace;
  /** Table, view or other thing it is about, as written. */
  readonly object: string | null;
  /** Columns of a query's result, or of a table that is made. */
  readonly schema: StructType | null;
  /** Data files it would read, after pruning; null when it reads no table. */
  readonly reads: FileTotals | null;
  /** Files of `object` it may remove or write again; null when it takes none away. */
  readonly changes: FileTotals | null;
  readonly note: string | null;
}

export interface DryRunOptions {
  readonly script: string;
  /** Folder for what is made in passing; the caller removes it. */
  readonly scratch: string;
  readonly parameters?: ParameterValues | undefined;
}

/** Plans the statements one after the other; the first that cannot be bound ends the script. */
export async function* dryRun(
  session: Session,
  statements: readonly ParsedStatement[],
  options: DryRunOptions,
): AsyncGenerator<PlannedStatement> {
  /** Statements by the folder of the table they would change. */
  const changed = new Map<string, number>();
  for (const [i, parsed] of statements.entries()) {
    const place = locate(options.script, parsed.offset);
    const parameters = withVariables(readParameters(options.parameters), session);
    const ctx = new StatementContext(session, parsed.text, parameters);
    try {
      const plan = await planStatement(ctx, parsed.statement);
      yield await describe(ctx, plan, { kind: parsed.statement.kind, place, changed });
      await rehearse(ctx, parsed.statement, options.scratch);
      const [target] = plan.locations;
      if (target !== undefined) changed.set(target, i + 1);
    } catch (error) {
      throw placeError(error, parsed, place);
    } finally {
      await ctx.close();
    }
  }
}

interface Situation {
  readonly kind: StatementKind;
  readonly place: TextPlace;
  readonly changed: ReadonlyMap<string, number>;
}

async function describe(
  { session }: StatementContext,
  plan: StatementPlan,
  { kind, place, changed }: Situation,
): Promise<PlannedStatement> {
  const { locations, ...reads } = await readsOf(plan.children);
  const all = [...locations, ...plan.locations];
  const earlier = all.flatMap((at) => changed.get(at) ?? []);
  const notes = plan.note === undefined ? [] : [plan.note];
  const isNew = (location: string): boolean => !session.isRehearsed(location);
  if (all.some(isNew)) notes.push("not counted: what earlier statements make or alter");
  else if (earlier.length > 0) notes.push(`counted without statement ${Math.max(...earlier)}`);
  return {
    kind,
    place,
    object: plan.object,
    schema: plan.schema,
    reads: locations.some((at) => !isNew(at)) ? reads : null,
    changes: plan.locations.some(isNew) ? null : plan.changes,
    note: notes.length > 0 ? notes.join("; ") : null,
  };
}

/** Statements that change only names, settings and the session, all of them rehearsed. */
const REHEARSED: ReadonlySet<StatementKind> = new Set([
  ...(["use", "set", "reset", "declare_variable", "set_variable", "drop_variable"] as const),
  ...(["create_catalog", "create_schema", "create_view", "alter_view", "drop"] as const),
  ...(["comment_on", "alter_table", "restore", "show", "describe"] as const),
]);

async function rehearse(ctx: StatementContext, statement: Statement, scratch: string) {
  if (statement.kind === "create_table") await makeEmpty(ctx, statement, scratch);
  else if (statement.kind === "create_table_like") {
    await makeEmptyAt(ctx, await likeDefinition(ctx, statement), scratch);
  } else if (statement.kind === "clone_table") {
    await makeEmptyAt(ctx, await cloneDefinition(ctx, statement), scratch);
  } else if (REHEARSED.has(statement.kind)) {
    const outcome = await dispatch(ctx, statement);
    await outcome.close?.();
  }
}

async function makeEmpty(
  ctx: StatementContext,
  create: StatementOf<"create_table">,
  scratch: string,
): Promise<void> {
  const creation = await prepareCreate(ctx, create);
  if (creation.action === "adopt") await dispatch(ctx, create);
  if (creation.action === "make") await makeEmptyAt(ctx, creation, scratch);
}

/** Makes the table without rows in the scratch folder, under its own name or path. */
async function makeEmptyAt(
  ctx: StatementContext,
  { place, definition }: Creation,
  scratch: string,
): Promise<void> {
  if (!definition) return;
  const location = join(scratch, newUuid());
  const info = place.info && { ...place.info, location };
  const there = { exists: false, elsewhere: null, isStale: true, isAdopted: false };
  await createTable(
    ctx,
    { ...place, ...there, location, info },
    { ...definition, source: null, replaces: null },
  );
  if (!info) ctx.session.standIn(place.location, location);
}
