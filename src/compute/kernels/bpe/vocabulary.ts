// Tokens by their bytes and merges by their pair of ids: hash tables with open addressing.
import {
  FILTER, FILTER_MASK, fillShort, firstBytes, hashBytes, hashShort, MADE, PAIR_MASK, PAIR_RANKS,
  PAIRS, sameBytes, SHORT, SHORT_MASK, TOKEN_MASK, TOKENS, TWO_BYTES,
} from "./context";

export const NONE: u32 = 0xffffffff;
/** No honest file or text comes near; entries made to collide would take time without end. */
const MOST_PROBES: u32 = 500;

/**
 * `count` tokens: their bytes end to end from `bytes` on, u32 lengths and u32 ids beside. 16 bytes
 * behind them may be read. False where they are made to collide.
 */
export function addTokens(bytes: usize, lengths: usize, ids: usize, count: u32): bool {
  let at = bytes;
  for (let i: u32 = 0; i < count; i++) {
    const length = load<u32>(lengths + (<usize>i << 2));
    const id = ids + (<usize>i << 2);
    const isThere = length > 16 ? addLong(at, length, load<u32>(id)) : addShort(at, length, id);
    if (!isThere) return false;
    at += length;
  }
  return true;
}

function addShort(at: usize, length: u32, id: usize): bool {
  const bytes = firstBytes(at, length);
  const hash = hashShort(bytes);
  const bit = hash & FILTER_MASK;
  const cell = FILTER + <usize>(bit >>> 3);
  store<u8>(cell, load<u8>(cell) | <u8>(1 << <u8>(bit & 7)));
  if (length == 2) store<u32>(TWO_BYTES + (<usize>load<u16>(at) << 2), load<u32>(id));
  let slot = hash & SHORT_MASK, probes: u32 = 0;
  for (; load<u32>(SHORT + (<usize>slot << 5), 28) != 0; slot = (slot + 1) & SHORT_MASK) {
    if (++probes == MOST_PROBES) return false;
  }
  fillShort(SHORT + (<usize>slot << 5), bytes, length, id, 1);
  return true;
}

function addLong(at: usize, length: u32, id: u32): bool {
  const hash = hashBytes(at, length);
  let slot = (hash >>> 1) & TOKEN_MASK, probes: u32 = 0;
  for (; load<u32>(TOKENS + (<usize>slot << 4)) != 0; slot = (slot + 1) & TOKEN_MASK) {
    if (++probes == MOST_PROBES) return false;
  }
  const entry = TOKENS + (<usize>slot << 4);
  store<u32>(entry, hash);
  store<u32>(entry, id, 4);
  store<u32>(entry, <u32>at, 8);
  store<u32>(entry, length, 12);
  return true;
}

/** The id of these bytes, or NONE. */
export function findToken(at: usize, length: u32): u32 {
  if (length == 2) return load<u32>(TWO_BYTES + (<usize>load<u16>(at) << 2));
  return length <= 16 ? findShort(at, length) : findLong(at, length);
}

function findShort(at: usize, length: u32): u32 {
  const bytes = firstBytes(at, length);
  const hash = hashShort(bytes);
  const bit = hash & FILTER_MASK;
  if ((load<u8>(FILTER + <usize>(bit >>> 3)) & <u8>(1 << <u8>(bit & 7))) == 0) return NONE;
  const low = i64x2.extract_lane(bytes, 0), high = i64x2.extract_lane(bytes, 1);
  let slot = hash & SHORT_MASK;
  // Texts fill this table too.
  for (let probes: u32 = 0; probes < MOST_PROBES; probes++) {
    const entry = SHORT + (<usize>slot << 5);
    const known = load<u32>(entry, 28);
    if (known == 0) return NONE;
    if (load<i64>(entry) == low && load<i64>(entry, 8) == high && (known & 255) == length) {
      // A piece that is one token is that token; one of several is none.
      return known >>> 8 == 1 ? load<u32>(entry, 16) : NONE;
    }
    slot = (slot + 1) & SHORT_MASK;
  }
  return NONE;
}

function findLong(at: usize, length: u32): u32 {
  const hash = hashBytes(at, length);
  let slot = (hash >>> 1) & TOKEN_MASK;
  for (;;) {
    const entry = TOKENS + (<usize>slot << 4);
    const known = load<u32>(entry);
    if (known == 0) return NONE;
    if (known == hash && load<u32>(entry, 12) == length && sameBytes(load<u32>(entry, 8), at, length)) {
      return load<u32>(entry, 4);
    }
    slot = (slot + 1) & TOKEN_MASK;
  }
  return NONE;
}

@inline
function hashPair(key: u64): u32 {
  return <u32>((key * 0x9e3779b97f4a7c15) >>> 40);
}

/** `count` merges in order of rank: u32 left, right and made, each. False where they collide. */
export function addPairs(triples: usize, count: u32): bool {
  for (let rank: u32 = 0; rank < count; rank++) {
    const at = triples + <usize>rank * 12;
    const key = (<u64>load<u32>(at) << 32) | <u64>load<u32>(at, 4);
    let slot = hashPair(key) & PAIR_MASK, probes: u32 = 0;
    for (;;) {
      const known = load<u64>(PAIRS + (<usize>slot << 3));
      if (known == key || known == 0xffffffffffffffff) break;
      if (++probes == MOST_PROBES) return false;
      slot = (slot + 1) & PAIR_MASK;
    }
    store<u64>(PAIRS + (<usize>slot << 3), key);
    store<u32>(PAIR_RANKS + (<usize>slot << 2), rank);
    store<u32>(MADE + (<usize>rank << 2), load<u32>(at, 8));
  }
  return true;
}

/** The rank of a pair, or NONE. */
export function findPair(left: u32, right: u32): u32 {
  const key = (<u64>left << 32) | <u64>right;
  let slot = hashPair(key) & PAIR_MASK;
  for (;;) {
    const known = load<u64>(PAIRS + (<usize>slot << 3));
    if (known == key) return load<u32>(PAIR_RANKS + (<usize>slot << 2));
    if (known == 0xffffffffffffffff) return NONE;
    slot = (slot + 1) & PAIR_MASK;
  }
  return NONE;
}
