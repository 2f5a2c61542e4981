/**
 * Search over a collection's vectors, exact or over graphs: a `ShardIndex` with a memory of 4 GiB
 * for each shard of the rows, and the best of all of them. Nearly always there is one.
 */
import { createPool, type KernelPool, type LoadKernelOptions } from "../../compute/index.ts";
import type { StopSign } from "../../core/turns.ts";
import { type ScoredRow, TopRows } from "../search/top-rows.ts";
import type { Rows, VectorShard } from "../store/rows.ts";
import type { Metric } from "../types.ts";
import type { CodeKind, GraphShape } from "./graph-layout.ts";
import { ShardIndex } from "./shard-index.ts";

/** How a graph is built. */
export interface GraphOptions {
  /** Links of a node on the upper levels, twice as many on the first. Default 16. */
  readonly m?: number;
  /** How many of the nearest are looked at for them. Default 200. */
  readonly efConstruction?: number;
  /**
   * `int8` (default) is smaller and faster; `float32` for vectors that a few numbers far beyond the
   * others leave too few steps for.
   */
  readonly codes?: CodeKind;
  /** Several are faster; one makes the same graph of the same rows. Default: all cores. */
  readonly threads?: number;
  /** Ends the building: it throws the signal's reason, and nothing has changed. */
  readonly signal?: StopSign | undefined;
  /** Told now and then how many rows are linked. */
  readonly onProgress?: ((linkedRows: number) => void) | undefined;
}

export interface OpenOptions extends LoadKernelOptions {
  /** Of long searches and of building; default all cores. */
  readonly threads?: number | undefined;
}

/** What a search looks for. */
export interface IndexSearch {
  readonly limit: number;
  /** How many of the nearest a walk keeps; default as tuned. 0: every row is looked at. */
  readonly ef?: number;
  /** 1 for rows that may be found, and how many those are; all without it. */
  readonly allowed?: { readonly rows: Uint8Array; readonly count: number } | null;
}

/** Sums of codes beyond this many numbers could overflow 32 bits. */
export const MOST_GRAPH_DIMS = 65_536;

export class VectorIndex {
  readonly #rows: Rows;
  readonly #metric: Metric;
  readonly #options: LoadKernelOptions & { readonly pool: KernelPool };
  readonly #shards: ShardIndex[] = [];

  private constructor(rows: Rows, metric: Metric, { threads, ...options }: OpenOptions) {
    this.#rows = rows;
    this.#metric = metric;
    this.#options = { ...options, pool: createPool(threads) };
  }

  /** Takes the vectors of rows in; null where there is no room. */
  static async create(
    rows: Rows,
    metric: Metric,
    options: OpenOptions = {},
  ): Promise<VectorIndex | null> {
    const index = new VectorIndex(rows, metric, options);
    return (await index.extend()) ? index : null;
  }

  /** Takes in shards that rows have begun since; false without room. */
  async extend(): Promise<boolean> {
    for (const shard of this.#rows.shards.slice(this.#shards.length)) {
      const made = await ShardIndex.create(shard, this.#metric, this.#options);
      if (made === null) return false;
      this.#shards.push(made);
    }
    return true;
  }

  /** Links every row, of which none is dead; false where a shard has no room for its graph. */
  async build(options: GraphOptions): Promise<boolean> {
    const built: boolean[] = [];
    let before = 0;
    for (const [i, shard] of this.#shards.entries()) {
      const onProgress = (linked: number): void => options.onProgress?.(before + linked);
      built.push(await shard.build({ ...options, onProgress }));
      before += this.#rows.shards[i]!.length;
    }
    return !built.includes(false);
  }

  /**
   * Takes in the sections of a collection's file, one a shard, which is searched without a graph
   * where there is none; false when one is no graph of the shard's part of `rowCount` rows.
   */
  load(sections: readonly (Uint8Array | null)[], rowCount: number): boolean {
    const { shards, shardRows } = this.#rows;
    return this.#shards.every((index, i) => {
      const section = sections[i] ?? null;
      const count = Math.min(shardRows, rowCount - shards[i]!.first);
      return section === null || index.load(section, count);
    });
  }

  /** The sections of the file, null for shards without a graph; only as they were built. */
  encode(): (Uint8Array | null)[] {
    return this.#shards.map((index) => (index.shape === null ? null : index.encode()));
  }

  /** What the graphs are, `nodeCount` all of their nodes; null where there is none. */
  get shape(): GraphShape | null {
    const shape = this.#shards.find((index) => index.shape !== null)?.shape ?? null;
    return shape === null ? null : { ...shape, nodeCount: this.linkedRows };
  }

  /** How many of the nearest walks keep by default. */
  setEf(ef: number): void {
    for (const index of this.#shards) {
      if (index.shape !== null) index.shape = { ...index.shape, ef };
    }
  }

  /** Rows that are in a graph. */
  get linkedRows(): number {
    return this.#shards.reduce((sum, { linkedRows }) => sum + linkedRows, 0);
  }

  /** Takes dead rows out of graphs that are in use, where there are many. */
  repair(): void {
    for (const index of this.#shards) index.repair();
  }

  /** The best rows for each query, best first. Null when the vectors have outgrown the memory. */
  search(queries: readonly Float32Array[], search: IndexSearch): ScoredRow[][] | null {
    const { shards, length } = this.#rows;
    if (shards.length > this.#shards.length) return null;
    if (shards.length === 1) return this.#shards[0]!.search(queries, search);
    const tops = queries.map(() => new TopRows(Math.min(search.limit, length)));
    for (const [i, shard] of shards.entries()) {
      const allowed = this.#allowedOf(shard, search.allowed);
      const found = this.#shards[i]!.search(queries, { ...search, allowed });
      if (found === null) return null;
      found.forEach((list, query) => {
        for (const { row, score } of list) tops[query]!.offer(shard.first + row, score);
      });
    }
    return tops.map((top) => top.list());
  }

  /** Whether the index is of these rows. */
  isOf(rows: Rows): boolean {
    return rows === this.#rows;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#options.pool.close();
  }

  #allowedOf(
    { first, length, liveCount, alive }: VectorShard,
    allowed: IndexSearch["allowed"] | undefined,
  ): NonNullable<IndexSearch["allowed"]> | null {
    if (allowed === null || allowed === undefined) return null;
    if (allowed.rows === this.#rows.alive) {
      return liveCount === length ? null : { rows: alive, count: liveCount };
    }
    const rows = allowed.rows.subarray(first, first + length);
    return { rows, count: rows.reduce((sum, isAllowed) => sum + isAllowed, 0) };
  }
}
