/**
 * Byte-level BPE in WebAssembly: text to ids without places, many times as fast as the definition
 * in `model/`. Only for tokenizers whose whole work the kernel knows; `createFastEncoder` says null for
 * the others. The ids are the same.
 */
import { type Arena, type Kernel, loadKernel } from "../../compute/index.ts";
import type { JsonObject } from "../load/fields.ts";
import { BpeModel } from "../model/bpe.ts";
import { byteOfCharacter } from "../text/byte-characters.ts";
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
  const encoder = new KernelEncoder(kernel, { model, pattern, byteIds });
  return encoder.fill(model) ? encoder : null;
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
    const shortEntries = Math.max(SHORT_ENTRIES, tableSize(size));
    configureKernel(kernel, {
      classes: copyBytes(arena, classifyCodePoints(pattern)),
      byteIds: copyWords(arena, byteIds),
      ...(needsTokens(model) ? tokenTables(arena, size) : {}),
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
      byRank: rule.kind === "ranks" ? 1 : 0,
      wholeFirst: options.ignoreMerges ? 1 : 0,
    });
  }

  /** Puts tokens and merges into the tables; false where they are made to collide there. */
  fill(model: BpeModel): boolean {
    const { rule } = model;
    if (needsTokens(model) && !addTokens(this.#kernel, model)) return false;
    return rule.kind !== "list" || addPairs(this.#kernel, rule.merges);
  }

  encode(text: string): Uint32Array {
    const { arena, exports } = this.#kernel;
    const length = this.#buffer.write(text, "utf8");
    return wordsAt(arena, this.#out, exports.encode!(this.#text, length, this.#out));
  }
}

function needsTokens({ rule, options }: BpeModel): boolean {
  return rule.kind === "ranks" || options.ignoreMerges;
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
function addTokens({ arena, exports }: Kernel, { vocabulary }: BpeModel): boolean {
  const { bytes, ends, ids } = vocabulary.columns();
  const bytesFrom = arena.allocate(bytes.length + SLACK_BYTES);
  const lengthsFrom = arena.allocate(ends.length * 4);
  const idsFrom = arena.allocate(ids.length * 4);
  const target = bytesAt(arena, bytesFrom, bytes.length);
  const lengths = wordsAt(arena, lengthsFrom, ends.length);
  const given = wordsAt(arena, idsFrom, ids.length);
  let count = 0;
  let end = 0;
  for (let i = 0, from = 0; i < ends.length; from = ends[i++]!) {
    const behind = writeToken({ bytes, from, to: ends[i]!, isRaw: vocabulary.isRaw }, target, end);
    // Tokens of other characters than GPT-2's are left out: they are no piece of any text.
    if (behind <= end) continue;
    lengths[count] = behind - end;
    given[count++] = ids[i]!;
    end = behind;
  }
  const isDone = exports.addTokens!(bytesFrom, lengthsFrom, idsFrom, count);
  arena.release(lengthsFrom);
  arena.release(idsFrom);
  return isDone === 1;
}

interface StoredToken {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly isRaw: boolean;
}

/** Writes a token's bytes at `end`; the place behind, or -1 where it is not of the alphabet. */
function writeToken({ bytes, from, to, isRaw }: StoredToken, target: Uint8Array, end: number) {
  let behind = end;
  for (let i = from; i < to; i++) {
    const first = bytes[i]!;
    // Characters of the alphabet have one or two bytes of UTF-8.
    const isPair = !isRaw && first >= 0x80;
    const unit = isPair ? ((first & 0x3f) << 6) | (bytes[++i]! & 0x3f) : first;
    const byte = isRaw ? unit : first < 0xe0 ? byteOfCharacter(unit) : undefined;
    if (byte === undefined) return -1;
    target[behind++] = byte;
  }
  return behind;
}

/** The id of each byte, or null where one is no token. */
function readByteIds(model: BpeModel): Uint32Array | null {
  const found = Array.from({ length: 256 }, (_, byte) => model.idOfByte(byte));
  return found.includes(undefined) ? null : Uint32Array.from(found as number[]);
}

function addPairs({ arena, exports }: Kernel, merges: Uint32Array): boolean {
  const at = copyWords(arena, merges);
  const isDone = exports.addPairs!(at, merges.length / 3);
  arena.release(at);
  return isDone === 1;
}
