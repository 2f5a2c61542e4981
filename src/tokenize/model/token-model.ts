/** What a tokenizer's model is to the rest: pieces of text in, token ids with their places out. */

/** Receives tokens of one piece: id, and UTF-16 places in the piece. */
export type TakeToken = (id: number, from: number, to: number) => void;

export interface TokenModel {
  readonly type: "BPE" | "WordPiece" | "Unigram" | "WordLevel";
  readonly size: number;
  /** The id of what is not in the vocabulary, if there is one. */
  readonly unknownId: number | null;
  /** Cuts a piece into tokens, in order. */
  tokenize(piece: string, take: TakeToken): void;
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
  /** Every token and its id, in no order. */
  entries(): Iterable<readonly [token: string, id: number]>;
}

/** Tokens and ids, both ways. */
export class Vocabulary {
  readonly ids: ReadonlyMap<string, number>;
  readonly #tokens = new Map<number, string>();

  constructor(ids: ReadonlyMap<string, number>) {
    this.ids = ids;
    for (const [token, id] of ids) this.#tokens.set(id, token);
  }

  get size(): number {
    return this.ids.size;
  }

  tokenOf(id: number): string | undefined {
    return this.#tokens.get(id);
  }
}
