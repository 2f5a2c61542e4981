/**
 * A tokenizer as the `tokenizer.*` keys of a GGUF file, which llama.cpp reads: byte-level BPE whose
 * pattern has a name there, models of SentencePiece, unigram models as T5 and XLM-R have them, and
 * BERT's WordPiece. The rest is refused.
 */
import { type TypedValue, writeGgufMetadata } from "../../formats/gguf/write-metadata.ts";
import { requireTokenizer } from "../check-arguments.ts";
import { BpeModel } from "../model/bpe.ts";
import { UnigramModel } from "../model/unigram.ts";
import { WordPieceModel } from "../model/word-piece.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { cannot, listMerges } from "./describe.ts";
import type { JsonObject } from "./fields.ts";
import { preTokenizerNameOf } from "./gguf-patterns.ts";
import { PIECE, type PieceSettings, type Pieces } from "./piece-tokenizer.ts";
import { type UnigramForm, unigramForm } from "./unigram-form.ts";

type Pairs = Map<string, TypedValue>;

/** The bytes of a GGUF file that holds this tokenizer and no tensors. */
export function writeGguf(tokenizer: Tokenizer): Uint8Array {
  requireTokenizer(tokenizer, "what is written");
  const { model, chatTemplate, pieces } = tokenizer.parts;
  const pairs: Pairs = new Map([["general.architecture", text("llama")]]);
  if (pieces !== null) putPieces(pairs, tokenizer);
  else if (model instanceof BpeModel) putByteLevel(pairs, tokenizer, model);
  else if (model instanceof WordPieceModel) putWordPiece(pairs, tokenizer, model);
  else if (model instanceof UnigramModel) putUnigram(pairs, tokenizer, model);
  else throw cannot(`a model of type ${model.type} has no form in a GGUF file`);
  putNamedTokens(pairs, tokenizer);
  putEnds(pairs, tokenizer);
  if (chatTemplate !== null) pairs.set("tokenizer.chat_template", text(chatTemplate));
  return writeGgufMetadata(pairs);
}

function text(value: string): TypedValue {
  return { type: "string", value };
}

function flag(value: boolean): TypedValue {
  return { type: "bool", value };
}

function putByteLevel(pairs: Pairs, tokenizer: Tokenizer, model: BpeModel): void {
  const { spec } = tokenizer.parts;
  const name = preTokenizerNameOf(spec.pre_tokenizer, model.options.ignoreMerges);
  if (tokenizer.parts.bytesOf === null || name === null) {
    throw cannot("llama.cpp has no name for the way this tokenizer cuts text");
  }
  if (tokenizer.parts.normalize !== null && !isNothing(spec.normalizer)) {
    throw cannot("a GGUF file says nothing of a normalizer of byte-level BPE");
  }
  pairs.set("tokenizer.ggml.model", text("gpt2"));
  pairs.set("tokenizer.ggml.pre", text(name));
  putTokens(pairs, tokenizer, (id) => model.tokenOf(id));
  const merges = listMerges(model).map(([left, right]) => `${left} ${right}`);
  pairs.set("tokenizer.ggml.merges", { type: "strings", value: merges });
}

/** llama.cpp composes nothing either, so the normal form C of some files is left out. */
function isNothing(normalizer: unknown): boolean {
  const part = normalizer as { type?: string; normalizers?: unknown[] } | null | undefined;
  return part?.type === "NFC" || (part?.type === "Sequence" && part.normalizers?.length === 0);
}

function putPieces(pairs: Pairs, tokenizer: Tokenizer): void {
  const { pieces, settings } = tokenizer.parts.pieces!;
  if (settings.reader === "sentencepiece") requireSamePieces(pieces, settings);
  const isUnigram = settings.kind === "unigram";
  if (isUnigram) pairs.set("general.architecture", text("t5"));
  pairs.set("tokenizer.ggml.model", text(isUnigram ? "t5" : "llama"));
  pairs.set("tokenizer.ggml.pre", text("default"));
  // llama.cpp looks for symbols in the text as it is written.
  const value = pieces.texts.map((piece, id) =>
    pieces.types[id] === PIECE.userDefined ? piece.replaceAll("▁", " ") : piece,
  );
  pairs.set("tokenizer.ggml.tokens", { type: "strings", value });
  pairs.set("tokenizer.ggml.scores", { type: "floats", value: pieces.scores });
  pairs.set("tokenizer.ggml.token_type", { type: "ints", value: Int32Array.from(pieces.types) });
  putSpaces(pairs, settings);
  if (settings.unkId !== null) {
    pairs.set("tokenizer.ggml.unknown_token_id", { type: "u32", value: settings.unkId });
  }
}

function putSpaces(
  pairs: Pairs,
  { addsPrefix, removesExtraSpace, charsMap }: Omit<UnigramForm, "unkId">,
): void {
  pairs.set("tokenizer.ggml.add_space_prefix", flag(addsPrefix));
  pairs.set("tokenizer.ggml.remove_extra_whitespaces", flag(removesExtraSpace));
  if (charsMap === null) return;
  pairs.set("tokenizer.ggml.precompiled_charsmap", { type: "bytes", value: charsMap.bytes });
}

/** What llama.cpp makes of the pieces must be what SentencePiece makes of them. */
function requireSamePieces({ types }: Pieces, settings: PieceSettings): void {
  const { kind, addsPrefix, byteFallback, charsMap, removesExtraSpace } = settings;
  if (kind === "bpe" && (charsMap !== null || removesExtraSpace)) {
    throw cannot("llama.cpp normalizes nothing for BPE models of SentencePiece");
  }
  if (kind === "unigram" && types.includes(PIECE.userDefined)) {
    throw cannot("llama.cpp cuts text at user-defined symbols before it is normalized");
  }
  if (kind === "unigram" && byteFallback) {
    throw cannot("llama.cpp has no bytes for characters a unigram model does not know");
  }
  if (kind === "unigram" && removesExtraSpace && !addsPrefix) {
    throw cannot("llama.cpp puts a space in front wherever it merges spaces");
  }
}

/** Of `tokenizer.json`: the pieces with their scores, and how spaces are treated. */
function putUnigram(pairs: Pairs, tokenizer: Tokenizer, model: UnigramModel): void {
  const form = unigramForm(tokenizer, model);
  pairs.set("general.architecture", text("t5"));
  pairs.set("tokenizer.ggml.model", text("t5"));
  pairs.set("tokenizer.ggml.pre", text("default"));
  const types = putTokens(pairs, tokenizer, (id) => model.tokenOf(id));
  // A token of the model's own may stand for the unknown too, and is then found in text.
  if (types[form.unkId] === PIECE.control) types[form.unkId] = PIECE.unknown;
  const scores = new Float32Array(types.length);
  scores.set(model.scores);
  pairs.set("tokenizer.ggml.scores", { type: "floats", value: scores });
  putSpaces(pairs, form);
  pairs.set("tokenizer.ggml.unknown_token_id", { type: "u32", value: form.unkId });
}

/** A word's first piece is written with `▁`, the others bare. */
function putWordPiece(pairs: Pairs, tokenizer: Tokenizer, model: WordPieceModel): void {
  const { continuingSubwordPrefix: prefix, unkToken } = model.options;
  const normalizer = tokenizer.parts.spec.normalizer as JsonObject | null;
  if (normalizer?.type !== "BertNormalizer" || normalizer.lowercase === false) {
    throw cannot("llama.cpp knows WordPiece alone as BERT has it, in lower case");
  }
  pairs.set("general.architecture", text("bert"));
  pairs.set("tokenizer.ggml.model", text("bert"));
  pairs.set("tokenizer.ggml.pre", text("default"));
  putTokens(pairs, tokenizer, (id) => {
    const token = model.tokenOf(id);
    if (token === undefined || /^\[.*\]$/.test(token)) return token;
    return token.startsWith(prefix) ? token.slice(prefix.length) : `▁${token}`;
  });
  const unkId = model.idOf(unkToken);
  if (unkId !== undefined) {
    pairs.set("tokenizer.ggml.unknown_token_id", { type: "u32", value: unkId });
  }
}

/** Tokens by id with their types; ids that nothing has get a filler. */
function putTokens(
  pairs: Pairs,
  { parts: { model, addedTokens } }: Tokenizer,
  formOf: (id: number) => string | undefined,
): Int32Array {
  let count = 0;
  for (const [, id] of model.entries()) count = Math.max(count, id + 1);
  for (const { id } of addedTokens.all) count = Math.max(count, id + 1);
  if (count > model.size + addedTokens.all.length + (1 << 16)) {
    throw cannot("the ids of this tokenizer are too far apart");
  }
  const types = new Int32Array(count).fill(PIECE.normal);
  const value = Array.from({ length: count }, (_, id) => {
    const added = addedTokens.get(id);
    if (added !== undefined) types[id] = added.isSpecial ? PIECE.control : PIECE.userDefined;
    const form = added?.content ?? formOf(id);
    if (form === undefined) types[id] = PIECE.unused;
    return form ?? `[PAD${id}]`;
  });
  pairs.set("tokenizer.ggml.tokens", { type: "strings", value });
  pairs.set("tokenizer.ggml.token_type", { type: "ints", value: types });
  return types;
}

/** The tokens that are put around a text: one in front and one behind at most. */
function putEnds(pairs: Pairs, tokenizer: Tokenizer): void {
  const { ids, specialTokensMask } = tokenizer.encode("a");
  const front = Math.max(0, specialTokensMask.indexOf(0));
  const back = ids.length - 1 - specialTokensMask.lastIndexOf(0);
  if (front > 1 || back > 1) throw cannot("a GGUF file knows one token at each end of a text");
  pairs.set("tokenizer.ggml.add_bos_token", flag(front === 1));
  pairs.set("tokenizer.ggml.add_eos_token", flag(back === 1));
  const put = (names: string[], value: number | undefined) => {
    if (value === undefined) return;
    for (const name of names) pairs.set(`tokenizer.ggml.${name}_token_id`, { type: "u32", value });
  };
  const isBert = tokenizer.parts.model instanceof WordPieceModel;
  if (front === 1) put(isBert ? ["bos", "cls"] : ["bos"], ids[0]);
  if (back === 1) put(isBert ? ["eos", "seperator"] : ["eos"], ids.at(-1));
}

const NAMES = {
  bos_token: "bos",
  eos_token: "eos",
  pad_token: "padding",
  sep_token: "seperator",
} as const;

function putNamedTokens(pairs: Pairs, { parts: { namedTokens, addedTokens, model } }: Tokenizer) {
  for (const [name, key] of Object.entries(NAMES)) {
    const token = namedTokens[name];
    if (token === undefined) continue;
    const id = addedTokens.find(token)?.id ?? model.idOf(token);
    if (id !== undefined) pairs.set(`tokenizer.ggml.${key}_token_id`, { type: "u32", value: id });
  }
}
