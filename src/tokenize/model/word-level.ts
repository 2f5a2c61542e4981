/** Whole words as tokens: each piece is looked up as it is, or unknown. */
import { malformed } from "../load/fields.ts";
import { type TakeToken, type TokenModel, Vocabulary } from "./token-model.ts";

export class WordLevelModel implements TokenModel {
  readonly type = "WordLevel";
  readonly unkToken: string;
  readonly #vocabulary: Vocabulary;

  constructor(ids: ReadonlyMap<string, number>, unkToken: string) {
    this.unkToken = unkToken;
    this.#vocabulary = new Vocabulary(ids);
  }

  get size(): number {
    return this.#vocabulary.size;
  }

  get unknownId(): number | null {
    return this.idOf(this.unkToken) ?? null;
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
    const id = this.idOf(piece) ?? this.idOf(this.unkToken);
    if (id !== undefined) take(id, 0, piece.length);
    else throw malformed(`the unknown token \`${this.unkToken}\` is not in the vocabulary`);
  }
}
