/** A bound relation, and `AS t (a, b)` behind it: names change, column ids stay. */
import type { TableAlias } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Plan } from "../plan/plan.ts";
import { createScope, requalify, type Scope } from "./scope.ts";

/** A plan with the names its columns go by; the scope may name fewer columns than the plan has. */
export interface BoundRelation {
  readonly plan: Plan;
  readonly scope: Scope;
}

/** Gives the relation its alias and column names. */
export function applyTableAlias(
  relation: BoundRelation,
  alias: TableAlias | undefined,
): BoundRelation {
  if (!alias) return relation;
  const { attributes } = relation.scope;
  const visible = attributes.filter((a) => !a.hidden);
  const { columns } = alias;
  if (columns.length > 0 && columns.length !== visible.length) {
    throw new SqlError(
      `number of column aliases does not match number of columns: ${columns.length} aliases for ` +
        `${visible.length} columns of \`${alias.name.name}\``,
      {
        errorClass: "ASSIGNMENT_ARITY_MISMATCH",
        sqlState: "42802",
        span: alias.name.span,
        hint: "name every column, or none",
      },
    );
  }
  const renamed =
    columns.length === 0
      ? attributes
      : visible.map((attribute, i) => ({ ...attribute, name: columns[i]!.name }));
  const qualifier = alias.name.name === "" ? [] : [alias.name.name];
  return { plan: relation.plan, scope: createScope(requalify(renamed, qualifier)) };
}
