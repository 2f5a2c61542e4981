/**
 * SentencePiece `.model` files: the message `ModelProto` of sentencepiece_model.proto (0.2), of
 * which the unigram and BPE kinds are read; the word and character kinds are refused.
 *
 *     ModelProto      1 pieces* {1 piece, 2 score: float, 3 type}, 2 trainer_spec,
 *                     3 normalizer_spec
 *     TrainerSpec     3 model_type (1 unigram, 2 BPE), 35 byte_fallback
 *     NormalizerSpec  2 precompiled_charsmap, 3 add_dummy_prefix, 4 remove_extra_whitespaces,
 *                     5 escape_whitespaces; 24 treat_whitespace_as_suffix is in TrainerSpec
 */
import { floatOf, readMessage } from "../../formats/protobuf/read-message.ts";
import type { AddedToken } from "../added-tokens.ts";
import { BpeModel, PLAIN_BPE } from "../model/bpe.ts";
import type { TokenModel } from "../model/token-model.ts";
import { TokenTrie } from "../model/token-trie.ts";
import { UnigramModel } from "../model/unigram.ts";
import type { Normalize } from "../normalize/normalizers.ts";
import { CompiledCharsMap } from "../normalize/precompiled.ts";
import { type AlignedText, prependText, replaceMatches, sliceText } from "../text/aligned-text.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { assembleTokenizer } from "./assemble.ts";
import { malformed, unsupported } from "./fields.ts";
import { specialToken } from "./tiktoken.ts";

/** Types of a piece. */
export const PIECE = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

export interface Pieces {
  readonly texts: string[];
  readonly scores: Float32Array;
  readonly types: Uint8Array;
}

export interface PieceSettings {
  readonly kind: "unigram" | "bpe";
  /** Whose reading of the file is meant: llama.cpp has its own of GGUF files. */
  readonly reader: "sentencepiece" | "llama.cpp";
  readonly byteFallback: boolean;
  readonly addsPrefix: boolean;
  readonly removesExtraSpace: boolean;
  readonly charsMap: CompiledCharsMap | null;
  readonly unkId: number | null;
}

/** What a tokenizer was built from, for those who write it again. */
export interface PieceSource {
  readonly pieces: Pieces;
  readonly settings: PieceSettings;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const SPACE_MARK = "▁";

/** The tokenizer of a `.model` file. */
export function loadSentencePiece(bytes: Uint8Array): Tokenizer {
  const texts: string[] = [];
  const scores: number[] = [];
  const types: number[] = [];
  let trainer: Uint8Array = new Uint8Array(0);
  let normalizer: Uint8Array = new Uint8Array(0);
  for (const field of readMessage(bytes)) {
    if (field.type !== 2) continue;
    if (field.field === 2) trainer = field.bytes;
    else if (field.field === 3) normalizer = field.bytes;
    else if (field.field === 1) {
      const piece = readPiece(field.bytes);
      texts.push(piece.text);
      scores.push(piece.score);
      types.push(piece.type);
    }
  }
  if (texts.length === 0) throw malformed("the file holds no pieces of SentencePiece");
  const pieces = { texts, scores: Float32Array.from(scores), types: Uint8Array.from(types) };
  const unkId = types.indexOf(PIECE.unknown);
  return buildPieceTokenizer(pieces, {
    reader: "sentencepiece",
    ...readTrainer(trainer),
    ...readNormalizer(normalizer),
    unkId: unkId < 0 ? null : unkId,
  });
}

function readPiece(message: Uint8Array): { text: string; score: number; type: number } {
  let text = "";
  let score = 0;
  let type: number = PIECE.normal;
  for (const field of readMessage(message)) {
    if (field.field === 1) text = readString(field.bytes);
    else if (field.field === 2) score = floatOf(field);
    else if (field.field === 3) type = field.value;
  }
  if (type < 1 || type > 6) throw malformed(`a piece has type ${type}`);
  return { text, score, type };
}

function readString(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed("a piece of SentencePiece is no UTF-8");
  }
}

function readTrainer(message: Uint8Array): { kind: "unigram" | "bpe"; byteFallback: boolean } {
  let kind = 1;
  let byteFallback = false;
  for (const { field, value } of readMessage(message)) {
    if (field === 3) kind = value;
    else if (field === 35) byteFallback = value === 1;
    else if (field === 24 && value === 1)
      throw unsupported("white space behind words is not known");
  }
  if (kind !== 1 && kind !== 2)
    throw unsupported(`a SentencePiece model of type ${kind} is not known`);
  return { kind: kind === 1 ? "unigram" : "bpe", byteFallback };
}

function readNormalizer(message: Uint8Array) {
  let charsMap: CompiledCharsMap | null = null;
  let addsPrefix = true;
  let removesExtraSpace = true;
  for (const { field, value, bytes } of readMessage(message)) {
    if (field === 2 && bytes.length > 0) charsMap = new CompiledCharsMap(bytes);
    else if (field === 3) addsPrefix = value === 1;
    else if (field === 4) removesExtraSpace = value === 1;
    else if (field === 5 && value === 0) throw unsupported("unescaped white space is not known");
  }
  return { charsMap, addsPrefix, removesExtraSpace };
}

/** A tokenizer of pieces, scores and types, as SentencePiece and GGUF files have them. */
export function buildPieceTokenizer(pieces: Pieces, settings: PieceSettings): Tokenizer {
  const model = buildModel(pieces, settings);
  return assembleTokenizer({
    spec: {
      normalizer: describeNormalizer(settings.addsPrefix),
      pre_tokenizer: null,
      post_processor: null,
      decoder: describeDecoder(settings.addsPrefix),
    },
    normalize: pieceNormalizer(settings, symbolsOf(pieces)),
    model,
    added: listAdded(pieces, settings),
    pieces: { pieces, settings },
  });
}

/**
 * NOTE: SentencePiece keeps user-defined symbols as they are and looks for them in the normalized
 * text, BPE before it merges, unigram by their scores. llama.cpp finds them before all else.
 */
function listAdded({ texts, types }: Pieces, { kind, reader }: PieceSettings): AddedToken[] {
  const isFirst = reader === "llama.cpp";
  const added: AddedToken[] = [];
  texts.forEach((text, id) => {
    const type = types[id];
    if (type === PIECE.control || type === PIECE.unknown) added.push(specialToken(text, id));
    else if (type === PIECE.userDefined && (isFirst || kind === "bpe")) {
      added.push({ ...specialToken(text, id), isSpecial: false, isNormalized: !isFirst });
    }
  });
  return added;
}

function symbolsOf({ texts, types }: Pieces): TokenTrie | null {
  const symbols = [...texts.entries()].filter(([id]) => types[id] === PIECE.userDefined);
  return symbols.length === 0 ? null : new TokenTrie(symbols.map(([id, text]) => [text, id]));
}

/** As `tokenizer.json` would say it; a compiled map of characters is not in it. */
function describeNormalizer(addsPrefix: boolean): unknown {
  const mark = { type: "Replace", pattern: { String: " " }, content: SPACE_MARK };
  const normalizers = addsPrefix ? [{ type: "Prepend", prepend: SPACE_MARK }, mark] : [mark];
  return { type: "Sequence", normalizers };
}

/** How pieces become text: `▁` is a space, `<0xE2>` a byte, the space in front goes. */
function describeDecoder(dropsFirst: boolean): unknown {
  const decoders: unknown[] = [
    { type: "Replace", pattern: { String: SPACE_MARK }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
  ];
  if (dropsFirst) decoders.push({ type: "Strip", content: " ", start: 1, stop: 0 });
  return { type: "Sequence", decoders };
}

function buildModel(pieces: Pieces, settings: PieceSettings): TokenModel {
  const { texts, scores, types } = pieces;
  const { kind, reader, byteFallback, unkId } = settings;
  const isFindable = (id: number): boolean =>
    types[id] === PIECE.normal ||
    types[id] === PIECE.userDefined ||
    (types[id] === PIECE.unused && kind === "unigram" && reader === "llama.cpp");
  if (kind === "bpe") {
    const ids = new Map(texts.map((text, id) => [text, id]));
    return new BpeModel(
      ids,
      { kind: "scores", scores, isMergeable: isFindable },
      {
        ...PLAIN_BPE,
        unkToken: unkId === null ? null : texts[unkId]!,
        fuseUnk: true,
        byteFallback,
      },
    );
  }
  return new UnigramModel(texts, scoresWithSymbols(pieces, reader), {
    unkId,
    byteFallback: byteFallback && reader === "sentencepiece",
    isSingle: reader === "sentencepiece",
    lowestScore: rangeOfScores(pieces).lowest,
    isFindable,
  });
}

/** Scores of a unigram model: those of user-defined symbols do not stand in the file. */
function scoresWithSymbols(pieces: Pieces, reader: PieceSettings["reader"]): Float64Array {
  const { highest } = rangeOfScores(pieces);
  return Float64Array.from(pieces.scores, (score, id) => {
    if (pieces.types[id] !== PIECE.userDefined) return score;
    if (reader === "llama.cpp") return 0;
    return Math.fround(Math.fround(Buffer.byteLength(pieces.texts[id]!) * highest) - 0.1);
  });
}

function rangeOfScores({ scores, types }: Pieces): { lowest: number; highest: number } {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  scores.forEach((score, id) => {
    if (types[id] !== PIECE.normal) return;
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  });
  return lowest <= highest ? { lowest, highest } : { lowest: 0, highest: 0 };
}

/** Normalizes, tidies spaces and writes each as `▁`, with one put in front. */
function pieceNormalizer(settings: PieceSettings, symbols: TokenTrie | null): Normalize {
  const { charsMap, addsPrefix, reader, removesExtraSpace } = settings;
  return (source) => {
    let text = source;
    if (charsMap !== null) {
      const end = symbols === null ? undefined : (at: number) => endOf(symbols, source.text, at);
      text = charsMap.replaceLongest(source, end);
    }
    if (removesExtraSpace) {
      text = trimSpaces(text);
      text = replaceMatches(text, / {2,}/g, () => " ");
    }
    if (text.text === "") return text;
    text = replaceMatches(text, / /g, () => SPACE_MARK);
    if (removesExtraSpace && reader === "sentencepiece") text = trimMarks(text);
    return addsPrefix && text.text !== "" ? prependText(text, SPACE_MARK) : text;
  };
}

/** The end of the longest symbol at a place, or the place. */
function endOf(symbols: TokenTrie, text: string, at: number): number {
  let end = at;
  symbols.search(text, at, (_, to) => {
    end = to;
  });
  return end;
}

function trimSpaces(source: AlignedText): AlignedText {
  let [from, to] = [0, source.text.length];
  while (from < to && source.text[from] === " ") from++;
  while (to > from && source.text[to - 1] === " ") to--;
  return sliceText(source, from, to);
}

/** Marks in the text itself go at its end too, where they cannot be told from spaces any more. */
function trimMarks(source: AlignedText): AlignedText {
  let to = source.text.length;
  while (to > 0 && source.text[to - 1] === SPACE_MARK) to--;
  return sliceText(source, 0, to);
}
