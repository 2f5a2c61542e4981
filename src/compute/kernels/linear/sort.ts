// Stable sorting by radix, in shares: every thread counts the digits of its range, the places of all
// are worked out at once, and every thread moves its range. An entry is a u32 key, or a u64 with the
// key above the index it came from. The order does not depend on the number of shares.

const BITS: i32 = 11;
const DIGITS: i32 = 1 << BITS;

/** Orders of keys: smallest first with -0 before 0, or by value alone with 0 and -0 the same. */
const BY_VALUE: i32 = 1, LARGEST: i32 = 2;

/** A key whose unsigned order is the wanted one; NaN of either sign comes last. */
@inline
function toKey(bits: u32, order: i32): u32 {
  if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
  if (order != 0 && bits == 0x80000000) bits = 0;
  const key = bits & 0x80000000 ? ~bits : bits | 0x80000000;
  return order == LARGEST ? ~key : key;
}

@inline
function digitOf<T>(entry: T, shift: u32): usize {
  const key = sizeof<T>() == 8 ? <u32>(<u64>entry >> 32) : <u32>entry;
  return <usize>((key >> shift) & (DIGITS - 1)) << 2;
}

/** Keys of `n` f32, smallest first. */
export function makeKeys(x: usize, n: i32, keys: usize): void {
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    store<u32>(keys + at, toKey(load<u32>(x + at), 0));
  }
}

/** Pairs of `n` f32, whose indices start at `first`. */
export function makePairs(x: usize, n: i32, first: u32, pairs: usize): void {
  for (let i = 0; i < n; i++) {
    const key = toKey(load<u32>(x + (<usize>i << 2)), 0);
    store<u64>(pairs + (<usize>i << 3), (<u64>key << 32) | (first + <u32>i));
  }
}

/** How many of `n` f32 have each first digit, into 2048 u32; NaN has the last one to itself. */
export function countFirst(x: usize, n: i32, isLargest: bool, counts: usize): void {
  memory.fill(counts, 0, DIGITS << 2);
  const order = isLargest ? LARGEST : BY_VALUE;
  for (let i = 0; i < n; i++) {
    const slot = counts + digitOf<u32>(toKey(load<u32>(x + (<usize>i << 2)), order), 21);
    store<u32>(slot, load<u32>(slot) + 1);
  }
}

/** Pairs of those of `n` f32 whose first digit is at most `limit`. */
export function keepFirst(
  x: usize, n: i32, first: u32, isLargest: bool, limit: u32, pairs: usize,
): void {
  const order = isLargest ? LARGEST : BY_VALUE;
  for (let i = 0; i < n; i++) {
    const key = toKey(load<u32>(x + (<usize>i << 2)), order);
    if (key >> 21 > limit) continue;
    store<u64>(pairs, (<u64>key << 32) | (first + <u32>i));
    pairs += 8;
  }
}

@inline
function count<T>(entries: usize, n: i32, shift: u32, counts: usize): void {
  memory.fill(counts, 0, DIGITS << 2);
  const end = entries + <usize>n * sizeof<T>();
  for (let at = entries; at < end; at += sizeof<T>()) {
    const slot = counts + digitOf<T>(load<T>(at), shift);
    store<u32>(slot, load<u32>(slot) + 1);
  }
}

export function countKeys(entries: usize, n: i32, shift: u32, counts: usize): void {
  count<u32>(entries, n, shift, counts);
}

export function countPairs(entries: usize, n: i32, shift: u32, counts: usize): void {
  count<u64>(entries, n, shift, counts);
}

/**
 * Counts of `shares` ranges, 2048 each, to the place of each one's first entry. Returns 1 when all
 * `n` entries have the same digit, so that nothing needs to move.
 */
export function placeDigits(counts: usize, shares: i32, n: u32): i32 {
  let place: u32 = 0, most: u32 = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const before = place;
    for (let share = 0; share < shares; share++) {
      const slot = counts + (<usize>(share * DIGITS + digit) << 2);
      const held = load<u32>(slot);
      store<u32>(slot, place);
      place += held;
    }
    most = max(most, place - before);
  }
  return most == n ? 1 : 0;
}

@inline
function move<T>(entries: usize, n: i32, shift: u32, places: usize, to: usize): void {
  const end = entries + <usize>n * sizeof<T>();
  for (let at = entries; at < end; at += sizeof<T>()) {
    const entry = load<T>(at);
    const slot = places + digitOf<T>(entry, shift);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    store<T>(to + <usize>place * sizeof<T>(), entry);
  }
}

export function moveKeys(entries: usize, n: i32, shift: u32, places: usize, to: usize): void {
  move<u32>(entries, n, shift, places, to);
}

export function movePairs(entries: usize, n: i32, shift: u32, places: usize, to: usize): void {
  move<u64>(entries, n, shift, places, to);
}

/** The f32 of keys; NaN is the usual one. */
export function takeKeys(keys: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const key = load<u32>(keys + (<usize>i << 2));
    let bits = key & 0x80000000 ? key & 0x7fffffff : ~key;
    if (key == 0xffffffff) bits = 0x7fc00000;
    store<u32>(out + (<usize>i << 2), bits);
  }
}

/** The indices of pairs. */
export function takePairs(pairs: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    store<u32>(out + (<usize>i << 2), load<u32>(pairs + (<usize>i << 3)));
  }
}
