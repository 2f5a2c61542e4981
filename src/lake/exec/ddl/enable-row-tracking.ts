/**
 * Turning row tracking on for a table that has rows, in delta-spark's three steps: the feature, so
 * that every writer from then on gives ids; ids for the files that have none (ROW TRACKING
 * BACKFILL); the property, once no file is without.
 */
import { SovereignError } from "../../../core/errors.ts";
import { hasFeature } from "../../delta/features.ts";
import type { ScanFile } from "../../delta/index.ts";
import { namedOperation, setPropertiesOperation } from "../../delta/write/operations.ts";
import { changeTable, tableActions } from "../../delta/write/table-create.ts";
import type { Outcome } from "../result.ts";
import type { StatementContext } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { commitChange } from "../write/commit.ts";
import { changeMetadata } from "./alter-table.ts";

const FEATURE = { "delta.feature.rowTracking": "supported" };
/** Rounds of filling in; other writers may bring files without ids only until they see the feature. */
const MAX_ROUNDS = 3;

/** Sets properties, `delta.enableRowTracking` among them. */
export async function enableRowTracking(
  ctx: StatementContext,
  opened: TableHandle,
  properties: Readonly<Record<string, string>>,
): Promise<Outcome> {
  let handle = opened;
  if (!hasFeature(handle.snapshot.protocol, "rowTracking")) {
    await addFeature(ctx, handle);
    handle = await reopen(handle);
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const bare = await filesWithoutIds(handle);
    // A rehearsal leaves the table as it is: the ids would never be there.
    if (bare.length === 0 || ctx.session.isRehearsed(handle.location)) {
      const operation = setPropertiesOperation(properties);
      return changeMetadata(ctx, handle, { setProperties: properties }, operation);
    }
    await commitChange(ctx, handle, {
      ...namedOperation("ROW TRACKING BACKFILL", { batchId: String(round) }),
      adds: bare.map(({ add }) => ({ ...add, dataChange: false })),
      metrics: {},
      reads: { readPredicates: [], readFiles: new Set(bare.map(({ add }) => add.path)) },
    });
    handle = await reopen(handle);
  }
  throw new SovereignError("RESOURCE_CONFLICT", "other writers keep adding files without row ids", {
    hint: "run the statement again when fewer writers are busy",
  });
}

async function addFeature(ctx: StatementContext, handle: TableHandle): Promise<void> {
  const { protocol, metadata } = handle.snapshot;
  const after = changeTable({ protocol, metadata }, { setProperties: FEATURE });
  const upgraded = { protocol: after.protocol, metadata };
  await commitChange(ctx, handle, {
    ...namedOperation("UPGRADE PROTOCOL", { newProtocol: JSON.stringify(after.protocol) }),
    others: tableActions({ protocol, metadata }, upgraded),
    metrics: {},
  });
}

async function reopen(handle: TableHandle): Promise<TableHandle> {
  return { ...handle, snapshot: await handle.log.snapshot() };
}

async function filesWithoutIds({ snapshot }: TableHandle): Promise<ScanFile[]> {
  return (await snapshot.scanFiles()).filter(({ add }) => add.baseRowId == null);
}
