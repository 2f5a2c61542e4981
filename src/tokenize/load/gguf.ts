/**
 * The tokenizer inside a GGUF file (keys `tokenizer.*` of its metadata): byte-level BPE (`gpt2`),
 * SentencePiece BPE (`llama`), unigram (`t5`) and WordPiece (`bert`). What cuts text is named by
 * `tokenizer.ggml.pre`; names not known here are refused.
 */
import { type GgufMetadata, GgufTexts, type GgufValue } from "../../formats/gguf/read-metadata.ts";
import type { AddedToken } from "../added-tokens.ts";
import { BpeModel, PLAIN_BPE } from "../model/bpe.ts";
import { TokenList, Vocabulary } from "../model/vocabulary.ts";
import { WordPieceModel } from "../model/word-piece.ts";
import { BERT_NORMALIZER } from "../normalize/normalizers.ts";
import { CompiledCharsMap } from "../normalize/precompiled.ts";
import { buildPostProcessor } from "../process/post-processors.ts";
import { Tokenizer, type TokenizerParts } from "../tokenizer.ts";
import { assembleTokenizer } from "./assemble.ts";
import { type JsonObject, malformed, unsupported } from "./fields.ts";
import { preTokenizerNamed } from "./gguf-patterns.ts";
import { buildPieceTokenizer, PIECE, Pieces } from "./piece-tokenizer.ts";
import { MergeList } from "./read-vocabulary.ts";
import { BYTE_LEVEL, specialToken } from "./tiktoken.ts";

/** The tokenizer of a GGUF file's metadata. */
export function loadGguf(metadata: GgufMetadata): Tokenizer {
  const keys = new Keys(metadata.values);
  const kind = keys.text("tokenizer.ggml.model");
  switch (kind) {
    case "gpt2":
      return withNames(loadByteLevel(keys), keys);
    case "llama":
    case "t5":
      return withNames(loadPieces(keys, kind), keys);
    case "bert":
      return withNames(loadWordPiece(keys), keys);
    default:
      throw unsupported(`a GGUF tokenizer of model \`${kind}\` is not known`);
  }
}

/** Typed access to the pairs of a file. */
class Keys {
  readonly #values: ReadonlyMap<string, GgufValue>;

  constructor(values: ReadonlyMap<string, GgufValue>) {
    this.#values = values;
  }

  optional(key: string): GgufValue | undefined {
    return this.#values.get(key);
  }

  text(key: string, otherwise?: string): string {
    const value = this.#values.get(key) ?? otherwise;
    if (typeof value === "string") return value;
    throw malformed(
      `the GGUF file has no text \`${key}\``,
      "a model for text has its tokenizer inside",
    );
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#values.get(key);
    return typeof value === "boolean" ? value : otherwise;
  }

  number(key: string): number | null {
    const value = this.#values.get(key);
    return typeof value === "number" ? value : null;
  }

  texts(key: string): GgufTexts {
    const value = this.#values.get(key);
    if (value instanceof GgufTexts) return value;
    throw malformed(`the GGUF file has no list of texts \`${key}\``);
  }

  /** The tokens, with `formOf` of each; ids are their places. */
  tokens(formOf: (bytes: Uint8Array, id: number) => Uint8Array = (bytes) => bytes): Vocabulary {
    const texts = this.texts("tokenizer.ggml.tokens");
    const list = new TokenList(texts.bytes.length + texts.length * 2, texts.length);
    for (let id = 0; id < texts.length; id++) {
      const bytes = formOf(texts.bytesAt(id), id);
      const start = list.end;
      list.bytes.set(bytes, start);
      list.push(start + bytes.length, id);
    }
    return new Vocabulary(list);
  }

  /** The type of each token; all normal where the file says nothing. */
  types(): Uint8Array {
    const count = this.texts("tokenizer.ggml.tokens").length;
    const value = this.#values.get("tokenizer.ggml.token_type");
    if (value === undefined) return new Uint8Array(count).fill(PIECE.normal);
    if (value instanceof Int32Array && value.length === count) {
      const stray = value.find((type) => type < 0 || type > PIECE.byte);
      if (stray !== undefined) throw malformed(`a token has type ${stray}`);
      return Uint8Array.from(value);
    }
    throw malformed("`tokenizer.ggml.token_type` has not one entry per token");
  }
}

function addedOf(vocabulary: Vocabulary, types: Uint8Array): AddedToken[] {
  const added: AddedToken[] = [];
  types.forEach((type, id) => {
    if (type !== PIECE.control && type !== PIECE.userDefined) return;
    const content = vocabulary.tokenOf(id);
    if (content === undefined) return;
    added.push({ ...specialToken(content, id), isSpecial: type === PIECE.control });
  });
  return added;
}

function loadByteLevel(keys: Keys): Tokenizer {
  const vocabulary = keys.tokens();
  const merges = readMergeTexts(keys.texts("tokenizer.ggml.merges"), vocabulary);
  const named = preTokenizerNamed(keys.text("tokenizer.ggml.pre", "default"));
  const model = new BpeModel(
    vocabulary,
    { kind: "list", merges },
    { ...PLAIN_BPE, ignoreMerges: named.ignoreMerges },
  );
  return assembleTokenizer({
    spec: {
      normalizer: null,
      pre_tokenizer: { type: "Sequence", pretokenizers: named.steps },
      post_processor: endsOf(keys, vocabulary, { bos: false, eos: false }),
      decoder: BYTE_LEVEL,
    },
    model,
    added: addedOf(vocabulary, keys.types()),
  });
}

function readMergeTexts(texts: GgufTexts, vocabulary: Vocabulary): Uint32Array<ArrayBuffer> {
  const longest = texts.lengths.reduce((most, length) => Math.max(most, length), 0);
  const merges = new MergeList(vocabulary, longest, texts.length);
  for (let i = 0; i < texts.length; i++) {
    const { length } = texts.bytesAt(i);
    merges.held.set(texts.bytesAt(i));
    merges.pushText(length);
  }
  return merges.all();
}

function loadPieces(keys: Keys, kind: "llama" | "t5"): Tokenizer {
  const vocabulary = keys.tokens();
  const types = keys.types();
  const scores = keys.optional("tokenizer.ggml.scores");
  if (!(scores instanceof Float32Array) || scores.length !== types.length) {
    throw malformed("`tokenizer.ggml.scores` has not one entry per token");
  }
  const unkId = keys.number("tokenizer.ggml.unknown_token_id") ?? types.indexOf(PIECE.unknown);
  // NOTE: llama.cpp merges spaces for unigram models alone, and then always puts one in front.
  const removesExtraSpace =
    kind === "t5" && keys.flag("tokenizer.ggml.remove_extra_whitespaces", false);
  const tokenizer = buildPieceTokenizer(new Pieces(vocabulary, scores, types), {
    kind: kind === "t5" ? "unigram" : "bpe",
    reader: "llama.cpp",
    byteFallback: types.includes(PIECE.byte),
    addsPrefix: removesExtraSpace || keys.flag("tokenizer.ggml.add_space_prefix", true),
    removesExtraSpace,
    charsMap: readCharsMap(keys.optional("tokenizer.ggml.precompiled_charsmap")),
    unkId: vocabulary.tokenOf(unkId) === undefined ? null : unkId,
  });
  const ends = { bos: kind === "llama", eos: kind === "t5" };
  const post_processor = endsOf(keys, vocabulary, ends);
  return new Tokenizer({
    ...tokenizer.parts,
    spec: { ...tokenizer.parts.spec, post_processor },
    postProcessor: buildPostProcessor(post_processor),
  });
}

/** Its bytes, which files have as numbers with a sign, or without. */
function readCharsMap(value: GgufValue | undefined): CompiledCharsMap | null {
  if (!(value instanceof Uint8Array || value instanceof Int8Array)) return null;
  return new CompiledCharsMap(new Uint8Array(value.buffer));
}

const WORD_MARK = new TextEncoder().encode("▁");
const [OPEN_BRACKET, CLOSE_BRACKET] = [0x5b, 0x5d];

/** GGUF writes a word's first piece with `▁` and the others bare; WordPiece marks the others. */
function loadWordPiece(keys: Keys): Tokenizer {
  const types = keys.types();
  const vocabulary = keys.tokens((bytes, id) => {
    if (WORD_MARK.every((byte, i) => bytes[i] === byte)) return bytes.subarray(WORD_MARK.length);
    const isNamed = bytes[0] === OPEN_BRACKET && bytes.at(-1) === CLOSE_BRACKET;
    if (types[id] !== PIECE.normal || isNamed) return bytes;
    return Buffer.concat([Buffer.from("##"), bytes]);
  });
  const unkToken = vocabulary.tokenOf(keys.number("tokenizer.ggml.unknown_token_id") ?? 100);
  const options = {
    unkToken: unkToken ?? "[UNK]",
    continuingSubwordPrefix: "##",
    maxInputCharsPerWord: 100,
  };
  return assembleTokenizer({
    spec: {
      normalizer: BERT_NORMALIZER,
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: endsOf(keys, vocabulary, { bos: true, eos: true }),
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    },
    model: new WordPieceModel(vocabulary, options),
    added: addedOf(vocabulary, types),
  });
}

/** Puts the tokens of beginning and end around a text, as the file wants it. */
function endsOf(
  keys: Keys,
  vocabulary: Vocabulary,
  otherwise: { bos: boolean; eos: boolean },
): JsonObject | null {
  const bos = keys.flag("tokenizer.ggml.add_bos_token", otherwise.bos)
    ? keys.number("tokenizer.ggml.bos_token_id")
    : null;
  const eosId =
    keys.number("tokenizer.ggml.eos_token_id") ?? keys.number("tokenizer.ggml.seperator_token_id");
  const eos = keys.flag("tokenizer.ggml.add_eos_token", otherwise.eos) ? eosId : null;
  const ends = [bos, eos].filter(
    (id) => id !== null && vocabulary.tokenOf(id) !== undefined,
  ) as number[];
  if (ends.length === 0) return null;
  const put = (id: number | null) =>
    id !== null && ends.includes(id) ? [{ SpecialToken: { id: String(id), type_id: 0 } }] : [];
  const around = (name: string) => [
    ...put(bos),
    { Sequence: { id: name, type_id: 0 } },
    ...put(eos),
  ];
  return {
    type: "TemplateProcessing",
    single: around("A"),
    pair: [...around("A"), ...around("B")],
    special_tokens: Object.fromEntries(
      ends.map((id) => [id, { id: String(id), ids: [id], tokens: [vocabulary.tokenOf(id)] }]),
    ),
  };
}

function withNames(tokenizer: Tokenizer, keys: Keys): Tokenizer {
  const template = keys.optional("tokenizer.chat_template");
  const namedTokens: Record<string, string> = {};
  for (const name of ["bos", "eos", "unknown", "padding", "seperator"]) {
    const id = keys.number(`tokenizer.ggml.${name}_token_id`);
    const token = id === null ? undefined : tokenizer.tokenOf(id);
    if (token !== undefined) namedTokens[`${SHORT_NAMES[name] ?? name}_token`] = token;
  }
  const parts: TokenizerParts = {
    ...tokenizer.parts,
    chatTemplate: typeof template === "string" ? template : null,
    namedTokens,
  };
  return new Tokenizer(parts);
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  unknown: "unk",
  padding: "pad",
  seperator: "sep",
};
