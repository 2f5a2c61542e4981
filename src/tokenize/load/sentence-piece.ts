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
import { isUtf8 } from "node:buffer";
import { MessageReader } from "../../formats/protobuf/read-message.ts";
import type { AddedToken } from "../added-tokens.ts";
import { BpeModel, PLAIN_BPE } from "../model/bpe.ts";
import { TokenFinder } from "../model/token-finder.ts";
import type { TokenModel } from "../model/token-model.ts";
import { UnigramModel } from "../model/unigram.ts";
import { TokenList, Vocabulary } from "../model/vocabulary.ts";
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

/** The pieces of a file; ids are their places in it. */
export class Pieces {
  readonly vocabulary: Vocabulary;
  readonly scores: Float32Array;
  readonly types: Uint8Array;

  constructor(vocabulary: Vocabulary, scores: Float32Array, types: Uint8Array) {
    this.vocabulary = vocabulary;
    this.scores = scores;
    this.types = types;
  }

  /** The text of a piece; of a text that is there twice the last alone has it. */
  textOf(id: number): string {
    return this.vocabulary.tokenOf(id) ?? "";
  }

  /** The texts of all. */
  get texts(): string[] {
    return Array.from(this.types, (_, id) => this.textOf(id));
  }
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

const SPACE_MARK = "▁";

/** A piece takes at least this much of a file. */
const LEAST_PIECE_BYTES = 2;

/** The tokenizer of a `.model` file. */
export function loadSentencePiece(bytes: Uint8Array): Tokenizer {
  const most = Math.ceil(bytes.length / LEAST_PIECE_BYTES);
  const list = new TokenList(bytes.length, most);
  const scores = new Float32Array(most);
  const types = new Uint8Array(most);
  let trainer: Uint8Array = new Uint8Array(0);
  let normalizer: Uint8Array = new Uint8Array(0);
  const message = new MessageReader(bytes);
  const piece = new MessageReader(bytes);
  while (message.next()) {
    if (message.type !== 2) continue;
    if (message.field === 2) trainer = message.content();
    else if (message.field === 3) normalizer = message.content();
    else if (message.field === 1) {
      piece.enter(message.from, message.to);
      readPiece(piece, { list, scores, types });
    }
  }
  const { count } = list;
  if (count === 0) throw malformed("the file holds no pieces of SentencePiece");
  requireUtf8(list);
  const vocabulary = new Vocabulary(list);
  const pieces = new Pieces(vocabulary, scores.subarray(0, count), types.subarray(0, count));
  const unkId = pieces.types.indexOf(PIECE.unknown);
  return buildPieceTokenizer(pieces, {
    reader: "sentencepiece",
    ...readTrainer(trainer),
    ...readNormalizer(normalizer),
    unkId: unkId < 0 ? null : unkId,
  });
}

interface PieceColumns {
  readonly list: TokenList;
  readonly scores: Float32Array;
  readonly types: Uint8Array;
}

function readPiece(message: MessageReader, { list, scores, types }: PieceColumns): void {
  const id = list.count;
  const start = list.end;
  let end = start;
  let type: number = PIECE.normal;
  while (message.next()) {
    if (message.field === 1) {
      end = start;
      for (let i = message.from; i < message.to; i++) list.bytes[end++] = message.bytes[i]!;
    } else if (message.field === 2) scores[id] = message.float();
    else if (message.field === 3) type = message.value;
  }
  if (type < 1 || type > 6) throw malformed(`a piece has type ${type}`);
  if (end === start) throw malformed(`piece ${id} is empty`);
  types[id] = type;
  list.push(end, id);
}

/** All together are UTF-8 and none begins within a character, so each is. */
function requireUtf8({ bytes, ends, count, end }: TokenList): void {
  let isGood = isUtf8(bytes.subarray(0, end));
  for (let i = 0; i + 1 < count; i++) {
    const from = ends[i]!;
    if (from < end && (bytes[from]! & 0xc0) === 0x80) isGood = false;
  }
  if (!isGood) throw malformed("a piece of SentencePiece is no UTF-8");
}

function readTrainer(message: Uint8Array): { kind: "unigram" | "bpe"; byteFallback: boolean } {
  let kind = 1;
  let byteFallback = false;
  const fields = new MessageReader(message);
  while (fields.next()) {
    const { field, value } = fields;
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
  const fields = new MessageReader(message);
  while (fields.next()) {
    const { field, value } = fields;
    const isEmpty = fields.from === fields.to;
    if (field === 2 && !isEmpty) charsMap = new CompiledCharsMap(fields.content());
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
function listAdded(pieces: Pieces, { kind, reader }: PieceSettings): AddedToken[] {
  const isFirst = reader === "llama.cpp";
  const added: AddedToken[] = [];
  pieces.types.forEach((type, id) => {
    const isSymbol = type === PIECE.userDefined && (isFirst || kind === "bpe");
    if (type !== PIECE.control && type !== PIECE.unknown && !isSymbol) return;
    const token = specialToken(pieces.textOf(id), id);
    added.push(isSymbol ? { ...token, isSpecial: false, isNormalized: !isFirst } : token);
  });
  return added;
}

function symbolsOf({ vocabulary, types }: Pieces): TokenFinder | null {
  if (!types.includes(PIECE.userDefined)) return null;
  return new TokenFinder(vocabulary, (id) => types[id] === PIECE.userDefined);
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
  const { vocabulary, scores, types } = pieces;
  const { kind, reader, byteFallback, unkId } = settings;
  const isFindable = (id: number): boolean =>
    types[id] === PIECE.normal ||
    types[id] === PIECE.userDefined ||
    (types[id] === PIECE.unused && kind === "unigram" && reader === "llama.cpp");
  if (kind === "bpe") {
    return new BpeModel(
      vocabulary,
      { kind: "scores", scores, isMergeable: isFindable },
      {
        ...PLAIN_BPE,
        unkToken: unkId === null ? null : pieces.textOf(unkId),
        fuseUnk: true,
        byteFallback,
      },
    );
  }
  return new UnigramModel(vocabulary, scoresWithSymbols(pieces, reader), {
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
    return Math.fround(Math.fround(Buffer.byteLength(pieces.textOf(id)) * highest) - 0.1);
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
function pieceNormalizer(settings: PieceSettings, symbols: TokenFinder | null): Normalize {
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
function endOf(symbols: TokenFinder, text: string, at: number): number {
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
