/**
 * BM25 as Lucene's BM25Similarity (8 and later) computes it, scored when the index is made, so that
 * a query only adds (the idea of bm25s, Lù 2024):
 *
 *     idf(t)      = ln(1 + (N − n(t) + 0.5) / (n(t) + 0.5))
 *     score(t, d) = Σ over fields  boost · idf(t) · tf / (tf + k1 · (1 − b + b · |d| / mean |d|))
 *
 * N, n, lengths and averages are of one field over live rows, lengths exact (Lucene rounds them to
 * a byte). Memory: 8 bytes for each term of each row.
 */
import type { ForwardIndex, TermStream } from "./forward-index.ts";

/** Rows of term t, ascending: `rows[starts[t]]` … `rows[starts[t + 1] - 1]`, with their scores. */
export interface Postings {
  readonly starts: Uint32Array;
  readonly rows: Int32Array;
  readonly scores: Float32Array;
  /** The greatest score of each term. */
  readonly best: Float32Array;
}

export interface Bm25Options {
  readonly k1: number;
  readonly b: number;
  /** By field. */
  readonly boosts: readonly number[];
}

/** What BM25 has to know of a field. */
export interface FieldStatistics {
  readonly rowCount: number;
  readonly averageLength: number;
  /** Rows that hold each term. */
  readonly documentFrequencies: Uint32Array;
}

/** Counts over live rows. */
export function countField(
  stream: TermStream,
  termCount: number,
  alive: Uint8Array,
): FieldStatistics {
  const documentFrequencies = new Uint32Array(termCount);
  const lastRow = new Int32Array(termCount).fill(-1);
  let rowCount = 0;
  let length = 0;
  for (let row = 0; row < stream.rowCount; row++) {
    if (alive[row] === 0 || stream.lengths[row] === 0) continue;
    rowCount++;
    length += stream.lengths[row]!;
    for (let i = stream.starts[row]!, to = stream.starts[row + 1]!; i < to; i++) {
      const term = stream.terms[i]!;
      if (term < 0 || lastRow[term] === row) continue;
      lastRow[term] = row;
      documentFrequencies[term]!++;
    }
  }
  return { rowCount, averageLength: length / Math.max(1, rowCount), documentFrequencies };
}

/** Lucene's idf, never negative. */
export function idf(rowCount: number, documentFrequency: number): number {
  return Math.log(1 + (rowCount - documentFrequency + 0.5) / (documentFrequency + 0.5));
}

/** `tf / (tf + norm)`: `norm` is what a row's length adds to the denominator. */
export function lengthNorm(length: number, average: number, { k1, b }: Bm25Options): number {
  return k1 * (1 - b + (b * length) / average);
}

/** Scores every term of every live row. */
export function buildPostings(
  index: ForwardIndex,
  statistics: readonly FieldStatistics[],
  alive: Uint8Array,
  options: Bm25Options,
): Postings {
  const termCount = index.vocabulary.length;
  const rowScores = new RowScores(index, statistics, options);
  const starts = new Uint32Array(termCount + 1);
  const rowCount = index.streams[0]?.rowCount ?? 0;
  for (let row = 0; row < rowCount; row++) {
    if (alive[row] === 0) continue;
    const count = rowScores.score(row);
    for (let i = 0; i < count; i++) starts[rowScores.terms[i]! + 1]!++;
    rowScores.clear(count);
  }
  for (let t = 0; t < termCount; t++) starts[t + 1]! += starts[t]!;
  const next = starts.slice();
  const rows = new Int32Array(starts[termCount]!);
  const scores = new Float32Array(starts[termCount]!);
  const best = new Float32Array(termCount);
  for (let row = 0; row < rowCount; row++) {
    if (alive[row] === 0) continue;
    const count = rowScores.score(row);
    for (let i = 0; i < count; i++) {
      const term = rowScores.terms[i]!;
      const at = next[term]!++;
      rows[at] = row;
      scores[at] = rowScores.sums[term]!;
      if (scores[at]! > best[term]!) best[term] = scores[at]!;
    }
    rowScores.clear(count);
  }
  return { starts, rows, scores, best };
}

/** The scores of one row's distinct terms, in arrays that every row uses. */
class RowScores {
  /** Distinct terms of the row, in order of first use. */
  readonly terms: Int32Array;
  /** By term. */
  readonly sums: Float64Array;
  readonly #counts: Uint32Array;
  readonly #isSeen: Uint8Array;
  readonly #idfs: readonly Float64Array[];

  readonly #index: ForwardIndex;
  readonly #statistics: readonly FieldStatistics[];
  readonly #options: Bm25Options;

  constructor(index: ForwardIndex, statistics: readonly FieldStatistics[], options: Bm25Options) {
    this.#index = index;
    this.#statistics = statistics;
    this.#options = options;
    const termCount = index.vocabulary.length;
    this.terms = new Int32Array(termCount);
    this.sums = new Float64Array(termCount);
    this.#counts = new Uint32Array(termCount);
    this.#isSeen = new Uint8Array(termCount);
    this.#idfs = statistics.map(({ rowCount, documentFrequencies }) =>
      Float64Array.from(documentFrequencies, (n) => idf(rowCount, n)),
    );
  }

  /** Number of distinct terms. */
  score(row: number): number {
    let count = 0;
    this.#index.streams.forEach((stream, f) => {
      const [from, to] = [stream.starts[row]!, stream.starts[row + 1]!];
      const { terms } = stream;
      for (let i = from; i < to; i++) if (terms[i]! >= 0) this.#counts[terms[i]!]!++;
      const norm = lengthNorm(
        stream.lengths[row]!,
        this.#statistics[f]!.averageLength,
        this.#options,
      );
      const weight = this.#options.boosts[f]!;
      const idfs = this.#idfs[f]!;
      for (let i = from; i < to; i++) {
        const term = terms[i]!;
        const frequency = term < 0 ? 0 : this.#counts[term]!;
        if (frequency === 0) continue;
        this.#counts[term] = 0;
        this.sums[term]! += (weight * idfs[term]! * frequency) / (frequency + norm);
        if (this.#isSeen[term] === 1) continue;
        this.#isSeen[term] = 1;
        this.terms[count++] = term;
      }
    });
    return count;
  }

  clear(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#isSeen[this.terms[i]!] = 0;
      this.sums[this.terms[i]!] = 0;
    }
  }
}
