/**
 * Adding up the scores of a query's terms, and no more of them than the best rows need (MaxScore,
 * Turtle and Flood 1995, one term at a time): once the terms that are left could not lift a new row
 * among the best, they are looked up for the rows that still can be.
 */
import { type ScoredRow, TopRows } from "../search/top-rows.ts";
import type { Postings } from "./postings.ts";

/** A term and how much its scores count. */
export interface WeightedTerm {
  readonly term: number;
  readonly weight: number;
}

/** What is looked for: so many rows, of those with a 1. */
export interface TermSearch {
  readonly limit: number;
  readonly allowed: Uint8Array | null;
}

/**
 * A term in more than an eighth of the rows keeps its scores by row too, once they were looked up:
 * 4 bytes for each row, a term.
 */
const COMMON_SHARE = 8;
/** Sums are rounded to float32 as they grow: a bound must be missed by more than that to count. */
const SLACK = 1 + 1e-5;

export class TermScores {
  readonly #postings: Postings;
  /** By row; 0 between searches. */
  readonly #sums: Float32Array;
  /** Rows whose sum is not 0, in the order they were met. */
  readonly #touched: Int32Array;
  #touchedCount = 0;
  /** Used again by the next search of as many. */
  #top = new TopRows(0);
  readonly #common = new Map<number, Float32Array>();

  constructor(postings: Postings, rowCount: number) {
    this.#postings = postings;
    this.#sums = new Float32Array(rowCount);
    this.#touched = new Int32Array(rowCount);
  }

  /** Adds to a row's sum; `score` is above 0. */
  addRow({ row, score }: ScoredRow): void {
    if (this.#sums[row] === 0) this.#touched[this.#touchedCount++] = row;
    this.#sums[row]! += score;
  }

  /** The sum of a row so far, and what the terms would add to it. */
  scoreOf(row: number, terms: readonly WeightedTerm[]): number {
    return terms.reduce((sum, { term, weight }) => {
      const at = this.#place(row, this.#postings.starts[term]!, this.#postings.starts[term + 1]!);
      const isThere = at < this.#postings.starts[term + 1]! && this.#postings.rows[at] === row;
      return isThere ? sum + weight * this.#postings.scores[at]! : sum;
    }, this.#sums[row]!);
  }

  /** The best rows after adding all terms; forgets every sum. */
  finish(terms: readonly WeightedTerm[], search: TermSearch): ScoredRow[] {
    const { best } = this.#postings;
    const bound = ({ term, weight }: WeightedTerm): number => weight * best[term]!;
    const ordered = [...terms].sort((a, b) => bound(b) - bound(a));
    let left = ordered.reduce((sum, term) => sum + bound(term), 0);
    for (const [i, term] of ordered.entries()) {
      if (this.#isWorthAsking(term.term)) {
        const floor = this.#best(search).floor;
        if (left * SLACK < floor) {
          this.#finishRows(ordered.slice(i), { left, floor, allowed: search.allowed });
          break;
        }
      }
      this.#addTerm(term);
      left -= bound(term);
    }
    const found = this.#best(search).list();
    for (let i = 0; i < this.#touchedCount; i++) this.#sums[this.#touched[i]!] = 0;
    this.#touchedCount = 0;
    return found;
  }

  /** Finding the best so far costs about as much as adding a term to as many rows. */
  #isWorthAsking(term: number): boolean {
    const { starts } = this.#postings;
    return this.#touchedCount > 0 && starts[term + 1]! - starts[term]! > this.#touchedCount / 2;
  }

  #addTerm({ term, weight }: WeightedTerm): void {
    const { starts, rows, scores } = this.#postings;
    const sums = this.#sums;
    const touched = this.#touched;
    let count = this.#touchedCount;
    for (let i = starts[term]!, end = starts[term + 1]!; i < end; i++) {
      const row = rows[i]!;
      const sum = sums[row]!;
      if (sum === 0) touched[count++] = row;
      sums[row] = sum + weight * scores[i]!;
    }
    this.#touchedCount = count;
  }

  /** Adds the terms to the rows that can still be among the best, and forgets the others. */
  #finishRows(
    terms: readonly WeightedTerm[],
    { left, floor, allowed }: { left: number; floor: number; allowed: Uint8Array | null },
  ): void {
    let count = 0;
    for (let i = 0; i < this.#touchedCount; i++) {
      const row = this.#touched[i]!;
      const isAllowed = allowed === null || allowed[row] === 1;
      if (isAllowed && (this.#sums[row]! + left) * SLACK >= floor) this.#touched[count++] = row;
      else this.#sums[row] = 0;
    }
    this.#touchedCount = count;
    for (const term of terms) this.#addToTouched(term);
  }

  /** Adds a term to the rows met so far, which lie in ascending runs: one a term that was added. */
  #addToTouched({ term, weight }: WeightedTerm): void {
    const { starts, rows, scores } = this.#postings;
    const [sums, touched] = [this.#sums, this.#touched];
    const [start, end] = [starts[term]!, starts[term + 1]!];
    if ((end - start) * COMMON_SHARE > sums.length) {
      const all = this.#allScores(term);
      for (let i = 0; i < this.#touchedCount; i++) sums[touched[i]!]! += weight * all[touched[i]!]!;
      return;
    }
    let at = start;
    let last = -1;
    for (let i = 0; i < this.#touchedCount; i++) {
      const row = touched[i]!;
      at = this.#place(row, row < last ? start : at, end);
      if (at < end && rows[at] === row) sums[row]! += weight * scores[at]!;
      last = row;
    }
  }

  /** The scores of a term that is common, by row. */
  #allScores(term: number): Float32Array {
    const known = this.#common.get(term);
    if (known !== undefined) return known;
    const { starts, rows, scores } = this.#postings;
    const all = new Float32Array(this.#sums.length);
    for (let i = starts[term]!; i < starts[term + 1]!; i++) all[rows[i]!] = scores[i]!;
    this.#common.set(term, all);
    return all;
  }

  /** First place of `from` … `end` whose row is not before `row`: steps that double, then halves. */
  #place(row: number, from: number, end: number): number {
    const { rows } = this.#postings;
    let low = from;
    let step = 1;
    while (low + step < end && rows[low + step]! < row) {
      low += step;
      step *= 2;
    }
    let high = Math.min(end, low + step);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]! < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #best({ limit, allowed }: TermSearch): TopRows {
    if (this.#top.limit !== limit) this.#top = new TopRows(limit);
    const top = this.#top;
    top.clear();
    const sums = this.#sums;
    let floor = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#touchedCount; i++) {
      const row = this.#touched[i]!;
      const score = sums[row]!;
      if (score < floor || (allowed !== null && allowed[row] === 0)) continue;
      top.offer(row, score);
      floor = top.floor;
    }
    return top;
  }
}
