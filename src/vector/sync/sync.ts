/**
 * A collection brought up to its Delta table, as a delta-sync index of Databricks Vector Search: at
 * first the whole table; then what its change feed tells since the version that was synced last;
 * where there is no feed, the rows of files that are new since. When neither can be had (another
 * table of the name, columns gone, history cut off) the whole table is read again and compared.
 *
 * The version is noted after its changes are durable. A crash in between leaves rows of a newer
 * version than noted; the next sync reads their changes again, which changes nothing.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Clock, systemClock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Lake } from "../../lake/index.ts";
import type { Collection } from "../collection.ts";
import type { SyncState, TableSource } from "../types.ts";
import { type ColumnReader, planColumns } from "./table-columns.ts";
import { quote, type Run, takeAll, takeFeed, takeFiles } from "./take-rows.ts";

/** `none`: the collection was up to date. */
export type SyncMode = "full" | "feed" | "files" | "none";

/** What a sync has done. */
export interface SyncResult {
  readonly mode: SyncMode;
  /** Why the whole table was read; null unless `mode` is `full`. */
  readonly reason: string | null;
  readonly fromVersion: number | null;
  readonly version: number;
  readonly inserted: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly deleted: number;
  /** Rows left out because they have no key or no vector. */
  readonly skipped: number;
}

/** What a sync asks of an `AbortSignal`, a type that only runtimes declare. */
export interface StopSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

export interface SyncOptions {
  /** Reads the whole table whatever is known. */
  readonly full?: boolean;
  /** An `AbortSignal` that ends it. */
  readonly signal?: StopSignal;
  /** `optimize` follows: when the whole table is read no graph is built on the way. */
  readonly willOptimize?: boolean;
  /** Told how many rows were taken since it was told last. */
  readonly onRows?: (count: number) => void;
  readonly clock?: Clock;
}

/** Brings a collection up to the newest version of its table. INVALID_STATE when it has none. */
export async function syncCollection(
  collection: Collection,
  lake: Lake,
  options: SyncOptions = {},
): Promise<SyncResult> {
  const { table, version, tableId, reader } = await inspect(collection, lake);
  const known = collection.settings.synced;
  const totals = { inserted: 0, replaced: 0, unchanged: 0, deleted: 0, skipped: 0 };
  const run = { collection, lake, table, version, reader, options, totals };
  const done = { fromVersion: known?.version ?? null, version };
  let reason = whyFull(known, { tableId, version, types: reader.types, isAsked: options.full });
  let mode: SyncMode = "full";
  if (known !== undefined && reason === null) {
    if (known.version === version) return { mode: "none", reason, ...done, ...totals };
    mode = await takeChanges(run, known.version);
    if (mode === "full") reason = `the history of version ${known.version} is gone`;
  }
  if (mode === "full") await takeAll(run);
  const syncedAtMs = (options.clock ?? systemClock).nowMs();
  await collection.noteSynced({ tableId, version, columns: reader.types, syncedAtMs });
  return { mode, reason: mode === "full" ? reason : null, ...done, ...totals };
}

/** Whether a sync would find nothing to do. Reads the log alone, and changes nothing. */
export async function isUpToDate(collection: Collection, lake: Lake): Promise<boolean> {
  const { synced } = collection.settings;
  const { version, tableId, reader } = await inspect(collection, lake);
  if (synced?.version !== version) return false;
  return whyFull(synced, { tableId, version, types: reader.types, isAsked: false }) === null;
}

/** The table as it is now. */
async function inspect(collection: Collection, lake: Lake) {
  const source = requireSource(collection);
  const table = await lake.table(source.table);
  const at = await table.at({ version: await table.version() });
  const tableId = String((await at.detail()).id);
  const reader = planColumns(source, at.schema);
  return { table, version: at.version, tableId, reader };
}

export interface FollowOptions extends SyncOptions {
  /** How often the log is looked at; default 1 s. */
  readonly intervalMs?: number;
}

/**
 * What a collection of a source would be: how long its vectors are (null before the first one, 0
 * without a column of them). Checks that the columns are there, those of full-text search too.
 */
export async function describeSource(
  lake: Lake,
  source: TableSource,
  textColumns: readonly string[],
): Promise<{ table: string; dims: number | null }> {
  const table = await lake.table(source.table);
  const { columns } = planColumns(source, await table.schema());
  const odd = textColumns.find((name) => !columns.includes(name));
  if (odd !== undefined) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${odd}\` is no column that is synced`, {
      hint: `columns: ${columns.join(", ")}`,
    });
  }
  if (source.vectorColumn === undefined) return { table: source.table, dims: 0 };
  const vector = quote(source.vectorColumn);
  const result = await lake.sql(
    `SELECT size(${vector}) FROM ${table.name} WHERE ${vector} IS NOT NULL LIMIT 1`,
  );
  const [row] = await result.rows();
  return { table: source.table, dims: row === undefined ? null : Number(row[0]) };
}

/** Syncs again and again; gives what changed something. Ends when the signal says so. */
export async function* followTable(
  collection: Collection,
  lake: Lake,
  { intervalMs = 1000, ...options }: FollowOptions,
): AsyncGenerator<SyncResult> {
  for (let isFirst = true; options.signal?.aborted !== true; isFirst = false) {
    const result = await syncCollection(collection, lake, options).catch((error: unknown) => {
      if (options.signal?.aborted === true) return null;
      throw error;
    });
    if (result === null) return;
    if (isFirst || result.mode !== "none") yield result;
    await pause(intervalMs, undefined, { ...pick(options.signal) }).catch(() => undefined);
  }
}

function pick(signal: StopSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal: signal as AbortSignal };
}

function requireSource({ settings }: Collection): TableSource {
  if (settings.source !== undefined) return settings.source;
  throw new SovereignError("INVALID_STATE", "the collection follows no table", {
    hint: "make one that does: `sovereign vector create NAME --from TABLE --primary-key COLUMN`",
  });
}

/** Why changes alone would not do, or null. */
function whyFull(
  known: SyncState | undefined,
  now: {
    tableId: string;
    version: number;
    types: ColumnReader["types"];
    isAsked: boolean | undefined;
  },
): string | null {
  if (known === undefined) return "it is the first time";
  if (now.isAsked) return "it was asked for";
  if (known.tableId !== now.tableId) return "another table has taken the name";
  if (known.version > now.version) return `the table went back to version ${now.version}`;
  const gone = Object.keys(known.columns).find((name) => known.columns[name] !== now.types[name]);
  return gone === undefined ? null : `column \`${gone}\` has changed`;
}

/** By the feed, else by files; `full` when the log does not reach back so far. */
async function takeChanges(run: Run, since: number): Promise<SyncMode> {
  try {
    await takeFeed(run, since);
    return "feed";
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  Object.assign(run.totals, { inserted: 0, replaced: 0, unchanged: 0, deleted: 0, skipped: 0 });
  try {
    await takeFiles(run, since);
    return "files";
  } catch (error) {
    if (!isMissing(error)) throw error;
    return "full";
  }
}

/** No feed was kept, or what it or the log was made of is not there any more. */
function isMissing(error: unknown): boolean {
  const codes = ["INVALID_STATE", "RESOURCE_DOES_NOT_EXIST", "DATA_LOSS"];
  return error instanceof SovereignError && codes.includes(error.code);
}
