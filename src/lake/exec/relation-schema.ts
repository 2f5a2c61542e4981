/** The columns of a table or view by name, from the catalog and the log. */

import { DeltaLog } from "../delta/index.ts";
import { type StructType, structField, structType } from "../schema/data-type.ts";
import { parseStatement, quoteIdentifier } from "../sql/parse/index.ts";
import { outputOf } from "../sql/plan/plan.ts";
import { bindQueryPlan } from "./bind-port.ts";
import { resolveName } from "./names.ts";
import type { Session } from "./session.ts";
import { StatementContext } from "./statement.ts";

/** Columns in order, or null when nothing has the name. */
export async function relationSchema(
  session: Session,
  parts: readonly string[],
): Promise<StructType | null> {
  const isTemporary = parts.length === 1 && session.temporaryViews.has(parts[0]!.toLowerCase());
  const resolved = resolveName(session, parts);
  if (!isTemporary && resolved.kind === "table" && !session.catalog.getTable(resolved.id)) {
    return null;
  }
  if (resolved.kind === "delta_path" && !DeltaLog.exists(resolved.path)) return null;
  const text = `SELECT * FROM ${parts.map(quoteIdentifier).join(".")}`;
  const statement = parseStatement(text);
  if (statement.kind !== "query") return null;
  const ctx = new StatementContext(session, text, new Map());
  try {
    const output = outputOf(await bindQueryPlan(ctx, statement.query)).filter((a) => !a.hidden);
    return structType(output.map((a) => structField(a.name, a.type, a.nullable)));
  } finally {
    await ctx.close();
  }
}
