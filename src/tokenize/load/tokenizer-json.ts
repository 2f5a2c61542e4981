/**
 * Hugging Face's `tokenizer.json`, as `tokenizers` 0.23 writes it: every type it has is known, others
 * are refused by name. Truncation and padding of the file are left to the caller's options.
 */
import type { AddedToken } from "../added-tokens.ts";
import { BpeModel, type BpeOptions } from "../model/bpe.ts";
import type { TokenModel } from "../model/token-model.ts";
import { UnigramModel } from "../model/unigram.ts";
import { WordLevelModel } from "../model/word-level.ts";
import { WordPieceModel } from "../model/word-piece.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { assembleTokenizer } from "./assemble.ts";
import {
  type JsonObject,
  malformed,
  readFlag,
  readList,
  readNatural,
  readObject,
  readText,
  unsupported,
} from "./fields.ts";
import { readMerges, readVocabulary } from "./read-vocabulary.ts";

/** The tokenizer of a `tokenizer.json`, parsed; `config` is the `tokenizer_config.json` beside it. */
export function loadTokenizerJson(value: unknown, config: JsonObject = {}): Tokenizer {
  const file = readObject(value, "tokenizer.json");
  if (file.model === undefined) {
    throw malformed(
      "the JSON has no `model`",
      "a tokenizer of Hugging Face is its `tokenizer.json`",
    );
  }
  const model = readModel(readObject(file.model, "model"));
  const { normalizer, pre_tokenizer, post_processor, decoder } = file;
  return assembleTokenizer({
    spec: { normalizer, pre_tokenizer, post_processor, decoder },
    model,
    added: readAddedTokens(file.added_tokens, model),
    chatTemplate: readTemplate(config.chat_template),
    namedTokens: readNamedTokens(config),
  });
}

function readModel(part: JsonObject): TokenModel {
  const type = part.type === undefined ? guessType(part) : readText(part.type, "model.type");
  switch (type) {
    case "BPE":
      return readBpe(part);
    case "WordPiece":
      return new WordPieceModel(readVocabulary(part.vocab), {
        unkToken: readText(part.unk_token ?? "[UNK]", "model.unk_token"),
        continuingSubwordPrefix: readText(
          part.continuing_subword_prefix ?? "##",
          "model.continuing_subword_prefix",
        ),
        maxInputCharsPerWord: readNatural(
          part.max_input_chars_per_word ?? 100,
          "model.max_input_chars_per_word",
        ),
      });
    case "WordLevel":
      return new WordLevelModel(
        readVocabulary(part.vocab),
        readText(part.unk_token, "model.unk_token"),
      );
    case "Unigram":
      return readUnigram(part);
    default:
      throw unsupported(`a model of type \`${type}\` is not known`);
  }
}

/** Older files leave the type out. */
function guessType(part: JsonObject): string {
  if (part.merges !== undefined) return "BPE";
  if (Array.isArray(part.vocab)) return "Unigram";
  return part.continuing_subword_prefix !== undefined ? "WordPiece" : "WordLevel";
}

function readBpe(part: JsonObject): TokenModel {
  if (typeof part.dropout === "number" && part.dropout > 0) {
    throw unsupported("`dropout` of a BPE model makes encoding random");
  }
  const text = (field: string): string => readText(part[field] ?? "", `model.${field}`);
  const options: BpeOptions = {
    unkToken: part.unk_token === null || part.unk_token === undefined ? null : text("unk_token"),
    continuingSubwordPrefix: text("continuing_subword_prefix"),
    endOfWordSuffix: text("end_of_word_suffix"),
    fuseUnk: readFlag(part.fuse_unk, "model.fuse_unk", false),
    byteFallback: readFlag(part.byte_fallback, "model.byte_fallback", false),
    ignoreMerges: readFlag(part.ignore_merges, "model.ignore_merges", false),
  };
  const ids = readVocabulary(part.vocab);
  const merges = readMerges(part.merges, ids, options.continuingSubwordPrefix.length);
  return new BpeModel(ids, { kind: "list", merges }, options);
}

function readUnigram(part: JsonObject): TokenModel {
  const list = readList(part.vocab, "model.vocab");
  const scores = new Float64Array(list.length);
  let lowestScore = Number.POSITIVE_INFINITY;
  const tokens = list.map((entry, id) => {
    const [token, score] = readList(entry, "model.vocab");
    if (typeof score !== "number") throw malformed("a score in `model.vocab` is no number");
    scores[id] = score;
    lowestScore = Math.min(lowestScore, score);
    return readText(token, "model.vocab");
  });
  const unkId =
    part.unk_id === null || part.unk_id === undefined
      ? null
      : readNatural(part.unk_id, "model.unk_id");
  if (unkId !== null && unkId >= tokens.length) {
    throw malformed(`\`model.unk_id\` is ${unkId}, and there are ${tokens.length} tokens`);
  }
  const byteFallback = readFlag(part.byte_fallback, "model.byte_fallback", false);
  return new UnigramModel(tokens, scores, { unkId, byteFallback, isSingle: false, lowestScore });
}

function readAddedTokens(value: unknown, model: TokenModel): AddedToken[] {
  return readList(value ?? [], "added_tokens").map((entry) => {
    const token = readObject(entry, "added_tokens");
    const flag = (field: string): boolean => readFlag(token[field], `added_tokens.${field}`, false);
    const content = readText(token.content, "added_tokens.content");
    return {
      // NOTE: `tokenizers` gives a token that the model has the model's id, whatever the file says.
      id: model.idOf(content) ?? readNatural(token.id, "added_tokens.id"),
      content,
      isSpecial: flag("special"),
      isSingleWord: flag("single_word"),
      lstrip: flag("lstrip"),
      rstrip: flag("rstrip"),
      isNormalized: flag("normalized"),
    };
  });
}

function readTemplate(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const named =
    value.find((entry) => readObject(entry, "chat_template").name === "default") ?? value[0];
  return named === undefined
    ? null
    : readText(readObject(named, "chat_template").template, "chat_template");
}

function readNamedTokens(config: JsonObject): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    if (!name.endsWith("_token") || value === null) continue;
    if (typeof value === "string") named[name] = value;
    else if (typeof value === "object") {
      const { content } = readObject(value, name);
      if (typeof content === "string") named[name] = content;
    }
  }
  return named;
}
