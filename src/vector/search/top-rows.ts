/** The best of many scored rows: greatest score first, older rows first among equals. */

/** A row by its index, with its score. */
export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

/** Keeps the best `limit` rows of those it is offered. O(log limit) for each that gets in. */
export class TopRows {
  readonly limit: number;
  readonly #rows: Int32Array;
  readonly #scores: Float64Array;
  #count = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.#rows = new Int32Array(limit);
    this.#scores = new Float64Array(limit);
  }

  offer(row: number, score: number): void {
    if (this.#count < this.limit) {
      this.#siftUp(this.#count++, row, score);
    } else if (this.limit > 0 && this.#isWorse(this.#rows[0]!, this.#scores[0]!, row, score)) {
      this.#siftDown(row, score);
    }
  }

  /** Forgets what it was offered. */
  clear(): void {
    this.#count = 0;
  }

  /** Score below which nothing gets in any more. */
  get floor(): number {
    if (this.#count < this.limit) return Number.NEGATIVE_INFINITY;
    return this.limit === 0 ? Number.POSITIVE_INFINITY : this.#scores[0]!;
  }

  /** Best first. */
  list(): ScoredRow[] {
    const found = Array.from({ length: this.#count }, (_, i) => ({
      row: this.#rows[i]!,
      score: this.#scores[i]!,
    }));
    return found.sort((a, b) => b.score - a.score || a.row - b.row);
  }

  #isWorse(rowA: number, scoreA: number, rowB: number, scoreB: number): boolean {
    return scoreA < scoreB || (scoreA === scoreB && rowA > rowB);
  }

  /** A heap with the worst on top. */
  #siftUp(from: number, row: number, score: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(row, score, this.#rows[parent]!, this.#scores[parent]!)) break;
      this.#rows[at] = this.#rows[parent]!;
      this.#scores[at] = this.#scores[parent]!;
      at = parent;
    }
    this.#rows[at] = row;
    this.#scores[at] = score;
  }

  #siftDown(row: number, score: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#count) break;
      const other = child + 1;
      if (
        other < this.#count &&
        this.#isWorse(
          this.#rows[other]!,
          this.#scores[other]!,
          this.#rows[child]!,
          this.#scores[child]!,
        )
      ) {
        child = other;
      }
      if (!this.#isWorse(this.#rows[child]!, this.#scores[child]!, row, score)) break;
      this.#rows[at] = this.#rows[child]!;
      this.#scores[at] = this.#scores[child]!;
      at = child;
    }
    this.#rows[at] = row;
    this.#scores[at] = score;
  }
}
