/**
 * A collection as programs see it: rows by id, queries, and the file behind them. The whole
 * collection lies in memory while it is open: see `store/rows.ts` for how much that takes.
 */
import { requirePath, requireString } from "../core/arguments.ts";
import { SovereignError } from "../core/errors.ts";
import type { Lake } from "../lake/index.ts";
import { rebuild } from "./build-parts.ts";
import {
  requireFollowOptions,
  requireLake,
  requireMode,
  requireSyncOptions,
  requireSyncState,
  requireUpsertOptions,
} from "./check-arguments.ts";
import { type CollectionOptions, readOptions } from "./collection-options.ts";
import type { CollectionEmbedder } from "./embed/collection-embedder.ts";
import {
  describeIndex,
  flatIndex,
  type IndexInfo,
  type IndexOptions,
  loadIndex,
  requireIndexOptions,
} from "./graph/collection-index.ts";
import type { VectorIndex } from "./graph/vector-index.ts";
import { changedRows, checkRows, listRows } from "./input/check-row.ts";
import { type Selection, selectIds } from "./input/selection.ts";
import { EXTRA_SECTIONS, openCollectionEmbedder, openTextIndex, type Parts } from "./open-parts.ts";
import { requireQuery } from "./search/check-query.ts";
import { Hit } from "./search/hit.ts";
import {
  filterRows,
  type ManyQueries,
  type QueryTarget,
  runQuery,
  runVectorQueries,
  type VectorQuery,
} from "./search/run-query.ts";
import type { ScoredRow } from "./search/top-rows.ts";
import { DiskCollection } from "./store/disk-collection.ts";
import type { FollowOptions, SyncOptions, SyncResult } from "./sync/sync.ts";
import type { TextIndex } from "./text/text-index.ts";
import type { CollectionSettings, SyncState, UpsertResult, VectorRow } from "./types.ts";

/**
 * Rows by id. Changes resolve when they are durable, in the order they were asked for; queries see
 * them at once. One process at a time may have it open for writing; readers see it as it was when
 * they opened it.
 */
export class Collection implements AsyncDisposable {
  readonly #disk: DiskCollection;
  readonly #textIndex: TextIndex | null;
  readonly #embedder: CollectionEmbedder | null;
  #index: VectorIndex | null;
  #isClosed = false;
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(disk: DiskCollection, parts: Parts) {
    this.#disk = disk;
    this.#index = parts.index;
    this.#textIndex = parts.textIndex;
    this.#embedder = parts.embedder;
  }

  /** Makes an empty collection of the files `<base>.vec`, `.wal` and `.lock`. */
  static async create(base: string, options: CollectionOptions): Promise<void> {
    requirePath(base, "the path of a collection");
    const settings = await readOptions(options);
    if (settings.text.length > 0 || options.language !== undefined) {
      const { checkLanguage } = await import("./text/analyzer.ts");
      checkLanguage(settings.language);
    }
    await DiskCollection.create(base, settings);
  }

  /** Opens a collection. DATA_LOSS when its files are damaged. */
  static async open(base: string, mode: "read" | "write" = "read"): Promise<Collection> {
    requirePath(base, "the path of a collection");
    requireMode(mode, "how to open it");
    const disk =
      mode === "read"
        ? DiskCollection.openForReading(base, EXTRA_SECTIONS)
        : await DiskCollection.openForWriting(base, EXTRA_SECTIONS);
    try {
      const index = await loadIndex(disk);
      const embedder = await openCollectionEmbedder(disk);
      const hasText = disk.settings.text.length > 0;
      const textIndex = hasText ? await openTextIndex(disk) : null;
      return new Collection(disk, { index, embedder, textIndex });
    } catch (error) {
      disk.close();
      throw error;
    }
  }

  get settings(): CollectionSettings {
    return this.#disk.settings;
  }

  /** Number of rows. */
  get count(): number {
    return this.#disk.rows.liveCount;
  }

  /**
   * Adds rows, each in place of the one of its id: all, or none when one is wrong. With an embedder
   * rows need no vector. With `skipSame` rows that are there as they are cost nothing. When the log
   * has grown long the file is written anew; with `willOptimize` without a graph, which `optimize`
   * then builds once.
   */
  upsert(
    rows: Iterable<VectorRow>,
    options: { skipSame?: boolean; willOptimize?: boolean } = {},
  ): Promise<UpsertResult> {
    return this.#inTurn(async () => {
      requireUpsertOptions(options, "the options");
      const { skipSame = false, willOptimize = false } = options;
      const listed = listRows(rows);
      const complete = (await this.#embedder?.complete(listed, this.#disk.rows)) ?? listed;
      const checked = checkRows(complete, this.settings);
      const changed = skipSame ? changedRows(checked, this.#disk.rows) : checked;
      const result = await this.#disk.upsert(changed);
      this.#index ??= await flatIndex(this.#disk.rows, this.settings);
      await this.#index?.extend();
      this.#index?.repair();
      if (this.#disk.isDue) await this.#rewrite(willOptimize ? { index: "flat" } : {});
      return { ...result, unchanged: checked.ids.length - changed.ids.length };
    });
  }

  /** Notes how far the collection has come with its table; resolves when that is durable. */
  noteSynced(state: SyncState): Promise<void> {
    return this.#inTurn(async () => {
      requireSyncState(state, "the state");
      await this.#disk.noteSynced(state);
    });
  }

  /** Deletes rows; returns how many there were. */
  delete(selection: Selection): Promise<number> {
    return this.#inTurn(async () => {
      const count = await this.#disk.delete(selectIds(this.#disk, selection));
      this.#index?.repair();
      return count;
    });
  }

  /** Ids of the rows a selection names, in the order they were written. */
  find(selection: Selection): string[] {
    this.#requireOpen();
    return selectIds(this.#disk, selection);
  }

  /** The id of every row, in the order they were written. */
  *ids(): Generator<string> {
    this.#requireOpen();
    const { rows } = this.#disk;
    for (const row of rows.live()) yield rows.ids[row]!;
  }

  /** The row of that id, or null. */
  get(id: string): VectorRow | null {
    this.#requireOpen();
    requireString(id, "the id");
    const row = this.#disk.rows.find(id);
    return row < 0 ? null : this.#row(row);
  }

  /** Every row that the filters take, in the order they were written. */
  *rows(filters: Pick<VectorQuery, "filter" | "filtersJson"> = {}): Generator<VectorRow> {
    this.#requireOpen();
    for (const row of filterRows(this.#disk, filters)) yield this.#row(row);
  }

  /**
   * `query`, with the vector of the text where the collection has an embedder: a text alone then asks
   * for HYBRID, or for ANN where there is no full-text search.
   */
  async search(query: VectorQuery): Promise<Hit[]> {
    this.#requireOpen();
    requireQuery(query, "the query");
    const { text, vector, queryType } = query;
    if (this.#embedder === null || text === undefined || vector !== undefined) {
      return this.query(query);
    }
    const type = queryType ?? (this.#textIndex === null ? "ANN" : "HYBRID");
    if (type === "FULL_TEXT") return this.query(query);
    return this.query({ ...query, queryType: type, vector: await this.#embedder.embedQuery(text) });
  }

  /** The rows nearest to a vector, best for a text, or both. */
  query(query: VectorQuery): Hit[] {
    this.#requireOpen();
    requireQuery(query, "the query");
    const { rows, changeCount } = this.#disk;
    if (query.text !== undefined) this.#textIndex?.refresh(rows, changeCount);
    return this.#hits(runQuery(this.#target, query));
  }

  /** The rows nearest to each of many vectors, in their order: quicker than one after another. */
  queryMany(vectors: readonly ArrayLike<number>[], query: ManyQueries = {}): Hit[][] {
    this.#requireOpen();
    return runVectorQueries(this.#target, vectors, query).map((found) => this.#hits(found));
  }

  /** Takes what has changed in the table of `settings.source`; see `sync/sync.ts`. */
  async sync(lake: Lake, options: SyncOptions = {}): Promise<SyncResult> {
    requireLake(lake, "the lake");
    requireSyncOptions(options, "the options");
    const { syncCollection } = await import("./sync/sync.ts");
    return syncCollection(this, lake, options);
  }

  /** Whether `sync` would find nothing to do. */
  async isUpToDate(lake: Lake): Promise<boolean> {
    requireLake(lake, "the lake");
    const { isUpToDate } = await import("./sync/sync.ts");
    return isUpToDate(this, lake);
  }

  /** Syncs whenever the table has changed, until `signal` ends it; gives what each sync did. */
  async *follow(lake: Lake, options: FollowOptions): AsyncGenerator<SyncResult> {
    requireLake(lake, "the lake");
    requireFollowOptions(options, "the options");
    const { followTable } = await import("./sync/sync.ts");
    yield* followTable(this, lake, options);
  }

  /**
   * Writes the file anew, without the rows that are gone, empties the log and builds the index that
   * so many rows ask for. Resolves with the number of rows that are looked at one by one all the
   * same, because the memory of a kernel has no room for a graph made so.
   */
  optimize(options: IndexOptions = {}): Promise<{ unindexed: number }> {
    return this.#inTurn(() => {
      requireIndexOptions(options, "the options");
      return this.#rewrite(options);
    });
  }

  /** The index of vectors: every row is looked at, or a graph is walked. */
  get index(): IndexInfo {
    return describeIndex(this.#index);
  }

  /** Waits for changes at hand and lets the files go. Twice is quiet; other calls are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#changes.catch(() => undefined);
    await this.#embedder?.close();
    await this.#index?.close();
    this.#disk.close();
  }

  /** Removes the collection with its files, and closes it: nobody can write to it in between. */
  async remove(): Promise<void> {
    await this.#inTurn(async () => this.#disk.remove());
    await this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #rewrite(options: IndexOptions = {}): Promise<{ unindexed: number }> {
    const { index, unindexed } = await rebuild(this.#disk, this.#embedder, options);
    await this.#index?.close();
    this.#index = index;
    return { unindexed };
  }

  get #target(): QueryTarget {
    return { disk: this.#disk, textIndex: this.#textIndex, index: this.#index };
  }

  #hits(found: readonly ScoredRow[]): Hit[] {
    const { ids, metadataTexts } = this.#disk.rows;
    return found.map(({ row, score }) => new Hit(ids[row]!, score, metadataTexts[row]!));
  }

  #row(row: number): VectorRow {
    const { rows, settings } = this.#disk;
    const base = { id: rows.ids[row]!, metadata: rows.metadata(row) };
    return settings.dims === 0 ? base : { ...base, vector: rows.vector(row).slice() };
  }

  #requireOpen(): void {
    if (!this.#isClosed) return;
    throw new SovereignError("INVALID_STATE", "the collection was closed", {
      hint: "open it again: `store.open(name)`",
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    const result = this.#changes.then(work, work);
    this.#changes = result;
    return result;
  }
}
