/**
 * The executor's door to the SQL front end: from syntax to bound plans and expressions, from plans
 * to running queries. Relations are looked up through `relation-source.ts`.
 */
import { suggestTable } from "../catalog/index.ts";
import type { ResultStream } from "../engine/index.ts";
import type { JsonScalar } from "../schema/data-type.ts";
import { structField, structType } from "../schema/data-type.ts";
import { parseJsonParameter } from "../schema/format-value.ts";
import type { Value } from "../schema/value.ts";
import type { Expression, Query, Relation, Statement } from "../sql/ast.ts";
import { scopeResolver } from "../sql/bind/column.ts";
import { type BindContext, createBindContext } from "../sql/bind/context.ts";
import { type ExpressionEnv, rootEnv } from "../sql/bind/environment.ts";
import { bindExpression } from "../sql/bind/expression.ts";
import { preloadRelations } from "../sql/bind/preload.ts";
import { bindQuery } from "../sql/bind/query.ts";
import { bindRelation } from "../sql/bind/relation.ts";
import type { BoundRelation } from "../sql/bind/relation-alias.ts";
import { createScope } from "../sql/bind/scope.ts";
import { type EmittedQuery, emitPlan } from "../sql/emit/index.ts";
import { notImplemented, SqlError } from "../sql/error.ts";
import type { Attribute, BoundExpression, LiteralExpression } from "../sql/plan/expression.ts";
import type { Plan } from "../sql/plan/plan.ts";
import { optimizePlan } from "../sql/plan/rules/index.ts";
import { typedLiteral } from "../sql/types/literal.ts";
import { constantValue } from "./constant-value.ts";
import { createRelationSource } from "./relation-source.ts";
import type { Outcome } from "./result.ts";
import type { StatementContext } from "./statement.ts";
import { planTableFunction, preloadTableFunctions } from "./table-functions.ts";

/** Values given to a statement's `:name` markers. */
export type ParameterValues = Readonly<Record<string, JsonScalar>>;

/** Parameters as typed literals. */
export function readParameters(values: ParameterValues = {}): Map<string, LiteralExpression> {
  return new Map(
    Object.entries(values).map(([name, scalar]) => {
      const { value, type } = parseJsonParameter(scalar);
      return [name, typedLiteral(value as Value, type)];
    }),
  );
}

/** A bind context that knows every relation `root` mentions. */
export async function prepareBinding(
  ctx: StatementContext,
  root: Statement | Query | Relation,
  parameters: ReadonlyMap<string, LiteralExpression> = ctx.parameters,
): Promise<BindContext> {
  const { session } = ctx;
  const functions = await preloadTableFunctions(ctx, root, (expression, type) =>
    constantValue(ctx, expression, { type, rowsOf: (plan) => planRows(ctx, plan) }),
  );
  const relations = await preloadRelations(root, {
    source: createRelationSource(ctx, functions),
    namespace: session.namespace,
    parameters,
  });
  const context = createBindContext({
    namespace: session.namespace,
    relations,
    parameters,
    tableFunction: (request) => planTableFunction(functions, request),
    constants: functions.constants,
    suggestRelation: (parts) => suggestRelation(ctx, parts),
  });
  return { ...context, allocate: ctx.allocate };
}

function suggestRelation(ctx: StatementContext, parts: readonly string[]): string | null {
  const { catalog, namespace, temporaryViews } = ctx.session;
  const [name, schema = namespace.schema, own = namespace.catalog] = [...parts].reverse();
  if (name === undefined || parts.length > 3) return null;
  const wanted = { catalog: own, schema, name };
  return suggestTable(catalog, wanted, namespace, [...temporaryViews.keys()]);
}

/** Binds a query with everything it mentions; `parameters` stand in for the statement's. */
export async function bindQueryPlan(
  ctx: StatementContext,
  query: Query,
  parameters: ReadonlyMap<string, LiteralExpression> = ctx.parameters,
): Promise<Plan> {
  return bindQuery(query, await prepareBinding(ctx, query, parameters));
}

/** Binds a relation standing alone: the source of a MERGE. */
export async function bindRelationPlan(
  ctx: StatementContext,
  relation: Relation,
): Promise<BoundRelation> {
  return bindRelation(relation, rootEnv(await prepareBinding(ctx, relation)));
}

/** Binds expressions over the given columns; subqueries in `root` are looked up. */
export async function expressionBinder(
  ctx: StatementContext,
  root: Statement | null,
): Promise<(expression: Expression, attributes: readonly Attribute[]) => BoundExpression> {
  const context = root
    ? await prepareBinding(ctx, root)
    : { ...createBindContext({ namespace: ctx.session.namespace }), allocate: ctx.allocate };
  return (expression, attributes) => {
    try {
      return bindExpression(expression, environment(context, attributes));
    } catch (error) {
      throw root ? refuseFileMetadata(error, ctx) : error;
    }
  };
}

/** Scans that are to be changed have no `_metadata`; in Delta they do, so it is no unknown name. */
function refuseFileMetadata(error: unknown, ctx: StatementContext): unknown {
  if (!(error instanceof SqlError) || error.span === undefined) return error;
  const isUnknown = String(error.details.error_class).startsWith("UNRESOLVED_COLUMN");
  if (!isUnknown || !/(^|\.)`?_metadata`?(\.|$)/i.test(ctx.textOf({ span: error.span })))
    return error;
  const hint = "find the rows with a query first, and change them by their keys";
  return notImplemented("`_metadata` in a statement that changes a table", error.span, hint);
}

function environment(context: BindContext, attributes: readonly Attribute[]): ExpressionEnv {
  const scope = createScope(attributes);
  return {
    query: rootEnv(context),
    clause: "statement",
    resolve: scopeResolver(scope),
    scope,
    allowAggregates: false,
    allowWindows: false,
    windows: [],
    lambdas: null,
  };
}

/** Engine SQL of a plan, with the functions it needs registered. */
export async function prepareQuery(ctx: StatementContext, plan: Plan): Promise<EmittedQuery> {
  const engine = await ctx.engine();
  const emitted = await emitPlan(optimizePlan(plan), engine);
  for (const fn of emitted.functions.values()) engine.registerFunction(fn);
  return emitted;
}

/** Starts a plan and hands its rows out as they come. */
export async function runPlan(ctx: StatementContext, plan: Plan): Promise<ResultStream> {
  const { sql, columns } = await prepareQuery(ctx, plan);
  return (await ctx.engine()).query(sql, columns);
}

/** All rows of a plan whose result is small. */
export async function planRows(ctx: StatementContext, plan: Plan): Promise<Value[][]> {
  const { sql, columns } = await prepareQuery(ctx, plan);
  return (await ctx.engine()).rows(sql, columns);
}

/** A plan's rows as the outcome of a statement. */
export async function queryOutcome(ctx: StatementContext, plan: Plan): Promise<Outcome> {
  const stream = await runPlan(ctx, plan);
  return {
    schema: structType(stream.schema.fields.map((f) => structField(f.name, f.type, f.nullable))),
    ordered: isOrdered(plan),
    batches: () => stream.batches(),
    close: () => stream.close(),
  };
}

/** Whether the rows come in an order the query asked for. */
function isOrdered(plan: Plan): boolean {
  switch (plan.kind) {
    case "sort":
      return true;
    case "project":
    case "limit":
    case "filter":
    case "with":
      return isOrdered(plan.input);
    default:
      return plan.kind === "local";
  }
}
