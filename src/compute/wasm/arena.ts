/**
 * A shared WebAssembly memory and who holds which bytes of it: first fit over a list of free
 * ranges, sorted by address, blocks on 64-byte lines. It grows up to 4 GiB and never shrinks.
 *
 * Views: growing makes a new `buffer`, and older views stay valid, since shared memory never
 * moves.
 */
import { SovereignError } from "../../core/errors.ts";
import { createMemory, MOST_PAGES, type WasmMemory } from "./webassembly.ts";

const PAGE = 65_536;
const LINE = 64;
/** Offset 0 is no address, so that a forgotten argument is seen. */
const FIRST = 1024;

export interface Arena {
  readonly memory: WasmMemory;
  /** Byte offset of a fresh block, on a 64-byte line; its bytes are not cleared. */
  allocate(bytes: number): number;
  /** The same, all zero; pages nobody has used are zero and stay uncommitted. */
  allocateZeroed(bytes: number): number;
  /** Gives back a block of `allocate`. */
  release(offset: number): void;
  /** True when a block of this size can be had. */
  hasRoom(bytes: number): boolean;
  /** Bytes now held. */
  readonly usedBytes: number;
}

/** Bytes of the largest block an arena of so many pages can hold. */
export function largestBlock(mostPages = MOST_PAGES): number {
  return mostPages * PAGE - FIRST;
}

/** An empty arena; `memory` starts at one page and has at most `mostPages`. */
export function createArena(mostPages = MOST_PAGES): Arena {
  const memory = reserveMemory(mostPages);
  const held = new Map<number, number>();
  /** `[offset, end]`, sorted, never touching; the last may be extended by growing. */
  const free: [number, number][] = [[FIRST, memory.buffer.byteLength]];
  let usedBytes = 0;
  /** Nothing at or beyond this offset was ever given out. */
  let untouched = FIRST;

  function grow(bytes: number): void {
    const end = memory.buffer.byteLength;
    const last = free.at(-1);
    const tail = last !== undefined && last[1] === end ? end - last[0] : 0;
    const wanted = Math.ceil((bytes - tail) / PAGE);
    // A quarter more at a time keeps many small blocks from growing page by page.
    const generous = Math.max(wanted, Math.min(end >> 18, 4096));
    const most = mostPages - end / PAGE;
    const pages = generous <= most ? generous : wanted;
    try {
      memory.grow(pages);
    } catch {
      throw outOfMemory(bytes, usedBytes);
    }
    if (tail > 0) last![1] = memory.buffer.byteLength;
    else free.push([end, memory.buffer.byteLength]);
  }

  function allocate(bytes: number): number {
    const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
    let at = free.findIndex(([offset, end]) => end - offset >= size);
    if (at < 0) {
      grow(size);
      at = free.length - 1;
    }
    const range = free[at]!;
    const offset = range[0];
    if (range[1] - offset === size) free.splice(at, 1);
    else range[0] += size;
    held.set(offset, size);
    usedBytes += size;
    untouched = Math.max(untouched, offset + size);
    return offset;
  }

  function allocateZeroed(bytes: number): number {
    const before = untouched;
    const offset = allocate(bytes);
    const used = Math.min(bytes, Math.max(0, before - offset));
    new Uint8Array(memory.buffer, offset, used).fill(0);
    return offset;
  }

  function release(offset: number): void {
    const size = held.get(offset);
    if (size === undefined) return;
    held.delete(offset);
    usedBytes -= size;
    const end = offset + size;
    let at = free.findIndex(([start]) => start > offset);
    if (at < 0) at = free.length;
    const [before, after] = [free[at - 1], free[at]];
    if (before?.[1] === offset && after?.[0] === end) {
      before[1] = after[1];
      free.splice(at, 1);
    } else if (before?.[1] === offset) before[1] = end;
    else if (after?.[0] === end) after[0] = offset;
    else free.splice(at, 0, [offset, end]);
  }

  return {
    memory,
    allocate,
    allocateZeroed,
    release,
    hasRoom: (bytes) => {
      const size = Math.ceil(bytes / LINE) * LINE;
      const last = free.at(-1);
      const end = memory.buffer.byteLength;
      const top = last !== undefined && last[1] === end ? last[0] : end;
      return free.some(([from, to]) => to - from >= size) || top + size <= mostPages * PAGE;
    },
    get usedBytes() {
      return usedBytes;
    },
  };
}

/** Each memory takes 4 GiB of addresses, of which a process has a limited number. */
function reserveMemory(mostPages: number): WasmMemory {
  try {
    return createMemory(mostPages);
  } catch (cause) {
    throw new SovereignError("RESOURCE_EXHAUSTED", "no addresses for one more memory", {
      hint: "use fewer backends, indexes or hashes at a time, and raise `ulimit -v`",
      cause,
    });
  }
}

/** So many bytes cannot be had. */
export function outOfMemory(bytes: number, usedBytes: number): SovereignError {
  const show = (count: number): string =>
    count < 2 ** 30 ? `${(count / 2 ** 20).toFixed(2)} MiB` : `${(count / 2 ** 30).toFixed(2)} GiB`;
  return new SovereignError(
    "RESOURCE_EXHAUSTED",
    `no room for ${show(bytes)} beside the ${show(usedBytes)} in use`,
    { hint: "work on less at a time; one array is at most 3.93 GiB" },
  );
}
