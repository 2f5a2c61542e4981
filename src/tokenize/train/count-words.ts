/**
 * Counting the pieces of text for training: by the kernel where a scanner knows the pattern, else
 * with the expression. Text comes in whole lines; a piece never goes over the end of one.
 */
import { type Arena, type Kernel, loadKernel } from "../../compute/index.ts";
import { bytesAt, configureKernel, copyBytes, SLACK_BYTES } from "../fast/kernel-context.ts";
import { classifyCodePoints } from "../fast/scanner-classes.ts";
import { SCANNERS } from "../fast/scanners.ts";
import { bytesToCharacters, textToByteCharacters } from "../text/byte-characters.ts";
import { findMatches } from "../text/find-matches.ts";
import { type ScannerName, scannerFor } from "../text/known-patterns.ts";
import { compilePattern } from "../text/pattern.ts";

export interface WordCounter {
  /** Takes text that ends with a line, or is the last. */
  feed(text: string): void;
  /** Different pieces in GPT-2's alphabet, and how often each was seen, by their bytes' order. */
  counts(): Map<string, number>;
}

/** The counter for a pattern. */
export async function createWordCounter(pattern: string): Promise<WordCounter> {
  const scanner = scannerFor(pattern);
  if (scanner === null) return new ExpressionCounter(compilePattern(pattern));
  const kernel = await loadKernel("bpe", { build: "plain" });
  return new KernelCounter(kernel, scanner);
}

class ExpressionCounter implements WordCounter {
  readonly #expression: RegExp;
  readonly #counts = new Map<string, number>();

  constructor(expression: RegExp) {
    this.#expression = expression;
  }

  feed(text: string): void {
    for (const line of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      for (const { from, to } of findMatches(this.#expression, line)) {
        const word = line.slice(from, to);
        this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
      }
    }
  }

  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [word, count] of this.#counts) {
      if (word !== "") counts.set(textToByteCharacters(word), count);
    }
    return counts;
  }
}

const TEXT_BYTES = 1 << 20;
const FIRST_ENTRIES = 1 << 16;
const POOL_BYTES = 1 << 22;

class KernelCounter implements WordCounter {
  readonly #kernel: Kernel;
  readonly #pattern: number;
  readonly #classes: number;
  readonly #text: number;
  readonly #result: number;
  #entries = 0;
  #table: number;
  #size = FIRST_ENTRIES;

  constructor(kernel: Kernel, scanner: ScannerName) {
    this.#kernel = kernel;
    const { arena } = kernel;
    this.#pattern = SCANNERS.indexOf(scanner);
    this.#classes = copyBytes(arena, classifyCodePoints(scanner));
    this.#text = arena.allocate(TEXT_BYTES + SLACK_BYTES);
    this.#result = arena.allocate(4);
    this.#table = emptyTable(arena, this.#size);
    this.#takePool();
  }

  feed(text: string): void {
    const bytes = Buffer.from(text);
    const { arena, exports } = this.#kernel;
    for (let from = 0; from < bytes.length; ) {
      const to = endOfLines(bytes, from);
      // A line longer than the room is cut; pieces at the cut may differ from the whole line's.
      const length = Math.min(TEXT_BYTES, to - from);
      bytesAt(arena, this.#text, length).set(bytes.subarray(from, from + length));
      for (let at = 0; at < length; ) {
        at += exports.countPieces!(this.#text + at, length - at, this.#entries, this.#result);
        this.#entries = new Uint32Array(arena.memory.buffer, this.#result, 1)[0]!;
        if (at < length) this.#grow();
      }
      from += length;
    }
  }

  /** The table is nearly full, or the pool is: either is made larger. */
  #grow(): void {
    const { arena, exports } = this.#kernel;
    if (this.#entries >= ((this.#size - 1) * 3) / 4 - 1) {
      const larger = emptyTable(arena, this.#size * 4);
      exports.growCounts!(this.#table, this.#size - 1, larger, this.#size * 4 - 1);
      arena.release(this.#table);
      this.#table = larger;
      this.#size *= 4;
    }
    this.#takePool();
  }

  /** Bytes of pieces stay where they are; new ones go into a new pool. */
  #takePool(): void {
    const pool = this.#kernel.arena.allocate(POOL_BYTES);
    configureKernel(this.#kernel, {
      classes: this.#classes,
      pattern: this.#pattern,
      cache: this.#table,
      cacheMask: this.#size - 1,
      pool,
      poolEnd: pool + POOL_BYTES,
    });
  }

  counts(): Map<string, number> {
    const { arena } = this.#kernel;
    const table = new Uint32Array(arena.memory.buffer, this.#table, this.#size * 4);
    const counts = new Map<string, number>();
    for (let entry = 0; entry < table.length; entry += 4) {
      if (table[entry] === 0) continue;
      const bytes = bytesAt(arena, table[entry + 2]!, table[entry + 1]!);
      counts.set(bytesToCharacters(bytes), table[entry + 3]!);
    }
    return counts;
  }
}

function emptyTable(arena: Arena, entries: number): number {
  return arena.allocateZeroed(entries * 16);
}

/** Whole lines of at most the room there is, or a line that is longer. */
function endOfLines(bytes: Buffer, from: number): number {
  if (bytes.length - from <= TEXT_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(10, from + TEXT_BYTES - 1) + 1;
  if (last > from) return last;
  const next = bytes.indexOf(10, from) + 1;
  return next > 0 ? next : bytes.length;
}
