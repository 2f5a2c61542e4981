/**
 * The tree of a BLAKE3 hash. Input gathers in a segment; a full one that is not the last is cut
 * into subtrees of 256 chunks, which threads hash in parallel. Finished subtrees wait on a stack,
 * larger before smaller, until the end of the input says which node is the root.
 */
import { requireArrayOf, requireWhole } from "../core/arguments.ts";
import { SovereignError } from "../core/errors.ts";
import type { KernelPool } from "./pool.ts";
import type { Kernel } from "./wasm/load-kernel.ts";

const CHUNK = 1024;
const VALUE = 32;
const BLOCK = 64;
const UNIT_CHUNKS = 256;
const UNIT = UNIT_CHUNKS * CHUNK;
const SEGMENT_UNITS = 16;
const SEGMENT = SEGMENT_UNITS * UNIT;
/** Bits of a node's flags. */
export const FLAG = {
  start: 1,
  end: 2,
  parent: 4,
  root: 8,
  keyed: 16,
  context: 32,
  material: 64,
} as const;
/** The chaining value a hash without key starts from. */
export const IV = [
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a],
  ...[0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
];
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const ROUNDS = 7;
/** Where a thread's scratch holds the message schedule. */
const SCHEDULE = 640;
const SCRATCH = 2048;

/** The specification allows 2^64 bytes, an array fewer. */
export const requireHashLength = requireWhole(0, 2 ** 30);
export const requireBytes = requireArrayOf(Uint8Array);

export interface Blake3Hasher {
  update(bytes: Uint8Array): this;
  /** Ends the hash; `length` bytes, 32 unless given. */
  digest(length?: number): Uint8Array<ArrayBuffer>;
}

export interface Engine {
  readonly kernel: Kernel;
  readonly pool: KernelPool;
  /** The kernel's number in the pool. */
  readonly number: number;
  /** One working space for each thread: scratch, then chaining values of a unit. */
  readonly spaces: readonly number[];
}

/** Registers the kernel and writes the message schedule into every thread's scratch. */
export function createEngine(kernel: Kernel, pool: KernelPool): Engine {
  const { arena, memory } = kernel;
  const spaces = Array.from({ length: pool.threads }, () => {
    const space = arena.allocate(SCRATCH + UNIT_CHUNKS * VALUE);
    const schedule = new Uint32Array(memory.buffer, space + SCHEDULE, ROUNDS * 16);
    let order = PERMUTATION.map((_, i) => i);
    for (let round = 0; round < ROUNDS; round++) {
      const offsets = order.map((word) => word * 16);
      schedule.set(offsets, round * 16);
      order = PERMUTATION.map((from) => order[from]!);
    }
    return space;
  });
  return { kernel, pool, number: pool.register(kernel), spaces };
}

/** The last compression but for its counter and the flag of the root; its block is in place. */
interface Root {
  chaining: number;
  size: number;
  flags: number;
}

/** One hash in the engine's memory. Offsets of its places end in `At`. */
export class TreeHasher implements Blake3Hasher {
  readonly #engine: Engine;
  readonly #flags: number;
  readonly #keyAt: number;
  readonly #blockAt: number;
  readonly #resultAt: number;
  readonly #chunkValueAt: number;
  readonly #segmentAt: number;
  readonly #rootsAt: number;
  readonly #scratchAt: number;
  readonly #stack: Uint8Array[] = [];
  #unitCount = 0;
  #filled = 0;
  #isOpen = true;

  constructor(engine: Engine, key: Uint8Array, flags: number) {
    const { arena } = engine.kernel;
    this.#engine = engine;
    this.#flags = flags;
    this.#keyAt = arena.allocate(VALUE);
    this.#blockAt = arena.allocate(BLOCK);
    this.#resultAt = arena.allocate(BLOCK);
    this.#chunkValueAt = arena.allocate(VALUE);
    this.#segmentAt = arena.allocate(SEGMENT);
    this.#rootsAt = arena.allocate(SEGMENT_UNITS * VALUE);
    this.#scratchAt = engine.spaces[0]!;
    this.#bytes(this.#keyAt, VALUE).set(key);
  }

  update(bytes: Uint8Array): this {
    requireBytes(bytes, "what is hashed");
    this.#checkOpen();
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled === SEGMENT) {
        this.#hashUnits(SEGMENT_UNITS);
        this.#filled = 0;
      }
      const piece = bytes.subarray(at, at + SEGMENT - this.#filled);
      this.#bytes(this.#segmentAt + this.#filled, piece.length).set(piece);
      this.#filled += piece.length;
      at += piece.length;
    }
    return this;
  }

  digest(length = VALUE): Uint8Array<ArrayBuffer> {
    requireHashLength(length, "the length of a hash");
    this.#checkOpen();
    this.#isOpen = false;
    const { chaining, size, flags } = this.#findRoot();
    const output = new Uint8Array(length);
    for (let i = 0; i * BLOCK < length; i++) {
      this.#compress(this.#blockAt, chaining, i, size, flags | FLAG.root);
      const part = this.#bytes(this.#resultAt, Math.min(BLOCK, length - i * BLOCK));
      output.set(part, i * BLOCK);
    }
    const places = [this.#keyAt, this.#blockAt, this.#resultAt, this.#chunkValueAt];
    places.push(this.#segmentAt, this.#rootsAt);
    places.forEach(this.#engine.kernel.arena.release);
    return output;
  }

  #checkOpen(): void {
    if (this.#isOpen) return;
    throw new SovereignError("INVALID_STATE", "the hash is finished", {
      hint: "create another one for more input",
    });
  }

  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#engine.kernel.memory.buffer, at, length);
  }

  /** Leaves 64 bytes at the result's place. */
  #compress(block: number, chaining: number, counter: number, size: number, flags: number): void {
    const [low, high] = splitCounter(counter);
    const { compressBlock } = this.#engine.kernel.exports;
    const rest = [size, this.#flags | flags, this.#resultAt, this.#scratchAt];
    compressBlock!(block, chaining, low, high, ...rest);
  }

  #joinParent(left: Uint8Array, right: Uint8Array): Uint8Array {
    this.#bytes(this.#blockAt, VALUE).set(left);
    this.#bytes(this.#blockAt + VALUE, VALUE).set(right);
    this.#compress(this.#blockAt, this.#keyAt, 0, BLOCK, FLAG.parent);
    return this.#bytes(this.#resultAt, VALUE).slice();
  }

  /** `count` whole units from the segment's start, known not to be the end of the input. */
  #hashUnits(count: number): void {
    const { pool, number, spaces } = this.#engine;
    const share = Math.ceil(count / pool.threads);
    const shares: number[][] = [];
    for (let unit = 0; unit < count; unit += share) {
      const space = spaces[shares.length]!;
      const what = [this.#segmentAt + unit * UNIT, Math.min(share, count - unit), UNIT_CHUNKS];
      const counter = splitCounter((this.#unitCount + unit) * UNIT_CHUNKS);
      const where = [this.#rootsAt + unit * VALUE, space + SCRATCH, space];
      shares.push([...what, this.#keyAt, ...counter, this.#flags, ...where]);
    }
    pool.run(number, "hashSubtrees", shares);
    for (let unit = 0; unit < count; unit++) {
      let value: Uint8Array = this.#bytes(this.#rootsAt + unit * VALUE, VALUE).slice();
      this.#unitCount++;
      // Two subtrees of one size are one of twice the size.
      for (let n = this.#unitCount; n % 2 === 0; n /= 2) {
        value = this.#joinParent(this.#stack.pop()!, value);
      }
      this.#stack.push(value);
    }
  }

  /** Hashes what is left, at least one byte unless the input is empty, and finds the root. */
  #findRoot(): Root {
    const units = Math.floor(Math.max(0, this.#filled - 1) / UNIT);
    if (units > 0) this.#hashUnits(units);
    const rest = this.#segmentAt + units * UNIT;
    const length = this.#filled - units * UNIT;
    const chunks = Math.floor(Math.max(0, length - 1) / CHUNK);
    const counter = this.#unitCount * UNIT_CHUNKS;
    const values = this.#scratchAt + SCRATCH;
    if (chunks > 0) {
      const where = [values, this.#scratchAt];
      const { hashChunks } = this.#engine.kernel.exports;
      hashChunks!(rest, chunks, this.#keyAt, ...splitCounter(counter), this.#flags, ...where);
    }
    const at = rest + chunks * CHUNK;
    const last = this.#startLastChunk(at, length - chunks * CHUNK, counter + chunks);
    if (chunks === 0 && this.#stack.length === 0) return last;
    this.#compress(this.#blockAt, last.chaining, counter + chunks, last.size, last.flags);
    this.#bytes(values + chunks * VALUE, VALUE).set(this.#bytes(this.#resultAt, VALUE));
    this.#joinAll(values, chunks + 1);
    this.#bytes(this.#blockAt, BLOCK).set(this.#bytes(values, BLOCK));
    return { chaining: this.#keyAt, size: BLOCK, flags: FLAG.parent };
  }

  /** The last chunk, 0 to 1024 bytes: all but its last block, which is left in place. */
  #startLastChunk(at: number, length: number, counter: number): Root {
    let chaining = this.#keyAt;
    let start: number = FLAG.start;
    let from = 0;
    for (; length - from > BLOCK; from += BLOCK) {
      this.#compress(at + from, chaining, counter, BLOCK, start);
      chaining = this.#chunkValueAt;
      this.#bytes(chaining, VALUE).set(this.#bytes(this.#resultAt, VALUE));
      start = 0;
    }
    this.#bytes(this.#blockAt, BLOCK).fill(0);
    this.#bytes(this.#blockAt, length - from).set(this.#bytes(at + from, length - from));
    return { chaining, size: length - from, flags: start | FLAG.end };
  }

  /** Joins the last unit's `count` chaining values, and the stack, down to the root's two. */
  #joinAll(values: number, count: number): void {
    const { pairParents } = this.#engine.kernel.exports;
    const least = this.#stack.length === 0 ? 2 : 1;
    for (let left = count; left > least; ) {
      left = pairParents!(values, left, this.#keyAt, this.#flags, this.#scratchAt);
    }
    if (least === 2) return;
    let right: Uint8Array = this.#bytes(values, VALUE).slice();
    while (this.#stack.length > 1) right = this.#joinParent(this.#stack.pop()!, right);
    this.#bytes(values, VALUE).set(this.#stack.pop()!);
    this.#bytes(values + VALUE, VALUE).set(right);
  }
}

function splitCounter(counter: number): [low: number, high: number] {
  return [counter >>> 0, Math.floor(counter / 2 ** 32)];
}
