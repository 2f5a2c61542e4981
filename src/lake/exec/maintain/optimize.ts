/**
 * OPTIMIZE [ZORDER BY] and REORG … APPLY (PURGE): the rows of many files in few, or without what
 * was deleted, as one commit that changes no data. So it races with nothing but changes of the very
 * files it read. As in delta-spark 4.4 (`OptimizeTableCommand`, `DeltaReorgTableCommand`).
 * Read `optimize-bins.ts` and `rewrite-bins.ts` next.
 */
import { assertWritable } from "../../delta/index.ts";
import { optimizeOperation, reorgOperation } from "../../delta/write/operations.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { aliasOf } from "../dml/target-alias.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { commitChange } from "../write/commit.ts";
import { commitOrDiscard } from "../write/data-files.ts";
import { type Bin, compactionBins, fileLimits, purgeBins, zOrderBins } from "./optimize-bins.ts";
import { historyMetrics, metricsValue, OPTIMIZE_COLUMNS } from "./optimize-metrics.ts";
import { type Selected, selectPartitions } from "./partition-filter.ts";
import { filesToPurge } from "./reorg-files.ts";
import { rewriteBins } from "./rewrite-bins.ts";
import { resolveZOrder, type ZOrderColumn } from "./z-order-columns.ts";

type Rewrite = StatementOf<"optimize" | "reorg">;

/** Runs an OPTIMIZE or a REORG. */
export async function executeRewrite(ctx: StatementContext, statement: Rewrite): Promise<Outcome> {
  const startMs = ctx.session.clock.nowMs();
  const { handle, selected, bins, zOrder } = await planBins(ctx, statement);
  const { snapshot } = handle;
  const removes = bins.flatMap((bin) => bin.files.map((file) => file.add));
  const { maxBytes } = fileLimits(ctx.session, snapshot);
  const written =
    bins.length === 0 ? null : await rewriteBins(ctx, snapshot, bins, { zOrder, maxBytes });
  const adds = written?.adds ?? [];
  const rewritten = {
    snapshot,
    adds,
    removes,
    consideredCount: selected.partitions.reduce((sum, p) => sum + p.files.length, 0),
    binCount: bins.length,
    partitionCount: new Set(bins.map((bin) => bin.partition)).size,
    isZOrdered: zOrder.length > 0,
    startMs,
  };
  const rows = [[`file:${handle.location}`, metricsValue(rewritten)]];
  if (written === null) return localOutcome(OPTIMIZE_COLUMNS, rows);
  return commitOrDiscard(written, async () => {
    const commit = await commitChange(ctx, handle, {
      ...operationOf(statement, selected, zOrder),
      adds,
      removes,
      dataChange: false,
      keepsRowIds: true,
      metrics: historyMetrics(adds, removes),
      reads: {
        readPredicates: [{ kind: "literal", value: true }],
        readFiles: new Set(removes.map((add) => add.path)),
      },
    });
    return localOutcome(OPTIMIZE_COLUMNS, rows, { commit });
  });
}

function operationOf(
  statement: Rewrite,
  { predicates }: Selected,
  zOrder: readonly ZOrderColumn[],
) {
  if (statement.kind === "reorg") return reorgOperation(predicates);
  const zOrderBy = zOrder.map((_, i) =>
    statement.zorder[i]!.parts.map((part) => part.name).join("."),
  );
  return optimizeOperation({ predicates, zOrderBy });
}

export interface PlannedBins {
  handle: TableHandle;
  selected: Selected;
  bins: Bin[];
  zOrder: ZOrderColumn[];
}

/** What the statement would write again; reads footers at most. */
export async function planBins(ctx: StatementContext, statement: Rewrite): Promise<PlannedBins> {
  if (statement.kind === "reorg") checkPurge(statement);
  const handle = await openTable(ctx, statement.table);
  aliasOf(statement.table, handle);
  const { snapshot } = handle;
  checkTable(statement, handle);
  const selected = await selectPartitions(ctx, snapshot, statement);
  const limits = fileLimits(ctx.session, snapshot);
  if (statement.kind === "reorg") {
    const files = selected.partitions.flatMap((partition) => partition.files);
    const chosen = await filesToPurge(await ctx.engine(), snapshot, files);
    return { handle, selected, bins: purgeBins(selected.partitions, chosen, limits), zOrder: [] };
  }
  const zOrder = resolveZOrder(ctx.session, snapshot, statement.zorder);
  const bins =
    zOrder.length > 0
      ? zOrderBins(selected.partitions)
      : compactionBins(selected.partitions, limits);
  return { handle, selected, bins, zOrder };
}

function checkPurge({ apply, span }: StatementOf<"reorg">): void {
  if (/^\s*purge\s*$/i.test(apply)) return;
  const what = apply
    .trim()
    .split(/[\s(]+/)
    .slice(0, 2)
    .join(" ")
    .toUpperCase();
  throw notImplemented(`REORG … APPLY (${what})`, span, "APPLY (PURGE) is what there is");
}

/** Refuses, before anything is written, tables that a rewrite here would spoil. */
function checkTable(statement: Rewrite, { snapshot }: TableHandle): void {
  const { protocol, metadata } = snapshot;
  const isClustered = snapshot.domains().has("delta.clustering");
  if (isClustered) refuseOnClustered(statement);
  if (statement.kind === "optimize" && statement.full && !isClustered) {
    throw new SqlError("OPTIMIZE FULL is for clustered tables, and this one is not", {
      errorClass: "DELTA_OPTIMIZE_FULL_NOT_SUPPORTED",
      sqlState: "42601",
      span: statement.span,
      hint: "leave FULL out",
    });
  }
  assertWritable(protocol, metadata, "change");
  if (!isClustered) return;
  const hint = "run it with the engine that turned the feature on; reading it here works";
  throw notImplemented("rewriting a table with the feature `clustering`", statement.span, hint);
}

function refuseOnClustered(statement: Rewrite): void {
  const { where, span } = statement;
  if (where) {
    throw new SqlError("a clustered table has no partitions for a predicate to name", {
      errorClass: "DELTA_CLUSTERING_WITH_PARTITION_PREDICATE",
      sqlState: "0A000",
      span: where.span,
      hint: "leave the predicate out",
    });
  }
  if (statement.kind === "reorg" || statement.zorder.length === 0) return;
  throw new SqlError("a clustered table is ordered by its clustering columns", {
    errorClass: "DELTA_CLUSTERING_WITH_ZORDER_BY",
    sqlState: "42613",
    span,
    hint: "leave ZORDER BY out",
  });
}
