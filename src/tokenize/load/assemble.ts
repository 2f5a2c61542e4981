/**
 * Puts a tokenizer together from the parts of a `tokenizer.json`. Loaders of other files describe
 * their normalizer, pre-tokenizer and decoder in the same words, so all kinds run the same code and
 * any of them can be written as `tokenizer.json`.
 */
import { type AddedToken, AddedTokens } from "../added-tokens.ts";
import { buildDecoder } from "../decode/decoders.ts";
import type { TokenModel } from "../model/token-model.ts";
import { buildNormalizer, type Normalize } from "../normalize/normalizers.ts";
import { buildPostProcessor } from "../process/post-processors.ts";
import { buildPreTokenizer } from "../split/pre-tokenizers.ts";
import { findCutRule } from "../stream/cut-rule.ts";
import { Tokenizer } from "../tokenizer.ts";
import { byteTokens } from "./exact-bytes.ts";
import type { JsonObject } from "./fields.ts";
import type { PieceSource } from "./piece-tokenizer.ts";

/** The parts of a `tokenizer.json` beside its model and tokens. */
export interface TokenizerSpec {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly post_processor: unknown;
  readonly decoder: unknown;
}

export interface TokenizerSource {
  readonly spec: TokenizerSpec;
  readonly model: TokenModel;
  readonly added: readonly AddedToken[];
  /** In place of what `spec` describes, where the original is not quite that. */
  readonly normalize?: Normalize;
  readonly pieces?: PieceSource;
  readonly chatTemplate?: string | null;
  readonly namedTokens?: Readonly<Record<string, string>>;
}

/** The tokenizer of these parts. */
export function assembleTokenizer(source: TokenizerSource): Tokenizer {
  const { spec, model, added } = source;
  const normalize = source.normalize ?? buildNormalizer(spec.normalizer);
  // Symbols of SentencePiece stand in the normalized text as they are.
  const addedTokens = new AddedTokens(added, source.pieces === undefined ? normalize : null);
  const isByteLevel = (spec.decoder as JsonObject | null)?.type === "ByteLevel";
  return new Tokenizer({
    spec,
    addedTokens,
    normalize,
    preTokenize: buildPreTokenizer(spec.pre_tokenizer),
    model,
    postProcessor: buildPostProcessor(spec.post_processor),
    decode: buildDecoder(spec.decoder),
    bytesOf: isByteLevel ? byteTokens(addedTokens, model) : null,
    cutRule: findCutRule(spec, model, added),
    pieces: source.pieces ?? null,
    chatTemplate: source.chatTemplate ?? null,
    namedTokens: source.namedTokens ?? {},
  });
}
