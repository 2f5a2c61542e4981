/**
 * Search over the vectors of a shard: every row looked at, or a graph walked (HNSW) and what it
 * finds scored again on the vectors. Scores are exact either way. Holds the vectors in a kernel's
 * memory; rows that are not in the graph are looked at one by one. Rows are counted from the
 * shard's first.
 *
 * Memory beside the vectors, for a node of a graph: dims bytes for codes (4·dims of `float32`), 8·M
 * for links, some 25 for upper levels and the like, 34 for each thread.
 */
import type { KernelPool, LoadKernelOptions } from "../../compute/index.ts";
import { runInTurns } from "../../core/turns.ts";
import type { ScoredRow } from "../search/top-rows.ts";
import type { VectorShard } from "../store/rows.ts";
import type { Metric } from "../types.ts";
import { addRows, drawLevels, linkRows, repairGraph, type Threads } from "./build-graph.ts";
import { decodeShape, encodeShape, type GraphShape } from "./graph-layout.ts";
import { readParts, writeParts } from "./graph-section.ts";
import { IndexMemory, MOST_FOUND } from "./index-memory.ts";
import { chooseScale } from "./quantise.ts";
import { runSearch, type SearchPlan } from "./run-search.ts";
import type { GraphOptions, IndexSearch } from "./vector-index.ts";

const DEFAULT_EF = 64;
/** Share of dead rows that a graph may hold: a walk passes them in vain. */
const MOST_DEAD_SHARE = 0.1;
/** Walks that show that a graph is in use. */
const LEAST_WALKS = 1000;
/** Rows looked at in the time it takes to link one. */
const LOOKS_PER_LINK = 2500;
/** Rows linked before one search, at most. */
const MOST_LINKED = 1000;
/** Room for vectors of rows to come. */
const MOST_SLACK_BYTES = 2 ** 28;

export class ShardIndex {
  /** Null where every row is looked at. */
  shape: GraphShape | null = null;
  readonly #rows: VectorShard;
  readonly #memory: IndexMemory;
  readonly #threads: Threads;
  /** Rows that were dead when the graph was last rid of them. */
  #repairedDead = 0;
  /** Rows and live rows when their bytes were last copied. */
  #placedAlive: readonly [length: number, liveCount: number] | null = null;
  /** Walks since the last repair. */
  #walkCount = 0;
  /** Rows looked at because they are not in the graph. */
  #looks = 0;

  private constructor(rows: VectorShard, memory: IndexMemory, pool: KernelPool) {
    this.#rows = rows;
    this.#memory = memory;
    this.#threads = { pool, kernel: pool.register(memory.kernel) };
  }

  /** Takes the vectors of a shard in; null where they are more than one memory holds. */
  static async create(
    rows: VectorShard,
    metric: Metric,
    { pool, ...options }: LoadKernelOptions & { readonly pool: KernelPool },
  ): Promise<ShardIndex | null> {
    const memory = await IndexMemory.create(rows.dims, metric, options);
    const index = new ShardIndex(rows, memory, pool);
    return index.#follow() ? index : null;
  }

  /** Links every row, of which none is dead; node ids are the index's own. False without room. */
  async build(options: GraphOptions): Promise<boolean> {
    const { m = 16, efConstruction = 200, codes = "int8", signal, onProgress } = options;
    const { vectors, length, dims } = this.#rows;
    const { metric } = this.#memory;
    const levels = drawLevels(length, m);
    const shape: GraphShape = {
      ...{ nodeCount: length, dims, metric, codes, m, efConstruction, entry: 0 },
      topLevel: levels.reduce((a, b) => Math.max(a, b), 0),
      upperWords: levels.reduce((sum, level) => sum + level, 0) * m,
      scale: codes === "int8" ? chooseScale(vectors.subarray(0, length * dims), dims, metric) : 1,
      ef: DEFAULT_EF,
    };
    if (!this.#memory.placeGraph(shape, this.#threads.pool.threads)) return false;
    await this.#threads.pool.start();
    await runInTurns(linkRows(this.#memory, levels, this.#threads), { signal, onProgress });
    this.shape = shape;
    return true;
  }

  /**
   * Takes in a section of a collection's file; false when it is no graph of `rowCount` rows. One
   * for which there is no room, as of a machine with fewer threads, is left out.
   */
  load(section: Uint8Array, rowCount: number): boolean {
    const shape = decodeShape(section);
    const { dims, metric } = this.#memory;
    const isOurs = shape?.nodeCount === rowCount && shape.dims === dims && shape.metric === metric;
    if (shape === null || !isOurs) return false;
    if (!this.#memory.placeGraph(shape, this.#threads.pool.threads)) return true;
    if (!readParts(section, shape, this.#memory)) return false;
    this.shape = shape;
    return true;
  }

  /** The section of the file; only of a graph as it was built. */
  encode(): Uint8Array {
    const shape = this.shape!;
    return writeParts(encodeShape(shape), shape, this.#memory);
  }

  /** Rows that are in the graph: those below. */
  get linkedRows(): number {
    return this.shape?.nodeCount ?? 0;
  }

  /** Takes dead rows out of a graph that is in use, when there are many. */
  repair(): void {
    if (this.shape === null || !this.#follow()) return;
    const { length, liveCount, alive } = this.#rows;
    const deadCount = length - liveCount;
    const isWorth = deadCount - this.#repairedDead >= MOST_DEAD_SHARE * this.linkedRows;
    if (!isWorth || this.#walkCount < LEAST_WALKS) return;
    this.shape = repairGraph(this.#memory, { shape: this.shape, alive }, this.#threads);
    this.#repairedDead = deadCount;
    this.#walkCount = 0;
  }

  /**
   * Takes rows behind the graph into it, at the pace at which looking at them has cost as much:
   * what is asked once costs nothing more, what is asked often gets quick.
   */
  #linkNewRows(shape: GraphShape, queryCount: number): GraphShape {
    this.#walkCount += queryCount;
    const from = shape.nodeCount;
    const { length } = this.#rows;
    this.#looks += (length - from) * queryCount;
    const count = Math.min(length - from, Math.floor(this.#looks / LOOKS_PER_LINK), MOST_LINKED);
    if (count === 0) return shape;
    this.#looks -= count * LOOKS_PER_LINK;
    return addRows(this.#memory, { shape, from, to: from + count }, this.#threads);
  }

  /** The best rows for each query, best first. Null when the vectors have outgrown the memory. */
  search(queries: readonly Float32Array[], search: IndexSearch): ScoredRow[][] | null {
    if (!this.#follow()) return null;
    const { limit, ef = this.shape?.ef ?? 0, allowed = null } = search;
    const { length } = this.#rows;
    const most = Math.min(limit, allowed?.count ?? length);
    if (most === 0) return queries.map(() => []);
    if (this.shape !== null && ef > 0) {
      this.shape = this.#linkNewRows(this.shape, queries.length);
    }
    const linked = this.linkedRows;
    const share = (allowed?.count ?? length) / Math.max(1, length);
    const kept = Math.min(Math.max(ef, limit), linked);
    const isWalk = ef > 0 && linked > 0 && !isScanCheaper(share, kept, linked);
    const bitmap = allowed === null ? 0 : this.#placeAllowed(allowed.rows);
    const plan = { limit: most, bitmap, count: Math.min(MOST_FOUND, most) };
    if (!isWalk) return this.#run(queries, { ...plan, ef: 0, firstRow: 0 });
    const count = Math.min(kept, candidatesFor(most));
    const found = this.#run(queries, { ...plan, count, ef: kept, firstRow: linked });
    // A filter may cut the graph into parts that no walk gets across.
    found.forEach((rows, i) => {
      if (rows.length >= most) return;
      found[i] = this.#run([queries[i]!], { ...plan, ef: 0, firstRow: 0 })[0]!;
    });
    return found;
  }

  #run(queries: readonly Float32Array[], plan: Omit<SearchPlan, "rowCount">): ScoredRow[][] {
    return runSearch(this.#memory, queries, {
      plan: { ...plan, rowCount: this.#rows.length },
      threads: this.#threads,
    });
  }

  /** Copies a byte for each row into the memory; returns their address. */
  #placeAllowed(rows: Uint8Array): number {
    const { alive, length, liveCount } = this.#rows;
    if (rows !== alive) {
      const placed = this.#memory.buffer("allowed", rows.length);
      placed.bytes.set(rows);
      return placed.at;
    }
    const placed = this.#memory.buffer("alive", alive.length);
    // Rows come and die, and none comes back.
    const isCurrent = this.#placedAlive?.[0] === length && this.#placedAlive[1] === liveCount;
    if (!isCurrent) placed.bytes.set(alive);
    this.#placedAlive = [length, liveCount];
    return placed.at;
  }

  /** Brings the vectors into the memory when the rows have outgrown what they had. */
  #follow(): boolean {
    const rows = this.#rows;
    if (rows.vectors === this.#memory.vectors) return true;
    const used = rows.vectors.subarray(0, rows.length * rows.dims);
    const slack = Math.min(rows.length, Math.floor(MOST_SLACK_BYTES / (4 * rows.dims)));
    const wanted = [Math.min(rows.length + slack, rows.capacity), rows.length];
    const isPlaced = wanted.some((capacity) => this.#memory.placeVectors(used, capacity));
    if (isPlaced) rows.vectors = this.#memory.vectors;
    this.#placedAlive = null;
    return isPlaced;
  }
}

/** Rows that a walk hands over to be scored exactly, for `limit` results. */
function candidatesFor(limit: number): number {
  return Math.min(MOST_FOUND, Math.ceil(limit * 1.5) + 5);
}

/** Nodes a walk looks at for each it keeps, about. */
const LOOKS_PER_RESULT = 15;

/** Whether looking at every allowed row costs less than walking until `ef` of them are found. */
function isScanCheaper(share: number, ef: number, nodeCount: number): boolean {
  return share * nodeCount * share < LOOKS_PER_RESULT * ef;
}
