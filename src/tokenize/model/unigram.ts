/**
 * Unigram language model (Kudo, 2018): of all ways to cut a piece into tokens the one with the
 * highest sum of scores, found by Viterbi from left to right; of equal ones the first found.
 *
 * NOTE: `tokenizers` sums in 64-bit floats, SentencePiece in 32-bit ones; ties fall differently.
 */
import { malformed } from "../load/fields.ts";
import { byteToken } from "./bpe.ts";
import { TokenFinder } from "./token-finder.ts";
import { type TakeToken, TokenModel } from "./token-model.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface UnigramOptions {
  readonly unkId: number | null;
  readonly byteFallback: boolean;
  /** Sums in 32-bit floats, as SentencePiece does. */
  readonly isSingle: boolean;
  /** What an unknown character costs beyond the lowest score. */
  readonly lowestScore: number;
  /** Whether a token may be found in text; control tokens may not. */
  isFindable?(id: number): boolean;
}

const UNKNOWN_PENALTY = 10;
const encoder = new TextEncoder();

export class UnigramModel extends TokenModel {
  readonly type = "Unigram";
  readonly options: UnigramOptions;
  readonly scores: Float64Array;
  readonly #finder: TokenFinder;

  /** `scores`: of each id. */
  constructor(vocabulary: Vocabulary, scores: Float64Array, options: UnigramOptions) {
    super(vocabulary);
    this.options = options;
    this.scores = scores;
    this.#finder = new TokenFinder(vocabulary, options.isFindable ?? null);
  }

  override get size(): number {
    return this.scores.length;
  }

  get unknownId(): number | null {
    return this.options.unkId;
  }

  tokenize(piece: string, take: TakeToken): void {
    const { starts, ids } = this.#findBest(piece);
    const path: number[] = [];
    for (let at = piece.length; at > 0; at = starts[at]!) path.push(at);
    path.reverse();
    for (let i = 0; i < path.length; i++) {
      const id = ids[path[i]!]!;
      const from = starts[path[i]!]!;
      if (id === this.options.unkId) {
        while (i + 1 < path.length && ids[path[i + 1]!] === id) i++;
        this.#takeUnknown(piece, from, path[i]!, take);
      } else take(id, from, path[i]!);
    }
  }

  #findBest(piece: string): { starts: Int32Array; ids: Int32Array } {
    const { isSingle, lowestScore, unkId } = this.options;
    const round = isSingle ? Math.fround : (value: number): number => value;
    const best = new Float64Array(piece.length + 1);
    const starts = new Int32Array(piece.length + 1).fill(-1);
    const ids = new Int32Array(piece.length + 1);
    const unknownScore = round(lowestScore - UNKNOWN_PENALTY);
    for (let from = 0; from < piece.length; ) {
      const next = from + (piece.codePointAt(from)! > 0xffff ? 2 : 1);
      let hasSingle = false;
      const offer = (id: number, to: number, score: number): void => {
        const sum = round(best[from]! + score);
        if (starts[to]! >= 0 && sum <= best[to]!) return;
        best[to] = sum;
        starts[to] = from;
        ids[to] = id;
      };
      this.#finder.search(piece, from, (id, to) => {
        offer(id, to, this.scores[id]!);
        if (to === next) hasSingle = true;
      });
      if (!hasSingle) {
        if (unkId === null) throw malformed("an unknown character, and the model has no `unk_id`");
        offer(unkId, next, unknownScore);
      }
      from = next;
    }
    return { starts, ids };
  }

  /** An unknown stretch is one token, or the bytes of all of it. */
  #takeUnknown(piece: string, from: number, to: number, take: TakeToken): void {
    const text = piece.slice(from, to);
    // The unknown token's own text, met in the input, is looked up like any other.
    const known = this.idOf(text);
    const bytes = this.options.byteFallback
      ? [...encoder.encode(text)].map((byte) => this.idOf(byteToken(byte)))
      : [undefined];
    if (known !== undefined && known !== this.options.unkId) take(known, from, to);
    else if (bytes.includes(undefined)) take(this.options.unkId!, from, to);
    else for (const id of bytes) take(id!, from, to);
  }
}
