/**
 * The rows of an open collection in memory. A row keeps its index until the collection is written
 * anew: replacing or deleting it leaves a dead index behind, which `optimize` takes away.
 *
 * Memory: 4·dims bytes a row for vectors (twice that while they grow), the metadata's JSON text,
 * the id, and one array for each field a filter has named.
 */
import { parseJson } from "../../core/json/index.ts";
import type { Metadata, MetadataValue } from "../types.ts";

const FIRST_CAPACITY = 64;

export class Rows {
  readonly dims: number;
  /** (capacity, dims) row-major. */
  vectors: Float32Array;
  readonly ids: string[] = [];
  /** JSON text of each row. */
  readonly metadataTexts: string[] = [];
  /** 1 where the row is there, 0 where it was replaced or deleted. */
  alive: Uint8Array;
  liveCount = 0;
  readonly #indexOf = new Map<string, number>();
  readonly #columns = new Map<string, (MetadataValue | undefined)[]>();

  constructor(dims: number, capacity = FIRST_CAPACITY) {
    this.dims = dims;
    this.vectors = new Float32Array(capacity * dims);
    this.alive = new Uint8Array(capacity);
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
    if (count <= this.alive.length) return;
    const capacity = Math.max(count, this.alive.length * 2, FIRST_CAPACITY);
    const vectors = new Float32Array(capacity * this.dims);
    vectors.set(this.vectors.subarray(0, this.length * this.dims));
    this.vectors = vectors;
    const alive = new Uint8Array(capacity);
    alive.set(this.alive);
    this.alive = alive;
  }

  /** Keeps vectors where they were copied to, with the room there is. */
  adoptVectors(vectors: Float32Array): void {
    this.vectors = vectors;
    const alive = new Uint8Array(Math.floor(vectors.length / this.dims));
    alive.set(this.alive.subarray(0, this.length));
    this.alive = alive;
  }

  /** Adds a row, in place of the one of that id. Returns whether there was one. */
  put(id: string, metadataText: string, vector: Float32Array): boolean {
    const replaced = this.remove(id);
    const index = this.length;
    this.reserve(index + 1);
    this.vectors.set(vector, index * this.dims);
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
  }

  /** Removes the row of that id; false when there is none. */
  remove(id: string): boolean {
    const index = this.#indexOf.get(id);
    if (index === undefined) return false;
    this.#indexOf.delete(id);
    this.alive[index] = 0;
    this.liveCount--;
    return true;
  }

  vector(index: number): Float32Array {
    return this.vectors.subarray(index * this.dims, (index + 1) * this.dims);
  }

  metadata(index: number): Metadata {
    return parseJson(this.metadataTexts[index]!) as unknown as Metadata;
  }

  /** Values of one field by row index, `undefined` where a row has none; grows with the rows. */
  column(field: string): readonly (MetadataValue | undefined)[] {
    const column = this.#columns.get(field) ?? [];
    for (let i = column.length; i < this.length; i++) column.push(this.metadata(i)[field]);
    this.#columns.set(field, column);
    return column;
  }

  /** Indices of live rows, oldest first. */
  *live(): Generator<number> {
    for (let i = 0; i < this.length; i++) if (this.alive[i] === 1) yield i;
  }
}
