/**
 * Binding a whole query: WITH, the body, ORDER BY, LIMIT (Spark 4.2 `QueryContext`). A CTE is bound
 * once where it is defined; mentioned once it is put in place, mentioned more often it becomes a
 * definition of a `with` node; one that looks at columns around the WITH is bound at each mention.
 *
 * Read `select.ts` and `set-operation.ts` next.
 */
import type { CommonTableExpression, Identifier, Query, QueryBody } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Attribute, NamedExpression } from "../plan/expression.ts";
import { outputOf, type Plan, type WithPlan } from "../plan/plan.ts";
import { expressionsOf, rewritePlan, walkExpression, walkPlan } from "../plan/transform.ts";
import { refer } from "./column.ts";
import type { BindContext } from "./context.ts";
import { type CteDefinition, type CteFrame, type QueryEnv, rootEnv } from "./environment.ts";
import { bindLimit, sortOutput } from "./order.ts";
import { bindPipe } from "./pipe.ts";
import { bindRecursive, mentionsItself } from "./recursive-cte.ts";
import { bindTableQuery } from "./relation.ts";
import { quoteName } from "./scope.ts";
import { bindSelect } from "./select.ts";
import { bindSetOperation } from "./set-operation.ts";
import { bindValues } from "./values.ts";

/** Binds a statement's query; the plan's output is the result's columns, in order. */
export function bindQuery(query: Query, context: BindContext): Plan {
  return bindQueryIn(query, rootEnv(context));
}

/** Binds a query inside an environment: a subquery, a view's text, the source of a statement. */
export function bindQueryIn(query: Query, env: QueryEnv): Plan {
  const { frame, definitions } = bindWith(query.with, env);
  const inner: QueryEnv = { ...env, ctes: frame };
  const ordered = bindOrderedBody(query, inner);
  const plan = bindLimit(query, ordered, inner);
  return placeDefinitions(definitions, plan);
}

function bindOrderedBody(query: Query, env: QueryEnv): Plan {
  const ordering = {
    orderBy: query.orderBy,
    sortBy: query.sortBy,
    distributeBy: query.distributeBy,
    clusterBy: query.clusterBy,
  };
  if (query.body.kind === "select") return bindSelect(query.body, env, ordering);
  return sortOutput(bindBody(query.body, env), ordering, env);
}

/** Binds a query body without the ORDER BY around it. */
export function bindBody(body: QueryBody, env: QueryEnv): Plan {
  switch (body.kind) {
    case "select":
      return bindSelect(body, env, null);
    case "values_query":
      return bindValues(body.rows, body.alias, body.span, env).plan;
    case "table_query":
      return bindTableQuery(body.name, env);
    case "nested":
      return bindQueryIn(body.query, env);
    case "set_operation":
      return bindSetOperation(body, env);
    case "pipe":
      return bindPipe(body, env);
  }
}

// ---------------------------------------------------------------- WITH

/** Binds the entries of a WITH; each sees those before it. */
export function bindWith(entries: readonly CommonTableExpression[], env: QueryEnv) {
  const definitions: CteDefinition[] = [];
  let frame: CteFrame | null = env.ctes;
  const names = new Set<string>();
  for (const entry of entries) {
    const lower = entry.name.name.toLowerCase();
    if (names.has(lower)) throw duplicateCte(entry);
    names.add(lower);
    const definition = bindCte(entry, { ...env, ctes: frame });
    definitions.push(definition);
    frame = { definition, parent: frame };
  }
  return { frame, definitions };
}

function bindCte(entry: CommonTableExpression, env: QueryEnv): CteDefinition {
  const recurs = entry.recursive && mentionsItself(entry);
  const plan = recurs ? bindRecursive(entry, env) : bindQueryIn(entry.query, env);
  return {
    id: env.context.allocate(),
    name: entry.name.name,
    plan,
    output: recurs ? outputOf(plan) : renameColumns(outputOf(plan), entry.columns, entry.name),
    correlated: isCorrelated(plan),
    query: entry.query,
    columns: entry.columns,
    env,
    references: 0,
  };
}

function duplicateCte(entry: CommonTableExpression): SqlError {
  return new SqlError(`CTE definition can't have duplicate names: ${quoteName(entry.name.name)}`, {
    errorClass: "DUPLICATED_CTE_NAMES",
    sqlState: "42602",
    span: entry.name.span,
    hint: "give each common table expression its own name",
  });
}

/** Gives columns new names; their number must fit. */
export function renameColumns(
  output: readonly Attribute[],
  names: readonly Identifier[],
  at: Identifier,
): readonly Attribute[] {
  if (names.length === 0) return output;
  if (names.length !== output.length) {
    throw new SqlError(
      `number of column aliases does not match number of columns: ${names.length} aliases for ` +
        `${output.length} columns of ${quoteName(at.name)}`,
      {
        errorClass: "ASSIGNMENT_ARITY_MISMATCH",
        sqlState: "42802",
        span: at.span,
        hint: "name every column, or none",
      },
    );
  }
  return output.map((attribute, i) => ({ ...attribute, name: names[i]!.name }));
}

/** Whether the plan refers to columns it does not have itself. */
export function isCorrelated(plan: Plan): boolean {
  return outerReferences(plan).size > 0;
}

/** Ids of columns that the plan takes from around it. */
export function outerReferences(plan: Plan): Set<number> {
  const produced = new Set<number>();
  const used = new Set<number>();
  walkPlan(plan, (node) => {
    for (const attribute of outputOf(node)) produced.add(attribute.id);
    for (const expression of expressionsOf(node)) {
      walkExpression(expression, (e) => {
        if (e.kind === "attribute") used.add(e.attribute.id);
        if (e.kind === "lambda") for (const p of e.parameters) produced.add(p.id);
      });
    }
  });
  return new Set([...used].filter((id) => !produced.has(id)));
}

/** Puts CTEs where they are used: in place when mentioned once, else as a `with` node. */
export function placeDefinitions(definitions: readonly CteDefinition[], plan: Plan): Plan {
  const shared = definitions.filter((d) => d.references > 1 && !d.correlated);
  const single = new Map(
    definitions.filter((d) => d.references === 1 && !d.correlated).map((d) => [d.id, d]),
  );
  const place = (root: Plan): Plan =>
    single.size === 0
      ? root
      : rewritePlan(root, (node) => {
          if (node.kind !== "cte_ref") return node;
          const definition = single.get(node.cteId);
          return definition ? inPlace(definition, node.output, place) : node;
        });
  const input = place(plan);
  if (shared.length === 0) return input;
  const node: WithPlan = {
    kind: "with",
    definitions: shared.map((d) => ({ id: d.id, name: d.name, plan: place(d.plan) })),
    input,
  };
  return node;
}

function inPlace(
  definition: CteDefinition,
  output: readonly Attribute[],
  place: (plan: Plan) => Plan,
): Plan {
  const expressions: NamedExpression[] = output.map((attribute, i) => ({
    expression: refer(definition.output[i]!),
    output: attribute,
  }));
  return { kind: "project", input: place(definition.plan), expressions };
}
