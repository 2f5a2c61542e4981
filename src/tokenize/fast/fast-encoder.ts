/**
 * Byte-level BPE in WebAssembly: text to ids without places, many times as fast as the definition
 * in `model/`. Only for tokenizers whose whole work the kernel knows; `createFastEncoder` says null for
 * the others. The ids are the same.
 */
import { type Arena, type Kernel, loadKernel } from "../../compute/index.ts";
import type { JsonObject } from "../load/fields.ts";
import { BpeModel } from "../model/bpe.ts";
import { characterOfByte, charactersToBytes } from "../text/byte-characters.ts";
import { type ScannerName, scannerFor } from "../text/known-patterns.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { FAST_BYTES, type FastEncoder } from "./fast-bytes.ts";
import { classifyCodePoints } from "./scanner-classes.ts";
import { SCANNERS } from "./scanners.ts";

const CACHE_ENTRIES = 1 << 18;
const POOL_BYTES = 1 << 25;
const SCRATCH_ARRAYS = 5;

/** The kernel for a tokenizer, or null where it must take the slow way. */
export async function createFastEncoder(tokenizer: Tokenizer): Promise<FastEncoder | null> {
  const { model, spec } = tokenizer.parts;
  const pattern = findScanner(spec.pre_tokenizer);
  if (!(model instanceof BpeModel) || pattern === null || !isPlain(model)) return null;
  const byteIds = Array.from({ length: 256 }, (_, byte) => model.idOf(characterOfByte(byte)));
  if (byteIds.includes(undefined)) return null;
  const kernel = await loadKernel("bpe", { build: "plain" });
  return new KernelEncoder(kernel, { model, pattern, byteIds: byteIds as number[] });
}

function isPlain({ options, rule }: BpeModel): boolean {
  const { continuingSubwordPrefix, endOfWordSuffix, byteFallback } = options;
  return (
    rule.kind !== "scores" &&
    continuingSubwordPrefix === "" &&
    endOfWordSuffix === "" &&
    !byteFallback
  );
}

/** The scanner that does all a pre-tokenizer does, or null. */
export function findScanner(preTokenizer: unknown): ScannerName | null {
  const part = preTokenizer as JsonObject | null;
  const steps = part?.type === "Sequence" ? (part.pretokenizers as JsonObject[]) : [part];
  const last = steps.at(-1);
  if (last?.type !== "ByteLevel" || last.add_prefix_space !== false) return null;
  if (steps.length === 1) return last.use_regex === false ? null : "gpt2";
  const split = steps[0] as JsonObject;
  if (steps.length > 2 || split.type !== "Split" || last.use_regex !== false) return null;
  const isWhole =
    split.behavior === "Isolated" || (split.behavior === "Removed" && split.invert === true);
  const { Regex } = split.pattern as JsonObject;
  return isWhole && typeof Regex === "string" ? scannerFor(Regex) : null;
}

interface Settings {
  readonly model: BpeModel;
  readonly pattern: ScannerName;
  readonly byteIds: readonly number[];
}

class KernelEncoder implements FastEncoder {
  readonly #kernel: Kernel;
  readonly #text: number;
  readonly #out: number;

  constructor(kernel: Kernel, { model, pattern, byteIds }: Settings) {
    this.#kernel = kernel;
    const { arena } = kernel;
    const { ignoreMerges } = model.options;
    const byRank = model.rule.kind === "ranks";
    this.#text = arena.allocate(FAST_BYTES + 8);
    this.#out = arena.allocate(FAST_BYTES * 4);
    const record = arena.allocate(17 * 4);
    const tokens = byRank || ignoreMerges ? tokenTable(arena, model.size) : { at: 0, mask: 0 };
    const pairs = model.rule.kind === "list" ? pairTable(arena, model.rule.pairs.length) : null;
    const cache = arena.allocate(CACHE_ENTRIES * 16);
    bytesAt(arena, cache, CACHE_ENTRIES * 16).fill(0);
    const pool = arena.allocate(POOL_BYTES);
    const fields = [
      ...[copyBytes(arena, classifyCodePoints()), copyWords(arena, Uint32Array.from(byteIds))],
      ...[tokens.at, tokens.mask, pairs?.at ?? 0, pairs?.ranks ?? 0, pairs?.mask ?? 0],
      ...[pairs?.made ?? 0, cache, CACHE_ENTRIES - 1, pool, pool + POOL_BYTES],
      ...[arena.allocate(FAST_BYTES * (SCRATCH_ARRAYS * 4 + 24)), FAST_BYTES],
      ...[SCANNERS.indexOf(pattern), byRank ? 1 : 0, ignoreMerges ? 1 : 0],
    ];
    wordsAt(arena, record, fields.length).set(fields);
    kernel.exports.configure!(record);
    if (tokens.at !== 0) addTokens(kernel, model);
    if (model.rule.kind === "list") addPairs(kernel, model.rule.pairs, model.rule.made);
  }

  encode(text: string): Uint32Array {
    const { arena, exports } = this.#kernel;
    const buffer = Buffer.from(arena.memory.buffer, this.#text, FAST_BYTES);
    const length = buffer.write(text, "utf8");
    const count = exports.encode!(this.#text, length, this.#out);
    return wordsAt(arena, this.#out, count);
  }
}

function bytesAt(arena: Arena, at: number, length: number): Uint8Array {
  return new Uint8Array(arena.memory.buffer, at, length);
}

function wordsAt(arena: Arena, at: number, length: number): Uint32Array {
  return new Uint32Array(arena.memory.buffer, at, length);
}

function copyBytes(arena: Arena, bytes: Uint8Array): number {
  const at = arena.allocate(bytes.length);
  bytesAt(arena, at, bytes.length).set(bytes);
  return at;
}

function copyWords(arena: Arena, words: Uint32Array): number {
  const at = arena.allocate(words.length * 4);
  wordsAt(arena, at, words.length).set(words);
  return at;
}

function tableSize(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, count * 2)));
}

function tokenTable(arena: Arena, count: number): { at: number; mask: number } {
  const size = tableSize(count);
  const at = arena.allocate(size * 16);
  bytesAt(arena, at, size * 16).fill(0);
  return { at, mask: size - 1 };
}

function pairTable(arena: Arena, count: number) {
  const size = tableSize(count);
  const at = arena.allocate(size * 8);
  bytesAt(arena, at, size * 8).fill(0xff);
  const ranks = arena.allocate(size * 4);
  return { at, ranks, mask: size - 1, made: arena.allocate(Math.max(4, count * 4)) };
}

/** The tokens' bytes stay in the memory: the table points at them. */
function addTokens({ arena, exports }: Kernel, model: BpeModel): void {
  const ids = new Uint32Array(model.size);
  const lengths = new Uint32Array(model.size);
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const [token, id] of model.entries()) {
    const bytes = charactersToBytes(token);
    // A token of other characters is no piece of any text.
    if (bytes === null || bytes.length === 0) continue;
    ids[count] = id;
    lengths[count++] = bytes.length;
    parts.push(bytes);
  }
  const bytes = copyBytes(arena, Buffer.concat(parts));
  const lengthsAt = copyWords(arena, lengths);
  const idsAt = copyWords(arena, ids);
  exports.addTokens!(bytes, lengthsAt, idsAt, count);
  arena.release(lengthsAt);
  arena.release(idsAt);
}

function addPairs(
  { arena, exports }: Kernel,
  pairs: readonly (readonly [number, number])[],
  made: Uint32Array,
): void {
  const triples = new Uint32Array(pairs.length * 3);
  pairs.forEach(([left, right], rank) => {
    triples[rank * 3] = left;
    triples[rank * 3 + 1] = right;
    triples[rank * 3 + 2] = made[rank]!;
  });
  const at = copyWords(arena, triples);
  exports.addPairs!(at, pairs.length);
  arena.release(at);
}
