/**
 * All ways to write counted words with pieces, and what a unigram model makes of them: how often
 * each piece is expected (forward-backward) and how often the best ways use it (Viterbi).
 *
 * An edge is a piece at a place of a word. Edges are found once; those of pieces that are gone,
 * whose score is NaN, are dropped.
 */
import type { Steps } from "../../core/turns.ts";
import { TokenFinder } from "../model/token-finder.ts";
import { TokenList, Vocabulary } from "../model/vocabulary.ts";
import type { CountedWords } from "./seed-pieces.ts";

/** Below the lowest score, what is no piece at all costs this much more. */
const UNKNOWN_PENALTY = 10;
/** Piece 0 is unknown text. */
export const UNKNOWN = 0;
/** Products below are too near the end of the numbers. */
const TINY = 1e-250;
/** Looked at between two steps, each of which yields `left`, how many pieces there are. */
const WORDS_AT_ONCE = 1000;

export class PieceLattice {
  /** Words, each as often as it was seen. */
  readonly wordCount: number;
  readonly #words: CountedWords;
  readonly #finder: TokenFinder;
  /** Edges of place `p` of all words end to end: `#first[p]` to `#first[p + 1]`. */
  readonly #first: Uint32Array;
  #pieces: Uint32Array;
  #lengths: Uint8Array;
  readonly #longest: number;

  private constructor(words: CountedWords, pieces: readonly string[]) {
    this.#words = words;
    this.wordCount = words.reduce((sum, [, count]) => sum + count, 0);
    const list = TokenList.of(
      pieces,
      (text) => text,
      (_, id) => id,
    );
    this.#finder = new TokenFinder(new Vocabulary(list), (id) => id !== UNKNOWN);
    this.#longest = words.reduce((most, [word]) => Math.max(most, word.length), 0);
    const places = words.reduce((sum, [word]) => sum + word.length, 0);
    this.#first = new Uint32Array(places + 1);
    this.#pieces = new Uint32Array(places * 4);
    this.#lengths = new Uint8Array(places * 4);
  }

  /** `pieces`: the text of each by its number; what stands at 0 is never looked for. */
  static *create(words: CountedWords, pieces: readonly string[]): Steps<PieceLattice, number> {
    const lattice = new PieceLattice(words, pieces);
    yield* lattice.#findEdges(pieces.length);
    return lattice;
  }

  *#findEdges(left: number): Steps<void, number> {
    let count = 0;
    let place = 0;
    for (const [i, [word]] of this.#words.entries()) {
      if (i % WORDS_AT_ONCE === 0) yield left;
      for (let at = 0; at < word.length; at++) {
        this.#first[place++] = count;
        this.#finder.search(word, at, (id, to) => {
          if (count === this.#pieces.length) this.#enlarge();
          this.#pieces[count] = id;
          this.#lengths[count++] = to - at;
        });
      }
    }
    this.#first[place] = count;
  }

  #enlarge(): void {
    const pieces = new Uint32Array(this.#pieces.length * 2);
    const lengths = new Uint8Array(this.#lengths.length * 2);
    pieces.set(this.#pieces);
    lengths.set(this.#lengths);
    this.#pieces = pieces;
    this.#lengths = lengths;
  }

  /** Drops the edges of pieces without a score. */
  dropEdges(scores: Float64Array): void {
    let kept = 0;
    let edge = 0;
    for (let place = 0; place + 1 < this.#first.length; place++) {
      const end = this.#first[place + 1]!;
      this.#first[place] = kept;
      for (; edge < end; edge++) {
        if (Number.isNaN(scores[this.#pieces[edge]!]!)) continue;
        this.#pieces[kept] = this.#pieces[edge]!;
        this.#lengths[kept++] = this.#lengths[edge]!;
      }
    }
    this.#first[this.#first.length - 1] = kept;
  }

  /** How often each piece is expected in all words, over all ways to write them. */
  *expectedCounts(scores: PieceScores, left: number): Steps<Float64Array, number> {
    const shares = scores.of.map(Math.exp);
    shares[UNKNOWN] = Math.exp(scores.unknown);
    const expected = new Float64Array(shares.length);
    const sums = new Float64Array(this.#longest + 1);
    let base = 0;
    for (const [i, [word, count]] of this.#words.entries()) {
      if (i % WORDS_AT_ONCE === 0) yield left;
      let scale = 1;
      let total = this.#sumForward({ word, base, shares, scale }, sums);
      if (!(total > TINY)) {
        // Every way is as long as the word: a factor for each unit leaves their shares as they are.
        scale = Math.exp(-this.#best(word, base, scores).score / word.length);
        total = this.#sumForward({ word, base, shares, scale }, sums);
      }
      if (total > 0 && total < Number.MAX_VALUE) {
        this.#countBackward({ word, base, shares, scale }, sums, count / total, expected);
      }
      base += word.length;
    }
    return expected;
  }

  /** Leaves the sum over all ways to each place of a word in `sums`; returns that to its end. */
  #sumForward({ word, base, shares, scale }: Pass, sums: Float64Array): number {
    const length = word.length;
    sums.fill(0, 0, length + 1);
    sums[0] = 1;
    for (let at = 0; at < length; at++) {
      const here = sums[at]!;
      if (here === 0) continue;
      const width = widthAt(word, at);
      let hasSingle = false;
      const end = this.#first[base + at + 1]!;
      for (let edge = this.#first[base + at]!; edge < end; edge++) {
        const size = this.#lengths[edge]!;
        const share = here * shares[this.#pieces[edge]!]!;
        sums[at + size]! += scale === 1 ? share : share * scale ** size;
        if (size === width) hasSingle = true;
      }
      if (!hasSingle) sums[at + width]! += here * shares[UNKNOWN]! * scale ** width;
    }
    return sums[length]!;
  }

  /** Adds what each edge is expected; `sums` are those forward, and become those backward. */
  #countBackward(
    { word, base, shares, scale }: Pass,
    sums: Float64Array,
    weight: number,
    expected: Float64Array,
  ): void {
    sums[word.length] = 1;
    for (let at = word.length - 1; at >= 0; at--) {
      const before = sums[at]!;
      if (before === 0) continue;
      const width = widthAt(word, at);
      let hasSingle = false;
      let sum = 0;
      const end = this.#first[base + at + 1]!;
      for (let edge = this.#first[base + at]!; edge < end; edge++) {
        const size = this.#lengths[edge]!;
        const piece = this.#pieces[edge]!;
        const share = shares[piece]! * sums[at + size]!;
        const through = scale === 1 ? share : share * scale ** size;
        sum += through;
        expected[piece]! += weight * before * through;
        if (size === width) hasSingle = true;
      }
      if (!hasSingle) sum += shares[UNKNOWN]! * scale ** width * sums[at + width]!;
      sums[at] = sum;
    }
  }

  /** How often the best ways to write all words use each piece. */
  *bestCounts(scores: PieceScores, left: number): Steps<Float64Array, number> {
    const counts = new Float64Array(scores.of.length);
    let base = 0;
    for (const [i, [word, count]] of this.#words.entries()) {
      if (i % WORDS_AT_ONCE === 0) yield left;
      for (const piece of this.#best(word, base, scores).pieces) counts[piece]! += count;
      base += word.length;
    }
    return counts;
  }

  #best(word: string, base: number, scores: PieceScores): BestWay {
    return findBest(word, scores, (at, take) => {
      const end = this.#first[base + at + 1]!;
      for (let edge = this.#first[base + at]!; edge < end; edge++) {
        take(this.#pieces[edge]!, this.#lengths[edge]!);
      }
    });
  }

  /** The best way to write a piece with others, or null for a single character. */
  bestOfOthers(text: string, scores: PieceScores): BestWay | null {
    if (text.length === widthAt(text, 0)) return null;
    return findBest(text, scores, (at, take) => {
      this.#finder.search(text, at, (piece, to) => {
        const isOther = at > 0 || to < text.length;
        if (isOther && !Number.isNaN(scores.of[piece]!)) take(piece, to - at);
      });
    });
  }
}

/** Logarithms of the pieces' shares, NaN for what is gone, and that of unknown text. */
export interface PieceScores {
  readonly of: Float64Array;
  readonly lowest: number;
  readonly unknown: number;
}

/** Scores with what follows from them. */
export function scorePieces(values: Float64Array): PieceScores {
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < values.length; i++) if (values[i]! < lowest) lowest = values[i]!;
  return { of: values, lowest, unknown: lowest - UNKNOWN_PENALTY };
}

interface Pass {
  readonly word: string;
  /** Where the word begins among all places. */
  readonly base: number;
  readonly shares: Float64Array;
  /** A factor for each unit of text. */
  readonly scale: number;
}

export interface BestWay {
  readonly score: number;
  readonly pieces: readonly number[];
}

type EdgesAt = (at: number, take: (piece: number, length: number) => void) => void;

function findBest(text: string, scores: PieceScores, edgesAt: EdgesAt): BestWay {
  const { length } = text;
  const best = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
  const pieceTo = new Uint32Array(length + 1);
  const from = new Int32Array(length + 1);
  best[0] = 0;
  let at = 0;
  let hasSingle = false;
  let width = 1;
  const take = (piece: number, size: number): void => {
    if (size === width) hasSingle = true;
    const score = best[at]! + (piece === UNKNOWN ? scores.unknown : scores.of[piece]!);
    if (score <= best[at + size]!) return;
    best[at + size] = score;
    pieceTo[at + size] = piece;
    from[at + size] = at;
  };
  for (; at < length; at++) {
    if (best[at] === Number.NEGATIVE_INFINITY) continue;
    width = widthAt(text, at);
    hasSingle = false;
    edgesAt(at, take);
    if (!hasSingle) take(UNKNOWN, width);
  }
  const pieces: number[] = [];
  for (let end = length; end > 0; end = from[end]!) pieces.push(pieceTo[end]!);
  return { score: best[length]!, pieces: pieces.reverse() };
}

function widthAt(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && at + 1 < text.length ? 2 : 1;
}
