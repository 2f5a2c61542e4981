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
import { TokenList, Vocabulary } from "../model/vocabulary.ts";
import { CompiledCharsMap } from "../normalize/precompiled.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { malformed, unsupported } from "./fields.ts";
import { buildPieceTokenizer, PIECE, Pieces } from "./piece-tokenizer.ts";

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
  if (vocabulary.size < count) throw malformed("a piece of SentencePiece is there twice");
  const pieces = new Pieces(vocabulary, scores.subarray(0, count), types.subarray(0, count));
  const settings = { ...readTrainer(trainer), ...readNormalizer(normalizer) };
  const unkId = requireTypes(pieces.types, settings.byteFallback);
  return buildPieceTokenizer(pieces, { reader: "sentencepiece", ...settings, unkId });
}

/** The unknown piece, of which there is one; of bytes there are all, or none. */
function requireTypes(types: Uint8Array, byteFallback: boolean): number {
  const count = (wanted: number): number =>
    types.reduce((sum, type) => sum + (type === wanted ? 1 : 0), 0);
  if (count(PIECE.unknown) !== 1) throw malformed("there is not one unknown piece");
  if (count(PIECE.byte) !== (byteFallback ? 256 : 0)) {
    throw malformed(`${count(PIECE.byte)} pieces are bytes, of ${byteFallback ? 256 : 0}`);
  }
  return types.indexOf(PIECE.unknown);
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
