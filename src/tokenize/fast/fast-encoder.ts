/**
 * Byte-level BPE in WebAssembly: text to ids without places, many times as fast as the definition
 * in `model/`. Only for tokenizers whose whole work the kernel knows; `createFastEncoder` says null for
 * the others. The ids are the same.
 */
import { type Arena, type Kernel, loadKernel } from "../../compute/index.ts";
import type { JsonObject } from "../load/fields.ts";
import { BpeModel } from "../model/bpe.ts";
import type { TokenBytes } from "../model/token-model.ts";
import { charactersToBytes } from "../text/byte-characters.ts";
import { isolates, type ScannerName, scannerFor } from "../text/known-patterns.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { FAST_BYTES, type FastEncoder } from "./fast-bytes.ts";
import {
  bytesAt,
  configureKernel,
  copyBytes,
  copyWords,
  type KernelContext,
  SLACK_BYTES,
  wordsAt,
} from "./kernel-context.ts";
import { classifyCodePoints } from "./scanner-classes.ts";
import { SCANNERS } from "./scanners.ts";

/** Entries of 32 and of 16 bytes; memory that no piece has come to stays uncommitted. */
const SHORT_ENTRIES = 1 << 19;
const CACHE_ENTRIES = 1 << 16;
const POOL_BYTES = 1 << 24;
/** Of each byte of a piece: five words and a heap of entries of eight bytes, three a pair. */
const SCRATCH_BYTES = 5 * 4 + 3 * 8;

/** The kernel for a tokenizer, or null where it must take the slow way. */
export async function createFastEncoder(tokenizer: Tokenizer): Promise<FastEncoder | null> {
  const { model, spec } = tokenizer.parts;
  const pattern = findScanner(spec.pre_tokenizer);
  if (!(model instanceof BpeModel) || pattern === null || !isPlain(model)) return null;
  const byteIds = readByteIds(model);
  if (byteIds === null) return null;
  const kernel = await loadKernel("bpe", { build: "plain" });
  return new KernelEncoder(kernel, { model, pattern, byteIds });
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
  const splits = steps.slice(0, -1) as JsonObject[];
  if (last.use_regex !== false || !splits.every(isolates)) return null;
  return scannerFor(...splits.map(({ pattern }) => String((pattern as JsonObject).Regex)));
}

interface Settings {
  readonly model: BpeModel;
  readonly pattern: ScannerName;
  readonly byteIds: Uint32Array;
}

class KernelEncoder implements FastEncoder {
  readonly #kernel: Kernel;
  readonly #text: number;
  readonly #out: number;
  /** A view of the text's room; shared memory never moves. */
  readonly #buffer: Buffer;

  constructor(kernel: Kernel, { model, pattern, byteIds }: Settings) {
    this.#kernel = kernel;
    const { arena } = kernel;
    const { rule, options, size } = model;
    this.#text = arena.allocate(FAST_BYTES + SLACK_BYTES);
    this.#buffer = Buffer.from(arena.memory.buffer, this.#text, FAST_BYTES);
    this.#out = arena.allocate(FAST_BYTES * 4 + SLACK_BYTES);
    const pool = arena.allocate(POOL_BYTES);
    const byRank = rule.kind === "ranks";
    const needsTokens = byRank || options.ignoreMerges;
    const shortEntries = Math.max(SHORT_ENTRIES, tableSize(size));
    configureKernel(kernel, {
      classes: copyBytes(arena, classifyCodePoints(pattern)),
      byteIds: copyWords(arena, byteIds),
      ...(needsTokens ? tokenTables(arena, size) : {}),
      ...(rule.kind === "list" ? pairTables(arena, rule.merges.length / 3) : {}),
      short: arena.allocateZeroed(shortEntries * 32),
      shortMask: shortEntries - 1,
      shortRoom: shortEntries * 0.75,
      cache: arena.allocateZeroed(CACHE_ENTRIES * 16),
      cacheMask: CACHE_ENTRIES - 1,
      pool,
      poolEnd: pool + POOL_BYTES,
      scratch: arena.allocate(FAST_BYTES * SCRATCH_BYTES),
      scratchLength: FAST_BYTES,
      pattern: SCANNERS.indexOf(pattern),
      byRank: byRank ? 1 : 0,
      wholeFirst: options.ignoreMerges ? 1 : 0,
    });
    if (needsTokens) addTokens(kernel, model);
    if (rule.kind === "list") addPairs(kernel, rule.merges);
  }

  encode(text: string): Uint32Array {
    const { arena, exports } = this.#kernel;
    const length = this.#buffer.write(text, "utf8");
    return wordsAt(arena, this.#out, exports.encode!(this.#text, length, this.#out));
  }
}

function tableSize(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, count * 2)));
}

function tokenTables(arena: Arena, count: number): KernelContext {
  const size = tableSize(count);
  const twoBytes = arena.allocate(65_536 * 4);
  wordsAt(arena, twoBytes, 65_536).fill(0xffff_ffff);
  return {
    tokens: arena.allocateZeroed(size * 16),
    tokenMask: size - 1,
    twoBytes,
    filter: arena.allocateZeroed(size),
    filterMask: size * 8 - 1,
  };
}

function pairTables(arena: Arena, count: number): KernelContext {
  const size = tableSize(count);
  const pairs = arena.allocate(size * 8);
  bytesAt(arena, pairs, size * 8).fill(0xff);
  const pairRanks = arena.allocate(size * 4);
  return { pairs, pairRanks, pairMask: size - 1, made: arena.allocate(Math.max(4, count * 4)) };
}

/** The tokens' bytes stay in the memory: the table points at them. */
function addTokens({ arena, exports }: Kernel, model: BpeModel): void {
  const { bytes, lengths, ids } = model.tokenBytes ?? readTokenBytes(model);
  const lengthsAt = copyWords(arena, lengths);
  const idsAt = copyWords(arena, ids);
  exports.addTokens!(copyBytes(arena, bytes), lengthsAt, idsAt, ids.length);
  arena.release(lengthsAt);
  arena.release(idsAt);
}

/** Tokens of other characters than GPT-2's are left out: they are no piece of any text. */
function readTokenBytes(model: BpeModel): TokenBytes {
  const ids = new Uint32Array(model.size);
  const lengths = new Uint32Array(model.size);
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const [token, id] of model.entries()) {
    const bytes = charactersToBytes(token);
    if (bytes === null || bytes.length === 0) continue;
    ids[count] = id;
    lengths[count++] = bytes.length;
    parts.push(bytes);
  }
  const bytes = Buffer.concat(parts);
  return { bytes, lengths: lengths.subarray(0, count), ids: ids.subarray(0, count) };
}

/** The id of each byte, or null where one is no token. */
function readByteIds(model: BpeModel): Uint32Array | null {
  const found = Array.from({ length: 256 }, (_, byte) => model.idOfByte(byte));
  return found.includes(undefined) ? null : Uint32Array.from(found as number[]);
}

function addPairs({ arena, exports }: Kernel, merges: Uint32Array): void {
  const at = copyWords(arena, merges);
  exports.addPairs!(at, merges.length / 3);
  arena.release(at);
}
