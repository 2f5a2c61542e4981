/** DEFAULT as a value: in VALUES and SELECT of an INSERT, and right of `=` in UPDATE and MERGE. */
import type { Expression, Query, QueryBody } from "../ast.ts";

/** The DEFAULT node for an unquoted column of that name, any other expression as it is. */
export function toDefault(expression: Expression): Expression {
  if (expression.kind !== "column" || expression.name.parts.length !== 1) return expression;
  const [part] = expression.name.parts;
  const isDefault = part && !part.quoted && part.name.toUpperCase() === "DEFAULT";
  return isDefault ? { kind: "default", span: expression.span } : expression;
}

/** The query of an INSERT with DEFAULT in its rows or select lists marked. */
export function markDefaults(query: Query): Query {
  return { ...query, body: markBody(query.body) };
}

function markBody(body: QueryBody): QueryBody {
  switch (body.kind) {
    case "values_query":
      return { ...body, rows: body.rows.map((row) => row.map(toDefault)) };
    case "select":
      return {
        ...body,
        items: body.items.map((item) => ({ ...item, expression: toDefault(item.expression) })),
      };
    case "nested":
      return { ...body, query: markDefaults(body.query) };
    default:
      return body;
  }
}
