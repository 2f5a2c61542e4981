/**
 * Unigram models of `tokenizer.json` in the words of SentencePiece, where they mean the same: text
 * goes through a compiled map, spaces are merged and one stands before every word (T5, XLM-R).
 *
 * NOTE: `tokenizers` looks through the map grapheme by grapheme, SentencePiece and llama.cpp by the
 * longest match; of control tokens written in a text `tokenizers` makes tokens, the others do not.
 */
import type { UnigramModel } from "../model/unigram.ts";
import { CompiledCharsMap } from "../normalize/precompiled.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { cannot } from "./describe.ts";
import { type JsonObject, listParts } from "./fields.ts";

export interface UnigramForm {
  readonly unkId: number;
  readonly charsMap: CompiledCharsMap | null;
  readonly addsPrefix: boolean;
  readonly removesExtraSpace: boolean;
}

/** The form of a tokenizer, or an error where there is none. */
export function unigramForm(tokenizer: Tokenizer, model: UnigramModel): UnigramForm {
  const { spec, addedTokens } = tokenizer.parts;
  const { unkId, byteFallback } = model.options;
  if (unkId === null || byteFallback) {
    throw cannot("a GGUF file has unknown tokens and no bytes for unigram models");
  }
  if (
    addedTokens.all.some(
      ({ isSpecial, lstrip, rstrip, isSingleWord }) =>
        !isSpecial && (lstrip || rstrip || isSingleWord),
    )
  ) {
    throw cannot("llama.cpp finds added tokens without looking at what stands around them");
  }
  const charsMap = readNormalizer(spec.normalizer, spec.pre_tokenizer);
  requireWords(model);
  return { unkId, charsMap, addsPrefix: true, removesExtraSpace: true };
}

function readNormalizer(normalizer: unknown, preTokenizer: unknown): CompiledCharsMap | null {
  const [first, ...rest] = listParts(normalizer, "normalizers");
  const isMap = first?.type === "Precompiled";
  const tidies = isMap || first === undefined ? rest : [first, ...rest];
  const charsMap = isMap
    ? new CompiledCharsMap(Buffer.from(String(first.precompiled_charsmap), "base64"))
    : null;
  const splitters = listParts(preTokenizer, "pretokenizers");
  const marks = splitters.at(-1);
  const marksEvery =
    marks?.type === "Metaspace" &&
    marks.replacement === "▁" &&
    (marks.prepend_scheme ?? "always") === "always" &&
    marks.add_prefix_space !== false &&
    marks.split !== false;
  // White space is cut away from words, or merged and stripped before they are cut.
  const isCut = splitters.length === 2 && splitters[0]?.type === "WhitespaceSplit" && isMap;
  const isMerged =
    splitters.length === 1 && tidies.some(isMerge) && tidies.some(({ type }) => type === "Strip");
  const isTidy = tidies.every((part) => isMerge(part) || part.type === "Strip");
  if (marksEvery && isTidy && (isCut || isMerged)) return charsMap;
  throw cannot("llama.cpp has no words for the way this tokenizer normalizes and cuts text");
}

function isMerge(part: JsonObject): boolean {
  const pattern = part.pattern as JsonObject | undefined;
  const isRun = part.type === "Replace" && pattern?.Regex === " {2,}";
  return isRun && (part.content === " " || part.content === "▁");
}

/** A text as a whole must be cut as its words are. */
function requireWords(model: UnigramModel): void {
  for (const [token] of model.entries()) {
    if (/[^▁]▁|▁▁/.test(token)) throw cannot(`the token \`${token}\` goes from word to word`);
  }
  if (model.idOf("▁") === undefined) throw cannot("the tokenizer has no token for a space");
}
