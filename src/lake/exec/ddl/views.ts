/** CREATE [TEMPORARY] VIEW, ALTER VIEW. A view is kept as its text with its namespace. */
import {
  alreadyExists,
  formatName,
  notFound,
  partsOf,
  type TableIdentifier,
  type TableInfo,
} from "../../catalog/index.ts";
import { formatType } from "../../schema/data-type.ts";
import type { Query } from "../../sql/ast.ts";
import type { Namespace } from "../../sql/bind/context.ts";
import { collectTableNames } from "../../sql/bind/preload.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { parseStatement } from "../../sql/parse/index.ts";
import type { Attribute } from "../../sql/plan/expression.ts";
import { outputOf } from "../../sql/plan/plan.ts";
import { bindQueryPlan } from "../bind-port.ts";
import { partsOfName, tableIdentifier } from "../names.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { withoutVariables } from "../variables.ts";

type CreateView = StatementOf<"create_view">;

/** Runs CREATE VIEW; the query is bound once, so a view that cannot work is refused at once. */
export async function executeCreateView(ctx: StatementContext, view: CreateView): Promise<Outcome> {
  if (view.global) throw notImplemented("a GLOBAL TEMPORARY VIEW", view.span);
  // A permanent view outlives the session's variables.
  const values = view.temporary ? ctx.parameters : withoutVariables(ctx.parameters);
  const plan = await bindQueryPlan(ctx, view.query, values);
  const output = outputOf(plan).filter((attribute) => !attribute.hidden);
  checkColumns(
    view,
    output.map((attribute) => attribute.name),
  );
  const columns = view.columns.length > 0 ? view.columns.map((column) => column.name.name) : null;
  return view.temporary ? createTemporary(ctx, view, columns) : createPermanent(ctx, view, output);
}

function checkColumns(view: CreateView, names: readonly string[]): void {
  if (view.columns.length > 0 && view.columns.length !== names.length) {
    const kind =
      view.columns.length > names.length ? "NOT_ENOUGH_DATA_COLUMNS" : "TOO_MANY_DATA_COLUMNS";
    throw new SqlError(
      `the view names ${view.columns.length} columns and its query gives ${names.length}`,
      {
        errorClass: `CREATE_VIEW_COLUMN_ARITY_MISMATCH.${kind}`,
        sqlState: "21S01",
        span: view.span,
        hint: "name each column of the query",
      },
    );
  }
  const final = view.columns.length > 0 ? view.columns.map((c) => c.name.name) : names;
  const lower = final.map((name) => name.toLowerCase());
  const repeated = final.find((_, i) => lower.indexOf(lower[i]!) !== i);
  if (repeated === undefined) return;
  throw new SqlError(`the view would have two columns named \`${repeated}\``, {
    errorClass: "COLUMN_ALREADY_EXISTS",
    sqlState: "42711",
    span: view.span,
    hint: "rename one with AS",
  });
}

function createTemporary(
  ctx: StatementContext,
  view: CreateView,
  columns: readonly string[] | null,
): Outcome {
  const { session } = ctx;
  const parts = partsOfName(view.name);
  if (parts.length > 1) {
    throw new SqlError("a temporary view has a name of one part", {
      errorClass: "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS",
      sqlState: "428EK",
      span: view.name.span,
      hint: "leave the schema out",
    });
  }
  const name = parts[0]!;
  const exists = session.temporaryViews.has(name.toLowerCase());
  if (exists && view.ifNotExists) return emptyOutcome({ message: "the view exists already" });
  if (exists && !view.orReplace) throw alreadyExists("view", [name]);
  session.temporaryViews.set(name.toLowerCase(), {
    name,
    text: view.queryText,
    definition: {
      kind: "view",
      qualifier: [name],
      query: view.query,
      temporary: true,
      namespace: session.namespace,
      columns,
    },
  });
  return emptyOutcome({ message: `created temporary view ${formatName([name])}` });
}

function createPermanent(
  ctx: StatementContext,
  view: CreateView,
  output: readonly Attribute[],
): Outcome {
  const { session } = ctx;
  refuseTemporary(ctx, view.query);
  const id = tableIdentifier(partsOfName(view.name), session.namespace);
  const current = session.catalog.getTable(id);
  if (current && view.ifNotExists) return emptyOutcome({ message: "the view exists already" });
  if (current) refuseCycle(ctx, id, view.query);
  if (current && (!view.orReplace || current.kind !== "view")) {
    throw alreadyExists(current.kind === "view" ? "view" : "table", partsOf(current));
  }
  const info: TableInfo = {
    ...id,
    kind: "view",
    location: null,
    viewText: view.queryText,
    viewCatalog: session.namespace.catalog,
    viewSchema: session.namespace.schema,
    viewColumns: output.map((attribute, i) => ({
      name: view.columns[i]?.name.name ?? attribute.name,
      comment: view.columns[i]?.comment ?? null,
      queryName: attribute.name,
      type: formatType(attribute.type),
    })),
    comment: view.comment ?? null,
    createdAtMs: session.clock.nowMs(),
  };
  session.catalog.putTable(info, { replace: current !== null });
  return emptyOutcome({ message: `created view ${formatName(partsOf(info))}` });
}

/** A view outlives the session, so it must not stand on what does not. */
function refuseTemporary(ctx: StatementContext, query: Query): void {
  const ctes = new Set(query.with.map((entry) => entry.name.name.toLowerCase()));
  for (const mention of collectTableNames(query, ctx.parameters)) {
    const [first, ...more] = partsOfName(mention.name);
    const lower = first!.toLowerCase();
    if (more.length > 0 || ctes.has(lower) || !ctx.session.temporaryViews.has(lower)) continue;
    throw new SqlError(`a view cannot stand on the temporary view \`${first}\``, {
      errorClass: "INVALID_TEMP_OBJ_REFERENCE",
      sqlState: "42K0F",
      span: mention.name.span,
      hint: "create the view as TEMPORARY too",
    });
  }
}

/** A view must not stand on itself, be it through others. */
function refuseCycle(ctx: StatementContext, id: TableIdentifier, query: Query): void {
  const { session } = ctx;
  const self = formatName(partsOf(id)).toLowerCase();
  const seen = new Set<string>();
  const visit = (from: Query, namespace: Namespace, trail: readonly string[]): void => {
    const local = namesOfCtes(from);
    for (const mention of collectTableNames(from, ctx.parameters)) {
      const parts = partsOfName(mention.name);
      if (parts.length === 1 && local.has(parts[0]!.toLowerCase())) continue;
      const target = tableIdentifier(parts, namespace);
      const name = formatName(partsOf(target));
      if (name.toLowerCase() === self) throw recursiveView([...trail, name]);
      const info = session.catalog.getTable(target);
      if (info?.kind !== "view" || seen.has(name.toLowerCase())) continue;
      seen.add(name.toLowerCase());
      const statement = parseStatement(info.viewText!);
      const inner = { catalog: info.viewCatalog!, schema: info.viewSchema! };
      if (statement.kind === "query") visit(statement.query, inner, [...trail, name]);
    }
  };
  visit(query, session.namespace, [formatName(partsOf(id))]);
}

/** Names of all WITH entries, wherever they stand: a mention of one may mean the CTE. */
function namesOfCtes(root: unknown, found = new Set<string>()): Set<string> {
  if (typeof root !== "object" || root === null) return found;
  if ("with" in root && Array.isArray(root.with)) {
    for (const entry of (root as Query).with) found.add(entry.name.name.toLowerCase());
  }
  for (const value of Object.values(root)) namesOfCtes(value, found);
  return found;
}

function recursiveView(trail: readonly string[]): SqlError {
  return new SqlError(`the view would stand on itself: ${trail.join(" -> ")}`, {
    errorClass: "RECURSIVE_VIEW",
    sqlState: "42K0H",
    hint: "name another view or a table in its query",
  });
}

/** Runs ALTER VIEW … AS. */
export async function executeAlterView(
  ctx: StatementContext,
  alter: StatementOf<"alter_view">,
): Promise<Outcome> {
  const { session } = ctx;
  if (!alter.query || alter.queryText === undefined) {
    throw notImplemented("this form of ALTER VIEW", alter.span);
  }
  await bindQueryPlan(ctx, alter.query);
  const id = tableIdentifier(partsOfName(alter.name), session.namespace);
  const current = session.catalog.getTable(id);
  if (current?.kind !== "view") throw notFound("view", partsOf(id));
  refuseTemporary(ctx, alter.query);
  refuseCycle(ctx, id, alter.query);
  const namespace = {
    viewCatalog: session.namespace.catalog,
    viewSchema: session.namespace.schema,
  };
  const info = { ...current, ...namespace, viewText: alter.queryText, viewColumns: null };
  session.catalog.putTable(info, { replace: true });
  return emptyOutcome({ message: `changed view ${formatName(partsOf(info))}` });
}
