// Text to ids: pieces from the scanner, each from the cache or merged and put there.
import {
  CACHE, CACHE_MASK, hashBytes, POOL, POOL_END, sameBytes, SCRATCH, takePool, WHOLE_FIRST,
} from "./context";
import { mergePiece } from "./merge";
import { pieceEnd } from "./scan";
import { findToken, NONE } from "./vocabulary";

/** Longer pieces are seldom met again. */
const CACHED_LENGTH: u32 = 64;
const PROBES: u32 = 8;

@inline
function emit(piece: usize, length: u32, out: usize): usize {
  const hash = hashBytes(piece, length);
  let slot = hash & CACHE_MASK, probes: u32 = 0;
  let entry: usize = 0;
  for (; probes < PROBES; probes++) {
    entry = CACHE + (<usize>slot << 4);
    const known = load<u32>(entry);
    if (known == 0) break;
    if (known == hash && load<u16>(entry, 4) == length && sameBytes(load<u32>(entry, 8), piece, length)) {
      const count = <u32>load<u16>(entry, 6);
      const ids = <usize>load<u32>(entry, 12);
      for (let i: u32 = 0; i < count; i++) {
        store<u32>(out, load<u32>(ids + (<usize>i << 2)));
        out += 4;
      }
      return out;
    }
    slot = (slot + 1) & CACHE_MASK;
  }
  return miss(piece, length, out, probes < PROBES ? entry : 0, hash);
}

function miss(piece: usize, length: u32, out: usize, entry: usize, hash: u32): usize {
  let count: u32 = 0;
  if (WHOLE_FIRST) {
    const id = findToken(piece, length);
    if (id != NONE) {
      store<u32>(SCRATCH, id);
      count = 1;
    }
  }
  if (count == 0) count = mergePiece(piece, length);
  const size = <usize>count << 2;
  memory.copy(out, SCRATCH, size);
  if (entry != 0 && length <= CACHED_LENGTH && POOL + <usize>length + size + 8 < POOL_END) {
    const bytes = takePool(length);
    memory.copy(bytes, piece, length);
    const ids = takePool(size);
    memory.copy(ids, SCRATCH, size);
    store<u32>(entry, hash);
    store<u16>(entry, <u16>length, 4);
    store<u16>(entry, <u16>count, 6);
    store<u32>(entry, <u32>bytes, 8);
    store<u32>(entry, <u32>ids, 12);
  }
  return out + size;
}

/** Encodes `length` bytes; returns how many ids were written from `out` on, at most one a byte. */
export function encode(text: usize, length: u32, out: usize): u32 {
  const end = text + <usize>length;
  let at = text, next = out;
  while (at < end) {
    const to = pieceEnd(at, end);
    next = emit(at, <u32>(to - at), next);
    at = to;
  }
  return <u32>((next - out) >>> 2);
}
