/**
 * Counts of pairs of ids, the words each pair stands in, and the best pair of all: the highest
 * count, of equal ones the lowest left id, then the lowest right one.
 */

export interface PairCounts {
  /** `count` more of a pair, in a word. */
  add(left: number, right: number, count: number, word: number): void;
  /** `count` less. */
  remove(left: number, right: number, count: number): void;
  /** Ends a round of changes: pairs that gained may come first now. */
  settle(): void;
  /** The best pair and its words, taken out; null when there is none. */
  takeBest(): { left: number; right: number; count: number; words: readonly number[] } | null;
}

/** An empty table. */
export function createPairCounts(): PairCounts {
  return new Table();
}

class Table implements PairCounts {
  #mask = (1 << 16) - 1;
  /** Pair plus one in each slot; 0 marks a free one. */
  #slots = new Int32Array(1 << 16);
  #capacity = 1 << 14;
  #lefts = new Int32Array(1 << 14);
  #rights = new Int32Array(1 << 14);
  #counts = new Float64Array(1 << 14);
  /** The words of a pair; the last one is never repeated right after itself. */
  #words: number[][] = [];
  #size = 0;
  #gained: number[] = [];
  #isGained = new Uint8Array(1 << 14);
  readonly #heapPairs: number[] = [];
  readonly #heapCounts: number[] = [];

  add(left: number, right: number, count: number, word: number): void {
    const pair = this.#find(left, right);
    this.#counts[pair]! += count;
    const words = this.#words[pair]!;
    if (words[words.length - 1] !== word) words.push(word);
    if (this.#isGained[pair] === 0) {
      this.#isGained[pair] = 1;
      this.#gained.push(pair);
    }
  }

  remove(left: number, right: number, count: number): void {
    this.#counts[this.#find(left, right)]! -= count;
  }

  settle(): void {
    for (const pair of this.#gained) {
      this.#isGained[pair] = 0;
      if (this.#counts[pair]! > 0) this.#push(pair, this.#counts[pair]!);
    }
    this.#gained = [];
  }

  takeBest() {
    while (this.#heapPairs.length > 0) {
      const pair = this.#heapPairs[0]!;
      const held = this.#heapCounts[0]!;
      this.#pop();
      const count = this.#counts[pair]!;
      if (count !== held) {
        // Lost since: it goes back in with what is left. What it gained is in the heap already.
        if (count > 0 && count < held) this.#push(pair, count);
        continue;
      }
      const words = this.#words[pair]!;
      this.#counts[pair] = 0;
      this.#words[pair] = [];
      return { left: this.#lefts[pair]!, right: this.#rights[pair]!, count, words };
    }
    return null;
  }

  #find(left: number, right: number): number {
    let slot = this.#hash(left, right);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#lefts[entry - 1] === left && this.#rights[entry - 1] === right) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
    if (this.#size === this.#capacity) {
      this.#grow();
      return this.#find(left, right);
    }
    const pair = this.#size++;
    this.#slots[slot] = pair + 1;
    this.#lefts[pair] = left;
    this.#rights[pair] = right;
    this.#words.push([]);
    return pair;
  }

  #hash(left: number, right: number): number {
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#lefts = enlarge(this.#lefts, new Int32Array(this.#capacity));
    this.#rights = enlarge(this.#rights, new Int32Array(this.#capacity));
    this.#counts = enlarge(this.#counts, new Float64Array(this.#capacity));
    this.#isGained = enlarge(this.#isGained, new Uint8Array(this.#capacity));
    this.#slots = new Int32Array(this.#capacity * 4);
    this.#mask = this.#slots.length - 1;
    for (let pair = 0; pair < this.#size; pair++) {
      let slot = this.#hash(this.#lefts[pair]!, this.#rights[pair]!);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = pair + 1;
    }
  }

  /** Whether the first comes before the second. */
  #isBetter(pair: number, count: number, other: number, otherCount: number): boolean {
    if (count !== otherCount) return count > otherCount;
    const byLeft = this.#lefts[pair]! - this.#lefts[other]!;
    return byLeft !== 0 ? byLeft < 0 : this.#rights[pair]! < this.#rights[other]!;
  }

  #push(pair: number, count: number): void {
    const [pairs, counts] = [this.#heapPairs, this.#heapCounts];
    let i = pairs.length;
    pairs.push(pair);
    counts.push(count);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBetter(pair, count, pairs[parent]!, counts[parent]!)) break;
      pairs[i] = pairs[parent]!;
      counts[i] = counts[parent]!;
      i = parent;
    }
    pairs[i] = pair;
    counts[i] = count;
  }

  #pop(): void {
    const [pairs, counts] = [this.#heapPairs, this.#heapCounts];
    const pair = pairs.pop()!;
    const count = counts.pop()!;
    const size = pairs.length;
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        this.#isBetter(pairs[right]!, counts[right]!, pairs[child]!, counts[child]!)
      )
        child = right;
      if (!this.#isBetter(pairs[child]!, counts[child]!, pair, count)) break;
      pairs[i] = pairs[child]!;
      counts[i] = counts[child]!;
      i = child;
    }
    pairs[i] = pair;
    counts[i] = count;
  }
}

function enlarge<A extends Int32Array | Float64Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
