/** COMMENT ON TABLE and SCHEMA-like objects. */
import { changeColumnOperation, namedOperation } from "../../delta/write/operations.ts";
import { notImplemented } from "../../sql/error.ts";
import type { Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { findField } from "../write/align.ts";
import { unknownColumn } from "../write/column-values.ts";
import { changeMetadata } from "./alter-table.ts";

/** Runs COMMENT ON. */
export async function executeCommentOn(
  ctx: StatementContext,
  statement: StatementOf<"comment_on">,
): Promise<Outcome> {
  const comment = statement.comment ?? "";
  if (statement.what === "table") {
    const handle = await openTable(ctx, { name: statement.name });
    const operation = namedOperation("SET TBLPROPERTIES", {
      properties: JSON.stringify({ comment }),
    });
    const outcome = await changeMetadata(ctx, handle, { description: comment }, operation);
    const { info } = handle;
    if (info)
      ctx.session.catalog.putTable({ ...info, comment: statement.comment }, { replace: true });
    return outcome;
  }
  if (statement.what === "column") {
    const { parts } = statement.name;
    const name = { ...statement.name, parts: parts.slice(0, -1) };
    const handle = await openTable(ctx, { name });
    const { schema } = handle.snapshot;
    const current = findField(schema, parts.at(-1)!.name);
    if (!current) throw unknownColumn(parts.at(-1)!.name, schema.fields, statement.name.span);
    const field = { ...current, metadata: { ...current.metadata, comment } };
    const fields = schema.fields.map((f) => (f === current ? field : f));
    const operation = changeColumnOperation({ field });
    return changeMetadata(ctx, handle, { schema: { kind: "struct", fields } }, operation);
  }
  throw notImplemented(`COMMENT ON ${statement.what.toUpperCase()}`, statement.span);
}
