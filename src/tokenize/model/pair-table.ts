/** Finds merges by their pair: a hash table of places in the list, open addressing, half full. */
import { malformed } from "../load/fields.ts";
import { MOST_PROBES } from "./vocabulary.ts";

export class PairTable {
  readonly #merges: Uint32Array;
  readonly #mask: number;
  /** The number of a merge plus one; 0 marks a free slot. */
  readonly #slots: Uint32Array;

  /**
   * `merges`: left, right and what they make, three ids each; of a pair the last holds. DATA_LOSS
   * where ids are chosen so that pairs collide.
   */
  constructor(merges: Uint32Array) {
    const count = merges.length / 3;
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, count * 1.5)));
    this.#merges = merges;
    this.#mask = size - 1;
    this.#slots = new Uint32Array(size);
    for (let merge = 0; merge < count; merge++) {
      const slot = this.#slot(merges[merge * 3]!, merges[merge * 3 + 1]!);
      if (slot < 0) throw malformed("the merges are made to take long to look up");
      this.#slots[slot] = merge + 1;
    }
  }

  /** The number of the merge of a pair, or -1. */
  get(left: number, right: number): number {
    const slot = this.#slot(left, right);
    return slot < 0 ? -1 : this.#slots[slot]! - 1;
  }

  /** The slot of a pair or the free one it belongs in, or -1. */
  #slot(left: number, right: number): number {
    const [slots, merges, mask] = [this.#slots, this.#merges, this.#mask];
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const merge = slots[slot]!;
      if (merge === 0) return slot;
      const at = (merge - 1) * 3;
      if (merges[at] === left && merges[at + 1] === right) return slot;
      slot = (slot + 1) & mask;
    }
    return -1;
  }
}
