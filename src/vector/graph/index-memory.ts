/**
 * A collection's vectors and the graph over them in a kernel's memory, as the kernel reads it
 * (`compute/kernels/hnsw/state.ts`). The vectors lie there too, so that what a walk finds is scored
 * where it is. Room for more rows costs addresses only until it is used.
 */
import {
  type Arena,
  type Kernel,
  type LoadKernelOptions,
  loadKernel,
} from "../../compute/index.ts";
import type { Metric } from "../types.ts";
import { CODE_KINDS, type CodeKind, type GraphShape, METRIC_CODES } from "./graph-layout.ts";

const LINE = 64;
/** Rows that a graph has room for beyond those it is built of, at least. */
const LEAST_SLACK = 1000;

/** Words of the block that describes a graph, by their place. */
const WORD = {
  nodeCount: 0,
  entry: 7,
  topLevel: 8,
  vectors: 17,
  scale: 18,
  count: 19,
} as const;

/** Parts of a graph, each with room for `capacity` nodes. */
export interface GraphParts {
  readonly capacity: number;
  readonly upperOffsets: Uint32Array;
  readonly upperLinks: Uint32Array;
  readonly levels: Uint8Array;
  /** Row of each node. */
  readonly rows: Uint32Array;
  /** The 2M links of a node on level 0. */
  linksOf(node: number): Uint32Array;
}

/** The same bytes of a kernel's memory, four times. */
export interface WorkArea {
  /** Their address. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

export class IndexMemory {
  readonly kernel: Kernel;
  readonly dims: number;
  readonly metric: Metric;
  /** Address of the block. */
  readonly at: number;
  /** (capacity, dims) row-major. */
  vectors: Float32Array;
  graph: GraphParts | null = null;
  #m = 2;
  readonly #words: Uint32Array;
  readonly #scratches: number[] = [];
  readonly #buffers = new Map<string, WorkArea>();

  private constructor(kernel: Kernel, dims: number, metric: Metric) {
    this.kernel = kernel;
    this.dims = dims;
    this.metric = metric;
    this.at = kernel.arena.allocateZeroed(WORD.count * 4);
    this.#words = new Uint32Array(kernel.memory.buffer, this.at, WORD.count);
    this.#words.set([0, dims]);
    this.#words[10] = METRIC_CODES.indexOf(metric);
    this.vectors = new Float32Array(0);
  }

  /** An empty one in a memory of its own. */
  static async create(
    dims: number,
    metric: Metric,
    options: LoadKernelOptions = {},
  ): Promise<IndexMemory> {
    return new IndexMemory(await loadKernel("hnsw", options), dims, metric);
  }

  get arena(): Arena {
    return this.kernel.arena;
  }

  /** A working area by name, at least so long; the same one again while it is long enough. */
  buffer(name: string, length: number): WorkArea {
    const known = this.#buffers.get(name);
    if (known !== undefined && known.bytes.length >= length) return known;
    if (known !== undefined) this.arena.release(known.at);
    const size = Math.ceil(length / 16) * 16;
    const at = this.arena.allocate(size);
    const { buffer } = this.kernel.memory;
    const made: WorkArea = {
      at,
      bytes: new Uint8Array(buffer, at, size),
      words: new Int32Array(buffer, at, size / 4),
      floats: new Float32Array(buffer, at, size / 4),
      doubles: new Float64Array(buffer, at, size / 8),
    };
    this.#buffers.set(name, made);
    return made;
  }

  /** Room for the vectors of `capacity` rows, those there are kept; false when there is none. */
  placeVectors(vectors: Float32Array, capacity: number): boolean {
    const length = capacity * this.dims;
    if (!this.arena.hasRoom(length * 4)) return false;
    const at = this.arena.allocate(length * 4);
    const placed = new Float32Array(this.kernel.memory.buffer, at, length);
    placed.set(vectors);
    if (this.vectors.length > 0) this.arena.release(this.vectors.byteOffset);
    this.vectors = placed;
    this.#words[WORD.vectors] = at;
    return true;
  }

  /** Lays out a graph for so many threads, to be filled by the caller; false without room. */
  placeGraph(shape: GraphShape, threads: number): boolean {
    const { nodeCount, m, dims } = { ...shape, dims: this.dims };
    const codeBytes = codeBytesOf(dims, shape.codes);
    const nodeBytes = Math.ceil((codeBytes + 8 * m) / LINE) * LINE;
    const capacity = this.#capacityFor(
      nodeCount,
      nodeBytes + BYTES_BESIDE + SCRATCH_BYTES * threads,
    );
    if (capacity === 0) return false;
    // One node in M - 1 has an upper level on the average.
    const upperWords =
      shape.upperWords + Math.ceil((2 * (capacity - nodeCount)) / (m - 1) + 64) * m;
    const { arena } = this;
    const nodes = arena.allocate(capacity * nodeBytes);
    const upperOffsets = arena.allocateZeroed(capacity * 4);
    const upperLinks = arena.allocate(upperWords * 4);
    const levels = arena.allocateZeroed(capacity);
    const locks = arena.allocateZeroed(capacity * 4);
    const rows = arena.allocateZeroed(capacity * 4);
    const kind = Number(shape.metric === "dot") + 2 * CODE_KINDS.indexOf(shape.codes);
    this.#words.set([nodeCount, dims, codeBytes, nodeBytes, m, 2 * m, shape.efConstruction]);
    this.#words.set([shape.entry, shape.topLevel, kind], WORD.entry);
    this.#words.set([nodes, upperOffsets, upperLinks, levels, locks, rows], 11);
    const { buffer } = this.kernel.memory;
    new Float32Array(buffer, this.at + WORD.scale * 4, 1)[0] = shape.scale;
    this.#m = m;
    this.#scratches.length = 0;
    this.graph = {
      capacity,
      upperOffsets: new Uint32Array(buffer, upperOffsets, capacity),
      upperLinks: new Uint32Array(buffer, upperLinks, upperWords),
      levels: new Uint8Array(buffer, levels, capacity),
      rows: new Uint32Array(buffer, rows, capacity),
      linksOf: (node) => new Uint32Array(buffer, nodes + node * nodeBytes + codeBytes, 2 * m),
    };
    return true;
  }

  /** Tells the kernel how many nodes there are and where a walk begins. */
  describe({ nodeCount, entry, topLevel }: GraphShape): void {
    this.#words[WORD.nodeCount] = nodeCount;
    this.#words.set([entry, topLevel], WORD.entry);
  }

  /** Address of the scratch of a thread. */
  scratch(thread: number): number {
    for (let i = this.#scratches.length; i <= thread; i++) this.#scratches.push(this.#addScratch());
    return this.#scratches[thread]!;
  }

  #addScratch(): number {
    const { arena, dims } = this;
    const capacity = this.graph?.capacity ?? 0;
    const m = this.#m;
    const visited = arena.allocateZeroed(capacity * 2);
    // As many as a walk may keep; what it does not use takes no memory.
    const lists = [0, 1, 2, 3].map(() => arena.allocate((capacity + 2 * m + 2) * 8));
    const fresh = arena.allocate((2 * m + 2) * 12);
    const query = arena.allocate(dims * 4);
    const code = arena.allocate(codeBytesOf(dims, "float32"));
    const found = arena.allocate(MOST_FOUND * 16);
    const at = arena.allocate(44);
    const words = new Uint32Array(this.kernel.memory.buffer, at, 11);
    words.set([visited, 0, ...lists, fresh, query, code, found, 0]);
    return at;
  }

  /** Nodes there is room for, with twice as many as asked for where that can be; 0 for none. */
  #capacityFor(nodeCount: number, nodeBytes: number): number {
    const bytesOf = (capacity: number): number => capacity * nodeBytes + 2 ** 22;
    const wanted = [2 * nodeCount + LEAST_SLACK, Math.ceil(1.1 * nodeCount), nodeCount];
    return wanted.find((capacity) => this.arena.hasRoom(bytesOf(capacity))) ?? 0;
  }
}

/** Rows that one search can score for its result. */
export const MOST_FOUND = 500_000;
/** Bytes of a node beside its code and links: words and upper links. */
const BYTES_BESIDE = 28;
/** And what each thread keeps of it: see `addScratch`. */
const SCRATCH_BYTES = 34;

/** As long as the kernel's steps, 16 numbers or 8. */
function codeBytesOf(dims: number, codes: CodeKind): number {
  return codes === "int8" ? Math.ceil(dims / 16) * 16 : Math.ceil(dims / 8) * 32;
}
