/**
 * Tokenizers of pieces with a score and a type each, as files of SentencePiece have them and GGUF
 * files of its models: unigram models and BPE.
 */
import type { AddedToken } from "../added-tokens.ts";
import { BpeModel, PLAIN_BPE } from "../model/bpe.ts";
import { TokenFinder } from "../model/token-finder.ts";
import type { TokenModel } from "../model/token-model.ts";
import { UnigramModel } from "../model/unigram.ts";
import type { Vocabulary } from "../model/vocabulary.ts";
import type { Normalize } from "../normalize/normalizers.ts";
import type { CompiledCharsMap } from "../normalize/precompiled.ts";
import { type AlignedText, prependText, replaceMatches, sliceText } from "../text/aligned-text.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { assembleTokenizer } from "./assemble.ts";
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
