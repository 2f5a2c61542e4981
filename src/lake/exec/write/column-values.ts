/**
 * What a column gets when a statement gives it no value: its DEFAULT, the expression of a generated
 * column, or NULL. Expressions are Spark SQL text in the column's metadata.
 */
import type { StructField } from "../../schema/data-type.ts";
import type { Expression } from "../../sql/ast.ts";
import { SqlError } from "../../sql/error.ts";
import { parseExpression } from "../../sql/parse/index.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import { canCast, implicitCast, storeAssign } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { isAtomic } from "../../sql/types/type-rules.ts";

export type Binder = (e: Expression, attributes: readonly Attribute[]) => BoundExpression;

/** Text of a column's DEFAULT, or null. */
export function defaultText(field: StructField): string | null {
  const text = field.metadata.CURRENT_DEFAULT;
  return typeof text === "string" ? text : null;
}

/** Text of a generated column's expression, or null. */
export function generationText(field: StructField): string | null {
  const text = field.metadata["delta.generationExpression"];
  return typeof text === "string" ? text : null;
}

/** The DEFAULT of a column as an expression of its type; NULL when it has none. */
export function defaultValue(field: StructField, bind: Binder): BoundExpression {
  const text = defaultText(field);
  if (text === null) return typedLiteral(null, field.type);
  return storeAssign(bind(parseExpression(text), []), field.type, targetOf(field));
}

/** A generated column computed over the row's other columns. */
export function generatedValue(
  field: StructField,
  attributes: readonly Attribute[],
  bind: Binder,
): BoundExpression {
  const value = bind(parseExpression(generationText(field)!), attributes);
  return storeAssign(value, field.type, targetOf(field));
}

/**
 * A value made fit for a column, by an ANSI cast: a text that is no date fails when the statement
 * runs. NOTE: Spark's own tables refuse what ANSI store assignment does not know, such as text into
 * a date; Delta (4.4 `DeltaAnalysis.getCastFunction`) casts, and so do we between simple types.
 */
export function assign(value: BoundExpression, field: StructField): BoundExpression {
  const { type } = value;
  const isSimple = isAtomic(type) && isAtomic(field.type);
  if (isSimple && canCast(type, field.type)) return implicitCast(value, field.type);
  return storeAssign(value, field.type, targetOf(field));
}

function targetOf(field: StructField): { name: string; table: string } {
  return { name: field.name, table: "the table" };
}

/** The error of a column nobody has, in the words of an INSERT or UPDATE. */
export function unknownColumn(
  name: string,
  fields: readonly StructField[],
  span?: { start: number; end: number },
): SqlError {
  const names = fields.map((field) => `\`${field.name}\``).join(", ");
  return new SqlError(`the table has no column \`${name}\``, {
    errorClass: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    sqlState: "42703",
    span,
    hint: `its columns are ${names}`,
  });
}
