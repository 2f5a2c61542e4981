/**
 * Tokenizers: open one (`openTokenizer`), text to ids with places and back (`Tokenizer`), and long
 * texts in parts (`readTextChunks`).
 */
export type { AddedToken, SpecialChoice, SpecialMode } from "./added-tokens.ts";
export { type EncodeChatOptions, encodeChat } from "./chat/encode-chat.ts";
export { type ChatMessage, type ChatOptions, renderChat } from "./chat/render-chat.ts";
export { DecodeStream } from "./decode/decode-stream.ts";
export { Encoding, type OffsetUnit, type TokenColumns } from "./encoding.ts";
export { describeTokenizer } from "./load/describe.ts";
export { writeGguf } from "./load/describe-gguf.ts";
export { type OpenedTokenizer, openTokenizer, type TokenizerKind } from "./load/open.ts";
export { loadSentencePiece } from "./load/sentence-piece.ts";
export { ENCODINGS, encodingNamed, loadTiktoken, type TiktokenOptions } from "./load/tiktoken.ts";
export { loadTokenizerJson } from "./load/tokenizer-json.ts";
export { LAB_SPECIAL, WordLabTrainer } from "./load/word-lab.ts";
export { describeRankFile, writeRanks } from "./load/write-ranks.ts";
export type { Padding, Truncation } from "./process/fit.ts";
export { type ChunkOptions, readTextChunks, type TextChunk } from "./stream/text-chunks.ts";
export { type EncodeOptions, Tokenizer } from "./tokenizer.ts";
export { TokenizerTrainer, type TrainOptions } from "./train/train.ts";
