/** DEFAULT inside the VALUES of an INSERT: replaced by the column's expression before binding. */
import type { StructType } from "../../schema/data-type.ts";
import type { Expression, Query } from "../../sql/ast.ts";
import { parseExpression } from "../../sql/parse/index.ts";
import type { StatementOf } from "../statement.ts";
import { findField } from "./align.ts";
import { defaultText } from "./column-values.ts";

/** The query with every DEFAULT of its VALUES rows replaced. */
export function replaceDefaults(
  query: Query,
  insert: Pick<StatementOf<"insert">, "columns" | "byName">,
  schema: StructType,
): Query {
  const { body } = query;
  if (body.kind !== "values_query") return query;
  const fields =
    insert.columns.length > 0
      ? insert.columns.map((column) => findField(schema, column.name))
      : schema.fields;
  const rows = body.rows.map((row) =>
    row.map((cell, i): Expression => {
      if (cell.kind !== "default") return cell;
      const text = fields[i] && defaultText(fields[i]);
      const standard: Expression = text
        ? parseExpression(text)
        : { kind: "literal", value: { kind: "null" }, span: cell.span };
      return { ...standard, span: cell.span };
    }),
  );
  return { ...query, body: { ...body, rows } };
}
