// Text to ids: pieces from the scanner, each from a cache or merged and put there.
import {
  CACHE, CACHE_MASK, fillShort, firstBytes, hashBytes, hashShort, POOL, POOL_END, sameBytes, SCRATCH,
  SHORT, SHORT_MASK, SHORT_ROOM, takePool, WHOLE_FIRST,
} from "./context";
import { mergePiece } from "./merge";
import { pieceEnd } from "./scan";
import { findToken, NONE } from "./vocabulary";

/** Longer pieces are seldom met again. */
const CACHED_LENGTH: u32 = 64;
const PROBES: u32 = 8;

/** A piece of at most 16 bytes: most of them are what their line of the table says. */
@inline
function emitShort(piece: usize, length: u32, out: usize): usize {
  const bytes = firstBytes(piece, length);
  const hash = hashShort(bytes);
  const entry = SHORT + (<usize>(hash & SHORT_MASK) << 5);
  const known = load<u32>(entry, 28);
  if (isPiece(entry, known, bytes, length) && known < 4 << 8) {
    // What lies behind the ids is overwritten by those that come next.
    v128.store(out, v128.load(entry, 16));
    return out + (<usize>(known >>> 8) << 2);
  }
  return emitSeldom(piece, length, out, hash);
}

@inline
function isPiece(entry: usize, known: u32, bytes: v128, length: u32): bool {
  const low = load<i64>(entry) ^ i64x2.extract_lane(bytes, 0);
  const high = load<i64>(entry, 8) ^ i64x2.extract_lane(bytes, 1);
  return (low | high | <i64>((known ^ length) & 255)) == 0;
}

/** One that another hash has displaced, that has many ids, or that is new. */
function emitSeldom(piece: usize, length: u32, out: usize, hash: u32): usize {
  const bytes = firstBytes(piece, length);
  let slot = hash & SHORT_MASK;
  for (let probes: u32 = 0; probes < PROBES; probes++) {
    const entry = SHORT + (<usize>slot << 5);
    const known = load<u32>(entry, 28);
    if (known == 0) return missShort(piece, length, out, entry);
    if (isPiece(entry, known, bytes, length)) {
      const count = known >>> 8;
      return copyIds(count > 3 ? load<u32>(entry, 16) : entry + 16, count, out);
    }
    slot = (slot + 1) & SHORT_MASK;
  }
  return missShort(piece, length, out, 0);
}

function missShort(piece: usize, length: u32, out: usize, entry: usize): usize {
  const count = encodePiece(piece, length);
  const end = copyIds(SCRATCH, count, out);
  if (entry == 0 || SHORT_ROOM == 0) return end;
  let ids = SCRATCH;
  if (count > 3) {
    const size = <usize>count << 2;
    if (POOL + size >= POOL_END) return end;
    ids = takePool(size);
    memory.copy(ids, SCRATCH, size);
  }
  fillShort(entry, firstBytes(piece, length), length, ids, count);
  return end;
}

function copyIds(ids: usize, count: u32, out: usize): usize {
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(out, load<u32>(ids + (<usize>i << 2)));
    out += 4;
  }
  return out;
}

function emitLong(piece: usize, length: u32, out: usize): usize {
  const hash = hashBytes(piece, length);
  let slot = hash & CACHE_MASK, probes: u32 = 0;
  let entry: usize = 0;
  for (; probes < PROBES; probes++) {
    entry = CACHE + (<usize>slot << 4);
    const known = load<u32>(entry);
    if (known == 0) break;
    if (known == hash && load<u16>(entry, 4) == length && sameBytes(load<u32>(entry, 8), piece, length)) {
      return copyIds(load<u32>(entry, 12), load<u16>(entry, 6), out);
    }
    slot = (slot + 1) & CACHE_MASK;
  }
  const count = encodePiece(piece, length);
  const size = <usize>count << 2;
  memory.copy(out, SCRATCH, size);
  const isKept = probes < PROBES && length <= CACHED_LENGTH;
  if (isKept && POOL + <usize>length + size + 8 < POOL_END) {
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

/** Leaves the ids at SCRATCH and says how many there are. */
function encodePiece(piece: usize, length: u32): u32 {
  if (WHOLE_FIRST) {
    const id = findToken(piece, length);
    if (id != NONE) {
      store<u32>(SCRATCH, id);
      return 1;
    }
  }
  return mergePiece(piece, length);
}

/**
 * Encodes `length` bytes; returns how many ids were written from `out` on, at most one a byte. 16
 * bytes behind the text may be read, and as many behind the ids written.
 */
export function encode(text: usize, length: u32, out: usize): u32 {
  const end = text + <usize>length;
  let at = text, next = out;
  while (at < end) {
    const to = pieceEnd(at, end);
    const size = <u32>(to - at);
    next = size <= 16 ? emitShort(at, size, next) : emitLong(at, size, next);
    at = to;
  }
  return <u32>((next - out) >>> 2);
}
