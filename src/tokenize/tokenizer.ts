/**
 * A tokenizer: added tokens → normalizer → pre-tokenizer → model → post-processor, and back through
 * the decoder. One form for every kind of file; `load/` builds it. Places in the text are kept all
 * the way, see `encoding.ts`.
 */
import { requireNumber, requireString } from "../core/arguments.ts";
import type { AddedTokens, SpecialChoice } from "./added-tokens.ts";
import {
  requireDecodeOptions,
  requireEncodeOptions,
  requireIds,
  requireInputs,
  requireSpecial,
  requireTokenizer,
} from "./check-arguments.ts";
import { DecodeStream } from "./decode/decode-stream.ts";
import type { Decode } from "./decode/decoders.ts";
import { requireTokenId } from "./decode/token-id.ts";
import { Encoding } from "./encoding.ts";
import { FAST_BYTES, type FastEncoder } from "./fast/fast-bytes.ts";
import type { TokenizerSpec } from "./load/assemble.ts";
import type { PieceSource } from "./load/piece-tokenizer.ts";
import type { TokenModel } from "./model/token-model.ts";
import type { Normalize } from "./normalize/normalizers.ts";
import { type Padding, pad, type Truncation, truncate } from "./process/fit.ts";
import { joinEncodings, type PostProcessor } from "./process/post-processors.ts";
import type { PreTokenize } from "./split/pre-tokenizers.ts";
import type { CutRule } from "./stream/cut-rule.ts";
import { type AlignedText, alignText, originalRange } from "./text/aligned-text.ts";

const REPLACEMENT = "\ufffd";
/** A unit of UTF-16 is three bytes of UTF-8 at most. */
const FAST_UNITS = Math.floor(FAST_BYTES / 3);
const LONE_SURROGATE = /\p{Surrogate}/gu;

export interface TokenizerParts {
  readonly spec: TokenizerSpec;
  readonly addedTokens: AddedTokens;
  readonly normalize: Normalize | null;
  readonly preTokenize: PreTokenize | null;
  readonly model: TokenModel;
  readonly postProcessor: PostProcessor | null;
  readonly decode: Decode | null;
  /** The exact bytes of a token, of models that know them. */
  readonly bytesOf: ((id: number) => Uint8Array | undefined) | null;
  /** Where a long text may be cut. */
  readonly cutRule: CutRule | null;
  /** Of SentencePiece's files: the pieces as they are there. */
  readonly pieces: PieceSource | null;
  /** Jinja source that turns messages into a prompt. */
  readonly chatTemplate: string | null;
  /** Names a template may use: `bos_token`, `eos_token`. */
  readonly namedTokens: Readonly<Record<string, string>>;
}

export interface EncodeOptions {
  /** What special tokens written in the text become; `text` by default. */
  readonly special?: SpecialChoice;
  /** Whether the post-processor puts its tokens in; true by default. */
  readonly addSpecialTokens?: boolean;
  readonly pair?: string;
  readonly truncation?: Truncation;
  readonly padding?: Padding;
}

export class Tokenizer {
  readonly parts: TokenizerParts;
  /** Null: the kernel does not know this tokenizer. */
  #fast: FastEncoder | null | undefined;

  constructor(parts: TokenizerParts) {
    requireTokenizer({ parts }, "what a tokenizer is made of");
    this.parts = parts;
  }

  /** How many ids there are: of the model and added ones beyond it. */
  get vocabularySize(): number {
    const { addedTokens, model } = this.parts;
    const beyond = addedTokens.all.filter(({ id }) => model.tokenOf(id) === undefined);
    return model.size + new Set(beyond.map(({ id }) => id)).size;
  }

  /** The id of text that is not in the vocabulary; null where every text is. */
  get unknownId(): number | null {
    return this.parts.model.unknownId;
  }

  /** Loads the kernel where it knows this tokenizer; `encodeIds` then uses it. */
  async accelerate(): Promise<boolean> {
    if (this.#fast === undefined) {
      const { createFastEncoder } = await import("./fast/fast-encoder.ts");
      this.#fast = await createFastEncoder(this);
    }
    return this.#fast !== null;
  }

  /** The ids alone, without tokens put around the text: the fast way, after `accelerate`. */
  encodeIds(text: string, special: SpecialChoice = "text"): Uint32Array {
    requireString(text, "the text");
    requireSpecial(special, "`special`");
    const fast = this.#fast;
    if (fast === undefined || fast === null) {
      return Uint32Array.from(this.encode(text, { special, addSpecialTokens: false }).ids);
    }
    const { addedTokens, normalize } = this.parts;
    const ids: IdList = { parts: [], length: 0 };
    // Half a surrogate pair becomes U+FFFD when the text is written as UTF-8.
    if (normalize === null && !addedTokens.isSearched(special)) {
      this.#encodeFast(text, fast, ids);
      return joinIds(ids);
    }
    for (const piece of addedTokens.split(alignText(text), normalize, special)) {
      if (piece.id !== null) appendIds(ids, Uint32Array.of(piece.id));
      else this.#encodeFast(piece.text.text, fast, ids);
    }
    return joinIds(ids);
  }

  #encodeFast(text: string, fast: FastEncoder, ids: IdList): void {
    for (let from = 0; from < text.length; ) {
      const to = text.length - from <= FAST_UNITS ? text.length : this.#findCut(text, from);
      if (to < 0) {
        const rest = new Encoding([text]);
        this.#encodePiece(alignText(text.slice(from)), rest, 0);
        appendIds(ids, Uint32Array.from(rest.ids));
        return;
      }
      appendIds(ids, fast.encode(text.slice(from, to)).slice());
      from = to;
    }
  }

  /** The last place within the kernel's reach where a piece is sure to begin, or -1. */
  #findCut(text: string, from: number): number {
    if (this.parts.cutRule === null) return -1;
    for (let at = from + FAST_UNITS - 1; at > from + 1; at--) {
      if (text.charCodeAt(at) !== 0x20) continue;
      if (isWordUnit(text.charCodeAt(at - 1)) && isWordUnit(text.charCodeAt(at + 1))) return at;
    }
    return -1;
  }

  /** A text, or a pair of texts, as tokens. */
  encode(text: string, options: EncodeOptions = {}): Encoding {
    requireString(text, "the text");
    requireEncodeOptions(options, "the options");
    const [encoding] = this.encodeBatch(
      [options.pair === undefined ? text : [text, options.pair]],
      options,
    );
    return encoding!;
  }

  /** Several texts or pairs; padding without a length is to the longest. */
  encodeBatch(
    inputs: readonly (string | readonly [string, string])[],
    options: Omit<EncodeOptions, "pair"> = {},
  ): Encoding[] {
    requireInputs(inputs, "the list of texts");
    requireEncodeOptions(options, "the options");
    const encodings = inputs.map((input) =>
      this.#encodeOne(typeof input === "string" ? [input] : input, options),
    );
    if (options.padding !== undefined) pad(encodings, options.padding);
    return encodings;
  }

  #encodeOne(inputs: readonly string[], options: EncodeOptions): Encoding {
    const { postProcessor } = this.parts;
    const { addSpecialTokens = true, truncation, special = "text" } = options;
    const texts = inputs.map((input) => input.replace(LONE_SURROGATE, REPLACEMENT));
    let encodings = texts.map((_, i) => this.#encodeSequence(texts, i, special));
    if (truncation !== undefined) {
      const added = addSpecialTokens ? (postProcessor?.countAdded(inputs.length > 1) ?? 0) : 0;
      const maxLength = Math.max(0, truncation.maxLength - added);
      encodings = truncate(encodings, { ...truncation, maxLength });
    }
    const whole = this.#process(encodings, addSpecialTokens);
    whole.overflowing = listOverflow(encodings).map((parts) =>
      this.#process(parts, addSpecialTokens),
    );
    return whole;
  }

  #process(encodings: readonly Encoding[], addSpecialTokens: boolean): Encoding {
    const { postProcessor } = this.parts;
    // A window of one text stands beside several of the other, and processors change what they get.
    const fresh = encodings.map((encoding) => encoding.slice(0, encoding.length));
    if (postProcessor === null) return joinEncodings(fresh);
    const tokenOf = (id: number): string | undefined => this.tokenOf(id);
    return joinEncodings(postProcessor.process(fresh, { addSpecialTokens, tokenOf }));
  }

  #encodeSequence(texts: readonly string[], sequence: number, special: SpecialChoice): Encoding {
    const { addedTokens, normalize } = this.parts;
    const encoding = new Encoding(texts);
    for (const { text, id } of addedTokens.split(alignText(texts[sequence]!), normalize, special)) {
      if (id === null) this.#encodePiece(text, encoding, sequence);
      else if (text.text !== "") {
        const [starts, ends] = originalRange(text, 0, text.text.length);
        const wordIds = (encoding.wordIds.at(-1) ?? -1) + 1;
        encoding.push({ ids: id, starts, ends, wordIds, sequenceIds: sequence, typeIds: sequence });
      }
    }
    return encoding;
  }

  #encodePiece(text: AlignedText, encoding: Encoding, sequence: number): void {
    const { preTokenize, model } = this.parts;
    if (text.text === "") return;
    let wordIds = encoding.wordIds.at(-1) ?? -1;
    for (const piece of preTokenize === null ? [text] : preTokenize(text)) {
      if (piece.text === "") continue;
      wordIds++;
      model.tokenize(piece.text, (ids, from, to) => {
        const [starts, ends] = originalRange(piece, from, to);
        encoding.push({ ids, starts, ends, wordIds, sequenceIds: sequence, typeIds: sequence });
      });
    }
  }

  /** The token an id stands for, as the vocabulary writes it. */
  tokenOf(id: number): string | undefined {
    requireNumber(id, "the id");
    return this.parts.addedTokens.get(id)?.content ?? this.parts.model.tokenOf(id);
  }

  /** The id of a token as the vocabulary writes it. */
  idOf(token: string): number | undefined {
    requireString(token, "the token");
    return this.parts.addedTokens.find(token)?.id ?? this.parts.model.idOf(token);
  }

  /** Ids as text. Ids that stand for nothing are left out, as `tokenizers` does. */
  decode(ids: Iterable<number>, options: { skipSpecialTokens?: boolean } = {}): string {
    requireIds(ids, "what is decoded");
    requireDecodeOptions(options, "the options");
    const { skipSpecialTokens = true } = options;
    const { addedTokens, model, decode } = this.parts;
    const tokens: string[] = [];
    for (const id of ids) {
      requireTokenId(id);
      if (skipSpecialTokens && addedTokens.get(id)?.isSpecial) continue;
      const token = addedTokens.formOf(id) ?? model.tokenOf(id);
      if (token !== undefined) tokens.push(token);
    }
    if (tokens.length === 0) return "";
    return decode === null ? tokens.join(" ") : decode(tokens).join("");
  }

  /** Decodes ids as they come: each step gives the text that is certain by then. */
  decodeStream(options: { skipSpecialTokens?: boolean } = {}): DecodeStream {
    requireDecodeOptions(options, "the options");
    return new DecodeStream(this, options.skipSpecialTokens ?? true);
  }
}

/** What truncation cut off: of a pair every window of one text with every one of the other. */
function listOverflow([first, second]: readonly Encoding[]): Encoding[][] {
  if (second === undefined) return first!.overflowing.map((part) => [part]);
  const seconds = [second, ...second.overflowing];
  return [
    ...first!.overflowing.flatMap((part) => seconds.map((other) => [part, other])),
    ...second.overflowing.map((other) => [first!, other]),
  ];
}

interface IdList {
  readonly parts: Uint32Array[];
  length: number;
}

function appendIds(list: IdList, ids: Uint32Array): void {
  list.parts.push(ids);
  list.length += ids.length;
}

function joinIds({ parts, length }: IdList): Uint32Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint32Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function isWordUnit(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) ||
    (unit >= 0x41 && unit <= 0x5a) ||
    (unit >= 0x30 && unit <= 0x39)
  );
}
