/**
 * VALUES and inline tables: every cell bound without columns in sight, columns widened to the type
 * all rows share (Spark 4.2 `ResolveInlineTables`).
 */

import { type DataType, formatTypeSql } from "../../schema/data-type.ts";
import type { Expression, Span, TableAlias } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Attribute, BoundExpression } from "../plan/expression.ts";
import type { Plan } from "../plan/plan.ts";
import { someExpression } from "../plan/transform.ts";
import { commonTypeOf, implicitCast } from "../types/coercion.ts";
import type { ExpressionEnv, QueryEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { applyTableAlias, type BoundRelation } from "./relation-alias.ts";
import { createScope, quoteName } from "./scope.ts";

/** An expression environment without columns, for VALUES, LIMIT and table function arguments. */
export function columnlessEnv(query: QueryEnv, clause: ExpressionEnv["clause"]): ExpressionEnv {
  return {
    query,
    clause,
    resolve: () => null,
    scope: createScope([]),
    allowAggregates: false,
    allowWindows: false,
    windows: [],
    lambdas: null,
  };
}

/** Binds the rows of VALUES; columns are `col1`, `col2` … unless the alias names them. */
export function bindValues(
  rows: readonly Expression[][],
  alias: TableAlias | undefined,
  span: Span,
  env: QueryEnv,
): BoundRelation {
  const width = rows[0]?.length ?? 0;
  const cellEnv = columnlessEnv(env, "values");
  const bound = rows.map((row) => {
    if (row.length !== width) throw unevenRows(width, row, span);
    return cells(row, cellEnv);
  });
  const columns = Array.from({ length: width }, (_, i) => columnType(bound, i, span));
  const output: Attribute[] = columns.map((type, i) => ({
    id: env.context.allocate(),
    name: alias?.columns[i]?.name ?? `col${i + 1}`,
    type,
    nullable: bound.some((row) => row[i]!.nullable),
    qualifier: [],
  }));
  const plan: Plan = {
    kind: "values",
    output,
    rows: bound.map((row) => row.map((cell, i) => implicitCast(cell, columns[i]!))),
  };
  return applyTableAlias({ plan, scope: createScope(output) }, alias);
}

/** A row in parentheses may arrive as one row constructor. */
function cells(row: readonly Expression[], env: ExpressionEnv): BoundExpression[] {
  return row.map((expression) => {
    const cell = bindExpression(expression, env);
    if (someExpression(cell, (node) => node.kind === "subquery")) throw notEvaluable(expression);
    return cell;
  });
}

function columnType(rows: readonly BoundExpression[][], index: number, span: Span): DataType {
  const cells = rows.map((row) => row[index]!);
  const common = commonTypeOf(cells);
  if (common) return common;
  const types = [...new Set(cells.map((cell) => formatTypeSql(cell.type)))];
  throw new SqlError(
    `found incompatible types in column ${quoteName(`col${index + 1}`)} of an inline table: ` +
      types.join(", "),
    {
      errorClass: "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
      sqlState: "42000",
      span,
      hint: "cast the column's values to one type",
    },
  );
}

function unevenRows(width: number, row: readonly Expression[], span: Span): SqlError {
  return new SqlError(`inline table expected ${width} columns but found ${row.length} in a row`, {
    errorClass: "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
    sqlState: "42000",
    span: row[0]?.span ?? span,
    hint: "give every row the same number of values",
  });
}

function notEvaluable(at: Expression): SqlError {
  return new SqlError("cannot evaluate this expression in an inline table definition", {
    errorClass: "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE",
    sqlState: "42000",
    span: at.span,
    hint: "use SELECT … UNION ALL for computed rows",
  });
}
