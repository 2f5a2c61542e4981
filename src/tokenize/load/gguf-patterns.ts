/** How a GGUF file's `tokenizer.ggml.pre` says that text is cut, as llama.cpp reads the names. */
import { DEEPSEEK_PATTERNS, GPT2_PATTERN, isolates, scannerFor } from "../text/known-patterns.ts";
import { type JsonObject, unsupported } from "./fields.ts";
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
const DEEPSEEK = ["deepseek-v3"];
const O200K = ["gpt-4o", "llama4", "kanana2"];

/** The steps a name stands for. */
export function preTokenizerNamed(name: string): NamedPreTokenizer {
  const ignoreMerges = LLAMA3.includes(name) && !["dbrx", "smaug-bpe"].includes(name);
  const steps = stepsNamed(name);
  if (steps === null)
    throw unsupported(`a GGUF tokenizer that cuts text as \`${name}\` is not known`);
  return { steps: [...steps, BYTES], ignoreMerges };
}

/** Names under which files are written, by whether a piece that is a token is that token. */
const WRITTEN = {
  whole: ["llama-bpe", "gpt-4o", "qwen2", "gpt-2", "starcoder", "deepseek-v3"],
  merged: ["dbrx", "gpt-4o", "qwen2", "gpt-2", "starcoder", "deepseek-v3"],
} as const;

/** The name that stands for a pre-tokenizer, or null. */
export function preTokenizerNameOf(preTokenizer: unknown, ignoreMerges: boolean): string | null {
  const wanted = describeSteps(preTokenizer);
  if (wanted === null) return null;
  const names = ignoreMerges ? WRITTEN.whole : WRITTEN.merged;
  const steps = (name: string): unknown[] => [...stepsNamed(name)!, BYTES];
  const describe = (name: string) =>
    describeSteps({ type: "Sequence", pretokenizers: steps(name) });
  return names.find((name) => describe(name) === wanted) ?? null;
}

/** What cuts, in order; null where something else does. */
function describeSteps(preTokenizer: unknown): string | null {
  const part = preTokenizer as JsonObject | null;
  const steps = part?.type === "Sequence" ? (part.pretokenizers as JsonObject[]) : [part];
  const words: string[] = [];
  for (const step of steps) {
    if (step?.type === "Digits" && step.individual_digits === true) words.push("digits");
    else if (step?.type === "ByteLevel" && step.add_prefix_space === false) {
      if (step.use_regex !== false) words.push(GPT2_PATTERN);
    } else if (step?.type === "Split" && isolates(step)) {
      const { Regex } = step.pattern as JsonObject;
      const scanner = scannerFor(String(Regex));
      words.push(scanner ?? String(Regex));
    } else return null;
  }
  return words.map((word) => scannerFor(word) ?? word).join("\n");
}

function stepsNamed(name: string): unknown[] | null {
  if (GPT2.includes(name)) return [split(GPT2_PATTERN)];
  if (STARCODER.includes(name)) return [DIGITS, split(GPT2_PATTERN)];
  if (LLAMA3.includes(name)) return [split(encodingNamed("cl100k_base").pattern)];
  if (QWEN.includes(name)) return [split(encodingNamed("qwen").pattern)];
  if (DEEPSEEK.includes(name)) return DEEPSEEK_PATTERNS.map(split);
  if (O200K.includes(name)) return [split(encodingNamed("o200k_base").pattern)];
  return null;
}
