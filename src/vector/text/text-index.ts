/**
 * Full-text search over the live rows of a collection: BM25, phrases, prefixes, near misses. Read
 * from the collection's file on first use, made when it is not there, and brought up to date by
 * `refresh`; see `postings.ts` for the scores.
 */
import { distance } from "fastest-levenshtein";
import { runAtOnce, type Steps } from "../../core/turns.ts";
import type { ScoredRow } from "../search/top-rows.ts";
import type { Rows } from "../store/rows.ts";
import type { CollectionSettings, MetadataValue } from "../types.ts";
import { ForwardIndex } from "./forward-index.ts";
import { parseTextQuery, type TextClause } from "./parse-text-query.ts";
import { findPhrase } from "./phrase.ts";
import { buildPostings, countField, type FieldStatistics, type Postings } from "./postings.ts";
import { TermScores, type WeightedTerm } from "./term-scores.ts";
import type { TextParts } from "./text-section.ts";

/** Words a prefix or a near miss may stand for; the first in alphabetical order beyond that. */
const MOST_EXPANSIONS = 256;
/** Taken in between two steps. */
const ROWS_AT_ONCE = 200;

export interface TextSearch {
  readonly limit: number;
  /** 1 for rows that may be found; all live ones without it. */
  readonly allowed?: Uint8Array | null;
  /** Rows whose scores are wanted too, found or not. */
  readonly also?: readonly number[];
}

export class TextIndex {
  readonly #settings: CollectionSettings;
  readonly #loadParts: () => TextParts | null;
  #rows: Rows | null = null;
  #forward: ForwardIndex;
  #changeCount = -1;
  #statistics: FieldStatistics[] = [];
  #postings: Postings = {
    starts: new Uint32Array(1),
    rows: new Int32Array(0),
    scores: new Float32Array(0),
    best: new Float32Array(0),
  };
  #scores = new TermScores(this.#postings, 0);

  /** `loadParts` reads the index of the rows in the file, if there is one. */
  constructor(settings: CollectionSettings, loadParts: () => TextParts | null = () => null) {
    this.#settings = settings;
    this.#loadParts = loadParts;
    this.#forward = new ForwardIndex(settings.language, settings.text.length);
  }

  /** Takes in what changed since: new rows' words once, all scores. */
  refresh(rows: Rows, changeCount: number): void {
    runAtOnce(this.refreshInSteps(rows, changeCount));
  }

  /** `refresh` that may be left between two steps, and then never be gone on with. */
  *refreshInSteps(rows: Rows, changeCount: number): Steps<void> {
    if (rows === this.#rows && changeCount === this.#changeCount) return;
    const { text, language, k1, b } = this.#settings;
    if (rows !== this.#rows) {
      const known = this.#loadParts();
      this.#forward = new ForwardIndex(language, text.length, known ?? undefined);
      this.#statistics = [...(known?.statistics ?? [])];
      if (known !== null) this.#postings = known.postings;
      this.#scores = new TermScores(this.#postings, rows.length);
      this.#rows = rows;
      this.#changeCount = changeCount;
      if (known !== null && changeCount === 0) return;
    }
    this.#changeCount = changeCount;
    const columns = text.map(({ name }) => rows.column(name));
    for (let row = this.#forward.streams[0]?.rowCount ?? 0; row < rows.length; row++) {
      this.#forward.addRow(columns.map((column) => textOf(column[row])));
      if (row % ROWS_AT_ONCE === 0) yield;
    }
    const termCount = this.#forward.vocabulary.length;
    this.#statistics = this.#forward.streams.map((stream) =>
      countField(stream, termCount, rows.alive),
    );
    const boosts = text.map(({ boost }) => boost);
    this.#postings = buildPostings(this.#forward, this.#statistics, rows.alive, { k1, b, boosts });
    this.#scores = new TermScores(this.#postings, rows.length);
  }

  /** What the section of a file holds, of rows that `refresh` was given. */
  get parts(): TextParts {
    return {
      vocabulary: this.#forward.vocabulary,
      words: [...this.#forward.words()],
      streams: this.#forward.streams,
      statistics: this.#statistics,
      postings: this.#postings,
    };
  }

  /** The best rows, and the scores of the rows asked for beside them. */
  search(query: string, options: TextSearch): { found: ScoredRow[]; also: number[] } {
    const weights = new Map<number, number>();
    for (const clause of parseTextQuery(query)) {
      if (clause.kind === "phrase") {
        for (const found of this.#findPhrase(clause.words)) this.#scores.addRow(found);
        continue;
      }
      for (const { term, weight } of this.#termsOf(clause)) {
        weights.set(term, (weights.get(term) ?? 0) + weight);
      }
    }
    const terms = [...weights].map(([term, weight]) => ({ term, weight }));
    const also = (options.also ?? []).map((row) => this.#scores.scoreOf(row, terms));
    const { limit, allowed = null } = options;
    return { found: this.#scores.finish(terms, { limit, allowed }), also };
  }

  #findPhrase(words: readonly string[]): ScoredRow[] {
    const { k1, b, text } = this.#settings;
    return findPhrase(
      words.map((word) => this.#forward.find(word)),
      {
        index: this.#forward,
        postings: this.#postings,
        statistics: this.#statistics,
        options: { k1, b, boosts: text.map(({ boost }) => boost) },
      },
    );
  }

  #termsOf(clause: Exclude<TextClause, { kind: "phrase" }>): WeightedTerm[] {
    if (clause.kind === "word") {
      const term = this.#forward.find(clause.word);
      return term < 0 ? [] : [{ term, weight: 1 }];
    }
    // Words as they stand in the texts are compared: what a stem has lost would not be found.
    const weights = new Map<number, number>();
    for (const [word, term] of this.#forward.words()) {
      if (term < 0) continue;
      const weight =
        clause.kind === "prefix"
          ? Number(word.startsWith(clause.prefix))
          : nearness(clause.word, word, clause.distance);
      if (weight > (weights.get(term) ?? 0)) weights.set(term, weight);
    }
    const matches = [...weights].map(([term, weight]) => ({ term, weight }));
    if (matches.length <= MOST_EXPANSIONS) return matches;
    const { vocabulary } = this.#forward;
    const order = (a: WeightedTerm, b: WeightedTerm): number =>
      b.weight - a.weight || (vocabulary[a.term]! < vocabulary[b.term]! ? -1 : 1);
    return matches.sort(order).slice(0, MOST_EXPANSIONS);
  }
}

/** 1 for the same word, less for each letter that differs (as Lucene weighs), 0 beyond `most`. */
function nearness(word: string, term: string, most: number): number {
  if (Math.abs(word.length - term.length) > most) return 0;
  const edits = distance(word, term);
  return edits > most ? 0 : 1 - edits / Math.min(word.length, term.length);
}

/** What full-text search reads of a value: texts and lists of them. */
function textOf(value: MetadataValue | undefined): string | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  return value.filter((item) => typeof item === "string").join(" ");
}
