/** Whole words as tokens: each piece is looked up as it is, or unknown. */
import { malformed } from "../load/fields.ts";
import { type TakeToken, TokenModel } from "./token-model.ts";
import type { Vocabulary } from "./vocabulary.ts";

export class WordLevelModel extends TokenModel {
  readonly type = "WordLevel";
  readonly unkToken: string;

  constructor(vocabulary: Vocabulary, unkToken: string) {
    super(vocabulary);
    this.unkToken = unkToken;
  }

  get unknownId(): number | null {
    return this.idOf(this.unkToken) ?? null;
  }

  tokenize(piece: string, take: TakeToken): void {
    const id = this.idOf(piece) ?? this.idOf(this.unkToken);
    if (id !== undefined) take(id, 0, piece.length);
    else throw malformed(`the unknown token \`${this.unkToken}\` is not in the vocabulary`);
  }
}
