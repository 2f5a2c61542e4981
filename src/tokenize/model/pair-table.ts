/** Finds merges by their pair: a hash table of places in the list, open addressing, half full. */
export class PairTable {
  readonly #merges: Uint32Array;
  readonly #mask: number;
  /** The number of a merge plus one; 0 marks a free slot. */
  readonly #slots: Uint32Array;

  /** `merges`: left, right and what they make, three ids each; of a pair the last holds. */
  constructor(merges: Uint32Array) {
    const count = merges.length / 3;
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, count * 1.5)));
    this.#merges = merges;
    this.#mask = size - 1;
    this.#slots = new Uint32Array(size);
    for (let merge = 0; merge < count; merge++) {
      this.#slots[this.#slot(merges[merge * 3]!, merges[merge * 3 + 1]!)] = merge + 1;
    }
  }

  /** The number of the merge of a pair, or -1. */
  get(left: number, right: number): number {
    return this.#slots[this.#slot(left, right)]! - 1;
  }

  #slot(left: number, right: number): number {
    const [slots, merges] = [this.#slots, this.#merges];
    let slot = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const at = (slots[slot]! - 1) * 3;
      if (merges[at] === left && merges[at + 1] === right) break;
    }
    return slot;
  }
}
