/**
 * The rows of an open collection in memory. A row keeps its index until the collection is written
 * anew: replacing or deleting it leaves a dead index behind, which `optimize` takes away.
 *
 * Memory: 4·dims bytes a row for vectors (twice that while they grow), the metadata's JSON text,
 * the id, and one array for each field a filter has named.
 */
import { parseJson } from "../../core/json/index.ts";
import { fieldValue } from "../fields.ts";
import type { Metadata, MetadataValue } from "../types.ts";

const FIRST_CAPACITY = 64;

/** Vectors of consecutive rows in one array: no more than a kernel's memory holds with a graph. */
export class VectorShard {
  readonly dims: number;
  /** Index of its first row. */
  readonly first: number;
  /** (capacity, dims) row-major. */
  vectors: Float32Array;
  /** Rows there are, and those of them that are not dead. */
  length = 0;
  liveCount = 0;
  readonly #rows: Rows;
  #alive: Uint8Array | null = null;

  /** @internal */
  constructor(rows: Rows, first: number) {
    this.#rows = rows;
    this.dims = rows.dims;
    this.first = first;
    this.vectors = new Float32Array(0);
  }

  /** `Rows.alive` from its first row on: the same object for as long as that is. */
  get alive(): Uint8Array {
    const { alive, shardRows } = this.#rows;
    if (this.first === 0 && alive.length <= shardRows) return alive;
    if (this.#alive?.buffer !== alive.buffer) {
      this.#alive = alive.subarray(this.first, this.first + shardRows);
    }
    return this.#alive;
  }

  /** Rows it may have at most. */
  get capacity(): number {
    return this.#rows.shardRows;
  }

  /** Makes room for `count` rows. */
  reserve(count: number): void {
    if (count * this.dims <= this.vectors.length) return;
    const twice = Math.floor((2 * this.vectors.length) / this.dims);
    const wanted = Math.min(this.capacity, Math.max(count, twice, FIRST_CAPACITY));
    const vectors = new Float32Array(wanted * this.dims);
    vectors.set(this.vectors.subarray(0, this.length * this.dims));
    this.vectors = vectors;
  }

  /** The vector of a row by its place in here. */
  vector(at: number): Float32Array {
    return this.vectors.subarray(at * this.dims, (at + 1) * this.dims);
  }
}

export class Rows {
  readonly dims: number;
  /** Rows of a shard. */
  readonly shardRows: number;
  readonly shards: VectorShard[] = [];
  readonly ids: string[] = [];
  /** JSON text of each row. */
  readonly metadataTexts: string[] = [];
  /** 1 where the row is there, 0 where it was replaced or deleted. */
  alive: Uint8Array;
  liveCount = 0;
  readonly #indexOf = new Map<string, number>();
  readonly #columns = new Map<string, (MetadataValue | undefined)[]>();

  constructor(dims: number, capacity = FIRST_CAPACITY, shardRows = shardRowsOf(dims)) {
    this.dims = dims;
    this.shardRows = shardRows;
    this.alive = new Uint8Array(capacity);
    this.reserve(capacity);
  }

  /** Rows there are indices for, dead ones included. */
  get length(): number {
    return this.ids.length;
  }

  /** Index of the live row of that id, or -1. */
  find(id: string): number {
    return this.#indexOf.get(id) ?? -1;
  }

  /** Makes room for `count` rows in all. */
  reserve(count: number): void {
    if (count > this.alive.length) {
      const alive = new Uint8Array(Math.max(count, this.alive.length * 2, FIRST_CAPACITY));
      alive.set(this.alive);
      this.alive = alive;
    }
    for (let i = 0; i === 0 || i * this.shardRows < count; i++) {
      const shard = this.shards[i] ?? new VectorShard(this, i * this.shardRows);
      this.shards[i] = shard;
      shard.reserve(Math.min(this.shardRows, count - shard.first));
    }
  }

  /** Adds a row, in place of the one of that id. Returns whether there was one. */
  put(id: string, metadataText: string, vector: Float32Array): boolean {
    const replaced = this.remove(id);
    const index = this.length;
    this.reserve(index + 1);
    this.setVector(index, vector);
    this.append(id, metadataText);
    return replaced;
  }

  /** Adds a row whose vector lies in its place already. */
  append(id: string, metadataText: string): void {
    const index = this.length;
    this.ids.push(id);
    this.metadataTexts.push(metadataText);
    this.alive[index] = 1;
    this.#indexOf.set(id, index);
    this.liveCount++;
    const shard = this.shardOf(index);
    shard.length++;
    shard.liveCount++;
  }

  /** Removes the row of that id; false when there is none. */
  remove(id: string): boolean {
    const index = this.#indexOf.get(id);
    if (index === undefined) return false;
    this.#indexOf.delete(id);
    this.alive[index] = 0;
    this.liveCount--;
    this.shardOf(index).liveCount--;
    return true;
  }

  /** The shard of a row. */
  shardOf(index: number): VectorShard {
    return this.shards[Math.floor(index / this.shardRows)]!;
  }

  vector(index: number): Float32Array {
    const shard = this.shardOf(index);
    return shard.vector(index - shard.first);
  }

  /** Puts a vector into the place of a row that there is room for. */
  setVector(index: number, vector: Float32Array): void {
    const shard = this.shardOf(index);
    shard.vectors.set(vector, (index - shard.first) * this.dims);
  }

  metadata(index: number): Metadata {
    return parseJson(this.metadataTexts[index]!) as unknown as Metadata;
  }

  /** Values of one field by row index, `undefined` where a row has none; grows with the rows. */
  column(field: string): readonly (MetadataValue | undefined)[] {
    const column = this.#columns.get(field) ?? [];
    for (let i = column.length; i < this.length; i++)
      column.push(fieldValue(this.metadata(i), field));
    this.#columns.set(field, column);
    return column;
  }

  /** Indices of live rows, oldest first. */
  *live(): Generator<number> {
    for (let i = 0; i < this.length; i++) if (this.alive[i] === 1) yield i;
  }
}

/** A kernel's memory, less what queries and their results take. */
const SHARD_BYTES = 15 * 2 ** 28;
/** Of a row of a graph beside its vector and code: links with M 16, what 16 threads keep of it. */
const ROW_BYTES = 768;

/** Rows whose vectors and graph one memory holds. Part of the format: a file has a graph a shard. */
export function shardRowsOf(dims: number): number {
  return Math.floor(SHARD_BYTES / (5 * dims + ROW_BYTES));
}
