/** Where the tables of `compute/kernels/bpe` lie, as its `configure` reads them, and views of them. */
import type { Arena, Kernel } from "../../compute/index.ts";

/** Words of the record in order; meanings in `kernels/bpe/context.ts`. */
const FIELDS = [
  "classes",
  "byteIds",
  "tokens",
  "tokenMask",
  "twoBytes",
  "filter",
  "filterMask",
  "pairs",
  "pairRanks",
  "pairMask",
  "made",
  "short",
  "shortMask",
  "shortRoom",
  "cache",
  "cacheMask",
  "pool",
  "poolEnd",
  "scratch",
  "scratchLength",
  "pattern",
  "byRank",
  "wholeFirst",
] as const;

export type KernelContext = { readonly [Field in (typeof FIELDS)[number]]?: number };

/** What the kernel may read behind a text and write behind ids. */
export const SLACK_BYTES = 16;

/** Tells the kernel; what is not named is 0. */
export function configureKernel({ arena, exports }: Kernel, context: KernelContext): void {
  const record = arena.allocate(FIELDS.length * 4);
  wordsAt(arena, record, FIELDS.length).set(FIELDS.map((field) => context[field] ?? 0));
  exports.configure!(record);
  arena.release(record);
}

export function bytesAt(arena: Arena, at: number, length: number): Uint8Array {
  return new Uint8Array(arena.memory.buffer, at, length);
}

export function wordsAt(arena: Arena, at: number, length: number): Uint32Array {
  return new Uint32Array(arena.memory.buffer, at, length);
}

/** Copies with slack behind them. */
export function copyBytes(arena: Arena, bytes: Uint8Array): number {
  const at = arena.allocate(bytes.length + SLACK_BYTES);
  bytesAt(arena, at, bytes.length).set(bytes);
  return at;
}

export function copyWords(arena: Arena, words: Uint32Array): number {
  const at = arena.allocate(words.length * 4);
  wordsAt(arena, at, words.length).set(words);
  return at;
}
