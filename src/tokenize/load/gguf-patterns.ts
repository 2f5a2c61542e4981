/** How a GGUF file's `tokenizer.ggml.pre` says that text is cut, as llama.cpp reads the names. */
import { GPT2_PATTERN } from "../text/known-patterns.ts";
import { unsupported } from "./fields.ts";
import { BYTE_LEVEL, encodingNamed } from "./tiktoken.ts";

export interface NamedPreTokenizer {
  readonly steps: readonly unknown[];
  readonly ignoreMerges: boolean;
}

const split = (pattern: string): unknown => ({
  type: "Split",
  pattern: { Regex: pattern },
  behavior: "Isolated",
  invert: false,
});
const BYTES = { ...BYTE_LEVEL };
const DIGITS = { type: "Digits", individual_digits: true };

const GPT2 = [
  "gpt-2",
  "gpt2",
  "default",
  "phi-2",
  "jina-es",
  "jina-de",
  "jina-v2-es",
  "jina-v2-de",
  "jina-v1-en",
  "jina-v2-code",
  "roberta-bpe",
  "mpt",
  "olmo",
  "exaone",
  "a.x-4.0",
];
const QWEN = [
  "qwen2",
  "stablelm2",
  "hunyuan",
  "megrez",
  "deepseek-r1-qwen",
  "solar-open",
  "qwen35",
];
const STARCODER = ["starcoder", "refact", "command-r", "smollm", "codeshell", "minerva-7b"];
const LLAMA3 = [
  "llama3",
  "llama-v3",
  "llama-bpe",
  "falcon3",
  "falcon-h1",
  "pixtral",
  "midm-2.0",
  "lfm2",
  "dbrx",
  "smaug-bpe",
];
const O200K = ["gpt-4o", "llama4", "kanana2"];

/** The steps a name stands for. */
export function preTokenizerNamed(name: string): NamedPreTokenizer {
  const ignoreMerges = LLAMA3.includes(name) && !["dbrx", "smaug-bpe"].includes(name);
  const steps = stepsNamed(name);
  if (steps === null)
    throw unsupported(`a GGUF tokenizer that cuts text as \`${name}\` is not known`);
  return { steps: [...steps, BYTES], ignoreMerges };
}

function stepsNamed(name: string): unknown[] | null {
  if (GPT2.includes(name)) return [split(GPT2_PATTERN)];
  if (STARCODER.includes(name)) return [DIGITS, split(GPT2_PATTERN)];
  if (LLAMA3.includes(name)) return [split(encodingNamed("cl100k_base").pattern)];
  if (QWEN.includes(name)) return [split(encodingNamed("qwen").pattern)];
  if (O200K.includes(name)) return [split(encodingNamed("o200k_base").pattern)];
  return null;
}
