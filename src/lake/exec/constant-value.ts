/**
 * Values of constant expressions before the statement around them is bound: what table functions
 * take as arguments. Parameters are constants; columns, subqueries and functions whose value
 * changes are not.
 */
import type { DataType } from "../schema/data-type.ts";
import type { Value } from "../schema/value.ts";
import type { Expression } from "../sql/ast.ts";
import { createBindContext } from "../sql/bind/context.ts";
import { rootEnv } from "../sql/bind/environment.ts";
import { bindExpression } from "../sql/bind/expression.ts";
import { ONE_ROW } from "../sql/bind/relation.ts";
import { columnlessEnv } from "../sql/bind/values.ts";
import { isVariableReference } from "../sql/bind/variable.ts";
import { SqlError } from "../sql/error.ts";
import type { BoundExpression, LiteralExpression } from "../sql/plan/expression.ts";
import type { Plan } from "../sql/plan/plan.ts";
import { someExpression } from "../sql/plan/transform.ts";
import { implicitCast, typedLiteral } from "../sql/types/coercion.ts";
import type { StatementContext } from "./statement.ts";

interface Wanted {
  /** null: the expression's own. */
  type: DataType | null;
  rowsOf(plan: Plan): Promise<Value[][]>;
}

/** The value of an expression, cast to the wanted type; null when it is no constant of such. */
export async function constantValue(
  ctx: StatementContext,
  expression: Expression,
  { type: wanted, rowsOf }: Wanted,
): Promise<LiteralExpression | null> {
  const { parameters, allocate } = ctx;
  const context = createBindContext({ namespace: ctx.session.namespace, parameters });
  let bound: BoundExpression;
  try {
    const env = columnlessEnv(rootEnv({ ...context, allocate }), "table function");
    bound = bindExpression(expression, env);
  } catch (error) {
    // The binder meets the expression again, and says what is wrong with it in its place.
    if (error instanceof SqlError) return null;
    throw error;
  }
  if (!isConstant(bound)) return null;
  if (wanted && !NUMBERS_AND_TEXT.has(bound.type.kind)) return null;
  const type = wanted ?? bound.type;
  const output = { id: allocate(), name: "value", type, nullable: true, qualifier: [] };
  const expressions = [{ expression: implicitCast(bound, type), output }];
  const [row] = await rowsOf({ kind: "project", input: ONE_ROW, expressions });
  return { ...typedLiteral(row![0]!, type), span: expression.span };
}

/** Types that Spark casts to a BIGINT or STRING argument. */
const NUMBERS_AND_TEXT: ReadonlySet<string> = new Set([
  ...["byte", "short", "int", "long", "float", "double", "decimal", "string"],
]);

const CONSTANT_NODES: ReadonlySet<string> = new Set(["literal", "cast", "case"]);

function isConstant(bound: BoundExpression): boolean {
  return !someExpression(bound, (node) =>
    node.kind === "call"
      ? node.fn.volatile === true || isVariableReference(node)
      : !CONSTANT_NODES.has(node.kind),
  );
}
