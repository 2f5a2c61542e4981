/** WordPiece (BERT): from the left, the longest piece that is in the vocabulary, or unknown as a whole. */
import { malformed } from "../load/fields.ts";
import { TokenFinder } from "./token-finder.ts";
import { type TakeToken, TokenModel } from "./token-model.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface WordPieceOptions {
  readonly unkToken: string;
  readonly continuingSubwordPrefix: string;
  readonly maxInputCharsPerWord: number;
}

export class WordPieceModel extends TokenModel {
  readonly type = "WordPiece";
  readonly options: WordPieceOptions;
  readonly #finder: TokenFinder;
  readonly #prefix: Uint8Array;

  constructor(vocabulary: Vocabulary, options: WordPieceOptions) {
    super(vocabulary);
    this.options = options;
    this.#finder = new TokenFinder(vocabulary);
    this.#prefix = new TextEncoder().encode(options.continuingSubwordPrefix);
  }

  get unknownId(): number | null {
    return this.idOf(this.options.unkToken) ?? null;
  }

  tokenize(piece: string, take: TakeToken): void {
    const found = this.#isTooLong(piece) ? null : this.#findPieces(piece);
    if (found === null) take(this.#unknown(), 0, piece.length);
    else for (const [id, from, to] of found) take(id, from, to);
  }

  #isTooLong(piece: string): boolean {
    const limit = this.options.maxInputCharsPerWord;
    return piece.length > limit && (piece.length > 2 * limit || [...piece].length > limit);
  }

  #findPieces(piece: string): [number, number, number][] | null {
    const found: [number, number, number][] = [];
    for (let from = 0; from < piece.length; ) {
      let longest = -1;
      let end = from;
      this.#finder.search(
        piece,
        from,
        (id, to) => {
          longest = id;
          end = to;
        },
        from === 0 ? undefined : this.#prefix,
      );
      if (longest < 0) return null;
      found.push([longest, from, end]);
      from = end;
    }
    return found;
  }

  #unknown(): number {
    const id = this.idOf(this.options.unkToken);
    if (id !== undefined) return id;
    throw malformed(`the unknown token \`${this.options.unkToken}\` is not in the vocabulary`);
  }
}
