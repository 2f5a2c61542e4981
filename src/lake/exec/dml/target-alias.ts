/** What the columns of a changed table may be called: its alias, or its name. */
import type { TableReference } from "../../sql/ast.ts";
import { notImplemented } from "../../sql/error.ts";
import type { TableHandle } from "../table-handle.ts";

/** Qualifier of the target's columns in the statement. */
export function aliasOf(table: TableReference, handle: TableHandle): readonly string[] {
  if (table.timeTravel) {
    const hint = "leave the version out: only the newest can be changed";
    throw notImplemented("changing an earlier version of a table", table.timeTravel.span, hint);
  }
  if (!table.alias) return handle.qualifier;
  if (table.alias.columns.length > 0) {
    throw notImplemented("column names in the alias of a changed table", table.alias.name.span);
  }
  return [table.alias.name.name];
}
