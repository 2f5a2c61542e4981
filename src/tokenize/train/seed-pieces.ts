/**
 * What a unigram model starts from: every character of the words, and every run of 2 to 16 that
 * occurs twice and is followed by different characters, as the inner nodes of a suffix tree of the
 * different words give them (`tokenizers` 0.23, `make_seed_sentence_pieces`). Frequent and long
 * ones come first.
 */

import { type Steps, sortInSteps } from "../../core/turns.ts";

/** Different words and how often each was seen. */
export type CountedWords = readonly (readonly [word: string, count: number])[];

export interface SeedPiece {
  readonly text: string;
  /** Logarithm of its share. */
  readonly score: number;
}

const LONGEST = 16;
const MOST_SEEDS = 1_000_000;
/** So many places are sorted between two steps. */
const PLACES_AT_ONCE = 20_000;
/** Ends a word; in no text, since normalizers drop it. */
const END = 0;

/**
 * Seeds in order: characters by count, then runs by count times length; yields how many there are
 * so far.
 */
export function* findSeedPieces(words: CountedWords): Steps<SeedPiece[], number> {
  const seeds = countCharacters(words);
  yield seeds.length;
  const points = pointsOf(words);
  yield seeds.length;
  const runs = yield* new RunFinder(points).find();
  const isBefore = (a: Run, b: Run): number =>
    b.count * b.length - a.count * a.length || comparePoints(points, b, a);
  for (const run of yield* sortInSteps(runs, isBefore, runs.length)) {
    if (seeds.length >= MOST_SEEDS) break;
    const text = String.fromCodePoint(...points.subarray(run.at, run.at + run.length));
    seeds.push([text, run.count * run.length]);
  }
  const logSum = Math.log(seeds.reduce((sum, [, weight]) => sum + weight, 0));
  return seeds.map(([text, weight]) => ({ text, score: Math.log(weight) - logSum }));
}

function countCharacters(words: CountedWords): [string, number][] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  return [...counts].sort(
    ([a, countA], [b, countB]) => countB - countA || b.codePointAt(0)! - a.codePointAt(0)!,
  );
}

/** Code points of the words, each word ended by 0. */
function pointsOf(words: CountedWords): Int32Array {
  const points: number[] = [];
  for (const [word] of words) {
    for (const character of word) points.push(character.codePointAt(0)!);
    points.push(END);
  }
  return Int32Array.from(points);
}

interface Run {
  /** One place where it stands. */
  readonly at: number;
  readonly length: number;
  readonly count: number;
}

function comparePoints(points: Int32Array, a: Run, b: Run): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = points[a.at + i]! - points[b.at + i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Sorts all places of the words by what stands there, a character deeper each time. */
class RunFinder {
  readonly #points: Int32Array;
  readonly #places: Int32Array;
  readonly #sorted: Int32Array;
  /** Of each code point: how many of a group have it next, and where the next of them goes. */
  readonly #counts = new Int32Array(0x110000);
  readonly #runs: Run[] = [];

  constructor(points: Int32Array) {
    this.#points = points;
    this.#places = Int32Array.from(points, (_, place) => place).filter(
      (place) => points[place] !== END,
    );
    this.#sorted = new Int32Array(this.#places.length);
  }

  *find(): Steps<Run[], number> {
    yield* this.#visitInSteps(0, this.#places.length, 0);
    return this.#runs;
  }

  *#visitInSteps(from: number, to: number, depth: number): Steps<void, number> {
    yield this.#runs.length;
    if (to - from <= PLACES_AT_ONCE) {
      this.#visit(from, to, depth);
      return;
    }
    const groups = this.#group(from, to, depth);
    for (let i = 0; i < groups.length; i += 2) {
      yield* this.#visitInSteps(groups[i]!, groups[i + 1]!, depth + 1);
    }
  }

  #visit(from: number, to: number, depth: number): void {
    const groups = this.#group(from, to, depth);
    for (let i = 0; i < groups.length; i += 2) this.#visit(groups[i]!, groups[i + 1]!, depth + 1);
  }

  /**
   * Notes the run that places `from` to `to` have in common, `depth` characters, and sorts them by
   * the next; beginning and end of each group that may have a longer one.
   */
  #group(from: number, to: number, depth: number): number[] {
    const kinds = this.#sortByNext(from, to, depth);
    if (kinds > 1 && depth > 1) {
      this.#runs.push({ at: this.#places[from]!, length: depth, count: to - from });
    }
    const groups: number[] = [];
    for (let start = from; start < to && depth < LONGEST; ) {
      const point = this.#points[this.#places[start]! + depth]!;
      let end = start + 1;
      while (end < to && this.#points[this.#places[end]! + depth] === point) end++;
      if (point !== END && end - start > 1) groups.push(start, end);
      start = end;
    }
    return groups;
  }

  /** Groups places by the character behind the common ones; says how many there are. */
  #sortByNext(from: number, to: number, depth: number): number {
    const counts = this.#counts;
    const met: number[] = [];
    for (let i = from; i < to; i++) {
      const point = this.#points[this.#places[i]! + depth]!;
      if (counts[point]!++ === 0) met.push(point);
    }
    if (met.length > 1) {
      let next = from;
      for (const point of met) {
        const count = counts[point]!;
        counts[point] = next;
        next += count;
      }
      for (let i = from; i < to; i++) {
        const place = this.#places[i]!;
        this.#sorted[counts[this.#points[place + depth]!]!++] = place;
      }
      this.#places.set(this.#sorted.subarray(from, to), from);
    }
    for (const point of met) counts[point] = 0;
    return met.length;
  }
}
