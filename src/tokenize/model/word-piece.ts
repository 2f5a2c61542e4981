/** WordPiece (BERT): from the left, the longest piece that is in the vocabulary, or unknown as a whole. */
import { malformed } from "../load/fields.ts";
import { type TakeToken, type TokenModel, Vocabulary } from "./token-model.ts";

export interface WordPieceOptions {
  readonly unkToken: string;
  readonly continuingSubwordPrefix: string;
  readonly maxInputCharsPerWord: number;
}

export class WordPieceModel implements TokenModel {
  readonly type = "WordPiece";
  readonly options: WordPieceOptions;
  readonly #vocabulary: Vocabulary;
  /** UTF-16 units of the longest token. */
  readonly #longest: number;

  constructor(ids: ReadonlyMap<string, number>, options: WordPieceOptions) {
    this.options = options;
    this.#vocabulary = new Vocabulary(ids);
    let longest = 0;
    for (const token of ids.keys()) longest = Math.max(longest, token.length);
    this.#longest = longest;
  }

  get size(): number {
    return this.#vocabulary.size;
  }

  get unknownId(): number | null {
    return this.idOf(this.options.unkToken) ?? null;
  }

  idOf(token: string): number | undefined {
    return this.#vocabulary.ids.get(token);
  }

  tokenOf(id: number): string | undefined {
    return this.#vocabulary.tokenOf(id);
  }

  entries(): Iterable<readonly [string, number]> {
    return this.#vocabulary.ids;
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
      const prefix = from === 0 ? "" : this.options.continuingSubwordPrefix;
      let to = Math.min(piece.length, from + this.#longest);
      let id: number | undefined;
      for (; to > from; to--) {
        id = this.idOf(prefix + piece.slice(from, to));
        if (id !== undefined) break;
      }
      if (id === undefined) return null;
      found.push([id, from, to]);
      from = to;
    }
    return found;
  }

  #unknown(): number {
    const id = this.idOf(this.options.unkToken);
    if (id !== undefined) return id;
    throw malformed(`the unknown token \`${this.options.unkToken}\` is not in the vocabulary`);
  }
}
