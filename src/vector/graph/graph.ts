/**
 * HNSW over a collection's rows: built once for all of them, kept in the collection's file, searched
 * with filters. Rows written after it was built are not in it; the caller looks at those itself.
 *
 * Memory beside the rows: dims bytes a node for codes, 4·(2M + 1) for links, 34 for scratch.
 */
import { type Kernel, loadKernel } from "../../compute/index.ts";
import { createRng } from "../../core/rng.ts";
import type { ScoredRow } from "../search/top-rows.ts";
import type { Metric } from "../types.ts";
import {
  decodeShape,
  encodeShape,
  type GraphShape,
  HEADER_BYTES,
  MOST_LEVELS,
  type PartSizes,
  partSizes,
} from "./graph-layout.ts";
import { chooseScale, encodeVector, strideOf } from "./quantise.ts";

/** How a graph is built. */
export interface GraphOptions {
  /** Links of a node on the upper levels, twice as many on the first. Default 16. */
  readonly m?: number;
  /** How many of the nearest are looked at for them. Default 200. */
  readonly efConstruction?: number;
  readonly metric: Metric;
}

/** Products of codes beyond this many could overflow 32 bits. */
export const MOST_GRAPH_DIMS = 16_384;
const DEFAULT_EF = 64;
const SEED = 20_261_121;

/** What a search looks for. */
export interface GraphSearch {
  readonly limit: number;
  readonly ef?: number;
  /** 1 for nodes that may be found, and how many those are; all without it. */
  readonly allowed?: { readonly nodes: Uint8Array; readonly count: number } | null;
}

export class Graph {
  shape: GraphShape;
  readonly #kernel: Kernel;
  readonly #metric: Metric;
  readonly #parts: PartSizes;
  readonly #graph: number;
  readonly #scratch: number;
  readonly #query: Int8Array;
  readonly #queryAt: number;
  readonly #out: number;
  readonly #allowed: Uint8Array;
  readonly #allowedAt: number;

  private constructor(kernel: Kernel, shape: GraphShape, metric: Metric) {
    this.shape = shape;
    this.#kernel = kernel;
    this.#metric = metric;
    const { arena } = kernel;
    const sizes = partSizes(shape);
    this.#parts = Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [name, arena.allocate(size)]),
    ) as unknown as PartSizes;
    this.#graph = this.#writeGraph();
    this.#scratch = this.#makeScratch();
    this.#queryAt = arena.allocate(shape.stride);
    this.#out = arena.allocate((shape.nodeCount + 1) * 8);
    this.#allowedAt = arena.allocate(shape.nodeCount);
    const { buffer } = arena.memory;
    this.#query = new Int8Array(buffer, this.#queryAt, shape.stride).fill(0);
    this.#allowed = new Uint8Array(buffer, this.#allowedAt, shape.nodeCount);
  }

  /** Links every row of (n, dims) row-major vectors; node r is row r. */
  static async build(
    vectors: Float32Array,
    dims: number,
    { metric, m = 16, efConstruction = 200 }: GraphOptions,
  ): Promise<Graph> {
    const nodeCount = vectors.length / dims;
    const levels = drawLevels(nodeCount, m);
    const topLevel = levels.reduce((a, b) => Math.max(a, b), 0);
    const shape: GraphShape = {
      nodeCount,
      stride: strideOf(dims),
      m,
      efConstruction,
      entry: levels.indexOf(topLevel),
      topLevel,
      isSquared: metric === "l2",
      upperWords: levels.reduce((sum, level) => sum + level, 0) * (m + 1),
      scale: chooseScale(vectors, dims, metric),
      ef: DEFAULT_EF,
    };
    const graph = new Graph(await loadKernel("hnsw"), shape, metric);
    graph.#fill(vectors, dims, levels);
    graph.#call("addNodes", graph.#graph, graph.#scratch, 0, nodeCount, 1);
    return graph;
  }

  /** Reads a section of a collection's file; null when it is no graph of `nodeCount` nodes. */
  static async load(
    section: Uint8Array,
    expected: { readonly nodeCount: number; readonly dims: number; readonly metric: Metric },
  ): Promise<Graph | null> {
    const shape = decodeShape(section);
    const isOurs =
      shape?.nodeCount === expected.nodeCount &&
      shape.stride === strideOf(expected.dims) &&
      shape.isSquared === (expected.metric === "l2");
    if (shape === null || !isOurs) return null;
    const graph = new Graph(await loadKernel("hnsw"), shape, expected.metric);
    let at = HEADER_BYTES;
    for (const part of graph.#partViews()) {
      part.set(section.subarray(at, at + part.length));
      at += part.length;
    }
    return graph.#isSound() ? graph : null;
  }

  /** The section of the file. */
  encode(): Uint8Array {
    const pieces = [encodeShape(this.shape), ...this.#partViews()];
    const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /**
   * Nodes near to the query by their codes, nearest first; `score` is the negative distance of
   * codes. Where few nodes are allowed, all of them are looked at.
   */
  search(query: Float32Array, { limit, ef = this.shape.ef, allowed = null }: GraphSearch) {
    const { nodeCount, scale } = this.shape;
    encodeVector(query, { scale, metric: this.#metric }, this.#query);
    if (allowed !== null) this.#allowed.set(allowed.nodes);
    const bitmap = allowed === null ? 0 : this.#allowedAt;
    const most = Math.min(limit, nodeCount);
    const share = (allowed?.count ?? nodeCount) / Math.max(1, nodeCount);
    const args = [this.#graph, this.#scratch, this.#queryAt, most];
    const found = isScanCheaper(share, Math.max(ef, limit), nodeCount)
      ? this.#call("scanAllowed", ...args, bitmap, this.#out)
      : this.#call("searchGraph", ...args, Math.min(ef, nodeCount), bitmap, this.#out);
    const words = new Int32Array(this.#kernel.memory.buffer, this.#out, 2 * found);
    const rows: ScoredRow[] = [];
    for (let i = 0; i < found; i++) rows.push({ row: words[2 * i]!, score: -words[2 * i + 1]! });
    return rows;
  }

  /** The nearest by looking at every node: what a search is measured against. */
  scan(query: Float32Array, limit: number): ScoredRow[] {
    const nodes = new Uint8Array(this.shape.nodeCount).fill(1);
    return this.search(query, { limit, allowed: { nodes, count: 0 } });
  }

  #call(name: string, ...args: number[]): number {
    return this.#kernel.exports[name]!(...args);
  }

  #partViews(): Uint8Array[] {
    const sizes = Object.values(partSizes(this.shape));
    const { buffer } = this.#kernel.memory;
    return Object.values(this.#parts).map((at, i) => new Uint8Array(buffer, at, sizes[i]));
  }

  #fill(vectors: Float32Array, dims: number, levels: Uint8Array): void {
    const { stride, scale, m } = this.shape;
    const [codes, links0, offsets, upper, levelBytes] = this.#partViews();
    for (const part of [codes!, links0!, upper!]) part.fill(0);
    levelBytes!.set(levels);
    const words = new Uint32Array(offsets!.buffer, offsets!.byteOffset, levels.length);
    let next = 0;
    levels.forEach((level, row) => {
      words[row] = next;
      next += level * (m + 1);
      const target = new Int8Array(codes!.buffer, codes!.byteOffset + row * stride, dims);
      const vector = vectors.subarray(row * dims, (row + 1) * dims);
      encodeVector(vector, { scale, metric: this.#metric }, target);
    });
  }

  #writeGraph(): number {
    const { nodeCount, stride, m, efConstruction, entry, topLevel, isSquared } = this.shape;
    const { vectors, links0, upperOffsets, upperLinks, levels } = this.#parts;
    const { arena } = this.#kernel;
    const locks = arena.allocate(nodeCount * 4);
    const at = arena.allocate(64);
    new Uint32Array(arena.memory.buffer, locks, nodeCount).fill(0);
    new Uint32Array(arena.memory.buffer, at, 14).set([
      ...[nodeCount, stride, m, 2 * m, efConstruction, entry, topLevel, Number(isSquared)],
      ...[vectors, links0, upperOffsets, upperLinks, levels, locks],
    ]);
    return at;
  }

  #makeScratch(): number {
    const { nodeCount, m } = this.shape;
    const { arena } = this.#kernel;
    const visited = arena.allocate(nodeCount * 2);
    const lists = [0, 1, 2, 3].map(() => arena.allocate((nodeCount + 2 * m + 2) * 8));
    const fresh = arena.allocate((2 * m + 2) * 4);
    const at = arena.allocate(64);
    new Uint16Array(arena.memory.buffer, visited, nodeCount).fill(0);
    const words = new Uint32Array(arena.memory.buffer, at, 7);
    words.set([visited, 0, ...lists, fresh]);
    return at;
  }

  /** Links lead to nodes, and nodes lie where their levels say: a file may say anything. */
  #isSound(): boolean {
    const { nodeCount, m, upperWords, entry, topLevel } = this.shape;
    const [, links0, offsets, upper, levels] = this.#partViews();
    const words = (part: Uint8Array): Uint32Array =>
      new Uint32Array(part.buffer, part.byteOffset, part.length / 4);
    const places = words(offsets!);
    if (levels![entry] !== topLevel) return false;
    const upperWordsOf = words(upper!);
    for (let node = 0; node < nodeCount; node++) {
      const place = places[node]!;
      if (place + levels![node]! * (m + 1) > upperWords) return false;
      for (let level = 1; level <= levels![node]!; level++) {
        const at = place + (level - 1) * (m + 1);
        const list = upperWordsOf.subarray(at, at + m + 1);
        // A node below the level has no list there.
        if (!isList(list, (linked) => linked < nodeCount && levels![linked]! >= level))
          return false;
      }
    }
    const links = words(links0!);
    for (let at = 0; at < links.length; at += 2 * m + 1) {
      const list = links.subarray(at, at + 2 * m + 1);
      if (!isList(list, (linked) => linked < nodeCount)) return false;
    }
    return true;
  }
}

/** A length and as many ids, each of which `isNode`. */
function isList(words: Uint32Array, isNode: (id: number) => boolean): boolean {
  const count = words[0]!;
  if (count >= words.length) return false;
  for (let i = 1; i <= count; i++) if (!isNode(words[i]!)) return false;
  return true;
}

/** Levels by chance, one in M of each on the next; the same for the same number of nodes. */
function drawLevels(nodeCount: number, m: number): Uint8Array {
  const rng = createRng(SEED);
  const scale = 1 / Math.log(m);
  return Uint8Array.from({ length: nodeCount }, () =>
    Math.min(MOST_LEVELS, Math.floor(-Math.log(1 - rng.next()) * scale)),
  );
}

/** Nodes a walk looks at for each it keeps, about. */
const LOOKS_PER_RESULT = 20;

/** Whether looking at every allowed node costs less than walking until `ef` of them are found. */
function isScanCheaper(share: number, ef: number, nodeCount: number): boolean {
  return share * nodeCount * share < LOOKS_PER_RESULT * ef;
}
