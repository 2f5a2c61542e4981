/**
 * UNPIVOT: every input row becomes one row per listed column (Spark 4.2 `ResolveUnpivot`), as a
 * lateral join with the list of (name, values).
 */
import { STRING } from "../../schema/data-type.ts";
import type { UnpivotClause } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Attribute, BoundExpression } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { bindOperator, commonTypeOf, implicitCast } from "../types/coercion.ts";
import { typedLiteral } from "../types/literal.ts";
import { bindColumn, refer } from "./column.ts";
import { markOuter, type QueryEnv } from "./environment.ts";
import { applyTableAlias, type BoundRelation } from "./relation-alias.ts";
import { createScope } from "./scope.ts";
import { inputEnv } from "./select.ts";

/** Binds UNPIVOT over a relation. */
export function bindUnpivot(
  input: BoundRelation,
  clause: UnpivotClause,
  env: QueryEnv,
): BoundRelation {
  const expressionEnv = inputEnv("pivot", input.scope, env);
  const sets = clause.columns.map((item) => ({
    names: item.alias?.name ?? item.names.map((n) => n.parts.at(-1)!.name).join("_"),
    values: item.names.map((name) => bindColumn(name.parts, name.span, expressionEnv)),
  }));
  const width = clause.valueColumns.length;
  if (sets.some((set) => set.values.length !== width)) {
    throw new SqlError(`UNPIVOT needs ${width} columns in each set`, {
      errorClass: "UNPIVOT_VALUE_SIZE_MISMATCH",
      sqlState: "428C4",
      span: clause.span,
      hint: "list as many columns as there are value columns",
    });
  }
  const types = clause.valueColumns.map((_, i) => {
    const common = commonTypeOf(sets.map((set) => set.values[i]!));
    if (common) return common;
    throw new SqlError("the columns of UNPIVOT have no common type", {
      errorClass: "UNPIVOT_VALUE_DATA_TYPE_MISMATCH",
      sqlState: "42K09",
      span: clause.span,
      hint: "cast them to one type first",
    });
  });
  const make = (name: string, type: Attribute["type"], nullable: boolean): Attribute => ({
    id: env.context.allocate(),
    name,
    type,
    nullable,
    qualifier: [],
  });
  const output = [
    make(clause.nameColumn.name, STRING, false),
    ...clause.valueColumns.map((c, i) => make(c.name, types[i]!, true)),
  ];
  const rows = sets.map((set) => [
    typedLiteral(set.names, STRING) as BoundExpression,
    ...set.values.map((value, i) => markOuter(implicitCast(value, types[i]!))),
  ]);
  return joined({ input, clause, output, rows, sets });
}

function joined(parts: {
  input: BoundRelation;
  clause: UnpivotClause;
  output: readonly Attribute[];
  rows: readonly BoundExpression[][];
  sets: readonly { values: readonly BoundExpression[] }[];
}): BoundRelation {
  const { input, clause, output, rows } = parts;
  let plan: Plan = {
    kind: "join",
    join: "inner",
    left: input.plan,
    right: { kind: "values", output, rows },
    condition: null,
    lateral: true,
    output: [...outputOf(input.plan), ...output],
  };
  if (!clause.includeNulls) {
    const present = output.slice(1).map((a) => bindOperator("is not null", [refer(a)]));
    const condition = present.reduce((a, b) => bindOperator("or", [a, b]));
    plan = { kind: "filter", input: plan, condition };
  }
  const used = new Set<number>();
  for (const set of parts.sets) {
    for (const value of set.values) if (value.kind === "attribute") used.add(value.attribute.id);
  }
  const kept = input.scope.attributes.filter((a) => !a.hidden && !used.has(a.id));
  const scope = createScope([...kept.map((a) => ({ ...a, qualifier: [] })), ...output]);
  return applyTableAlias({ plan, scope }, clause.alias);
}
