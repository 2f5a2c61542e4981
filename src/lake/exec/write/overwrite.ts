/**
 * What an INSERT OVERWRITE or REPLACE WHERE takes out of the table: everything, the partition it
 * names, the partitions the new rows fall into (dynamic mode), or the rows a predicate selects.
 */
import {
  type AddCdcFile,
  type AddFile,
  type CommitRequest,
  liveRowCount,
  resolveLogPath,
} from "../../delta/index.ts";
import type { StructType } from "../../schema/data-type.ts";
import type { Expression } from "../../sql/ast.ts";
import { refer } from "../../sql/bind/column.ts";
import { parseExpression, quoteIdentifier } from "../../sql/parse/index.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { expressionBinder } from "../bind-port.ts";
import {
  asChanges,
  NO_CHANGES,
  type WrittenChanges,
  writeChanges,
} from "../changes/write-changes.ts";
import { type Deleted, deleteMatching, goneFiles } from "../dml/delete.ts";
import { openTargetScan } from "../dml/target-scan.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { checkReplaced } from "./check-functions.ts";
import { totalBytes } from "./commit.ts";
import { commitOrDiscard, type WriteTarget, type WrittenData } from "./data-files.ts";
import { filterText } from "./filter-text.ts";
import { partitionPredicate } from "./partition-predicate.ts";
import { pickColumns } from "./stored-rows.ts";

type Insert = Pick<StatementOf<"insert">, "mode" | "partition" | "replaceWhere" | "span">;

export interface Replaced {
  removes: AddFile[];
  /** Rewritten rows that stay. */
  adds: AddFile[];
  /** Change data files of the rows that go and of the new ones. */
  changes: readonly AddCdcFile[];
  /** Spark's counters, where rows were looked at one by one. */
  metrics: Readonly<Record<string, string>>;
  /** Removes what was written; for a statement that does not reach its commit. */
  discard(): void;
  reads: Pick<CommitRequest, "readPredicates" | "readWholeTable" | "readFiles">;
}

export interface Overwrite {
  /** SQL of the predicate, for the history. */
  predicateText: string | null;
  isDynamic: boolean;
  /** Holds new rows to the predicate they replace. */
  guard(plan: Plan): Plan;
  /** Called once the new files are there. */
  settle(written: WrittenData, target: WriteTarget): Promise<Replaced>;
}

/** Of a replacement that takes whole files: the log tells what changed. */
const WHOLE_FILES: Omit<Replaced, "removes" | "reads"> = {
  adds: [],
  changes: [],
  metrics: {},
  discard() {},
};

/** Decides what the statement replaces. */
export async function planOverwrite(
  ctx: StatementContext,
  handle: TableHandle,
  insert: Insert,
  { schema }: Pick<WriteTarget, "schema">,
): Promise<Overwrite> {
  if (insert.replaceWhere) {
    const text = ctx.textOf(insert.replaceWhere);
    return replaceMatching(ctx, handle, schema, { condition: insert.replaceWhere, text });
  }
  const text = staticPredicate(ctx, handle, insert);
  if (text === "dynamic") return replacePartitions(handle);
  if (text !== null) {
    return replaceMatching(ctx, handle, schema, { condition: parseExpression(text), text });
  }
  return {
    predicateText: null,
    isDynamic: false,
    guard: (plan) => plan,
    async settle() {
      const files = await handle.snapshot.scanFiles();
      const removes = files.map((file) => file.add);
      return { ...WHOLE_FILES, removes, reads: { readWholeTable: true } };
    },
  };
}

/**
 * SQL of the partition that a statement without REPLACE WHERE overwrites; null when it overwrites
 * the whole table, `dynamic` when the new rows' partitions decide.
 */
export function staticPredicate(
  ctx: StatementContext,
  handle: TableHandle,
  insert: Insert,
): string | null {
  const isPartitioned = handle.snapshot.metadata.partitionColumns.length > 0;
  const mode = ctx.session.settings.get("spark.sql.sources.partitionOverwriteMode");
  if (isPartitioned && mode?.toLowerCase() === "dynamic") return "dynamic";
  const statics = insert.partition?.items.filter((item) => item.value) ?? [];
  if (statics.length === 0) return null;
  return statics
    .map((item) => `${quoteIdentifier(item.name.name)} <=> (${ctx.textOf(item.value!)})`)
    .join(" AND ");
}

function replacePartitions(handle: TableHandle): Overwrite {
  return {
    predicateText: null,
    isDynamic: true,
    guard: (plan) => plan,
    async settle(written) {
      const byPartition = new Map(written.adds.map((add) => [partitionKey(add), add]));
      const files = await handle.snapshot.scanFiles();
      const removes = files
        .map((file) => file.add)
        .filter((add) => byPartition.has(partitionKey(add)));
      const readPredicates = [...byPartition.values()].map((add) =>
        partitionPredicate(handle.snapshot, add),
      );
      // The files' rows are not read: their removal is a matter of removing twice.
      return { ...WHOLE_FILES, removes, reads: { readPredicates, readFiles: new Set() } };
    },
  };
}

function partitionKey(add: AddFile): string {
  return JSON.stringify(Object.entries(add.partitionValues).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function replaceMatching(
  ctx: StatementContext,
  handle: TableHandle,
  schema: StructType,
  { condition, text }: { condition: Expression; text: string },
): Promise<Overwrite> {
  const bind = await expressionBinder(ctx, null);
  const shown = bind(condition, schemaAttributes(schema, ctx.allocate, []));
  return {
    predicateText: filterText(shown) ?? text,
    isDynamic: false,
    guard(plan) {
      const attributes = outputOf(plan);
      const bound = bind(condition, attributes);
      const expressions = attributes.map((attribute, i) => ({
        expression: i === 0 ? checkReplaced(refer(attribute), bound, text) : refer(attribute),
        output: { ...attribute, id: ctx.allocate() },
      }));
      return { kind: "project", input: plan, expressions };
    },
    async settle(written, target) {
      const deleted = await deleteMatching(ctx, handle, (attributes) => {
        return bind(condition, attributes);
      });
      // With any change file in a commit, readers look at no other; so the new rows get theirs.
      const inserted = await commitOrDiscard(deleted, async () =>
        deleted.changes.length > 0 ? recordInserted(ctx, handle, written, target) : NO_CHANGES,
      );
      const changes = [...deleted.changes, ...inserted.files];
      return {
        removes: deleted.removes,
        adds: deleted.adds,
        changes,
        metrics: replaceMetrics(written, deleted, changes.length),
        discard() {
          deleted.discard();
          inserted.discard();
        },
        reads: deleted.reads,
      };
    },
  };
}

/** Spark counts files with rows that stay, rewritten or marked, among the written ones. */
function replaceMetrics(
  written: WrittenData,
  deleted: Deleted,
  changeCount: number,
): Record<string, string> {
  const copied = deleted.adds.reduce((sum, add) => sum + (liveRowCount(add) ?? 0), 0);
  const gone = goneFiles(deleted);
  const numbers = {
    numFiles: written.adds.length + deleted.adds.length,
    numOutputRows: written.rowCount + copied,
    numOutputBytes: written.sizeBytes + totalBytes(deleted.adds),
    numCopiedRows: copied,
    numDeletedRows: deleted.deletedCount,
    numAddedChangeFiles: changeCount,
    numRemovedFiles: gone.length,
    numRemovedBytes: totalBytes(gone),
  };
  return Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)]));
}

/** The rows just written, as stored, are the inserted ones. */
async function recordInserted(
  ctx: StatementContext,
  { snapshot, qualifier }: TableHandle,
  written: WrittenData,
  target: WriteTarget,
): Promise<WrittenChanges> {
  if (written.adds.length === 0) return NO_CHANGES;
  const files = written.adds.map((add) => ({
    add,
    absolutePath: resolveLogPath(target.tableRoot, add.path),
    deletedRows: null,
  }));
  const scan = await openTargetScan(ctx, snapshot, files, qualifier, target.schema);
  const rows = pickColumns(ctx, scan.plan, scan.columns);
  return writeChanges(ctx, [asChanges(ctx, rows, "insert")], target);
}
