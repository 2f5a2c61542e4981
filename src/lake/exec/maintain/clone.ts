/**
 * CREATE TABLE … SHALLOW or DEEP CLONE, as in delta-spark 4.4 (`CloneTableCommand`; deep as on
 * Databricks, which OSS Delta lacks). A shallow clone's log names the source's files where they
 * are; a deep one has copies, and run again copies only what is new. Files: `clone-files.ts`.
 */
import { alreadyExists } from "../../catalog/index.ts";
import { type Action, DeltaLog, type Snapshot } from "../../delta/index.ts";
import { clonedDomains, clonedTable } from "../../delta/write/cloned-table.ts";
import { removeOf } from "../../delta/write/file-actions.ts";
import { namedOperation } from "../../delta/write/operations.ts";
import { beginTransaction } from "../../delta/write/transaction.ts";
import { LONG, structField, structType } from "../../schema/data-type.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { definitionLike } from "../ddl/create-table.ts";
import { type Creation, propertyRecord } from "../ddl/table-definition.ts";
import { withEntry } from "../ddl/table-entry.ts";
import { nonEmptyLocation, otherLocation, type Place, placeOf } from "../ddl/table-place.ts";
import { emptyOutcome, localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, resolveReference, type TableHandle } from "../table-handle.ts";
import { commitNotes, summarise, totalBytes } from "../write/commit.ts";
import { commitOrDiscard } from "../write/data-files.ts";
import { type ClonedFiles, copiedFiles, planCopies, referredFiles } from "./clone-files.ts";

type Clone = StatementOf<"clone_table">;

const CLONED = structType([
  structField("source_table_size", LONG),
  structField("source_num_of_files", LONG),
  structField("num_removed_files", LONG),
  structField("num_copied_files", LONG),
  structField("removed_files_size", LONG),
  structField("copied_files_size", LONG),
]);

/** Runs a CLONE. */
export async function executeClone(ctx: StatementContext, clone: Clone): Promise<Outcome> {
  const { place, source, target, exists } = await prepareClone(ctx, clone);
  if (exists) return emptyOutcome({ message: "the table exists already" });
  const { snapshot } = source;
  const properties = propertyRecord(clone.options.properties);
  const state = clonedTable({ source: snapshot, target, properties });
  return withEntry(ctx, place, target === null, async () => {
    const files = clone.shallow
      ? await referredFiles(snapshot)
      : await copiedFiles(snapshot, place.location, target);
    return commitOrDiscard(files, async () => {
      const facts = await factsOf(snapshot, files);
      const others: Action[] = [
        { protocol: state.protocol },
        { metaData: state.metadata },
        ...clonedDomains(snapshot, target),
      ];
      const commit = await commitClone(ctx, { place, source, target, files, facts, others });
      return localOutcome(CLONED, [facts.map(BigInt)], { commit });
    });
  });
}

/** What a CLONE would make; for plans. */
export async function planClone(ctx: StatementContext, clone: Clone) {
  const { source, target, exists, place } = await prepareClone(ctx, clone);
  const object = ctx.textOf(clone.table.name);
  const base = { command: `Execute CloneTableCommand ${object}`, object };
  if (exists) return { ...base, note: "the table exists already" };
  const { snapshot, displayName } = source;
  clonedTable({ source: snapshot, target, properties: propertyRecord(clone.options.properties) });
  const { changed, removes } = await planCopies(snapshot, place.location, target);
  const count = clone.shallow ? await snapshot.fileCount() : changed.filter((c) => c.data).length;
  const files = `${count} file${count === 1 ? "" : "s"}`;
  const from = `of ${displayName} at version ${snapshot.version}`;
  return {
    ...base,
    schema: snapshot.schema,
    changes: target ? { count: removes.length, sizeBytes: totalBytes(removes) } : null,
    locations: target ? [place.location] : [],
    note: `${clone.shallow ? "refers to" : "copies"} ${files} ${from}`,
  };
}

/** The empty table that stands in for the clone in a dry run. */
export async function cloneDefinition(ctx: StatementContext, clone: Clone): Promise<Creation> {
  const { place, source, exists } = await prepareClone(ctx, clone);
  if (exists) return { place, action: "none", definition: null };
  return { place, action: "make", definition: definitionLike(source.snapshot, clone.options) };
}

interface Prepared {
  place: Place;
  source: TableHandle;
  /** The table that is replaced. */
  target: Snapshot | null;
  /** It is there, and IF NOT EXISTS was said. */
  exists: boolean;
}

async function prepareClone(ctx: StatementContext, clone: Clone): Promise<Prepared> {
  refuseUnbuilt(ctx, clone);
  const source = await openTable(ctx, clone.source);
  const place = placeOf(ctx, clone.table, clone.options);
  if (place.exists && clone.ifNotExists) return { place, source, target: null, exists: true };
  if (place.exists && !clone.orReplace) throw alreadyExists("table", place.parts);
  if (place.elsewhere !== null) throw otherLocation(place);
  if (place.isAdopted && !clone.orReplace) throw nonEmptyLocation(place);
  const replaces = place.exists || (place.isAdopted && DeltaLog.exists(place.location));
  const target = replaces ? await ctx.session.log(place.location).snapshot() : null;
  if (target) await refuseTarget(clone, source.snapshot, target, place);
  return { place, source, target, exists: false };
}

async function refuseTarget(clone: Clone, source: Snapshot, target: Snapshot, place: Place) {
  if (source.tableRoot === target.tableRoot) {
    throw new SqlError(`\`${place.displayName}\` cannot be a clone of itself`, {
      errorClass: "DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE",
      sqlState: "0AKDC",
      span: clone.table.name.span,
      hint: "RESTORE brings back an old version of a table",
    });
  }
  if (!clone.shallow || (await target.fileCount()) === 0) return;
  throw new SqlError(`\`${place.displayName}\` has rows: a shallow clone replaces an empty table`, {
    code: "INVALID_STATE",
    errorClass: "DELTA_UNSUPPORTED_NON_EMPTY_CLONE",
    sqlState: "0AKDC",
    span: clone.table.name.span,
    hint: "delete its rows first, or use DEEP CLONE",
  });
}

function refuseUnbuilt(ctx: StatementContext, { source, options }: Clone): void {
  const name = resolveReference(ctx, source);
  if (name.kind === "file_path") {
    const hint = "use CONVERT TO DELTA, or CREATE TABLE … AS SELECT";
    throw notImplemented(`CLONE of ${name.format} files`, source.name.span, hint);
  }
  for (const clause of options.unsupported) throw notImplemented(clause.keyword, clause.span);
}

/** In the order of the result's columns. */
async function factsOf(source: Snapshot, files: ClonedFiles): Promise<number[]> {
  return [
    await source.totalSizeBytes(),
    await source.fileCount(),
    files.removes.length,
    files.copied.length,
    totalBytes(files.removes),
    totalBytes(files.copied),
  ];
}

interface CommitParts extends Omit<Prepared, "exists"> {
  files: ClonedFiles;
  facts: readonly number[];
  others: readonly Action[];
}

async function commitClone(ctx: StatementContext, parts: CommitParts) {
  const { place, source, target, files, facts, others } = parts;
  const { session } = ctx;
  const nowMs = session.clock.nowMs();
  const metrics = metricsOf(facts);
  const name = source.info ? source.displayName : `delta.\`file:${source.location}\``;
  const transaction = beginTransaction(place.location, target, {
    ...session.transaction,
    clock: session.clock,
    ...(target && { log: session.log(place.location) }),
  });
  const result = await transaction.commit({
    ...namedOperation("CLONE", { source: name, sourceVersion: source.snapshot.version }),
    operationMetrics: metrics,
    ...commitNotes(ctx),
    actions: [
      ...others,
      ...files.removes.map((add) => ({ remove: removeOf(add, nowMs) })),
      ...files.adds.map((add) => ({ add })),
    ],
    exclusive: true,
  });
  if (!target) session.forgetLog(place.location);
  return summarise(place.displayName, result, { ...files, metrics });
}

function metricsOf(facts: readonly number[]): Record<string, string> {
  const [size, count, removed, copied, removedSize, copiedSize] = facts.map(String);
  return {
    sourceTableSize: size!,
    sourceNumOfFiles: count!,
    numRemovedFiles: removed!,
    numCopiedFiles: copied!,
    removedFilesSize: removedSize!,
    copiedFilesSize: copiedSize!,
  };
}
