/** The rows a MERGE adds: source rows that match nothing, under the values of their clause. */
import { identityOf } from "../../delta/write/identity-columns.ts";
import type { StructField } from "../../schema/data-type.ts";
import { INT, LONG } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext } from "../statement.ts";
import { defaultValue, generatedValue, generationText } from "../write/column-values.ts";
import { identityValue } from "../write/identity.ts";
import { bindMerge, type Merge } from "./merge-clauses.ts";
import { column, outputColumn } from "./merge-decisions.ts";
import type { Pairs } from "./merge-pairs.ts";
import { joinSource } from "./merge-pieces.ts";

function missingValue(field: StructField, merge: Merge): BoundExpression {
  return identityOf(field) ? identityValue(field) : defaultValue(field, merge.bind);
}

/** The rows to insert. */
export async function insertedRows(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
): Promise<Plan> {
  const row = column(ctx, "source_row", LONG);
  const clause = column(ctx, "clause", INT);
  const decisions: Plan = {
    kind: "engine_relation",
    sql: `SELECT source_row, clause FROM ${pairs.inserts}`,
    output: [row, clause],
  };
  const joined = await joinSource(ctx, merge, "inner", { left: decisions, row });
  const { schema } = merge.target;
  // Conditions and values of inserts see the source only; these stand for the target's names.
  const placeholders = schemaAttributes(schema, ctx.allocate, merge.qualifier);
  const { clauses } = bindMerge(merge, placeholders);
  const expressions = schema.fields.map((field, i): NamedExpression => {
    const branches = clauses.flatMap((c, number) => {
      if (c.action !== "insert") return [];
      const when = bindOperator("=", [refer(clause), typedLiteral(number, INT)]);
      const value = c.values.get(i) ?? missingValue(field, merge);
      // biome-ignore lint/suspicious/noThenProperty: the plan's name for a CASE branch
      return [{ when, then: value }];
    });
    const none = typedLiteral(null, field.type);
    const expression: BoundExpression = {
      kind: "case",
      branches,
      otherwise: none,
      type: field.type,
      nullable: true,
    };
    return { expression, output: outputColumn(ctx, field) };
  });
  // New rows are given their ids by the files they are in.
  for (const name of Object.values(merge.target.rowTracking ?? {})) {
    expressions.push({ expression: typedLiteral(null, LONG), output: column(ctx, name, LONG) });
  }
  const plain: Plan = { kind: "project", input: joined, expressions };
  const outputs = expressions.map((e) => e.output);
  const isOpen = (field: StructField, i: number): boolean =>
    generationText(field) !== null &&
    !clauses.some((c) => c.action === "insert" && c.values.has(i));
  if (!schema.fields.some(isOpen)) return plain;
  return {
    kind: "project",
    input: plain,
    expressions: outputs.map((output, i) => {
      const field = schema.fields[i];
      const isComputed = field !== undefined && isOpen(field, i);
      const expression = isComputed ? generatedValue(field, outputs, merge.bind) : refer(output);
      return { expression, output: { ...output, id: ctx.allocate() } };
    }),
  };
}
