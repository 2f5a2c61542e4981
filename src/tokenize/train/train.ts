/**
 * Learns a tokenizer from text and gives it as `tokenizer.json` (`tokenizers` 0.23), which Hugging
 * Face's library loads. Text is taken line by line, each with its line feed, as `tokenizers` takes
 * files. The same text and options give the same file.
 */
import { requireString } from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import {
  runAtOnce,
  runInTurns,
  type Steps,
  sortInSteps,
  type TurnOptions,
} from "../../core/turns.ts";
import { requireTrainOptions, requireTurnOptions } from "../check-arguments.ts";
import type { JsonObject } from "../load/fields.ts";
import { BYTE_LEVEL, requirePattern } from "../load/tiktoken.ts";
import { BERT_NORMALIZER, buildNormalizer, type Normalize } from "../normalize/normalizers.ts";
import { buildPreTokenizer, type PreTokenize } from "../split/pre-tokenizers.ts";
import { alignText } from "../text/aligned-text.ts";
import { characterOfByte } from "../text/byte-characters.ts";
import { GPT2_PATTERN } from "../text/known-patterns.ts";
import { trainBpe } from "./bpe-trainer.ts";
import { createWordCounter, type WordCounter } from "./count-words.ts";
import { trainUnigram } from "./unigram-trainer.ts";

export interface TrainOptions {
  readonly type: "bpe" | "wordpiece" | "unigram";
  readonly vocabularySize: number;
  /** Of `bpe` and `wordpiece`: pairs seen less often are not merged. */
  readonly minFrequency: number;
  readonly specialTokens: readonly string[];
  /** How byte-level BPE cuts text; GPT-2's expression when absent. */
  readonly pattern?: string;
}

/** Counts words of texts as they come; `train` then learns from the counts. */
export class TokenizerTrainer {
  readonly #options: TrainOptions;
  readonly #spec: { normalizer: unknown; pre_tokenizer: unknown };
  readonly #counter: WordCounter;

  private constructor(options: TrainOptions, counter: WordCounter) {
    this.#options = options;
    this.#counter = counter;
    this.#spec = specOf(options);
  }

  /** A trainer that has seen nothing yet. */
  static async create(options: TrainOptions): Promise<TokenizerTrainer> {
    requireTrainOptions(options, "the options");
    checkSpecial(options.specialTokens);
    if (options.pattern !== undefined) requirePattern(options.pattern);
    const counter =
      options.type === "bpe"
        ? await createWordCounter(options.pattern ?? GPT2_PATTERN)
        : new PieceCounter(specOf(options));
    return new TokenizerTrainer(options, counter);
  }

  /** Takes text that ends with a line, or is the last. */
  feed(text: string): void {
    requireString(text, "the text");
    this.#counter.feed(text);
  }

  /** The tokenizer of all text fed, as the content of a `tokenizer.json`. */
  train(): JsonObject {
    return runAtOnce(this.#steps());
  }

  /**
   * `train` that leaves the event loop its turns: `onProgress` is told the size of the vocabulary
   * (for `unigram` how many pieces are left), and an aborted `signal` ends it with its reason.
   */
  async trainInTurns(options: TurnOptions<number> = {}): Promise<JsonObject> {
    requireTurnOptions(options, "the options");
    return runInTurns(this.#steps(), options);
  }

  #steps(): Steps<JsonObject, number> {
    switch (this.#options.type) {
      case "bpe":
        return this.#trainBytes();
      case "wordpiece":
        return this.#trainWordPiece();
      case "unigram":
        return this.#trainUnigram();
    }
  }

  *#trainBytes(): Steps<JsonObject, number> {
    const words = this.#counter.counts();
    const alphabet = Array.from({ length: 256 }, (_, byte) => characterOfByte(byte));
    const { tokens, merges } = yield* trainBpe(words, {
      ...this.#options,
      initialAlphabet: alphabet,
    });
    const model = {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: vocabularyOf(tokens),
      merges: merges.map(([left, right]) => [tokens[left], tokens[right]]),
    };
    return this.#describe(model, { post_processor: null, decoder: BYTE_LEVEL });
  }

  *#trainWordPiece(): Steps<JsonObject, number> {
    const words = yield* sortInSteps([...this.#counter.counts()], byText, 0);
    const { tokens } = yield* trainBpe(new Map(words), {
      ...this.#options,
      initialAlphabet: [],
      continuingSubwordPrefix: "##",
    });
    const vocab = vocabularyOf(tokens);
    const model = {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    };
    const hasEnds = vocab["[CLS]"] !== undefined && vocab["[SEP]"] !== undefined;
    const post_processor = hasEnds
      ? { type: "BertProcessing", sep: ["[SEP]", vocab["[SEP]"]], cls: ["[CLS]", vocab["[CLS]"]] }
      : null;
    const decoder = { type: "WordPiece", prefix: "##", cleanup: true };
    return this.#describe(model, { post_processor, decoder });
  }

  *#trainUnigram(): Steps<JsonObject, number> {
    const words = yield* sortInSteps([...this.#counter.counts()], byText, 0);
    const { vocabulary, unkId } = yield* trainUnigram(words, {
      ...this.#options,
      unkToken: "<unk>",
    });
    const model = { type: "Unigram", unk_id: unkId, vocab: vocabulary, byte_fallback: false };
    return this.#describe(model, { post_processor: null, decoder: METASPACE });
  }

  #describe(model: JsonObject, ends: { post_processor: unknown; decoder: unknown }): JsonObject {
    const { vocab } = model;
    const idOf = (token: string): number =>
      Array.isArray(vocab)
        ? vocab.findIndex(([known]) => known === token)
        : (vocab as Readonly<Record<string, number>>)[token]!;
    return {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: this.#options.specialTokens.map((content) => ({
        id: idOf(content),
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      ...this.#spec,
      ...ends,
      model,
    };
  }
}

/** What no text can say, or says of two ids, would be a token in name alone. */
function checkSpecial(tokens: readonly string[]): void {
  const odd = tokens.find((token, i) => token === "" || tokens.indexOf(token) !== i);
  if (odd === undefined) return;
  const what = odd === "" ? "a special token is empty" : `\`${odd}\` is a special token twice`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", what, {
    hint: "name each special token once, such as `<|endoftext|>`",
  });
}

/** Words as a normalizer and a pre-tokenizer make them. */
class PieceCounter implements WordCounter {
  readonly #normalize: Normalize | null;
  readonly #preTokenize: PreTokenize;
  readonly #counts = new Map<string, number>();

  constructor(spec: { normalizer: unknown; pre_tokenizer: unknown }) {
    this.#normalize = buildNormalizer(spec.normalizer);
    this.#preTokenize = buildPreTokenizer(spec.pre_tokenizer) ?? ((text) => [text]);
  }

  feed(text: string): void {
    for (const line of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      const source = alignText(line);
      const normal = this.#normalize === null ? source : this.#normalize(source);
      for (const { text: word } of this.#preTokenize(normal)) {
        if (word !== "") this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
      }
    }
  }

  counts(): Map<string, number> {
    return this.#counts;
  }
}

function specOf({ type, pattern }: TrainOptions): { normalizer: unknown; pre_tokenizer: unknown } {
  switch (type) {
    case "bpe":
      return { normalizer: null, pre_tokenizer: bytePreTokenizer(pattern) };
    case "wordpiece":
      return { normalizer: BERT_NORMALIZER, pre_tokenizer: { type: "BertPreTokenizer" } };
    case "unigram":
      return { normalizer: PIECE_NORMALIZER, pre_tokenizer: METASPACE };
  }
}

/** As SentencePiece and `tokenizers`' `SentencePieceUnigramTokenizer` have it. */
const PIECE_NORMALIZER = {
  type: "Sequence",
  normalizers: [
    { type: "Nmt" },
    { type: "NFKC" },
    { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
  ],
};
const METASPACE = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };

function bytePreTokenizer(pattern: string | undefined): unknown {
  if (pattern === undefined) return { ...BYTE_LEVEL, use_regex: true };
  const split = { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [split, BYTE_LEVEL] };
}

/** Without a prototype, so that a token may have any name. */
function vocabularyOf(tokens: readonly string[]): Record<string, number> {
  const vocabulary = Object.create(null) as Record<string, number>;
  tokens.forEach((token, id) => {
    vocabulary[token] = id;
  });
  return vocabulary;
}

function byText([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
