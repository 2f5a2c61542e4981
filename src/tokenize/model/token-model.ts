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

/** Tokens as bytes end to end, with the length and the id of each. */
export interface TokenBytes {
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
  readonly ids: Uint32Array;
}

/** Tokens that become texts only when somebody asks for them. */
export interface LazyTokens {
  readonly bytes: TokenBytes;
  texts(): ReadonlyMap<string, number>;
}

/** Tokens and ids, both ways; what is not asked for is not built. */
export class Vocabulary {
  readonly size: number;
  /** Of vocabularies that are kept as bytes. */
  readonly bytes: TokenBytes | null;
  readonly #source: ReadonlyMap<string, number> | LazyTokens;
  #ids: ReadonlyMap<string, number> | null = null;
  #tokens: Map<number, string> | null = null;

  constructor(source: ReadonlyMap<string, number> | LazyTokens) {
    this.#source = source;
    this.bytes = "bytes" in source ? source.bytes : null;
    this.size = "bytes" in source ? source.bytes.ids.length : source.size;
  }

  get ids(): ReadonlyMap<string, number> {
    this.#ids ??= "bytes" in this.#source ? this.#source.texts() : this.#source;
    return this.#ids;
  }

  tokenOf(id: number): string | undefined {
    if (this.#tokens === null) {
      this.#tokens = new Map();
      for (const [token, known] of this.ids) this.#tokens.set(known, token);
    }
    return this.#tokens.get(id);
  }
}
