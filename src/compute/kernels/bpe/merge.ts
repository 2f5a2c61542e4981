// Merging one piece. The pair of lowest rank first, of equal ones the leftmost: by scanning all ranks
// where there are few, by a heap over a linked list where there are many, so that a megabyte of one
// letter stays O(n log n). Ids of the result are left at SCRATCH.
import { BY_RANK, BYTE_IDS, MADE, SCRATCH, SCRATCH_LENGTH } from "./context";
import { findPair, findToken, NONE } from "./vocabulary";

const SCAN_LIMIT: u32 = 64;

@inline
function get(base: usize, i: u32): u32 {
  return load<u32>(base + (<usize>i << 2));
}
@inline
function set(base: usize, i: u32, value: u32): void {
  store<u32>(base + (<usize>i << 2), value);
}

/** Ids at SCRATCH, of `count` pieces; the arrays behind it are this module's own. */
@inline
function starts(): usize { return SCRATCH + (<usize>SCRATCH_LENGTH << 2); }
@inline
function ranks(): usize { return SCRATCH + <usize>SCRATCH_LENGTH * 8; }
@inline
function nexts(): usize { return SCRATCH + <usize>SCRATCH_LENGTH * 12; }
@inline
function previous(): usize { return SCRATCH + <usize>SCRATCH_LENGTH * 16; }
@inline
function heap(): usize { return SCRATCH + <usize>SCRATCH_LENGTH * 20; }

@inline
function rankOf(piece: usize, start: u32, end: u32, left: u32, right: u32): u32 {
  return BY_RANK ? findToken(piece + <usize>start, end - start) : findPair(left, right);
}
@inline
function madeBy(rank: u32): u32 {
  return BY_RANK ? rank : get(MADE, rank);
}

/** How many ids are at SCRATCH for these bytes. */
export function mergePiece(piece: usize, length: u32): u32 {
  return length <= SCAN_LIMIT ? mergeByScan(piece, length) : mergeByHeap(piece, length);
}

/** Moves what lies behind `at` and before `end` one place down, and something behind it with it. */
@inline
function moveDown(base: usize, at: u32, end: u32): void {
  for (let i = at; i < end; i += 4) {
    const to = base + (<usize>i << 2);
    v128.store(to, v128.load(to, 4));
  }
}

function mergeByScan(piece: usize, length: u32): u32 {
  const ids = SCRATCH, begin = starts(), rank = ranks();
  let count = length;
  for (let i: u32 = 0; i < count; i++) {
    set(ids, i, get(BYTE_IDS, load<u8>(piece + <usize>i)));
    set(begin, i, i);
  }
  set(begin, count, length);
  for (let i: u32 = 0; i + 1 < count; i++) {
    set(rank, i, rankOf(piece, i, i + 2, get(ids, i), get(ids, i + 1)));
  }
  while (count > 1) {
    let best: u32 = NONE, at: u32 = 0;
    for (let i: u32 = 0; i + 1 < count; i++) {
      const r = get(rank, i);
      if (r < best) { best = r; at = i; }
    }
    if (best == NONE) break;
    set(ids, at, madeBy(best));
    moveDown(ids, at + 1, count);
    moveDown(begin, at + 1, count + 1);
    moveDown(rank, at, count);
    count--;
    if (at + 1 < count) {
      set(rank, at, rankOf(piece, get(begin, at), get(begin, at + 2), get(ids, at), get(ids, at + 1)));
    }
    if (at > 0) {
      const from = get(begin, at - 1);
      set(rank, at - 1, rankOf(piece, from, get(begin, at + 1), get(ids, at - 1), get(ids, at)));
    }
  }
  return count;
}

let heapSize: u32 = 0;

function push(entry: u64): void {
  const base = heap();
  let i = heapSize++;
  while (i > 0) {
    const parent = (i - 1) >>> 1;
    const above = load<u64>(base + (<usize>parent << 3));
    if (above <= entry) break;
    store<u64>(base + (<usize>i << 3), above);
    i = parent;
  }
  store<u64>(base + (<usize>i << 3), entry);
}

function pop(): u64 {
  const base = heap();
  const top = load<u64>(base);
  const last = load<u64>(base + (<usize>(--heapSize) << 3));
  let i: u32 = 0;
  for (;;) {
    let child: u32 = 2 * i + 1;
    if (child >= heapSize) break;
    let below = load<u64>(base + (<usize>child << 3));
    if (child + 1 < heapSize) {
      const other = load<u64>(base + (<usize>(child + 1) << 3));
      if (other < below) { below = other; child++; }
    }
    if (below >= last) break;
    store<u64>(base + (<usize>i << 3), below);
    i = child;
  }
  if (heapSize > 0) store<u64>(base + (<usize>i << 3), last);
  return top;
}

/** Looks the pair at a place up again, and offers it where it merges. */
function offer(piece: usize, length: u32, at: u32): void {
  const next = get(nexts(), at);
  let rank: u32 = NONE;
  if (next < length) {
    const after = get(nexts(), next);
    rank = rankOf(piece, at, after < length ? after : length, get(SCRATCH, at), get(SCRATCH, next));
  }
  set(ranks(), at, rank);
  if (rank != NONE) push((<u64>rank << 32) | <u64>at);
}

function mergeByHeap(piece: usize, length: u32): u32 {
  const ids = SCRATCH, next = nexts(), before = previous(), rank = ranks();
  heapSize = 0;
  for (let i: u32 = 0; i < length; i++) {
    set(ids, i, get(BYTE_IDS, load<u8>(piece + <usize>i)));
    set(next, i, i + 1);
    set(before, i, i - 1);
  }
  for (let i: u32 = 0; i < length; i++) offer(piece, length, i);
  while (heapSize > 0) {
    const top = pop();
    const at = <u32>top, found = <u32>(top >>> 32);
    if (get(rank, at) != found) continue;
    const right = get(next, at), after = get(next, right);
    set(ids, at, madeBy(found));
    set(rank, right, NONE);
    set(next, at, after);
    if (after < length) set(before, after, at);
    offer(piece, length, at);
    const left = get(before, at);
    if (left != NONE) offer(piece, length, left);
  }
  let count: u32 = 0;
  for (let i: u32 = 0; i < length; i = get(next, i)) set(ids, count++, get(ids, i));
  return count;
}
