/** What a tokenizer's model is to the rest: pieces of text in, token ids with their places out. */
import type { Vocabulary } from "./vocabulary.ts";

/** Receives tokens of one piece: id, and UTF-16 places in the piece. */
export type TakeToken = (id: number, from: number, to: number) => void;

export abstract class TokenModel {
  abstract readonly type: "BPE" | "WordPiece" | "Unigram" | "WordLevel";
  readonly vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The id of what is not in the vocabulary, if there is one. */
  abstract get unknownId(): number | null;

  /** Cuts a piece into tokens, in order. */
  abstract tokenize(piece: string, take: TakeToken): void;

  get size(): number {
    return this.vocabulary.size;
  }

  idOf(token: string): number | undefined {
    return this.vocabulary.idOf(token);
  }

  tokenOf(id: number): string | undefined {
    return this.vocabulary.tokenOf(id);
  }

  /** Every token and its id, in no order. */
  entries(): Iterable<readonly [token: string, id: number]> {
    return this.vocabulary.entries();
  }
}
