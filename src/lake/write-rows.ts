/** Rows of a program into a table: staged first, then written when the changes before are done. */

import type { CommitSummary } from "./exec/result.ts";
import type { Session } from "./exec/session.ts";
import { stageRows } from "./exec/staged-rows.ts";
import { type CommitNotes, StatementContext } from "./exec/statement.ts";
import type { TableHandle } from "./exec/table-handle.ts";
import { appendSmall, SMALL_BATCH_ROWS, takesPlainRows } from "./exec/write/append-small.ts";
import { insertRows } from "./exec/write/insert.ts";
import { type InputRows, readInput, rowParts } from "./input-rows.ts";
import type { StructType } from "./schema/data-type.ts";
import { placeParseError } from "./script-statements.ts";
import type { Expression } from "./sql/ast.ts";
import { parseExpression } from "./sql/parse/index.ts";

/** One write. */
export interface RowWrite extends CommitNotes {
  rows: InputRows;
  mode: "into" | "overwrite" | "replace_where";
  where?: string;
  mergeSchema?: boolean;
}

/** Writes and commits; `open` gives the table as it is when its turn has come. */
export async function writeRows(
  session: Session,
  open: () => Promise<TableHandle>,
  write: RowWrite,
): Promise<CommitSummary | null> {
  const { mode, where, mergeSchema: evolves = false } = write;
  const known = await open();
  if (isCommitted(known, write)) return null;
  const condition = where === undefined ? null : parseCondition(where);
  const ctx = new StatementContext(session, where ?? "", new Map(), write);
  try {
    const isPlain = mode === "into" && !evolves && takesPlainRows(known.snapshot);
    const { schema } = known.snapshot;
    const small = isPlain ? await appendRows(ctx, open, write, schema) : null;
    if (small) return small.commit;
    const types = { schema, infers: evolves };
    const { plan } = await stageRows(ctx, "rows", write.rows, types);
    const source = plan(ctx.allocate);
    const outcome = await session.inTurn(async () => {
      const handle = await open();
      if (isCommitted(handle, write)) return null;
      return insertRows(ctx, handle, source, {
        insert: {
          mode,
          byName: true,
          columns: [],
          span: { start: 0, end: where?.length ?? 0 },
          ...(condition === null ? {} : { replaceWhere: condition }),
        },
        evolves,
      });
    });
    return outcome?.commit ?? null;
  } finally {
    await ctx.close();
  }
}

/** The append without the engine; null when rows or table ask for more than it can do. */
async function appendRows(
  ctx: StatementContext,
  open: () => Promise<TableHandle>,
  { rows, ...notes }: RowWrite,
  schema: StructType,
): Promise<{ commit: CommitSummary | null } | null> {
  const { session } = ctx;
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > SMALL_BATCH_ROWS) return null;
  if (session.autoMerge) return null;
  const { value: part } = await rowParts(rows, SMALL_BATCH_ROWS).next();
  const input = readInput(part!, schema, false);
  return session.inTurn(async () => {
    const handle = await open();
    if (isCommitted(handle, notes)) return { commit: null };
    if (!sameColumns(handle.snapshot.schema, schema)) return null;
    const commit = takesPlainRows(handle.snapshot) ? await appendSmall(ctx, handle, input) : null;
    return commit && { commit };
  });
}

/** Whether nobody changed the columns since the rows were read into them. */
function sameColumns(now: StructType, then: StructType): boolean {
  return now === then || JSON.stringify(now) === JSON.stringify(then);
}

function parseCondition(text: string): Expression {
  return placeParseError(text, () => parseExpression(text));
}

/** Whether the table has the application's transaction, or a later one, already. */
function isCommitted({ snapshot }: TableHandle, { txn }: CommitNotes): boolean {
  const seen = txn === undefined ? undefined : snapshot.txnVersion(txn.appId);
  return seen !== undefined && BigInt(seen) >= BigInt(txn!.version);
}
