/**
 * What surrounds a query and an expression while they are bound. Environments are immutable;
 * entering a subquery, a view, a lambda or an aggregate function makes a new one.
 */
import type { Identifier, NamedWindow, Query, Span } from "../ast.ts";
import type { Attribute, BoundExpression } from "../plan/expression.ts";
import type { Plan } from "../plan/plan.ts";
import { rewriteExpression } from "../plan/transform.ts";
import type { BindContext, Namespace } from "./context.ts";
import type { Scope } from "./scope.ts";

/** Finds what a dotted name means, or null. Throws when it is ambiguous. */
export type ColumnResolver = (parts: readonly Identifier[], span: Span) => BoundExpression | null;

/** A WITH entry in sight. `plan` is null while its own query is being bound. */
export interface CteDefinition {
  readonly id: number;
  readonly name: string;
  readonly plan: Plan;
  readonly output: readonly Attribute[];
  /** Refers to columns around the WITH: bound anew at each mention. */
  readonly correlated: boolean;
  readonly query: Query;
  readonly columns: readonly Identifier[];
  /** Environment its query was bound in. */
  readonly env: QueryEnv;
  /** How often it has been mentioned so far. */
  references: number;
}

export interface CteFrame {
  readonly definition: CteDefinition;
  readonly parent: CteFrame | null;
}

export interface QueryEnv {
  readonly context: BindContext;
  readonly namespace: Namespace;
  readonly temporaryViews: boolean;
  readonly ctes: CteFrame | null;
  /** Columns of the query around this one; null at the top and inside views. */
  readonly outer: ColumnResolver | null;
  /** Columns that a qualified star of a LATERAL side may mean. */
  readonly outerScope: Scope | null;
  /** The query around the outer one, so that a reach over two levels can be named. */
  readonly beyond: ColumnResolver | null;
  readonly viewDepth: number;
}

/** Where an expression stands; decides what may appear in it. */
export type Clause =
  | "select"
  | "where"
  | "group by"
  | "having"
  | "qualify"
  | "order by"
  | "join condition"
  | "values"
  | "limit"
  | "aggregate function"
  | "window"
  | "table function"
  | "pivot"
  | "statement";

export interface LambdaFrame {
  readonly parameters: readonly Attribute[];
  readonly parent: LambdaFrame | null;
}

export interface ExpressionEnv {
  readonly query: QueryEnv;
  readonly clause: Clause;
  readonly resolve: ColumnResolver;
  /** Columns `*` means and suggestions come from. */
  readonly scope: Scope;
  readonly allowAggregates: boolean;
  readonly allowWindows: boolean;
  readonly windows: readonly NamedWindow[];
  readonly lambdas: LambdaFrame | null;
  /**
   * True where NULL and false mean the same: a condition, through AND, OR and NOT. Spark evaluates
   * an IN subquery anywhere else to false where the standard says NULL.
   */
  readonly isCondition?: boolean;
}

/** The environment of a statement's outermost query. */
export function rootEnv(context: BindContext): QueryEnv {
  return {
    context,
    namespace: context.namespace,
    temporaryViews: true,
    ctes: null,
    outer: null,
    outerScope: null,
    beyond: null,
    viewDepth: 0,
  };
}

/** The environment of a subquery standing in an expression of `env`, or of a LATERAL side. */
export function subqueryEnv(
  query: QueryEnv,
  resolve: ColumnResolver,
  outerScope: Scope | null = null,
): QueryEnv {
  return { ...query, outer: resolve, outerScope, beyond: query.outer };
}

/** Marks every column of the expression as belonging to the query around. */
export function markOuter(expression: BoundExpression): BoundExpression {
  return rewriteExpression(expression, (node) =>
    node.kind === "attribute" ? { ...node, outer: true } : node,
  );
}

/** Finds a CTE by name, nearest first. */
export function findCte(frame: CteFrame | null, name: string): CteDefinition | null {
  const wanted = name.toLowerCase();
  for (let at = frame; at; at = at.parent) {
    if (at.definition.name.toLowerCase() === wanted) return at.definition;
  }
  return null;
}
