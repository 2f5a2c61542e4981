/** The scanners of `compute/kernels/bpe`, by their numbers there. */
import type { ScannerName } from "../text/known-patterns.ts";

export const SCANNERS: readonly ScannerName[] = ["gpt2", "cl100k", "qwen", "o200k", "deepseek"];
