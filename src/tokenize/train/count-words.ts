/**
 * Counting the pieces of text for training: by the kernel where a scanner knows the pattern, else
 * with the expression. Text comes in whole lines; a piece never goes over the end of one.
 */
import { type Arena, type Kernel, loadKernel } from "../../compute/index.ts";
import { classifyCodePoints } from "../fast/scanner-classes.ts";
import { SCANNERS } from "../fast/scanners.ts";
import { bytesToCharacters, textToByteCharacters } from "../text/byte-characters.ts";
import { scannerFor } from "../text/known-patterns.ts";
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
  return new KernelCounter(kernel, SCANNERS.indexOf(scanner));
}

class ExpressionCounter implements WordCounter {
  readonly #expression: RegExp;
  readonly #counts = new Map<string, number>();

  constructor(expression: RegExp) {
    this.#expression = expression;
  }

  feed(text: string): void {
    for (const line of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      for (const [word] of line.matchAll(this.#expression)) {
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
/** Fields of the kernel's context; see `kernels/bpe/context.ts`. */
const FIELDS = { classes: 0, table: 8, mask: 9, pool: 10, poolEnd: 11, pattern: 14 } as const;

class KernelCounter implements WordCounter {
  readonly #kernel: Kernel;
  readonly #record = new Uint32Array(17);
  readonly #recordAt: number;
  readonly #text: number;
  readonly #result: number;
  #entries = 0;
  #table: number;
  #size = FIRST_ENTRIES;

  constructor(kernel: Kernel, pattern: number) {
    this.#kernel = kernel;
    const { arena } = kernel;
    const classes = classifyCodePoints();
    this.#recordAt = arena.allocate(this.#record.byteLength);
    this.#text = arena.allocate(TEXT_BYTES + 8);
    this.#result = arena.allocate(4);
    this.#table = emptyTable(arena, this.#size);
    this.#record[FIELDS.classes] = arena.allocate(classes.length);
    bytesOf(arena, this.#record[FIELDS.classes]!, classes.length).set(classes);
    this.#record[FIELDS.pattern] = pattern;
    this.#takePool();
  }

  feed(text: string): void {
    const bytes = Buffer.from(text);
    const { arena, exports } = this.#kernel;
    for (let from = 0; from < bytes.length; ) {
      const to = endOfLines(bytes, from);
      // A line longer than the room is cut; pieces at the cut may differ from the whole line's.
      const length = Math.min(TEXT_BYTES, to - from);
      bytesOf(arena, this.#text, length).set(bytes.subarray(from, from + length));
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
    const { arena, exports } = this.#kernel;
    const pool = arena.allocate(POOL_BYTES);
    const fields = this.#record;
    fields[FIELDS.table] = this.#table;
    fields[FIELDS.mask] = this.#size - 1;
    fields[FIELDS.pool] = pool;
    fields[FIELDS.poolEnd] = pool + POOL_BYTES;
    new Uint32Array(arena.memory.buffer, this.#recordAt, fields.length).set(fields);
    exports.configure!(this.#recordAt);
  }

  counts(): Map<string, number> {
    const { arena } = this.#kernel;
    const table = new Uint32Array(arena.memory.buffer, this.#table, this.#size * 4);
    const counts = new Map<string, number>();
    for (let entry = 0; entry < table.length; entry += 4) {
      if (table[entry] === 0) continue;
      const bytes = bytesOf(arena, table[entry + 2]!, table[entry + 1]!);
      counts.set(bytesToCharacters(bytes), table[entry + 3]!);
    }
    return counts;
  }
}

function bytesOf(arena: Arena, at: number, length: number): Uint8Array {
  return new Uint8Array(arena.memory.buffer, at, length);
}

function emptyTable(arena: Arena, entries: number): number {
  const at = arena.allocate(entries * 16);
  bytesOf(arena, at, entries * 16).fill(0);
  return at;
}

/** Whole lines of at most the room there is, or a line that is longer. */
function endOfLines(bytes: Buffer, from: number): number {
  if (bytes.length - from <= TEXT_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(10, from + TEXT_BYTES - 1) + 1;
  if (last > from) return last;
  const next = bytes.indexOf(10, from) + 1;
  return next > 0 ? next : bytes.length;
}
