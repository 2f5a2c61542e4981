/**
 * Search over a collection's vectors: every row looked at, or a graph walked (HNSW) and what it
 * finds scored again on the vectors. Scores are exact either way. Holds the vectors of the
 * collection's rows in a kernel's memory; rows that are not in the graph are looked at one by one.
 *
 * Memory beside the vectors, for a node of a graph: dims bytes for codes, 8·M for links, some 15
 * for upper levels and the like, 2 for each thread.
 */
import { createPool } from "../../compute/index.ts";
import { type ScoredRow, TopRows } from "../search/top-rows.ts";
import type { Rows } from "../store/rows.ts";
import type { Metric } from "../types.ts";
import { addRows, drawLevels, linkRows, type Threads } from "./build-graph.ts";
import { decodeShape, encodeShape, type GraphShape } from "./graph-layout.ts";
import { readParts, writeParts } from "./graph-section.ts";
import { IndexMemory, MOST_FOUND } from "./index-memory.ts";
import { chooseScale } from "./quantise.ts";

/** How a graph is built. */
export interface GraphOptions {
  /** Links of a node on the upper levels, twice as many on the first. Default 16. */
  readonly m?: number;
  /** How many of the nearest are looked at for them. Default 200. */
  readonly efConstruction?: number;
  /** Several are faster; one makes the same graph of the same rows. Default: all cores. */
  readonly threads?: number;
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
const DEFAULT_EF = 64;
/** Queries of one call of the kernel. */
const BATCH = 1024;
/** Numbers looked at below which a second thread takes longer to wake than it saves. */
const LEAST_SHARED = 20_000_000;
const ITEM_BYTES = 16;

export class VectorIndex {
  /** Null where every row is looked at. */
  shape: GraphShape | null = null;
  readonly #rows: Rows;
  readonly #memory: IndexMemory;
  readonly #threads: Threads;

  private constructor(rows: Rows, memory: IndexMemory, threads?: number) {
    this.#rows = rows;
    this.#memory = memory;
    const pool = createPool(threads);
    this.#threads = { pool, kernel: pool.register(memory.kernel) };
  }

  /** Takes the vectors of rows in; null where they are more than one memory holds. */
  static async create(rows: Rows, metric: Metric, threads?: number): Promise<VectorIndex | null> {
    const index = new VectorIndex(rows, await IndexMemory.create(rows.dims, metric), threads);
    return index.#follow() ? index : null;
  }

  /** Links every row, of which none is dead; node ids are the index's own. False without room. */
  async build({ m = 16, efConstruction = 200 }: GraphOptions): Promise<boolean> {
    const { vectors, length, dims } = this.#rows;
    const { metric } = this.#memory;
    const levels = drawLevels(length, m);
    const shape: GraphShape = {
      ...{ nodeCount: length, dims, metric, m, efConstruction, entry: 0 },
      topLevel: levels.reduce((a, b) => Math.max(a, b), 0),
      upperWords: levels.reduce((sum, level) => sum + level, 0) * m,
      scale: chooseScale(vectors.subarray(0, length * dims), dims, metric),
      ef: DEFAULT_EF,
    };
    if (!this.#memory.placeGraph(shape)) return false;
    await this.#threads.pool.start();
    linkRows(this.#memory, levels, this.#threads);
    this.shape = shape;
    return true;
  }

  /** Takes in a section of a collection's file; false when it is no graph of `rowCount` rows. */
  load(section: Uint8Array, rowCount: number): boolean {
    const shape = decodeShape(section);
    const { dims, metric } = this.#memory;
    const isOurs = shape?.nodeCount === rowCount && shape.dims === dims && shape.metric === metric;
    if (shape === null || !isOurs) return false;
    if (!this.#memory.placeGraph(shape) || !readParts(section, shape, this.#memory)) return false;
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

  /** Puts rows behind those of the graph into it, at most so many. */
  link(most: number): void {
    if (this.shape === null || !this.#follow()) return;
    const from = this.linkedRows;
    const to = Math.min(this.#rows.length, from + most);
    if (to > from) {
      this.shape = addRows(this.#memory, { shape: this.shape, from, to }, this.#threads);
    }
  }

  /** The best rows for each query, best first. Null when the vectors have outgrown the memory. */
  search(queries: readonly Float32Array[], search: IndexSearch): ScoredRow[][] | null {
    if (!this.#follow()) return null;
    const { limit, ef = this.shape?.ef ?? 0, allowed = null } = search;
    const { length } = this.#rows;
    const most = Math.min(limit, allowed?.count ?? length);
    if (most === 0) return queries.map(() => []);
    const linked = this.shape?.nodeCount ?? 0;
    const share = (allowed?.count ?? length) / Math.max(1, length);
    const kept = Math.min(Math.max(ef, limit), linked);
    const isWalk = ef > 0 && linked > 0 && !isScanCheaper(share, kept, linked);
    const bitmap = allowed === null ? 0 : this.#place("allowed", allowed.rows);
    const plan = { limit: most, bitmap, count: Math.min(MOST_FOUND, most) };
    if (!isWalk) return this.#run(queries, { ...plan, ef: 0, firstRow: 0 });
    const count = Math.min(kept, candidatesFor(most));
    const found = this.#run(queries, { ...plan, count, ef: kept, firstRow: linked });
    // A filter may cut the graph into parts that no walk gets across.
    return found.map((rows, i) =>
      rows.length >= most ? rows : this.#run([queries[i]!], { ...plan, ef: 0, firstRow: 0 })[0]!,
    );
  }

  /** Whether the index is of these rows. */
  isOf(rows: Rows): boolean {
    return rows === this.#rows;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#threads.pool.close();
  }

  #run(queries: readonly Float32Array[], plan: KernelSearch): ScoredRow[][] {
    const found: ScoredRow[][] = [];
    for (let from = 0; from < queries.length; from += BATCH) {
      found.push(...this.#runBatch(queries.slice(from, from + BATCH), plan));
    }
    return found;
  }

  #runBatch(queries: readonly Float32Array[], plan: KernelSearch): ScoredRow[][] {
    const { dims, length } = this.#rows;
    const memory = this.#memory;
    const placed = memory.buffer("queries", queries.length * dims * 4);
    const floats = new Float32Array(placed.buffer, placed.byteOffset, queries.length * dims);
    queries.forEach((query, i) => {
      floats.set(query, i * dims);
    });
    const { limit, count, ef, firstRow, bitmap } = plan;
    const { pool, kernel } = this.#threads;
    const isLong = ef === 0 && length * dims * queries.length >= LEAST_SHARED;
    const shares = isLong || queries.length >= 2 * pool.threads ? pool.threads : 1;
    const byRows = queries.length < shares;
    const outBytes = queries.length * count * ITEM_BYTES;
    const out = memory.buffer("out", (byRows ? shares : 1) * outBytes).byteOffset;
    const args = Array.from({ length: shares }, (_, i) => {
      const cut = (from: number, to: number, part: number): number =>
        from + Math.floor(((to - from) * part) / shares);
      const [from, to] = byRows
        ? [0, queries.length]
        : [cut(0, queries.length, i), cut(0, queries.length, i + 1)];
      const [first, end] = byRows
        ? [cut(firstRow, length, i), cut(firstRow, length, i + 1)]
        : [firstRow, length];
      const common = [memory.at, memory.scratch(i), placed.byteOffset, from, to, count];
      return [...common, ef, first, end, bitmap, byRows ? out + i * outBytes : out];
    });
    if (shares === 1) memory.kernel.exports.search!(...args[0]!);
    else pool.run(kernel, "search", args);
    const bytes = memory.bytes(out, (byRows ? shares : 1) * outBytes);
    return queries.map((_, i) => {
      const lists = Array.from({ length: byRows ? shares : 1 }, (_, share) =>
        readItems(bytes, (share * queries.length + i) * count, count),
      );
      return lists.length === 1 ? lists[0]!.slice(0, limit) : mergeLists(lists, limit);
    });
  }

  /** Copies bytes into the memory unless they lie there already; returns their address. */
  #place(name: string, bytes: Uint8Array): number {
    const placed = this.#memory.buffer(name, bytes.length);
    placed.set(bytes);
    return placed.byteOffset;
  }

  /** Brings the vectors into the memory when the rows have outgrown what they had. */
  #follow(): boolean {
    const rows = this.#rows;
    if (rows.vectors === this.#memory.vectors) return true;
    const used = rows.vectors.subarray(0, rows.length * rows.dims);
    const wanted = [Math.max(rows.alive.length, 2 * rows.length), rows.length];
    const isPlaced = wanted.some((capacity) => this.#memory.placeVectors(used, capacity));
    if (isPlaced) rows.adoptVectors(this.#memory.vectors);
    return isPlaced;
  }
}

interface KernelSearch {
  readonly limit: number;
  /** Rows that are scored. */
  readonly count: number;
  readonly ef: number;
  /** The first of the rows that are looked at one by one. */
  readonly firstRow: number;
  /** Address of the allowed rows' bytes, or 0. */
  readonly bitmap: number;
}

function readItems(bytes: Uint8Array, first: number, count: number): ScoredRow[] {
  const at = bytes.byteOffset + first * ITEM_BYTES;
  const scores = new Float64Array(bytes.buffer, at, 2 * count);
  const rows = new Int32Array(bytes.buffer, at, 4 * count);
  const found: ScoredRow[] = [];
  for (let i = 0; i < count; i++) {
    const row = rows[4 * i + 2]!;
    if (row < 0) break;
    found.push({ row, score: scores[2 * i]! });
  }
  return found;
}

function mergeLists(lists: readonly ScoredRow[][], limit: number): ScoredRow[] {
  const top = new TopRows(limit);
  for (const list of lists) for (const { row, score } of list) top.offer(row, score);
  return top.list();
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
