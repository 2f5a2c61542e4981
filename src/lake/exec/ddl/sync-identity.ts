/**
 * ALTER COLUMN … SYNC IDENTITY: for tables whose values were written by hand (BY DEFAULT), so that
 * the next ones given out lie beyond them. It reads the whole table and never lowers the mark.
 */
import { SovereignError } from "../../../core/errors.ts";
import { identityOf, raiseHighWaterMark } from "../../delta/write/identity-columns.ts";
import { changeColumnOperation } from "../../delta/write/operations.ts";
import { type StructField, structType } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import { prepareQuery } from "../bind-port.ts";
import { openTargetScan } from "../dml/target-scan.ts";
import type { Outcome } from "../result.ts";
import type { StatementContext } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { changeMetadata } from "./alter-table.ts";

/** Raises the high-water mark of a column to the furthest value in the table. */
export async function syncIdentity(
  ctx: StatementContext,
  handle: TableHandle,
  field: StructField,
): Promise<Outcome> {
  const identity = identityOf(field);
  if (!identity) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${field.name}\` is no identity column`, {
      hint: "name a column GENERATED … AS IDENTITY",
      details: { error_class: "DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN" },
    });
  }
  const furthest = await furthestValue(ctx, handle, field, identity.step);
  const synced = furthest === null ? field : raiseHighWaterMark(field, furthest);
  const fields = handle.snapshot.schema.fields.map((f) => (f === field ? synced : f));
  const operation = changeColumnOperation({ field });
  const reads = { readWholeTable: true };
  return changeMetadata(ctx, handle, { schema: structType(fields) }, { ...operation, reads });
}

async function furthestValue(
  ctx: StatementContext,
  { snapshot }: TableHandle,
  field: StructField,
  step: bigint,
): Promise<bigint | null> {
  const files = await snapshot.scanFiles();
  if (files.length === 0) return null;
  const scan = await openTargetScan(ctx, snapshot, files, []);
  const column = scan.columns.find((attribute) => attribute.name === field.name)!;
  const output = { ...column, id: ctx.allocate() };
  const query = await prepareQuery(ctx, {
    kind: "project",
    input: scan.plan,
    expressions: [{ expression: refer(column), output }],
  });
  const [named] = query.columns;
  const furthest = step > 0n ? "max" : "min";
  const engine = await ctx.engine();
  const sql = `SELECT ${furthest}(v) FROM (${query.sql}) AS t(v)`;
  const [row] = await engine.rows(sql, [named!]);
  return (row?.[0] ?? null) as bigint | null;
}
