/**
 * Learns byte-pair merges from counted words: again and again the most frequent pair of neighbours
 * becomes a token; of equally frequent ones that with the lower ids. This is the order of
 * `tokenizers`' `BpeTrainer`, whose merges come out the same.
 *
 * Pairs keep the words they stand in; a heap keeps the counts, some of them out of date, which is
 * noticed when they come up.
 */
import type { Steps } from "../../core/turns.ts";
import { malformed } from "../load/fields.ts";
import { createPairCounts, type PairCounts } from "./pair-counts.ts";

export interface BpeTrainerOptions {
  readonly vocabularySize: number;
  /** Pairs seen less often are not merged. */
  readonly minFrequency: number;
  /** Take the first ids. */
  readonly specialTokens: readonly string[];
  /** Characters that are in the vocabulary whether seen or not. */
  readonly initialAlphabet: readonly string[];
  /** In front of all characters of a word but the first; WordPiece's `##`. */
  readonly continuingSubwordPrefix?: string;
}

export interface TrainedMerges {
  /** By id. */
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [number, number])[];
}

/** Words as ids, one behind the other: word `w` has `lengths[w]` of them from `starts[w]` on. */
interface Words {
  readonly symbols: Int32Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly counts: Float64Array;
}

/** The vocabulary and merges of counted words; yields the size of the vocabulary. */
export function* trainBpe(
  wordCounts: ReadonlyMap<string, number>,
  options: BpeTrainerOptions,
): Steps<TrainedMerges, number> {
  const tokens: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (token: string): number => {
    const known = ids.get(token);
    if (known !== undefined) return known;
    ids.set(token, tokens.length);
    return tokens.push(token) - 1;
  };
  for (const token of options.specialTokens) idOf(token);
  for (const character of alphabetOf(wordCounts, options.initialAlphabet)) idOf(character);
  const words = readWords(wordCounts, options.continuingSubwordPrefix ?? "", idOf);
  yield tokens.length;
  const pairs = createPairCounts();
  for (let from = 0; from < words.counts.length; from += WORDS_AT_ONCE) {
    countPairs(words, from, pairs);
    yield tokens.length;
  }
  pairs.settle();
  const merges: [number, number][] = [];
  const prefixLength = options.continuingSubwordPrefix?.length ?? 0;
  while (tokens.length < options.vocabularySize) {
    const best = pairs.takeBest();
    if (best === null || best.count < Math.max(1, options.minFrequency)) break;
    const { left, right } = best;
    const made = idOf(tokens[left]! + tokens[right]!.slice(prefixLength));
    merges.push([left, right]);
    for (const word of best.words) mergeInWord(words, word, { left, right, made }, pairs);
    pairs.settle();
    yield tokens.length;
  }
  return { tokens, merges };
}

/** All characters, in the order of their code points. */
function alphabetOf(wordCounts: ReadonlyMap<string, number>, initial: readonly string[]): string[] {
  const characters = new Set(initial);
  for (const word of wordCounts.keys()) for (const character of word) characters.add(character);
  return [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}

function readWords(
  wordCounts: ReadonlyMap<string, number>,
  prefix: string,
  idOf: (token: string) => number,
): Words {
  let total = 0;
  for (const word of wordCounts.keys()) total += word.length;
  if (total > 2 ** 30) throw malformed("the text has too many different words to learn from");
  const symbols = new Int32Array(total);
  const starts = new Int32Array(wordCounts.size);
  const lengths = new Int32Array(wordCounts.size);
  const counts = new Float64Array(wordCounts.size);
  let at = 0;
  let word = 0;
  for (const [text, count] of wordCounts) {
    starts[word] = at;
    counts[word] = count;
    for (const character of text) {
      symbols[at] = idOf(at > starts[word]! ? prefix + character : character);
      at++;
    }
    lengths[word] = at - starts[word]!;
    word++;
  }
  return { symbols, starts, lengths, counts };
}

const WORDS_AT_ONCE = 10_000;

/** Counts the pairs of `WORDS_AT_ONCE` words. */
function countPairs(
  { symbols, starts, lengths, counts }: Words,
  from: number,
  pairs: PairCounts,
): void {
  for (let word = from; word < Math.min(counts.length, from + WORDS_AT_ONCE); word++) {
    const end = starts[word]! + lengths[word]! - 1;
    for (let i = starts[word]!; i < end; i++) {
      pairs.add(symbols[i]!, symbols[i + 1]!, counts[word]!, word);
    }
  }
}

/** Joins every occurrence, leftmost first, and counts only the pairs beside what was joined. */
function mergeInWord(
  { symbols, starts, lengths, counts }: Words,
  word: number,
  { left, right, made }: { left: number; right: number; made: number },
  pairs: PairCounts,
): void {
  const start = starts[word]!;
  const end = start + lengths[word]!;
  const count = counts[word]!;
  let write = start;
  for (let read = start; read < end; ) {
    const isMatch = read + 1 < end && symbols[read] === left && symbols[read + 1] === right;
    if (!isMatch) {
      symbols[write++] = symbols[read++]!;
      continue;
    }
    if (write > start) {
      const before = symbols[write - 1]!;
      pairs.remove(before, left, count);
      pairs.add(before, made, count, word);
    }
    symbols[write++] = made;
    read += 2;
    if (read < end) {
      pairs.remove(right, symbols[read]!, count);
      pairs.add(made, symbols[read]!, count, word);
    }
  }
  lengths[word] = write - start;
}
