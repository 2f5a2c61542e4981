/**
 * PIVOT (Spark 4.2 `ResolvePivot`): groups by every column that neither the aggregates nor the
 * pivot columns use, and computes each aggregate for each pivot value. A value without rows in a
 * group gives NULL, also for count, as in Spark's two-phase evaluation.
 */

import { STRING, sameType } from "../../schema/data-type.ts";
import type { PivotClause } from "../ast.ts";
import { prettyName } from "../emit/pretty-name.ts";
import { notImplemented, SqlError } from "../error.ts";
import type {
  Attribute,
  BoundExpression,
  CallExpression,
  NamedExpression,
} from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { rewriteExpression, someExpression, walkExpression } from "../plan/transform.ts";
import { bindOperator, explicitCast } from "../types/coercion.ts";
import { typedLiteral } from "../types/literal.ts";
import { canCast } from "../types/type-rules.ts";
import { createGrouping, isAggregateCall } from "./aggregate.ts";
import { resolveNamedCall } from "./call.ts";
import { bindColumn } from "./column.ts";
import type { ExpressionEnv, QueryEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { applyTableAlias, type BoundRelation } from "./relation-alias.ts";
import { createScope } from "./scope.ts";
import { inputEnv } from "./select.ts";
import { columnlessEnv } from "./values.ts";

interface PivotAggregate {
  readonly expression: BoundExpression;
  readonly name: string;
}

interface PivotValue {
  /** One literal per pivot column. */
  readonly parts: readonly BoundExpression[];
  readonly name: string;
}

/** Binds PIVOT over a relation. */
export function bindPivot(input: BoundRelation, clause: PivotClause, env: QueryEnv): BoundRelation {
  const expressionEnv = inputEnv("pivot", input.scope, env);
  const columns = clause.columns.map((name) => bindColumn(name.parts, name.span, expressionEnv));
  const aggregates = clause.aggregates.map((item) =>
    bindAggregate(item.expression, item.alias?.name, expressionEnv),
  );
  const values = clause.values.map((item) => bindValue(item, columns, env));
  const used = usedColumns([...columns, ...aggregates.map((a) => a.expression)]);
  const groups = input.scope.attributes.filter((a) => !a.hidden && !used.has(a.id));
  return build({ input, clause, env, columns, aggregates, values, groups });
}

function bindAggregate(
  ast: PivotClause["aggregates"][number]["expression"],
  alias: string | undefined,
  env: ExpressionEnv,
): PivotAggregate {
  const expression = bindExpression(ast, { ...env, allowAggregates: true });
  if (!someExpression(expression, isAggregateCall)) {
    throw new SqlError(`\`${prettyName(expression)}\` in PIVOT is not an aggregate`, {
      errorClass: "_LEGACY_ERROR_TEMP_1006",
      sqlState: "42K0E",
      span: ast.span,
      hint: "use sum, max, first …",
    });
  }
  return { expression, name: alias ?? prettyName(expression) };
}

function bindValue(
  item: PivotClause["values"][number],
  columns: readonly BoundExpression[],
  env: QueryEnv,
): PivotValue {
  const valueEnv = columnlessEnv(env, "values");
  const { expression } = item;
  const asts =
    columns.length > 1 && expression.kind === "row"
      ? expression.items.map((i) => i.expression)
      : [expression];
  if (asts.length !== columns.length) {
    throw notImplemented("a PIVOT value of another shape than its columns", expression.span);
  }
  const parts = asts.map((ast, i) => castValue(bindExpression(ast, valueEnv), columns[i]!, ast));
  if (!item.alias && parts.some((p) => p.kind !== "literal" && !isPlainCast(p))) {
    throw notImplemented("a computed PIVOT value without an alias", expression.span);
  }
  const text = parts.length === 1 ? valueName(parts[0]!) : `{${parts.map(valueName).join(", ")}}`;
  return { parts, name: item.alias?.name ?? text };
}

function castValue(
  value: BoundExpression,
  column: BoundExpression,
  ast: { span: { start: number; end: number } },
): BoundExpression {
  if (sameType(value.type, column.type)) return value;
  if (!canCast(value.type, column.type)) {
    throw new SqlError("the PIVOT value cannot be cast to its column's type", {
      errorClass: "PIVOT_VALUE_DATA_TYPE_MISMATCH",
      sqlState: "42K09",
      span: ast.span,
      hint: "write a value of the column's type",
    });
  }
  return explicitCast(value, column.type);
}

function isPlainCast(e: BoundExpression): boolean {
  return e.kind === "cast" && e.operand.kind === "literal" && e.type.kind === "string";
}

/** The value as text, as it names its column. */
function valueName(value: BoundExpression): string {
  const inner = value.kind === "cast" ? value.operand : value;
  if (inner.kind !== "literal") return prettyName(value);
  if (inner.value === null) return "null";
  return typeof inner.value === "string" || inner.type.kind !== "string"
    ? prettyName({ ...inner, type: inner.type.kind === "void" ? STRING : inner.type })
    : String(inner.value);
}

function usedColumns(expressions: readonly BoundExpression[]): Set<number> {
  const used = new Set<number>();
  for (const expression of expressions) {
    walkExpression(expression, (node) => {
      if (node.kind === "attribute" && !node.outer) used.add(node.attribute.id);
    });
  }
  return used;
}

interface PivotParts {
  input: BoundRelation;
  clause: PivotClause;
  env: QueryEnv;
  columns: readonly BoundExpression[];
  aggregates: readonly PivotAggregate[];
  values: readonly PivotValue[];
  groups: readonly Attribute[];
}

function build(parts: PivotParts): BoundRelation {
  const { input, env, groups, aggregates, values } = parts;
  const grouping = createGrouping(
    {
      expressions: groups.map((attribute) => ({
        kind: "attribute",
        attribute,
        outer: false,
        type: attribute.type,
        nullable: attribute.nullable,
      })),
      sets: null,
      input: outputOf(input.plan),
    },
    env.context,
  );
  const made: NamedExpression[] = values.flatMap((value) =>
    aggregates.map((aggregate) => {
      const expression = grouping.rewrite(pivoted(aggregate, value, parts));
      const name = aggregates.length === 1 ? value.name : `${value.name}_${aggregate.name}`;
      const output: Attribute = {
        id: env.context.allocate(),
        name,
        type: expression.type,
        nullable: true,
        qualifier: [],
      };
      return { expression, output };
    }),
  );
  const kept = groups.map((attribute): NamedExpression => {
    const output = { ...attribute, qualifier: [] };
    return {
      expression: { kind: "attribute", attribute, outer: false, ...typed(attribute) },
      output,
    };
  });
  const expressions = [...kept, ...made];
  const plan: Plan = { kind: "project", input: grouping.plan(input.plan), expressions };
  const scope = createScope(expressions.map((e) => e.output));
  return applyTableAlias({ plan, scope }, parts.clause.alias);
}

function typed(attribute: Attribute) {
  return { type: attribute.type, nullable: attribute.nullable };
}

/** `CASE WHEN count(…) FILTER (WHERE hit) > 0 THEN agg FILTER (WHERE hit) END`. */
function pivoted(aggregate: PivotAggregate, value: PivotValue, parts: PivotParts): BoundExpression {
  const span = parts.clause.span;
  const hit = parts.columns
    .map((column, i) => bindOperator("<=>", [column, value.parts[i]!], span))
    .reduce((a, b) => bindOperator("and", [a, b], span));
  const withFilter = (call: CallExpression): CallExpression => ({
    ...call,
    filter: call.filter ? bindOperator("and", [hit, call.filter], span) : hit,
  });
  const one = typedLiteral(1, { kind: "int" });
  const count = withFilter(resolveNamedCall("count", [one], span));
  const zero = typedLiteral(0n, { kind: "long" });
  const then = rewriteExpression(aggregate.expression, (node) =>
    isAggregateCall(node) ? withFilter(node) : node,
  );
  return {
    kind: "case",
    branches: [{ when: bindOperator(">", [count, zero], span), then }],
    otherwise: null,
    type: then.type,
    nullable: true,
  };
}
