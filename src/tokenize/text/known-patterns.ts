/**
 * The expressions by which the tokenizers in use cut text. What is known of them: whether each
 * begins a new piece before a space between letters, and which of them the kernel's scanner knows.
 */
import type { JsonObject } from "../load/fields.ts";

/** A pattern the scanner of `compute/kernels/bpe.ts` has by hand. */
export type ScannerName = "gpt2" | "cl100k" | "qwen" | "o200k" | "deepseek";

export const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
export const CL100K_PATTERN = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
export const QWEN_PATTERN = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
export const O200K_PATTERN = [
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
  String.raw`\s*[\r\n]+`,
  String.raw`\s+(?!\S)`,
  String.raw`\s+`,
].join("|");
/** tiktoken's own writing, with possessive quantifiers; the pieces are the same. */
export const CL100K_POSSESSIVE = String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`;
export const R50K_POSSESSIVE = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`;

const SCANNERS: ReadonlyMap<string, ScannerName> = new Map([
  [GPT2_PATTERN, "gpt2"],
  [R50K_POSSESSIVE, "gpt2"],
  [CL100K_PATTERN, "cl100k"],
  [CL100K_POSSESSIVE, "cl100k"],
  [CL100K_PATTERN.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?i:[sdmt]|ll|ve|re)"), "cl100k"],
  [QWEN_PATTERN, "qwen"],
  [O200K_PATTERN, "o200k"],
]);

/** What DeepSeek cuts by, one after the other. */
const DEEPSEEK_NUMBERS = String.raw`\p{N}{1,3}`;
const DEEPSEEK_CJK = "[一-龥぀-ゟ゠-ヿ]+";
const DEEPSEEK_WORDS =
  "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";
/** Each cuts out a kind of character. */
const PARTIAL = new Set([
  DEEPSEEK_NUMBERS,
  DEEPSEEK_CJK,
  "[\r\n]",
  String.raw`[\r\n]`,
  String.raw`\s?\p{L}+`,
  String.raw`\s?\p{P}+`,
  String.raw`\p{N}+`,
]);

export const DEEPSEEK_PATTERNS = [DEEPSEEK_NUMBERS, DEEPSEEK_CJK, DEEPSEEK_WORDS] as const;

/** The scanner for patterns that cut one after the other, or null. */
export function scannerFor(...patterns: readonly string[]): ScannerName | null {
  if (patterns.length === 1) return SCANNERS.get(patterns[0]!) ?? null;
  const isDeepseek =
    patterns.length === 3 && DEEPSEEK_PATTERNS.every((pattern, i) => pattern === patterns[i]);
  return isDeepseek ? "deepseek" : null;
}

/** Whether a Split of `tokenizer.json` gives matches, and what lies between, as pieces. */
export function isolates({ type, behavior, invert }: JsonObject): boolean {
  return (
    type === "Split" && (behavior === "Isolated" || (behavior === "Removed" && invert === true))
  );
}

/** `all`: cuts every text before ` x`; `some`: cuts out what has no space in it; null: unknown. */
export function isSpacePattern(pattern: string): "all" | "some" | null {
  if (SCANNERS.has(pattern) || pattern === DEEPSEEK_WORDS) return "all";
  return PARTIAL.has(pattern) ? "some" : null;
}
