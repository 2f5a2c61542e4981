/**
 * Where operands lie and who computes. A `Shard` is a memory of at most 4 GiB with its instance of
 * the kernels; the runner has as many as the data need. A call happens in the shard of its largest
 * operand; what lies elsewhere is copied in first, and results are copied out.
 */
import type { MemoryOps } from "../backend.ts";
import { checkCount } from "../check.ts";
import type { KernelPool } from "../pool.ts";
import { type Arena, createArena, largestBlock, outOfMemory } from "./arena.ts";
import type { Kernel } from "./load-kernel.ts";
import { instantiate, type KernelExports } from "./webassembly.ts";

export type Operand =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Int16Array;

interface Shard {
  arena: Arena;
  exports: KernelExports;
  /** Number in the pool. */
  kernel: number;
}

/** One call: operands become byte offsets, results go back when it ends. */
export interface Call {
  /** Offset of the operand's values. */
  in(operand: Operand): number;
  /** Offset of a place for results, copied back to `operand` at the end if it lies elsewhere. */
  out(operand: Operand): number;
  /** `out`, with what the operand held when `isRead`. */
  inOut(operand: Operand, isRead: boolean): number;
  /** Offset of `bytes` of working space. */
  scratch(bytes: number): number;
  /** Values at an offset, copied out. */
  readFloat32(offset: number, length: number): Float32Array<ArrayBuffer>;
  readUint32(offset: number, length: number): Uint32Array<ArrayBuffer>;
  /** One share, on this thread. */
  run(fn: string, ...args: number[]): number;
  /** A share for each list of arguments, in parallel. */
  runAll(fn: string, shares: readonly (readonly number[])[]): number[];
}

export interface Runner {
  readonly threads: number;
  readonly memory: MemoryOps;
  /** Makes a call where the largest of `operands` lies. */
  call<T>(operands: readonly Operand[], body: (call: Call) => T): T;
  /**
   * Cuts `count` items into a range for each thread, on multiples of `unit`; into fewer when they are
   * not worth it. `cost` is that of an item, in multiply-adds or the like.
   */
  split(count: number, cost: number, unit?: number): [from: number, to: number][];
}

/** Cost below which a second thread takes longer to wake than it saves. */
const LEAST_SHARE = 65_536;

/** Bytes wanted for each of an operand from outside: sorting works in four times its operand's. */
const WORKING_SPACE = 5;

/** The part of each memory that arrays leave to the work of calls. */
const RESERVE = 1 / 64;

export interface RunnerOptions {
  leastShare?: number;
  /** Pages of a memory: few of them for tests that want several memories. */
  mostPages?: number;
}

/** Runs `kernel` over its own memory and as many more as the data need. */
export function createRunner(
  kernel: Kernel,
  pool: KernelPool,
  { leastShare = LEAST_SHARE, mostPages }: RunnerOptions = {},
): Runner {
  const shards: Shard[] = [];
  /** Every buffer a memory has had: growing makes new ones, and old views stay in use. */
  const byBuffer = new WeakMap<ArrayBufferLike, Shard>();
  addShard(kernel.arena, kernel.exports);

  function addShard(arena: Arena, exports: KernelExports): Shard {
    const { module } = kernel;
    const number = pool.register({ module, memory: arena.memory, exports });
    const shard = { arena, exports, kernel: number };
    shards.push(shard);
    return shard;
  }

  function bufferOf(shard: Shard): ArrayBufferLike {
    const { buffer } = shard.arena.memory;
    byBuffer.set(buffer, shard);
    return buffer;
  }

  /** Offset of `bytes` zeroed bytes in the first shard with room, and that shard's buffer. */
  function allocate(count: number, width: number): [ArrayBufferLike, number] {
    checkCount("the length of an array", count);
    const bytes = count * width;
    const most = largestBlock(mostPages);
    const reserved = Math.ceil(most * RESERVE);
    if (bytes + reserved > most) throw outOfMemory(bytes, 0);
    const shard = findShard(bytes + reserved);
    const offset = shard.arena.allocateZeroed(bytes);
    return [bufferOf(shard), offset];
  }

  /** The first shard with room for so many bytes, or a new one. */
  function findShard(bytes: number): Shard {
    const found = shards.find(({ arena }) => arena.hasRoom(bytes));
    if (found !== undefined) return found;
    const arena = createArena(mostPages);
    return addShard(arena, instantiate(kernel.module, arena.memory));
  }

  /** Where operands that lie in no shard are brought together. */
  function findWorkplace(operands: readonly Operand[]): Shard {
    const bytes = operands.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return findShard(Math.min(WORKING_SPACE * bytes, largestBlock(mostPages)));
  }

  return {
    threads: pool.threads,
    memory: {
      float32: (length) => new Float32Array(...allocate(length, 4), length),
      int8: (length) => new Int8Array(...allocate(length, 1), length),
      uint8: (length) => new Uint8Array(...allocate(length, 1), length),
      free: (array) => byBuffer.get(array.buffer)?.arena.release(array.byteOffset),
    },
    call(operands, body) {
      const largest = operands.reduce((a, b) => (b.byteLength > a.byteLength ? b : a));
      const shard = byBuffer.get(largest.buffer) ?? findWorkplace(operands);
      const { call, end, drop } = startCall(shard, bufferOf, byBuffer, pool);
      try {
        const result = body(call);
        end();
        return result;
      } finally {
        drop();
      }
    },
    split(count, cost, unit = 1) {
      const worth = Math.floor((count * cost) / leastShare);
      return cutRange(count, Math.max(1, Math.min(pool.threads, worth)), unit);
    },
  };
}

function startCall(
  shard: Shard,
  bufferOf: (shard: Shard) => ArrayBufferLike,
  byBuffer: WeakMap<ArrayBufferLike, Shard>,
  pool: KernelPool,
): { call: Call; end: () => void; drop: () => void } {
  const { arena } = shard;
  const borrowed: number[] = [];
  const results: [Operand, number][] = [];
  const scratch = (bytes: number): number => {
    const offset = arena.allocate(bytes);
    borrowed.push(offset);
    return offset;
  };
  const isHere = ({ buffer }: Operand): boolean => byBuffer.get(buffer) === shard;
  const bytesAt = (offset: number, length: number): Uint8Array =>
    new Uint8Array(bufferOf(shard), offset, length);
  const bytesOf = ({ buffer, byteOffset, byteLength }: Operand): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);

  const call: Call = {
    scratch,
    in(operand) {
      if (isHere(operand)) return operand.byteOffset;
      const offset = scratch(operand.byteLength);
      bytesAt(offset, operand.byteLength).set(bytesOf(operand));
      return offset;
    },
    out(operand) {
      if (isHere(operand)) return operand.byteOffset;
      const offset = scratch(operand.byteLength);
      results.push([operand, offset]);
      return offset;
    },
    inOut(operand, isRead) {
      const offset = call.out(operand);
      const isElsewhere = isRead && !isHere(operand);
      if (isElsewhere) bytesAt(offset, operand.byteLength).set(bytesOf(operand));
      return offset;
    },
    readFloat32: (offset, length) =>
      Float32Array.from(new Float32Array(bufferOf(shard), offset, length)),
    readUint32: (offset, length) =>
      Uint32Array.from(new Uint32Array(bufferOf(shard), offset, length)),
    run: (fn, ...args) => shard.exports[fn]!(...args),
    runAll: (fn, shares) => pool.run(shard.kernel, fn, shares),
  };
  return {
    call,
    end() {
      for (const [operand, offset] of results) {
        bytesOf(operand).set(bytesAt(offset, operand.byteLength));
      }
    },
    drop: () => borrowed.forEach(arena.release),
  };
}

function cutRange(count: number, shares: number, unit: number): [number, number][] {
  const size = Math.ceil(count / shares / unit) * unit;
  const ranges: [number, number][] = [];
  for (let from = 0; from < count; from += size) ranges.push([from, Math.min(count, from + size)]);
  return ranges;
}
