/**
 * Hugging Face's `tokenizer.json`, as `tokenizers` 0.23 writes it: every type it has is known, others
 * are refused by name. Truncation and padding of the file are left to the caller's options.
 */
import type { CutDocument } from "../../formats/json/cut-values.ts";
import type { JsonReader } from "../../formats/json/json-reader.ts";
import { MARK } from "../../formats/json/json-scanner.ts";
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
  readJson,
  readNatural,
  readObject,
  readText,
  unsupported,
} from "./fields.ts";
import { readAddedTokens } from "./read-added-tokens.ts";
import { readMerges, readScoredTokens, readVocabulary } from "./read-vocabulary.ts";

/** What is read from the bytes of the file; the rest is small. */
export const LARGE_VALUES = {
  model: { vocab: true, merges: true },
  vocab: true,
  added_tokens: true,
} as const;

/** The tokenizer of a parsed `tokenizer.json`; `config` is the `tokenizer_config.json` beside it. */
export function loadTokenizerJson(value: unknown, config: JsonObject = {}): Tokenizer {
  readObject(value, "tokenizer.json");
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const read = (document: CutDocument): Tokenizer => loadTokenizerDocument(document, config);
  return readJson("tokenizer.json", bytes, { cuts: LARGE_VALUES, read });
}

/** The tokenizer of the file's bytes with `LARGE_VALUES` set apart. */
export function loadTokenizerDocument({ rest, cut }: CutDocument, config: JsonObject): Tokenizer {
  const file = readObject(rest, "tokenizer.json");
  if (file.model === undefined) {
    throw malformed(
      "the JSON has no `model`",
      "a tokenizer of Hugging Face is its `tokenizer.json`",
    );
  }
  checkFile(file, cut);
  const model = readModel(readObject(file.model, "model"), cut);
  const { normalizer, pre_tokenizer, post_processor, decoder } = file;
  return assembleTokenizer({
    spec: { normalizer, pre_tokenizer, post_processor, decoder },
    model,
    added: readAddedTokens(cut.get("added_tokens"), model),
    chatTemplate: readTemplate(config.chat_template),
    namedTokens: readNamedTokens(config),
  });
}

type Cut = CutDocument["cut"];

const FILE_FIELDS = new Set(
  "version truncation padding added_tokens normalizer pre_tokenizer post_processor decoder model".split(
    " ",
  ),
);

/** What of a file is not read must be what it always is. */
function checkFile(file: JsonObject, cut: Cut): void {
  const stray = Object.keys(file).find((field) => !FILE_FIELDS.has(field));
  if (stray !== undefined) throw unsupported(`the field \`${stray}\` is not known`);
  const version = readText(file.version ?? "1.0", "version");
  if (version !== "1.0") throw unsupported(`version \`${version}\` is not known`);
  for (const field of ["truncation", "padding"]) {
    if (file[field] !== null && file[field] !== undefined) readObject(file[field], field);
  }
  if (file.added_tokens !== undefined && !cut.has("added_tokens")) {
    throw malformed("`added_tokens` is no list");
  }
}

function readModel(part: JsonObject, cut: Cut): TokenModel {
  const type = part.type === undefined ? guessType(part, cut) : readText(part.type, "model.type");
  switch (type) {
    case "BPE":
      return readBpe(part, cut);
    case "WordPiece":
      return new WordPieceModel(readVocabulary(required(cut, "model.vocab")), {
        unkToken: readText(part.unk_token, "model.unk_token"),
        continuingSubwordPrefix: readText(
          part.continuing_subword_prefix,
          "model.continuing_subword_prefix",
        ),
        maxInputCharsPerWord: readNatural(
          part.max_input_chars_per_word,
          "model.max_input_chars_per_word",
        ),
      });
    case "WordLevel":
      return new WordLevelModel(
        readVocabulary(required(cut, "model.vocab")),
        readText(part.unk_token, "model.unk_token"),
      );
    case "Unigram":
      return readUnigram(part, cut);
    default:
      throw unsupported(`a model of type \`${type}\` is not known`);
  }
}

function required(cut: Cut, path: string): JsonReader {
  const reader = cut.get(path);
  if (reader !== undefined) return reader;
  throw malformed(`the JSON has no list or object \`${path}\``);
}

/** Older files leave the type out. */
function guessType(part: JsonObject, cut: Cut): string {
  if (cut.has("model.merges")) return "BPE";
  if (cut.get("model.vocab")?.peek() === MARK.openList) return "Unigram";
  return part.continuing_subword_prefix !== undefined ? "WordPiece" : "WordLevel";
}

function readBpe(part: JsonObject, cut: Cut): TokenModel {
  const dropout = part.dropout ?? 0;
  if (typeof dropout !== "number") throw malformed("`model.dropout` is no number");
  if (dropout !== 0) throw unsupported("`dropout` of a BPE model makes encoding random");
  const text = (field: string): string => readText(part[field] ?? "", `model.${field}`);
  const options: BpeOptions = {
    unkToken: part.unk_token === null || part.unk_token === undefined ? null : text("unk_token"),
    continuingSubwordPrefix: text("continuing_subword_prefix"),
    endOfWordSuffix: text("end_of_word_suffix"),
    fuseUnk: readFlag(part.fuse_unk, "model.fuse_unk", false),
    byteFallback: readFlag(part.byte_fallback, "model.byte_fallback", false),
    ignoreMerges: readFlag(part.ignore_merges, "model.ignore_merges", false),
  };
  const vocabulary = readVocabulary(required(cut, "model.vocab"));
  const merges = readMerges(
    required(cut, "model.merges"),
    vocabulary,
    options.continuingSubwordPrefix,
  );
  return new BpeModel(vocabulary, { kind: "list", merges }, options);
}

function readUnigram(part: JsonObject, cut: Cut): TokenModel {
  const { vocabulary, scores, lowestScore } = readScoredTokens(required(cut, "model.vocab"));
  const unkId =
    part.unk_id === null || part.unk_id === undefined
      ? null
      : readNatural(part.unk_id, "model.unk_id");
  if (unkId !== null && unkId >= scores.length) {
    throw malformed(`\`model.unk_id\` is ${unkId}, and there are ${scores.length} tokens`);
  }
  const byteFallback = readFlag(part.byte_fallback, "model.byte_fallback", false);
  const options = { unkId, byteFallback, isSingle: false, lowestScore };
  return new UnigramModel(vocabulary, scores, options);
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
