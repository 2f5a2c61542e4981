/**
 * The course's word-level tokenizer, a mode of its own: words in lower case between white space, the
 * special tokens `<pad>` 0, `<unk>` 1, `<bos>` 2, `<eos>` 3, then words of a minimum frequency in
 * alphabetical order. Its file is `{"type": "lab-words", "min_frequency": 2, "vocab": [...]}`.
 */
import type { CutDocument } from "../../formats/json/cut-values.ts";
import type { Vocabulary } from "../model/vocabulary.ts";
import { WordLevelModel } from "../model/word-level.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { assembleTokenizer } from "./assemble.ts";
import { type JsonObject, malformed } from "./fields.ts";
import { readTokens } from "./read-vocabulary.ts";
import { specialToken } from "./tiktoken.ts";

export const LAB_SPECIAL = ["<pad>", "<unk>", "<bos>", "<eos>"] as const;

/** Whether JSON is of this kind. */
export function isWordLab({ rest }: CutDocument): boolean {
  return (rest as JsonObject).type === "lab-words";
}

/** The tokenizer of a file, whose `vocab` is set apart. */
export function loadWordLab({ cut }: CutDocument): Tokenizer {
  const reader = cut.get("vocab");
  if (reader === undefined) throw malformed("`vocab` is no list");
  return buildWordLab(readTokens(reader));
}

function buildWordLab(vocabulary: Vocabulary): Tokenizer {
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
    model: new WordLevelModel(vocabulary, "<unk>"),
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
