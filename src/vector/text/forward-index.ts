/**
 * The terms of every row in order, by text field: what postings are made from and phrases are
 * looked up in. Grows with the rows; dead rows keep their place.
 *
 * Memory: 4 bytes a word, 4 a row and field, and the vocabulary.
 */
import { Analyzer, splitWords } from "./analyzer.ts";

/** Stands for a stop word: it has a place in the text, so that phrases keep their gaps. */
export const STOPPED = -1;
/** Stands for a word that no row has. */
export const UNKNOWN = -2;

/**
 * Term ids of one field: row r's are `terms[starts[r]]` … `terms[starts[r + 1] - 1]`, of which
 * `lengths[r]` are no stop words.
 */
export class TermStream {
  terms = new Int32Array(1024);
  starts = new Uint32Array(256);
  lengths = new Uint32Array(256);
  rowCount = 0;
  length = 0;

  /** A stream of these numbers, as long as `terms`; `lengths` has room for one row more. */
  static of(
    parts: Pick<TermStream, "terms" | "starts" | "lengths"> & { rowCount: number },
  ): TermStream {
    const stream = new TermStream();
    return Object.assign(stream, parts, { length: parts.terms.length });
  }

  push(term: number): void {
    if (this.length === this.terms.length) this.terms = grown(this.terms);
    this.terms[this.length++] = term;
    if (term !== STOPPED) this.lengths[this.rowCount]!++;
  }

  endRow(): void {
    this.rowCount++;
    if (this.rowCount + 1 >= this.starts.length) {
      this.starts = doubled(this.starts);
      this.lengths = doubled(this.lengths);
    }
    this.starts[this.rowCount] = this.length;
  }
}

function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

function grown(terms: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(1024, terms.length * 2));
  larger.set(terms);
  return larger;
}

/** What an index was made of before. */
export interface KnownTerms {
  readonly vocabulary: readonly string[];
  readonly words: readonly (readonly [string, number])[];
  readonly streams: readonly TermStream[];
}

export class ForwardIndex {
  /** Text of each term, by id. */
  readonly vocabulary: string[] = [];
  readonly streams: readonly TermStream[];
  readonly #analyzer: Analyzer;
  readonly #idOfTerm = new Map<string, number>();
  /** Also of words that are stemmed to a term, so that each is stemmed once. */
  readonly #idOfWord = new Map<string, number>();

  constructor(language: string, fieldCount: number, known?: KnownTerms) {
    this.#analyzer = new Analyzer(language);
    this.streams = known?.streams ?? Array.from({ length: fieldCount }, () => new TermStream());
    for (const term of known?.vocabulary ?? []) {
      this.#idOfTerm.set(term, this.vocabulary.length);
      this.vocabulary.push(term);
    }
    for (const [word, term] of known?.words ?? []) this.#idOfWord.set(word, term);
  }

  /** Adds the next row; `texts` by field, null where the row has none. */
  addRow(texts: readonly (string | null)[]): void {
    this.streams.forEach((stream, f) => {
      for (const word of splitWords(texts[f] ?? "")) {
        stream.push(this.#idOfNewWord(word));
      }
      stream.endRow();
    });
  }

  /** Id of a query's word; STOPPED and UNKNOWN are negative. */
  find(word: string): number {
    const term = this.#analyzer.termOf(word);
    return term === null ? STOPPED : (this.#idOfTerm.get(term) ?? UNKNOWN);
  }

  /** Every word of the texts as it stands there, with its term; stop words too. */
  words(): IterableIterator<[string, number]> {
    return this.#idOfWord.entries();
  }

  #idOfNewWord(word: string): number {
    const known = this.#idOfWord.get(word);
    if (known !== undefined) return known;
    const term = this.#analyzer.termOf(word);
    const id = term === null ? STOPPED : this.#idOf(term);
    this.#idOfWord.set(word, id);
    return id;
  }

  #idOf(term: string): number {
    const known = this.#idOfTerm.get(term);
    if (known !== undefined) return known;
    const id = this.vocabulary.length;
    this.vocabulary.push(term);
    this.#idOfTerm.set(term, id);
    return id;
  }
}
