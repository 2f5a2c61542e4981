/**
 * Words side by side. Scored as Lucene scores a phrase: its words' idf added up, the number of
 * times the phrase occurs in place of a term's frequency.
 */
import type { ScoredRow } from "../search/top-rows.ts";
import { type ForwardIndex, STOPPED, type TermStream, UNKNOWN } from "./forward-index.ts";
import {
  type Bm25Options,
  type FieldStatistics,
  idf,
  lengthNorm,
  type Postings,
} from "./postings.ts";

export interface PhraseSource {
  readonly index: ForwardIndex;
  readonly postings: Postings;
  readonly statistics: readonly FieldStatistics[];
  readonly options: Bm25Options;
}

/** Rows that hold the terms in this order without gaps (STOPPED is any stop word), oldest first. */
export function findPhrase(phrase: readonly number[], source: PhraseSource): ScoredRow[] {
  const first = phrase.findIndex((term) => term !== STOPPED);
  const terms = phrase.slice(first, phrase.findLastIndex((term) => term !== STOPPED) + 1);
  if (first < 0 || terms.includes(UNKNOWN)) return [];
  const { starts, rows } = source.postings;
  const size = (term: number): number => starts[term + 1]! - starts[term]!;
  const rarest = terms
    .filter((term) => term !== STOPPED)
    .reduce((a, b) => (size(b) < size(a) ? b : a));
  const found: ScoredRow[] = [];
  for (let i = starts[rarest]!; i < starts[rarest + 1]!; i++) {
    const score = scoreRow(rows[i]!, terms, source);
    if (score > 0) found.push({ row: rows[i]!, score });
  }
  return found;
}

function scoreRow(row: number, terms: readonly number[], source: PhraseSource): number {
  const { index, statistics, options } = source;
  let score = 0;
  index.streams.forEach((stream, f) => {
    const frequency = countIn(stream, row, terms);
    if (frequency === 0) return;
    const { rowCount, averageLength, documentFrequencies } = statistics[f]!;
    const weight = terms
      .filter((term) => term !== STOPPED)
      .reduce((sum, term) => sum + idf(rowCount, documentFrequencies[term]!), 0);
    const norm = lengthNorm(stream.lengths[row]!, averageLength, options);
    score += (options.boosts[f]! * weight * frequency) / (frequency + norm);
  });
  return score;
}

function countIn(stream: TermStream, row: number, terms: readonly number[]): number {
  const last = stream.starts[row + 1]! - terms.length;
  let count = 0;
  for (let at = stream.starts[row]!; at <= last; at++) {
    let i = 0;
    while (i < terms.length && stream.terms[at + i] === terms[i]) i++;
    if (i === terms.length) count++;
  }
  return count;
}
