/** A hash table from pairs of ids to numbers, in three typed arrays: open addressing, half full. */
export class PairTable {
  readonly #mask: number;
  readonly #lefts: Uint32Array;
  readonly #rights: Uint32Array;
  /** The value plus one; 0 marks a free slot. */
  readonly #values: Uint32Array;

  /** For at most `count` pairs. */
  constructor(count: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, count * 2)));
    this.#mask = size - 1;
    this.#lefts = new Uint32Array(size);
    this.#rights = new Uint32Array(size);
    this.#values = new Uint32Array(size);
  }

  /** The last value set for a pair holds, as in a map. */
  set(left: number, right: number, value: number): void {
    const slot = this.#slot(left, right);
    this.#lefts[slot] = left;
    this.#rights[slot] = right;
    this.#values[slot] = value + 1;
  }

  /** The value of a pair, or -1. */
  get(left: number, right: number): number {
    return this.#values[this.#slot(left, right)]! - 1;
  }

  #slot(left: number, right: number): number {
    let slot = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    while (
      this.#values[slot] !== 0 &&
      (this.#lefts[slot] !== left || this.#rights[slot] !== right)
    ) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }
}
