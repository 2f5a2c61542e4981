/**
 * A tokenizer: added tokens → normalizer → pre-tokenizer → model → post-processor, and back through
 * the decoder. One form for every kind of file; `load/` builds it. Places in the text are kept all
 * the way, see `encoding.ts`.
 */
import type { AddedTokens, SpecialMode } from "./added-tokens.ts";
import type { Decode } from "./decode/decoders.ts";
import { Encoding } from "./encoding.ts";
import type { TokenizerSpec } from "./load/assemble.ts";
import type { TokenModel } from "./model/token-model.ts";
import type { Normalize } from "./normalize/normalizers.ts";
import { type Padding, pad, type Truncation, truncate } from "./process/fit.ts";
import { joinEncodings, type PostProcessor } from "./process/post-processors.ts";
import type { PreTokenize } from "./split/pre-tokenizers.ts";
import type { CutRule } from "./stream/cut-rule.ts";
import { alignText, originalRange } from "./text/aligned-text.ts";

const REPLACEMENT = "\ufffd";
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
  /** Jinja source that turns messages into a prompt. */
  readonly chatTemplate: string | null;
  /** Names a template may use: `bos_token`, `eos_token`. */
  readonly namedTokens: Readonly<Record<string, string>>;
}

export interface EncodeOptions {
  /** What special tokens written in the text become; `text` by default. */
  readonly special?: SpecialMode;
  /** Whether the post-processor puts its tokens in; true by default. */
  readonly addSpecialTokens?: boolean;
  readonly pair?: string;
  readonly truncation?: Truncation;
  readonly padding?: Padding;
}

export class Tokenizer {
  readonly parts: TokenizerParts;

  constructor(parts: TokenizerParts) {
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

  /** A text, or a pair of texts, as tokens. */
  encode(text: string, options: EncodeOptions = {}): Encoding {
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
    const overflowing = encodings.length === 1 ? encodings[0]!.overflowing : [];
    const whole = this.#process(encodings, addSpecialTokens);
    whole.overflowing = overflowing.map((part) => this.#process([part], addSpecialTokens));
    return whole;
  }

  #process(encodings: Encoding[], addSpecialTokens: boolean): Encoding {
    const { postProcessor } = this.parts;
    if (postProcessor === null) return joinEncodings(encodings);
    const tokenOf = (id: number): string | undefined => this.tokenOf(id);
    return joinEncodings(postProcessor.process(encodings, { addSpecialTokens, tokenOf }));
  }

  #encodeSequence(texts: readonly string[], sequence: number, special: SpecialMode): Encoding {
    const { addedTokens, normalize, preTokenize, model } = this.parts;
    const encoding = new Encoding(texts);
    let wordId = 0;
    for (const { text, id } of addedTokens.split(alignText(texts[sequence]!), normalize, special)) {
      const take = (token: number, starts: number, ends: number): void =>
        encoding.push({
          ids: token,
          starts,
          ends,
          wordIds: wordId,
          sequenceIds: sequence,
          typeIds: sequence,
        });
      if (id !== null) {
        const [start, end] =
          text.text === "" ? [text.base, text.base] : originalRange(text, 0, text.text.length);
        take(id, start, end);
        wordId++;
        continue;
      }
      if (text.text === "") continue;
      for (const piece of preTokenize === null ? [text] : preTokenize(text)) {
        if (piece.text === "") continue;
        model.tokenize(piece.text, (token, from, to) => {
          const [start, end] = originalRange(piece, from, to);
          take(token, start, end);
        });
        wordId++;
      }
    }
    return encoding;
  }

  /** The token an id stands for, as the vocabulary writes it. */
  tokenOf(id: number): string | undefined {
    return this.parts.addedTokens.get(id)?.content ?? this.parts.model.tokenOf(id);
  }

  /** The id of a token as the vocabulary writes it. */
  idOf(token: string): number | undefined {
    return this.parts.addedTokens.find(token)?.id ?? this.parts.model.idOf(token);
  }

  /** Ids as text. Ids that stand for nothing are left out, as `tokenizers` does. */
  decode(ids: Iterable<number>, { skipSpecialTokens = true } = {}): string {
    const { addedTokens, model, decode } = this.parts;
    const tokens: string[] = [];
    for (const id of ids) {
      if (skipSpecialTokens && addedTokens.get(id)?.isSpecial) continue;
      const token = addedTokens.formOf(id) ?? model.tokenOf(id);
      if (token !== undefined) tokens.push(token);
    }
    if (tokens.length === 0) return "";
    return decode === null ? tokens.join(" ") : decode(tokens).join("");
  }

  /** Decodes ids as they come: each step gives the text that is certain by then. */
  decodeStream({ skipSpecialTokens = true } = {}): DecodeStream {
    return new DecodeStream(this, skipSpecialTokens);
  }
}

/** Text from ids that arrive one by one; a character is given when its last byte is there. */
export class DecodeStream {
  readonly #tokenizer: Tokenizer;
  readonly #skipSpecialTokens: boolean;
  #ids: number[] = [];
  /** Text that the ids in `#ids` have given already. */
  #given = "";

  constructor(tokenizer: Tokenizer, skipSpecialTokens: boolean) {
    this.#tokenizer = tokenizer;
    this.#skipSpecialTokens = skipSpecialTokens;
  }

  /** Takes one id and returns the text it completes, which may be empty. */
  push(id: number): string {
    this.#ids.push(id);
    const text = this.#decode();
    // Four bytes at most make a character: a longer wait is for one that never comes.
    const mayGrow = text.endsWith(REPLACEMENT) && this.#ids.length < 8;
    return mayGrow ? "" : this.#advance(text);
  }

  /** The text that is left at the end. */
  end(): string {
    const text = this.#advance(this.#decode());
    this.#ids = [];
    this.#given = "";
    return text;
  }

  #advance(text: string): string {
    const fresh = text.startsWith(this.#given) ? text.slice(this.#given.length) : "";
    // The last token stays, since decoders write the first of a text in a way of its own.
    if (fresh !== "") {
      this.#ids = this.#ids.slice(-1);
      this.#given = this.#decode();
    } else this.#given = text;
    return fresh;
  }

  #decode(): string {
    return this.#tokenizer.decode(this.#ids, { skipSpecialTokens: this.#skipSpecialTokens });
  }
}
