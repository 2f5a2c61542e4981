/**
 * Joins (Spark 4.2 `ResolveNaturalAndUsingJoin`). USING and NATURAL show each key once, in front;
 * the other side's key columns stay reachable with a qualifier. Semi and anti joins show the left
 * side only, though their condition sees both.
 */
import type { Expression, Identifier, Relation } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../plan/expression.ts";
import { outputOf, type Plan, type PlanJoinKind } from "../plan/plan.ts";
import { bindOperator } from "../types/coercion.ts";
import { resolveNamedCall } from "./call.ts";
import { refer, scopeResolver } from "./column.ts";
import { bindCondition } from "./condition.ts";
import { type ExpressionEnv, type QueryEnv, subqueryEnv } from "./environment.ts";
import { hoistSubqueries } from "./hoist.ts";
import { bindRelation, isLateral } from "./relation.ts";
import type { BoundRelation } from "./relation-alias.ts";
import { createScope, joinScopes, quoteName, type Scope, sameName } from "./scope.ts";

/** A join without its left side. */
export type JoinTail = Pick<
  Extract<Relation, { kind: "join" }>,
  "right" | "join" | "natural" | "lateral" | "on" | "using" | "span"
>;

/** Binds a join of two relations. */
export function bindJoin(
  relation: Extract<Relation, { kind: "join" }>,
  env: QueryEnv,
): BoundRelation {
  return bindJoinTo(bindRelation(relation.left, env), relation, env);
}

/** Joins a bound relation with the right side of a join. */
export function bindJoinTo(left: BoundRelation, relation: JoinTail, env: QueryEnv): BoundRelation {
  const lateral = relation.lateral || isLateral(relation.right);
  const right = bindRelation(
    relation.right,
    lateral ? subqueryEnv(env, scopeResolver(left.scope), left.scope) : env,
  );
  if (lateral && !["inner", "cross", "left"].includes(relation.join)) throw lateralKind(relation);
  const names = relation.natural ? commonNames(left.scope, right.scope) : (relation.using ?? []);
  if (names.length > 0) return joinUsing(relation, { left, right, lateral }, names, env);
  const condition = relation.on ? bindOn(relation.on, left, right, env) : null;
  const hoists = condition !== null && relation.join !== "inner" && relation.join !== "cross";
  if (hoists && !lateral) {
    const plans = { left: left.plan, right: right.plan, condition };
    const moved = hoistSubqueries(plans, env.context);
    const sides = {
      left: { ...left, plan: moved.left },
      right: { ...right, plan: moved.right },
      lateral,
    };
    const plan = joinPlan(relation.join, sides, moved.condition);
    return { plan, scope: joinedScope(relation.join, left.scope, right.scope) };
  }
  const plan = joinPlan(relation.join, { left, right, lateral }, condition);
  return { plan, scope: joinedScope(relation.join, left.scope, right.scope) };
}

interface Sides {
  left: BoundRelation;
  right: BoundRelation;
  lateral: boolean;
}

function joinPlan(join: PlanJoinKind, sides: Sides, condition: BoundExpression | null): Plan {
  const { left, right, lateral } = sides;
  const leftOutput = outputOf(left.plan);
  const output = leftOnly(join)
    ? leftOutput
    : [
        ...nullableIf(join === "right" || join === "full", leftOutput),
        ...nullableIf(join === "left" || join === "full", outputOf(right.plan)),
      ];
  return { kind: "join", join, left: left.plan, right: right.plan, condition, lateral, output };
}

function leftOnly(join: PlanJoinKind): boolean {
  return join === "left_semi" || join === "left_anti";
}

function nullableIf(condition: boolean, attributes: readonly Attribute[]): readonly Attribute[] {
  return condition ? attributes.map((a) => ({ ...a, nullable: true })) : attributes;
}

function nullableScope(condition: boolean, scope: Scope): Scope {
  return createScope(
    nullableIf(condition, scope.attributes),
    nullableIf(condition, scope.qualifiedOnly),
  );
}

function joinedScope(join: PlanJoinKind, left: Scope, right: Scope): Scope {
  if (leftOnly(join)) return left;
  return joinScopes(
    nullableScope(join === "right" || join === "full", left),
    nullableScope(join === "left" || join === "full", right),
  );
}

function bindOn(on: Expression, left: BoundRelation, right: BoundRelation, env: QueryEnv) {
  const scope = joinScopes(left.scope, right.scope);
  const expressionEnv: ExpressionEnv = {
    query: env,
    clause: "join condition",
    resolve: scopeResolver(scope),
    scope,
    allowAggregates: false,
    allowWindows: false,
    windows: [],
    lambdas: null,
  };
  return bindCondition(on, expressionEnv);
}

function lateralKind(relation: JoinTail): SqlError {
  return new SqlError("a LATERAL join can only be an INNER, CROSS or LEFT join", {
    errorClass: "INVALID_LATERAL_JOIN_TYPE",
    sqlState: "42613",
    span: relation.span,
    hint: "use LEFT JOIN LATERAL",
  });
}

// ---------------------------------------------------------------- USING and NATURAL

function commonNames(left: Scope, right: Scope): Identifier[] {
  const visible = right.attributes.filter((a) => !a.hidden);
  return left.attributes
    .filter((a) => !a.hidden && visible.some((b) => sameName(a.name, b.name)))
    .map((a) => ({ name: a.name, quoted: true, span: { start: 0, end: 0 } }));
}

function keyOf(scope: Scope, name: Identifier, side: "left" | "right"): Attribute {
  const found = scope.attributes.filter((a) => !a.hidden && sameName(a.name, name.name));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new SqlError(`reference ${quoteName(name.name)} is ambiguous on the ${side} side`, {
      errorClass: "AMBIGUOUS_REFERENCE",
      sqlState: "42704",
      span: name.span,
      hint: "join with ON and qualified names",
    });
  }
  throw new SqlError(
    `USING column ${quoteName(name.name)} cannot be resolved on the ${side} side of the join`,
    {
      errorClass: "UNRESOLVED_USING_COLUMN_FOR_JOIN",
      sqlState: "42703",
      span: name.span,
      hint: `columns there: ${scope.attributes.map((a) => a.name).join(", ")}`,
    },
  );
}

function joinUsing(
  relation: JoinTail,
  sides: Sides,
  names: readonly Identifier[],
  env: QueryEnv,
): BoundRelation {
  const pairs = names.map((name) => ({
    name,
    left: keyOf(sides.left.scope, name, "left"),
    right: keyOf(sides.right.scope, name, "right"),
  }));
  const equal = pairs.map((p) => bindOperator("=", [refer(p.left), refer(p.right)], p.name.span));
  const condition = equal.reduce((a, b) => bindOperator("and", [a, b], relation.span));
  const { join } = relation;
  const plan = joinPlan(join, sides, condition);
  const scope = joinedScope(join, sides.left.scope, sides.right.scope);
  const keyIds = new Set(pairs.flatMap((p) => [p.left.id, p.right.id]));
  const rest = scope.attributes.filter((a) => !keyIds.has(a.id));
  const at = (id: number) => scope.attributes.find((a) => a.id === id)!;
  if (leftOnly(join)) {
    return {
      plan,
      scope: createScope([...pairs.map((p) => at(p.left.id)), ...rest], scope.qualifiedOnly),
    };
  }
  if (join !== "full") {
    const kept = pairs.map((p) => at((join === "right" ? p.right : p.left).id));
    const hidden = pairs.map((p) => at((join === "right" ? p.left : p.right).id));
    return {
      plan,
      scope: createScope([...kept, ...rest], [...hidden, ...scope.qualifiedOnly]),
    };
  }
  const keys: NamedExpression[] = pairs.map((p) => {
    const expression = resolveNamedCall(
      "coalesce",
      [refer(at(p.left.id)), refer(at(p.right.id))],
      p.name.span,
    );
    return {
      expression,
      output: {
        id: env.context.allocate(),
        name: p.left.name,
        type: expression.type,
        nullable: p.left.nullable || p.right.nullable,
        qualifier: [],
      },
    };
  });
  const through = outputOf(plan).map((output) => ({ expression: refer(output), output }));
  const hidden = pairs.flatMap((p) => [at(p.left.id), at(p.right.id)]);
  return {
    plan: { kind: "project", input: plan, expressions: [...keys, ...through] },
    scope: createScope(
      [...keys.map((k) => k.output), ...rest],
      [...hidden, ...scope.qualifiedOnly],
    ),
  };
}
