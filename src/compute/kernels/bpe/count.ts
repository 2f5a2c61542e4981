// Counting different pieces, for training: a table of u32 hash (0 free), u32 length, u32 address and
// u32 count, with the bytes in the pool. Lines end a text, as they do for the trainer.
import { CACHE, CACHE_MASK, hashBytes, POOL, POOL_END, sameBytes, takePool } from "./context";
import { pieceEnd } from "./scan";

/**
 * Counts the pieces of `length` bytes, `counts` being how many entries there are. Stops before the
 * table is three quarters full or the pool is: returns the bytes that were counted, and leaves the
 * number of entries at `result`.
 */
export function countPieces(text: usize, length: u32, counts: u32, result: usize): u32 {
  const end = text + <usize>length;
  const most = <u32>((<u64>CACHE_MASK * 3) >> 2);
  let at = text, lineEnd = text;
  while (at < end) {
    if (at >= lineEnd) {
      lineEnd = at;
      while (lineEnd < end && load<u8>(lineEnd) != 10) lineEnd++;
      if (lineEnd < end) lineEnd++;
    }
    const to = pieceEnd(at, lineEnd);
    const size = <u32>(to - at);
    if (counts >= most || POOL + <usize>size + 8 > POOL_END) break;
    const hash = hashBytes(at, size);
    let slot = hash & CACHE_MASK;
    for (;;) {
      const entry = CACHE + (<usize>slot << 4);
      const known = load<u32>(entry);
      if (known == 0) {
        const bytes = takePool(size);
        memory.copy(bytes, at, size);
        store<u32>(entry, hash);
        store<u32>(entry, size, 4);
        store<u32>(entry, <u32>bytes, 8);
        store<u32>(entry, 1, 12);
        counts++;
        break;
      }
      if (known == hash && load<u32>(entry, 4) == size && sameBytes(load<u32>(entry, 8), at, size)) {
        store<u32>(entry, load<u32>(entry, 12) + 1, 12);
        break;
      }
      slot = (slot + 1) & CACHE_MASK;
    }
    at = to;
  }
  store<u32>(result, counts);
  return <u32>(at - text);
}

/** Puts all entries of a table into a larger one that is empty. */
export function growCounts(from: usize, fromMask: u32, to: usize, toMask: u32): void {
  for (let i: u32 = 0; i <= fromMask; i++) {
    const entry = from + (<usize>i << 4);
    const hash = load<u32>(entry);
    if (hash == 0) continue;
    let slot = hash & toMask;
    while (load<u32>(to + (<usize>slot << 4)) != 0) slot = (slot + 1) & toMask;
    memory.copy(to + (<usize>slot << 4), entry, 16);
  }
}
