/**
 * FROM: tables, views, CTEs, subqueries, table functions, LATERAL VIEW, PIVOT. Each becomes a plan
 * and a scope; renaming only touches the scope, since plans know columns by id. Joins are in
 * `join.ts`.
 */
import type { MultipartName, Relation, Sample, Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Attribute, NamedExpression } from "../plan/expression.ts";
import { type LocalPlan, outputOf, type Plan } from "../plan/plan.ts";
import { implicitCast } from "../types/coercion.ts";
import { refer, scopeResolver } from "./column.ts";
import { constantName } from "./constant.ts";
import { relationKey, type ViewDefinition } from "./context.ts";
import { type CteDefinition, findCte, type QueryEnv, subqueryEnv } from "./environment.ts";
import { bindLateralView, bindTableFunction } from "./generator.ts";
import { bindJoin } from "./join.ts";
import { bindPivot } from "./pivot.ts";
import { requestOf, type TableMention } from "./preload.ts";
import { bindQueryIn, renameColumns } from "./query.ts";
import { applyTableAlias, type BoundRelation } from "./relation-alias.ts";
import { bindSample } from "./sample.ts";
import { createScope, formatName, joinScopes, requalify, sameName } from "./scope.ts";
import { bindUnpivot } from "./unpivot.ts";
import { bindValues } from "./values.ts";

const MAX_VIEW_DEPTH = 100;

/** One row without columns: what SELECT without FROM reads. */
export const ONE_ROW: LocalPlan = { kind: "local", output: [], rows: [[]] };

/** Binds a FROM list; commas are cross joins whose right sides may be LATERAL. */
export function bindFrom(relations: readonly Relation[] | undefined, env: QueryEnv): BoundRelation {
  if (!relations || relations.length === 0) return { plan: ONE_ROW, scope: createScope([]) };
  let bound = bindRelation(relations[0]!, env);
  for (const relation of relations.slice(1)) bound = crossJoin(bound, relation, env);
  return bound;
}

function crossJoin(left: BoundRelation, relation: Relation, env: QueryEnv): BoundRelation {
  const lateral = isLateral(relation);
  const right = bindRelation(
    relation,
    lateral ? subqueryEnv(env, scopeResolver(left.scope), left.scope) : env,
  );
  const plan: Plan = {
    kind: "join",
    join: "inner",
    left: left.plan,
    right: right.plan,
    condition: null,
    lateral,
    output: [...outputOf(left.plan), ...outputOf(right.plan)],
  };
  return { plan, scope: joinScopes(left.scope, right.scope) };
}

/** Whether the relation may look at the ones before it. */
export function isLateral(relation: Relation): boolean {
  return (relation.kind === "subquery" || relation.kind === "table_function") && relation.lateral;
}

/** Binds one relation. */
export function bindRelation(relation: Relation, env: QueryEnv): BoundRelation {
  switch (relation.kind) {
    case "table":
      return sampled(
        applyTableAlias(bindTable(mentionOf(relation), env), relation.alias),
        relation,
        env,
      );
    case "identifier_table": {
      const name = constantName(relation.operand, env.context.parameters);
      return applyTableAlias(bindTable(mentionOf({ ...relation, name }), env), relation.alias);
    }
    case "subquery": {
      const plan = bindQueryIn(relation.query, env);
      const scope = createScope(requalify(visibleOutput(plan), []));
      return sampled(applyTableAlias({ plan, scope }, relation.alias), relation, env);
    }
    case "table_function":
      return applyTableAlias(bindTableFunction(relation, env), relation.alias);
    case "values":
      return bindValues(relation.rows, relation.alias, relation.span, env);
    case "join":
      return bindJoin(relation, env);
    case "lateral_view":
      return bindLateralView(bindRelation(relation.input, env), relation.view, env);
    case "pivot":
      return bindPivot(bindRelation(relation.input, env), relation.pivot, env);
    case "unpivot":
      return bindUnpivot(bindRelation(relation.input, env), relation.unpivot, env);
    case "aliased":
      return sampled(
        applyTableAlias(bindRelation(relation.input, env), relation.alias),
        relation,
        env,
      );
  }
}

function sampled(
  input: BoundRelation,
  relation: { sample?: Sample; span: Span },
  env: QueryEnv,
): BoundRelation {
  return relation.sample ? bindSample(input, relation.sample, relation.span, env) : input;
}

function mentionOf(relation: TableMention): TableMention {
  return {
    name: relation.name,
    ...(relation.timeTravel ? { timeTravel: relation.timeTravel } : {}),
  };
}

function visibleOutput(plan: Plan): readonly Attribute[] {
  return outputOf(plan).filter((a) => !a.hidden);
}

// ---------------------------------------------------------------- tables, views, CTEs

/** `TABLE name` as a query. */
export function bindTableQuery(name: MultipartName, env: QueryEnv): Plan {
  const { plan, scope } = bindTable({ name }, env);
  const expressions: NamedExpression[] = scope.attributes
    .filter((a) => !a.hidden)
    .map((output) => ({ expression: refer(output), output }));
  return { kind: "project", input: plan, expressions };
}

/** Binds a named relation: a CTE in sight, else what the preload found. */
export function bindTable(mention: TableMention, env: QueryEnv): BoundRelation {
  const { parts } = mention.name;
  if (parts.length === 1 && !mention.timeTravel) {
    const definition = findCte(env.ctes, parts[0]!.name);
    if (definition) return bindCteMention(definition, env);
  }
  const request = requestOf(mention, env.namespace, env.temporaryViews, env.context.parameters);
  const definition = env.context.relations.get(relationKey(request));
  if (!definition) throw tableNotFound(mention.name, env.context.suggestRelation);
  if (definition.kind === "view") {
    if (mention.timeTravel) {
      throw new SqlError("time travel is not possible on a view", {
        errorClass: "UNSUPPORTED_FEATURE.TIME_TRAVEL",
        sqlState: "0A000",
        span: mention.timeTravel.span,
        hint: "name a table's version instead",
      });
    }
    return bindView(definition, mention.name, env);
  }
  const plan = definition.plan(env.context.allocate);
  return { plan, scope: createScope(requalify(outputOf(plan), definition.qualifier)) };
}

function bindCteMention(definition: CteDefinition, env: QueryEnv): BoundRelation {
  definition.references++;
  const name = [definition.name];
  if (definition.correlated) {
    const plan = bindQueryIn(definition.query, { ...definition.env, outer: env.outer });
    const at = { name: definition.name, quoted: false, span: definition.query.span };
    const output = renameColumns(outputOf(plan), definition.columns, at);
    return { plan, scope: createScope(requalify(output, name)) };
  }
  const output = definition.output.map((attribute) => ({
    id: env.context.allocate(),
    name: attribute.name,
    type: attribute.type,
    nullable: attribute.nullable,
    qualifier: name,
    ...(attribute.metadata ? { metadata: attribute.metadata } : {}),
  }));
  const plan: Plan = { kind: "cte_ref", cteId: definition.id, name: definition.name, output };
  return { plan, scope: createScope(output) };
}

function bindView(view: ViewDefinition, name: MultipartName, env: QueryEnv): BoundRelation {
  if (env.viewDepth >= MAX_VIEW_DEPTH) {
    throw new SqlError(`the view ${formatName(view.qualifier)} is nested too deeply`, {
      errorClass: "VIEW_EXCEED_MAX_NESTED_DEPTH",
      sqlState: "54K00",
      span: name.span,
      hint: "check the view's text for a circle",
    });
  }
  const plan = inView(view, name, () =>
    bindQueryIn(view.query, {
      context: env.context,
      namespace: view.namespace,
      temporaryViews: view.temporary,
      ctes: null,
      outer: null,
      outerScope: null,
      beyond: null,
      viewDepth: env.viewDepth + 1,
    }),
  );
  if (view.recorded) return recordedView(view, name, plan, env);
  if (view.columns && view.columns.length !== outputOf(plan).length) {
    throw viewChanged(view, name, outputOf(plan).length);
  }
  const output = view.columns
    ? outputOf(plan).map((a, i) => ({ ...a, name: view.columns![i] ?? a.name }))
    : outputOf(plan);
  return { plan, scope: createScope(requalify(output, view.qualifier)) };
}

/** A permanent view shows the columns it was made with, found by name and cast to their types. */
function recordedView(
  view: ViewDefinition,
  name: MultipartName,
  plan: Plan,
  env: QueryEnv,
): BoundRelation {
  const output = outputOf(plan).filter((a) => !a.hidden);
  const expressions = view.recorded!.map((column, i): NamedExpression => {
    const found = output.filter((a) => sameName(a.name, column.queryName));
    const source = found.length > 1 ? output[i] : found[0];
    if (!source || !sameName(source.name, column.queryName)) {
      throw viewChanged(view, name, output.length);
    }
    const expression = implicitCast(refer(source), column.type);
    const kept = expression.kind === "attribute";
    const attribute = {
      ...source,
      id: kept ? source.id : env.context.allocate(),
      name: column.name,
      type: column.type,
      nullable: expression.nullable,
      qualifier: view.qualifier,
    };
    return { expression, output: attribute };
  });
  const same = expressions.every((e) => e.expression.kind === "attribute");
  const scope = createScope(expressions.map((e) => e.output));
  return { plan: same ? plan : { kind: "project", input: plan, expressions }, scope };
}

function viewChanged(view: ViewDefinition, name: MultipartName, count: number): SqlError {
  return new SqlError(
    `the view ${formatName(view.qualifier)} was made with ${view.columns!.length} columns, and ` +
      `its query no longer gives them all (it gives ${count})`,
    {
      errorClass: "INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
      sqlState: "51024",
      span: name.span,
      hint: "create the view again",
    },
  );
}

/** Spans inside a view count in the view's text: an error there points at the view's mention. */
function inView(view: ViewDefinition, name: MultipartName, bind: () => Plan): Plan {
  try {
    return bind();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new SqlError(`in view ${formatName(view.qualifier)}: ${error.message}`, {
      code: error.code,
      errorClass: String(error.details.error_class),
      sqlState: String(error.details.sql_state),
      span: name.span,
      ...(error.hint ? { hint: error.hint } : {}),
      cause: error,
    });
  }
}

/** The error of a relation that does not exist. */
export function tableNotFound(
  name: MultipartName,
  suggest: (parts: readonly string[]) => string | null = () => null,
): SqlError {
  const parts = name.parts.map((part) => part.name);
  const shown = formatName(parts);
  const near = suggest(parts);
  return new SqlError(`the table or view ${shown} cannot be found`, {
    errorClass: "TABLE_OR_VIEW_NOT_FOUND",
    sqlState: "42P01",
    span: name.span,
    hint: near
      ? `did you mean ${near.includes("`") ? near : `\`${near}\``}?`
      : "check its spelling, or list what is there with SHOW TABLES",
  });
}
