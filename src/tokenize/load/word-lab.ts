/**
 * The course's word-level tokenizer, a mode of its own: words in lower case between white space, the
 * special tokens `<pad>` 0, `<unk>` 1, `<bos>` 2, `<eos>` 3, then words of a minimum frequency in
 * alphabetical order. Its file is `{"type": "lab-words", "min_frequency": 2, "vocab": [...]}`.
 */
import { WordLevelModel } from "../model/word-level.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { assembleTokenizer } from "./assemble.ts";
import { type JsonObject, readList, readText } from "./fields.ts";
import { specialToken } from "./tiktoken.ts";

export const LAB_SPECIAL = ["<pad>", "<unk>", "<bos>", "<eos>"] as const;

/** Whether JSON is of this kind. */
export function isWordLab(value: JsonObject): boolean {
  return value.type === "lab-words";
}

/** The tokenizer of a parsed file. */
export function loadWordLab(value: JsonObject): Tokenizer {
  const tokens = readList(value.vocab, "vocab").map((token) => readText(token, "vocab"));
  return buildWordLab(tokens);
}

/** A tokenizer of these tokens, special ones first. */
export function buildWordLab(tokens: readonly string[]): Tokenizer {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const end = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const around = (...inside: unknown[]) => [end("<bos>"), ...inside, end("<eos>")];
  return assembleTokenizer({
    spec: {
      normalizer: { type: "Lowercase" },
      pre_tokenizer: { type: "WhitespaceSplit" },
      post_processor: {
        type: "TemplateProcessing",
        single: around(text("A")),
        pair: around(text("A"), text("B")),
        special_tokens: {
          "<bos>": { id: "<bos>", ids: [2], tokens: ["<bos>"] },
          "<eos>": { id: "<eos>", ids: [3], tokens: ["<eos>"] },
        },
      },
      decoder: null,
    },
    model: new WordLevelModel(ids, "<unk>"),
    added: LAB_SPECIAL.map((content, id) => specialToken(content, id)),
    namedTokens: { pad_token: "<pad>", unk_token: "<unk>", bos_token: "<bos>", eos_token: "<eos>" },
  });
}

/** Counts words of texts as they come; `tokens` then keeps those that are frequent enough. */
export class WordLabTrainer {
  readonly #counts = new Map<string, number>();

  feed(text: string): void {
    for (const word of text.toLowerCase().split(/\p{White_Space}+/u)) {
      if (word !== "") this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
    }
  }

  /** Special tokens, then words in alphabetical order. */
  tokens(minFrequency: number): string[] {
    const frequent = [...this.#counts].filter(([, count]) => count >= minFrequency);
    const words = frequent.map(([word]) => word);
    return [
      ...LAB_SPECIAL,
      ...words.filter((word) => !LAB_SPECIAL.some((special) => special === word)).sort(),
    ];
  }
}
