/**
 * tiktoken's rank files: a line `base64 rank` for each token, the rank being its id and how early it
 * is merged. The file has neither the pattern that cuts text nor the special tokens: both belong to
 * the named encodings (tiktoken 0.14), or are given.
 */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type { AddedToken } from "../added-tokens.ts";
import { BpeModel, PLAIN_BPE } from "../model/bpe.ts";
import { type TokenList, Vocabulary } from "../model/vocabulary.ts";
import {
  CL100K_PATTERN,
  CL100K_POSSESSIVE,
  GPT2_PATTERN,
  O200K_PATTERN,
  QWEN_PATTERN,
  R50K_POSSESSIVE,
} from "../text/known-patterns.ts";
import { compilePattern } from "../text/pattern.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { assembleTokenizer } from "./assemble.ts";
import { malformed } from "./fields.ts";
import { readRanks } from "./read-ranks.ts";

export interface NamedEncoding {
  readonly name: string;
  /** How text is cut, without possessive quantifiers, which change the speed alone. */
  readonly pattern: string;
  /** As tiktoken has it. */
  readonly peerPattern: string;
  readonly special: Readonly<Record<string, number>>;
  /** How many ranks its file has, by which it is recognised. */
  readonly rankCount: number;
}

const END = "<|endoftext|>";
const FIM = ["<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"] as const;

/** `prefix` and a number each, from `from` to `to`. */
function reserved(prefix: string, from: number, to: number): Record<string, number> {
  const names: Record<string, number> = {};
  for (let id = from; id <= to; id++) names[`<|${prefix}_${id}|>`] = id;
  return names;
}

const HARMONY_SPECIAL: Readonly<Record<string, number>> = {
  "<|startoftext|>": 199998,
  [END]: 199999,
  ...reserved("reserved", 200000, 201087),
  "<|return|>": 200002,
  "<|constrain|>": 200003,
  "<|channel|>": 200005,
  "<|start|>": 200006,
  "<|end|>": 200007,
  "<|message|>": 200008,
  "<|call|>": 200012,
  "<|endofprompt|>": 200018,
};

export const ENCODINGS: readonly NamedEncoding[] = [
  {
    name: "cl100k_base",
    pattern: CL100K_PATTERN,
    peerPattern: CL100K_POSSESSIVE,
    special: {
      [END]: 100257,
      [FIM[0]]: 100258,
      [FIM[1]]: 100259,
      [FIM[2]]: 100260,
      "<|endofprompt|>": 100276,
    },
    rankCount: 100256,
  },
  {
    name: "o200k_base",
    pattern: O200K_PATTERN,
    peerPattern: O200K_PATTERN,
    special: { [END]: 199999, "<|endofprompt|>": 200018 },
    rankCount: 199998,
  },
  {
    name: "o200k_harmony",
    pattern: O200K_PATTERN,
    peerPattern: O200K_PATTERN,
    special: HARMONY_SPECIAL,
    rankCount: 199998,
  },
  {
    name: "p50k_base",
    pattern: GPT2_PATTERN,
    peerPattern: R50K_POSSESSIVE,
    special: { [END]: 50256 },
    rankCount: 50280,
  },
  {
    name: "p50k_edit",
    pattern: GPT2_PATTERN,
    peerPattern: R50K_POSSESSIVE,
    special: { [END]: 50256, [FIM[0]]: 50281, [FIM[1]]: 50282, [FIM[2]]: 50283 },
    rankCount: 50280,
  },
  {
    name: "r50k_base",
    pattern: GPT2_PATTERN,
    peerPattern: R50K_POSSESSIVE,
    special: { [END]: 50256 },
    rankCount: 50256,
  },
  {
    name: "qwen",
    pattern: QWEN_PATTERN,
    peerPattern: QWEN_PATTERN,
    special: { [END]: 151643, "<|im_start|>": 151644, "<|im_end|>": 151645 },
    rankCount: 151643,
  },
];

/** A named encoding; `gpt2`, `cl100k` and such short names count too. */
export function encodingNamed(name: string): NamedEncoding {
  const wanted = name === "gpt2" ? "r50k_base" : name === "harmony" ? "o200k_harmony" : name;
  const found = ENCODINGS.find(
    (encoding) => encoding.name === wanted || encoding.name === `${wanted}_base`,
  );
  if (found !== undefined) return found;
  const names = ENCODINGS.map((encoding) => encoding.name);
  const near = suggestName(name, names);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `no encoding is named \`${name}\``, {
    hint: near === null ? `the names are ${names.join(", ")}` : `did you mean \`${near}\`?`,
  });
}

export interface TiktokenOptions {
  /** Name of an encoding. Without it and a pattern the number of ranks decides. */
  readonly encoding?: string;
  /** An expression, in place of a name. */
  readonly pattern?: string;
  readonly special?: Readonly<Record<string, number>>;
}

/** The tokenizer of a rank file: its bytes, or its text. */
export function loadTiktoken(file: Uint8Array | string, options: TiktokenOptions = {}): Tokenizer {
  if (options.pattern !== undefined) requirePattern(options.pattern);
  const bytes = typeof file === "string" ? Buffer.from(file, "utf8") : file;
  return buildRankTokenizer(readRanks(bytes), options);
}

const PATTERNS =
  "name an encoding such as cl100k_base, or write an expression of Oniguruma or fancy-regex";

/** A pattern of the caller's own is at fault itself, and not the file. */
export function requirePattern(pattern: string): void {
  if (pattern === "") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "`--pattern` is empty", { hint: PATTERNS });
  }
  try {
    compilePattern(pattern);
  } catch (cause) {
    if (!(cause instanceof SovereignError)) throw cause;
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`--pattern\`: ${cause.message}`, {
      hint: PATTERNS,
      cause,
    });
  }
}

/** A tokenizer of tokens that are bytes, with their ranks as ids. */
export function buildRankTokenizer(ranks: TokenList, options: TiktokenOptions): Tokenizer {
  const named = chooseEncoding(ranks.count, options);
  const pattern = options.pattern ?? named?.pattern ?? GPT2_PATTERN;
  const special = Object.entries(options.special ?? named?.special ?? {});
  const { count } = ranks;
  const vocabulary = new Vocabulary(ranks, { isRaw: true });
  if (vocabulary.size < count) throw malformed("the ranks give a token twice");
  const ids = ranks.ids.slice(0, count).sort();
  if (ids.some((id, i) => i > 0 && id === ids[i - 1])) throw malformed("a rank is there twice");
  const model = new BpeModel(vocabulary, { kind: "ranks" }, { ...PLAIN_BPE, ignoreMerges: true });
  return assembleTokenizer({
    spec: {
      normalizer: null,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: BYTE_LEVEL,
    },
    model,
    added: special.map(([content, id]) => specialToken(content, id)),
  });
}

/** The decoder of byte-level tokenizers, as `tokenizer.json` writes it. */
export const BYTE_LEVEL = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
} as const;

/** A control token that stands as it is. */
export function specialToken(content: string, id: number): AddedToken {
  return {
    id,
    content,
    isSpecial: true,
    isSingleWord: false,
    lstrip: false,
    rstrip: false,
    isNormalized: false,
  };
}

function chooseEncoding(
  count: number,
  { encoding, pattern }: TiktokenOptions,
): NamedEncoding | null {
  if (encoding !== undefined) return encodingNamed(encoding);
  if (pattern !== undefined) return null;
  const found = ENCODINGS.find(({ rankCount }) => rankCount === count);
  if (found !== undefined) return found;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${count} ranks belong to no encoding that is known`,
    {
      hint: "say how text is cut with `--pattern cl100k_base`, another encoding's name or an expression",
    },
  );
}
