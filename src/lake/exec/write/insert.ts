/**
 * INSERT INTO and INSERT OVERWRITE: the query's rows, laid onto the table's columns and held to its
 * rules, become files; what they replace is settled in `overwrite.ts`. An INSERT INTO that
 * reads nothing of the table never conflicts with another.
 */
import { type WriteOptions, writeOperation } from "../../delta/write/operations.ts";
import type { Query } from "../../sql/ast.ts";
import { notImplemented } from "../../sql/error.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { bindQueryPlan, expressionBinder } from "../bind-port.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { alignColumns } from "./align.ts";
import { commitChange, totalBytes, writeMetrics } from "./commit.ts";
import { targetOf, type WriteTarget, writeData, writeOrDiscard } from "./data-files.ts";
import { enforceRules } from "./enforce.ts";
import { type Evolution, evolveSchema } from "./evolve.ts";
import { withHighWaterMarks } from "./identity.ts";
import { type Overwrite, planOverwrite } from "./overwrite.ts";
import { mergeReads, sourceReads } from "./source-reads.ts";
import { replaceDefaults } from "./values-default.ts";

type Insert = StatementOf<"insert">;

/** Runs an INSERT. */
export async function executeInsert(ctx: StatementContext, insert: Insert): Promise<Outcome> {
  refuseInsert(insert);
  const handle = await openTable(ctx, insert.table);
  const evolves = insert.schemaEvolution || ctx.session.autoMerge;
  const query: Query = replaceDefaults(insert.source, insert, handle.snapshot.schema);
  const source = await bindQueryPlan(ctx, query);
  return insertRows(ctx, handle, source, { insert, evolves });
}

/** Throws NOT_IMPLEMENTED for the forms of INSERT that are not built. */
export function refuseInsert(insert: Insert): void {
  if (insert.mode === "replace_using" || insert.mode === "replace_on") {
    const clause = insert.mode.toUpperCase().replace("_", " ");
    throw notImplemented(`INSERT … ${clause}`, insert.span, "use MERGE, or REPLACE WHERE");
  }
  if (insert.ifNotExists) {
    throw notImplemented("INSERT … IF NOT EXISTS", insert.span, "check for the partition first");
  }
}

export interface InsertOptions {
  insert: Pick<Insert, "mode" | "byName" | "columns" | "partition" | "replaceWhere" | "span">;
  evolves: boolean;
  /** Put into the commit beside the files. */
  others?: Evolution["actions"];
}

/** Writes the rows of a bound source into the table and commits. */
export async function insertRows(
  ctx: StatementContext,
  handle: TableHandle,
  source: Plan,
  { insert, evolves, others = [] }: InsertOptions,
): Promise<Outcome> {
  const { snapshot } = handle;
  const evolution = evolves ? evolveForInsert(handle, source, insert) : null;
  const target: WriteTarget = {
    ...targetOf(snapshot),
    ...(evolution ? { schema: evolution.schema, configuration: evolution.configuration } : {}),
  };
  const bind = await expressionBinder(ctx, null);
  const aligned = alignColumns(ctx, source, { ...insert, schema: target.schema }, bind);
  const checked = await enforceRules(ctx, aligned.plan, target, aligned.given);
  const overwrite =
    insert.mode === "into" ? null : await planOverwrite(ctx, handle, insert, target);
  return writeOrDiscard(async (keep) => {
    const written = keep(await writeData(ctx, overwrite?.guard(checked) ?? checked, target));
    const settled = await overwrite?.settle(written, target);
    const replaced = settled && keep(settled);
    const removes = replaced?.removes ?? [];
    const adds = [...written.adds, ...(replaced?.adds ?? [])];
    const actions = [
      ...withHighWaterMarks(snapshot, evolution?.actions ?? [], aligned.numbered, written.rowCount),
      ...others,
    ];
    const isNothing = adds.length + removes.length + actions.length === 0;
    if (isNothing && ctx.notes.txn === undefined) return emptyOutcome();
    const commit = await commitChange(ctx, handle, {
      ...writeOperation(operationOf(insert, overwrite)),
      adds,
      removes,
      changes: replaced?.changes ?? [],
      others: actions,
      keepsRowIds: true,
      metrics: {
        ...writeMetrics(written),
        ...(overwrite
          ? {
              numRemovedFiles: String(removes.length),
              numRemovedBytes: String(totalBytes(removes)),
            }
          : {}),
        ...replaced?.metrics,
      },
      reads: mergeReads(await sourceReads(handle.snapshot, source), replaced?.reads ?? null) ?? {},
    });
    return emptyOutcome({ commit });
  });
}

function operationOf(insert: InsertOptions["insert"], overwrite: Overwrite | null): WriteOptions {
  if (insert.mode === "into" || !overwrite) return { mode: "Append" };
  return {
    mode: "Overwrite",
    ...(overwrite.predicateText ? { predicate: overwrite.predicateText } : {}),
    ...(overwrite.isDynamic ? { isDynamicPartitionOverwrite: true } : {}),
  };
}

/** New columns come by name, or by position beyond the table's last column. */
export function evolveForInsert(
  handle: TableHandle,
  source: Plan,
  insert: InsertOptions["insert"],
): Evolution {
  const { snapshot } = handle;
  const attributes = outputOf(source).filter((attribute) => !attribute.hidden);
  if (insert.byName) return evolveSchema(snapshot, attributes);
  if (insert.columns.length > 0) {
    const named = insert.columns.map((column, i) => ({
      name: column.name,
      type: attributes[i]?.type ?? ({ kind: "void" } as const),
    }));
    return evolveSchema(snapshot, named);
  }
  const { fields } = snapshot.schema;
  const positional = attributes.map((attribute, i) => ({
    name: fields[i]?.name ?? attribute.name,
    type: attribute.type,
  }));
  return evolveSchema(snapshot, positional);
}
