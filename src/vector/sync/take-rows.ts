/**
 * Rows of a table into its collection: what its change feed tells, what new files hold, or all of
 * it. A row that is there as it is costs nothing.
 */
import type { ColumnBatch, DeltaTable, Lake, StatementResult } from "../../lake/index.ts";
import type { Collection } from "../collection.ts";
import type { SyncOptions } from "./sync.ts";
import type { ColumnReader } from "./table-columns.ts";

/** One sync: what is read of which version, and what has come of it so far. */
export interface Run {
  readonly collection: Collection;
  readonly lake: Lake;
  readonly table: DeltaTable;
  readonly version: number;
  readonly reader: ColumnReader;
  readonly options: SyncOptions;
  /** Whether a graph is built later, for all rows at once. */
  readonly willOptimize?: boolean;
  readonly totals: Totals;
}

interface Totals {
  inserted: number;
  replaced: number;
  unchanged: number;
  deleted: number;
  skipped: number;
}

/** What the change feed tells. The last change of each key decides; a new image comes last. */
export async function takeFeed(run: Run, since: number): Promise<void> {
  const { lake, table, version, reader } = run;
  const list = reader.columns.map(quote).join(", ");
  const key = quote(reader.columns[0]!);
  const isLive = "_change_type IN ('insert', 'update_postimage')";
  const text =
    `SELECT ${list}, ${isLive} AS __is_live FROM (SELECT *, row_number() OVER (PARTITION BY ${key} ` +
    `ORDER BY _commit_version DESC, ${isLive} DESC) AS __place ` +
    `FROM table_changes('${table.name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}', ` +
    `${since + 1}, ${version})) WHERE __place = 1`;
  for await (const batch of (await lake.sql(text)).batches()) {
    const flags = batch.columns[reader.columns.length]!;
    const live: number[] = [];
    const gone: string[] = [];
    for (let i = 0; i < batch.rowCount; i++) {
      if (flags.get(i) === true) live.push(i);
      else gone.push(String(batch.columns[0]!.get(i)));
    }
    await takeBatch(run, pickRows(batch, live));
    run.totals.deleted += await run.collection.delete({ ids: gone });
  }
}

function pickRows({ columns }: ColumnBatch, rows: readonly number[]): ColumnBatch {
  return {
    rowCount: rows.length,
    columns: columns.map((column) => ({ get: (i: number) => column.get(rows[i]!) })),
  };
}

/** Rows of files that are new; rows that are nowhere any more go. */
export async function takeFiles(run: Run, since: number): Promise<void> {
  const { table, version, reader } = run;
  const files = await table.newFiles(since, version);
  if (files.addedCount > 0) await takeRows(run, await files.read(reader.columns));
  if (files.removedCount > 0) await deleteOthers(run, await readKeys(run));
}

/** The whole table; rows that it has not go. */
export async function takeAll(run: Run): Promise<void> {
  const { columns } = run.reader;
  const whole = { ...run, willOptimize: run.options.willOptimize ?? false };
  const ids = await takeRows(whole, await readColumns(run, columns));
  await deleteOthers(run, ids);
}

/** Resolves with the ids that were read. */
async function takeRows(run: Run, result: StatementResult): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const batch of result.batches()) {
    for (const id of await takeBatch(run, batch)) ids.add(id);
  }
  return ids;
}

async function takeBatch(run: Run, batch: ColumnBatch): Promise<string[]> {
  const { collection, totals, options, willOptimize = false } = run;
  options.signal?.throwIfAborted();
  const { rows, withoutVector, withoutKey } = run.reader.read(batch);
  const { inserted, replaced, unchanged } = await collection.upsert(rows, {
    skipSame: true,
    willOptimize,
  });
  totals.inserted += inserted;
  totals.replaced += replaced;
  totals.unchanged += unchanged;
  totals.deleted += await collection.delete({ ids: withoutVector });
  totals.skipped += withoutVector.length + withoutKey;
  options.onRows?.(rows.length);
  return rows.map(({ id }) => id);
}

async function readKeys(run: Run): Promise<Set<string>> {
  const keys = new Set<string>();
  const result = await readColumns(run, run.reader.columns.slice(0, 1));
  for await (const { rowCount, columns } of result.batches()) {
    for (let i = 0; i < rowCount; i++) keys.add(String(columns[0]!.get(i)));
  }
  return keys;
}

function readColumns(run: Run, columns: readonly string[]): Promise<StatementResult> {
  const { lake, table, version } = run;
  return lake.sql(
    `SELECT ${columns.map(quote).join(", ")} FROM ${table.name} VERSION AS OF ${version}`,
  );
}

async function deleteOthers({ collection, totals }: Run, ids: ReadonlySet<string>): Promise<void> {
  const others = [...collection.ids()].filter((id) => !ids.has(id));
  totals.deleted += await collection.delete({ ids: others });
}

/** A name as Spark SQL writes it. */
export function quote(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
