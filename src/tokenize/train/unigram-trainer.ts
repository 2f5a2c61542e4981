/**
 * Learns a unigram model (Kudo, 2018) as `tokenizers` 0.23's `UnigramTrainer` does: from seeds, two
 * rounds of expectation maximisation with a sparse prior, then the quarter of the pieces whose loss
 * costs least is dropped, again and again down to 1.1 times the size wanted.
 *
 * Sums run over words in order, so that the same text gives the same file; there the order is
 * random, and pieces at the edge of the vocabulary may differ from run to run.
 */
import { SovereignError } from "../../core/errors.ts";
import { type Steps, sortInSteps } from "../../core/turns.ts";
import { PieceLattice, type PieceScores, scorePieces } from "./piece-lattice.ts";
import { type CountedWords, findSeedPieces } from "./seed-pieces.ts";

export interface UnigramTrainerOptions {
  readonly vocabularySize: number;
  /** Take the first ids; the unknown token is put before them where it is none of them. */
  readonly specialTokens: readonly string[];
  readonly unkToken: string;
}

export interface TrainedUnigram {
  /** Tokens and scores by id. */
  readonly vocabulary: readonly (readonly [token: string, score: number])[];
  readonly unkId: number;
}

const ROUNDS = 2;
/** Looked at between two steps. */
const PIECES_AT_ONCE = 1000;
const SHRINKING = 0.75;
/** Pieces expected less often are gone. */
const LEAST_EXPECTED = 0.5;
/** Between scores of characters that have none of their own. */
const SCORE_STEP = 0.0001;

/** `tokenizers` reads longer numbers not quite as they are written, and then ties go another way. */
const DIGITS = 12;

/**
 * The vocabulary and scores of counted words, which come in an order of their own; yields how many
 * pieces are left.
 */
export function* trainUnigram(
  words: CountedWords,
  options: UnigramTrainerOptions,
): Steps<TrainedUnigram, number> {
  const { specialTokens, unkToken, vocabularySize } = options;
  const needsUnknown = !specialTokens.includes(unkToken);
  const first = needsUnknown ? [unkToken, ...specialTokens] : specialTokens;
  const met = new Set<string>();
  for (const [word] of words) for (const character of word) met.add(character);
  const characters = [...met].sort(byPoint);
  const room = vocabularySize - first.length;
  if (characters.length > room) throw tooSmall(vocabularySize, characters.length + first.length);
  const pieces = yield* learnPieces(words, options);
  return {
    vocabulary: [
      ...first.map((token) => [token, 0] as const),
      ...choosePieces(pieces, characters, { room, first }),
    ],
    unkId: first.indexOf(unkToken),
  };
}

interface Pieces {
  readonly texts: readonly string[];
  readonly scores: PieceScores;
  /** Numbers of the pieces that are left, the most needed first. */
  readonly left: readonly number[];
}

function* learnPieces(words: CountedWords, options: UnigramTrainerOptions): Steps<Pieces, number> {
  const seeds = yield* findSeedPieces(words);
  const texts = ["", ...seeds.map(({ text }) => text)];
  const lattice = yield* PieceLattice.create(words, texts);
  const wanted = Math.floor((options.vocabularySize * 11) / 10);
  let scores = scorePieces(Float64Array.from([Number.NaN, ...seeds.map(({ score }) => score)]));
  let left = seeds.map((_, i) => i + 1);
  for (;;) {
    for (let round = 0; round < ROUNDS; round++) {
      [scores, left] = maximise(yield* lattice.expectedCounts(scores, left.length), left);
      lattice.dropEdges(scores.of);
    }
    yield left.length;
    // Unknown text counts as a piece there.
    if (left.length + 1 <= wanted) return { texts, scores, left };
    const most = Math.max(wanted, Math.floor((left.length + 1) * SHRINKING)) - 1;
    const kept = yield* prune({ texts, scores, left }, lattice, most);
    const values = new Float64Array(texts.length).fill(Number.NaN);
    for (const piece of kept) values[piece] = scores.of[piece]!;
    scores = scorePieces(values);
    left = kept;
    lattice.dropEdges(scores.of);
  }
}

/** Scores from expected counts; what is expected too seldom is left out. */
function maximise(expected: Float64Array, left: readonly number[]): [PieceScores, number[]] {
  const kept = left.filter((piece) => expected[piece]! >= LEAST_EXPECTED);
  const logSum = digamma(kept.reduce((sum, piece) => sum + expected[piece]!, 0));
  const values = new Float64Array(expected.length).fill(Number.NaN);
  for (const piece of kept) values[piece] = digamma(expected[piece]!) - logSum;
  return [scorePieces(values), kept];
}

/** At most `most` pieces: those nothing can stand for, then those whose loss would cost most. */
function* prune(
  { texts, scores, left }: Pieces,
  lattice: PieceLattice,
  most: number,
): Steps<number[], number> {
  const counts = yield* lattice.bestCounts(scores, left.length);
  const sum = counts.reduce((total, count) => total + count, 0);
  // Counted once a word there, whatever the pieces in it.
  const wordCount = lattice.wordCount;
  const kept: number[] = [];
  const candidates: { piece: number; loss: number }[] = [];
  for (const piece of left) {
    if (piece % PIECES_AT_ONCE === 0) yield left.length;
    const count = counts[piece]!;
    const others = lattice.bestOfOthers(texts[piece]!, scores);
    if (others === null) kept.push(piece);
    else if (others.score > scores.of[piece]!) {
      if (count > 0) kept.push(piece);
    } else if (count > 0) {
      // NOTE: `tokenizers` takes the number of all pieces here, where SentencePiece takes that of
      // the others.
      const logSumOthers = Math.log(sum + count * left.length);
      let logShareOthers = 0;
      for (const other of others.pieces) {
        logShareOthers += Math.log(counts[other]! + count) - logSumOthers;
      }
      const logShare = Math.log(count) - Math.log(sum);
      candidates.push({ piece, loss: (count / wordCount) * (logShare - logShareOthers) });
    }
  }
  const sorted = yield* sortInSteps(candidates, (a, b) => b.loss - a.loss, left.length);
  const room = Math.max(0, most - kept.length);
  return [...kept, ...sorted.slice(0, room).map(({ piece }) => piece)];
}

/** Every character, then pieces as long as there is room; the likeliest first. */
function choosePieces(
  { texts, scores, left }: Pieces,
  characters: readonly string[],
  { room, first }: { room: number; first: readonly string[] },
): [string, number][] {
  const known = new Map(left.map((piece) => [texts[piece]!, scores.of[piece]!]));
  const chosen = new Map<string, number>();
  let penalty = 0;
  for (const character of characters) {
    const score = known.get(character);
    chosen.set(character, score ?? scores.lowest + penalty);
    if (score === undefined) penalty += SCORE_STEP;
  }
  for (const [text, score] of known) {
    if (chosen.size >= room) break;
    if (!chosen.has(text) && !first.includes(text)) chosen.set(text, score);
  }
  const sorted = [...chosen].sort(([, a], [, b]) => b - a);
  return sorted.map(([text, score]) => [text, Number(score.toPrecision(DIGITS))]);
}

/** The derivative of the logarithm of the gamma function, by its series beyond 7. */
function digamma(value: number): number {
  let x = value;
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  x -= 0.5;
  const x2 = 1 / (x * x);
  const x4 = x2 * x2;
  return (
    result +
    Math.log(x) +
    x2 / 24 -
    (7 / 960) * x4 +
    (31 / 8064) * x4 * x2 -
    (127 / 30_720) * x4 * x4
  );
}

function byPoint(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!;
}

function tooSmall(size: number, needed: number): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the text has more characters than ${size} tokens have room for`,
    { hint: `set \`--vocab-size\` to ${needed} or more` },
  );
}
