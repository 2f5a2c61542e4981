/**
 * A commit in a dry run: nothing is added to the table's log. A change of columns or properties
 * makes an empty table of the new kind in the scratch folder, which stands in for the table from
 * here on, so that later statements are bound against it.
 */
import { join } from "node:path";
import { newUuid } from "../../../core/ids.ts";
import type { Action } from "../../delta/index.ts";
import type { Operation } from "../../delta/write/operations.ts";
import { beginTransaction } from "../../delta/write/transaction.ts";
import type { Session } from "../session.ts";
import type { TableHandle } from "../table-handle.ts";

/** The version the commit would have had. */
export async function rehearseCommit(
  session: Session,
  { info, location, snapshot }: TableHandle,
  { others = [], ...operation }: Operation & { others?: readonly Action[] },
): Promise<number> {
  const { clock, transaction } = session;
  const changed = others.filter((action) => action.metaData || action.protocol);
  if (changed.length > 0) {
    const { protocol, metadata } = snapshot;
    const [own] = [Object.assign({}, { protocol }, { metaData: metadata }, ...changed)];
    const folder = join(session.scratch!, newUuid());
    await beginTransaction(folder, null, { ...transaction, clock }).commit({
      operation: operation.operation,
      operationParameters: operation.operationParameters,
      actions: [{ protocol: own.protocol }, { metaData: own.metaData }],
    });
    if (info) session.catalog.putTable({ ...info, location: folder }, { replace: true });
    else session.standIn(location, folder);
  }
  return snapshot.version + 1;
}
