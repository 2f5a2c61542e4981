/**
 * A tokenizer as a `tokenizer.json`. Only what means the same there is written; the rest is refused.
 */
import { SovereignError } from "../../core/errors.ts";
import type { AddedToken } from "../added-tokens.ts";
import { requireTokenizer } from "../check-arguments.ts";
import { BpeModel } from "../model/bpe.ts";
import { UnigramModel } from "../model/unigram.ts";
import { WordLevelModel } from "../model/word-level.ts";
import { WordPieceModel } from "../model/word-piece.ts";
import { alignText } from "../text/aligned-text.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { JsonObject } from "./fields.ts";
import type { PieceSource } from "./piece-tokenizer.ts";

/** The content of a `tokenizer.json` (`tokenizers` 0.23) for this tokenizer. */
export function describeTokenizer(tokenizer: Tokenizer): JsonObject {
  requireTokenizer(tokenizer, "what is described");
  const { spec, addedTokens, pieces } = tokenizer.parts;
  // Where a space is put in front, normalized symbols would be found behind one alone.
  const isPlain = pieces?.settings.addsPrefix === true;
  // Of several tokens with one id the last is found.
  const added = addedTokens.all
    .filter((token) => addedTokens.get(token.id) === token)
    .sort((a, b) => a.id - b.id);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.map((token) => ({
      id: token.id,
      content: token.content,
      single_word: token.isSingleWord,
      lstrip: token.lstrip,
      rstrip: token.rstrip,
      normalized: token.isNormalized && !isPlain,
      special: token.isSpecial,
    })),
    normalizer: spec.normalizer ?? null,
    pre_tokenizer: spec.pre_tokenizer ?? null,
    post_processor: spec.post_processor ?? null,
    decoder: spec.decoder ?? null,
    model: describeModel(tokenizer, added),
  };
}

/**
 * The added tokens that must stand in the model's vocabulary too, for their ids to last:
 * `tokenizers` counts those that do not from the vocabulary's size, whatever the file says.
 */
function tokensToPlace({ parts }: Tokenizer, added: readonly AddedToken[]): AddedToken[] {
  const { model } = parts;
  let last = -1;
  let isKept = true;
  for (const { content, id } of added) {
    const known = model.idOf(content);
    if (known !== undefined && known !== id) {
      throw cannot(`\`${content}\` is token ${known} of the model and added token ${id}`);
    }
    if (known === undefined && id !== Math.max(last + 1, model.size)) isKept = false;
    last = Math.max(last, id);
  }
  return isKept ? [] : added.filter(({ content }) => model.idOf(content) === undefined);
}

/** Whether the model would find a token in a text's own pieces, were it in the vocabulary. */
function isInReach({ parts: { model, preTokenize } }: Tokenizer, content: string): boolean {
  if (model instanceof BpeModel && !model.options.ignoreMerges) return [...content].length === 1;
  const text = alignText(content);
  return (preTokenize?.(text) ?? [text]).some((piece) => piece.text.includes(content));
}

function describeModel(tokenizer: Tokenizer, added: readonly AddedToken[]): JsonObject {
  const { model, pieces } = tokenizer.parts;
  const placed = tokensToPlace(tokenizer, added);
  const entries = [...model.entries()];
  for (const { content, id } of placed) {
    if (model instanceof UnigramModel || isInReach(tokenizer, content)) {
      throw cannot(`\`${content}\` would lose its id ${id}, which \`tokenizers\` gives by order`);
    }
    entries.push([content, id]);
  }
  entries.sort(([, a], [, b]) => a - b);
  const vocab = Object.assign(Object.create(null), Object.fromEntries(entries)) as object;
  if (pieces !== null && pieces.settings.kind === "bpe") requirePlainPieces(pieces);
  if (model instanceof BpeModel) return describeBpe(model, vocab);
  if (model instanceof WordPieceModel) {
    return {
      type: "WordPiece",
      unk_token: model.options.unkToken,
      continuing_subword_prefix: model.options.continuingSubwordPrefix,
      max_input_chars_per_word: model.options.maxInputCharsPerWord,
      vocab,
    };
  }
  if (model instanceof WordLevelModel)
    return { type: "WordLevel", vocab, unk_token: model.unkToken };
  if (model instanceof UnigramModel && !model.options.isSingle) {
    return {
      type: "Unigram",
      unk_id: model.options.unkId,
      vocab: entries.map(([token, id]) => [token, model.scores[id]]),
      byte_fallback: model.options.byteFallback,
    };
  }
  throw cannot(
    "a unigram model of SentencePiece sums and normalizes in a way `tokenizer.json` cannot say",
  );
}

function describeBpe(model: BpeModel, vocab: object): JsonObject {
  const { options } = model;
  return {
    type: "BPE",
    dropout: null,
    unk_token: options.unkToken,
    continuing_subword_prefix: options.continuingSubwordPrefix || null,
    end_of_word_suffix: options.endOfWordSuffix || null,
    fuse_unk: options.fuseUnk,
    byte_fallback: options.byteFallback,
    ignore_merges: options.ignoreMerges,
    vocab,
    merges: listMerges(model),
  };
}

/** Merges in order, as texts. */
export function listMerges(model: BpeModel): [string, string][] {
  const { rule } = model;
  if (rule.kind === "list") {
    const tokenAt = (at: number): string => model.tokenOf(rule.merges[at]!)!;
    const count = rule.merges.length / 3;
    return Array.from({ length: count }, (_, i) => [tokenAt(i * 3), tokenAt(i * 3 + 1)]);
  }
  // Every way to make a token of two others merges at that token's rank, or by its score.
  const merges: [string, string][] = [];
  const isMade = (id: number): boolean => rule.kind === "ranks" || rule.isMergeable(id);
  const rankOf = (id: number): number => (rule.kind === "ranks" ? id : -rule.scores[id]!);
  const tokens = [...model.entries()].filter(([, id]) => isMade(id));
  for (const [token] of tokens.sort(([, a], [, b]) => rankOf(a) - rankOf(b) || a - b)) {
    for (let cut = 1; cut < token.length; cut++) {
      const [left, right] = [token.slice(0, cut), token.slice(cut)];
      if (model.idOf(left) !== undefined && model.idOf(right) !== undefined)
        merges.push([left, right]);
    }
  }
  return merges;
}

/** `tokenizer.json` could say the rest only nearly. */
function requirePlainPieces({ settings }: PieceSource): void {
  const { charsMap, removesExtraSpace } = settings;
  if (charsMap !== null || removesExtraSpace) {
    throw cannot("this model of SentencePiece normalizes in a way `tokenizer.json` cannot say");
  }
}

/** What the other kind of file has no way to say. */
export function cannot(what: string): SovereignError {
  return new SovereignError("NOT_IMPLEMENTED", what, {
    hint: "use the file as it is: `-m` takes every kind",
  });
}
