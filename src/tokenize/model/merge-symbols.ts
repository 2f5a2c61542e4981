/**
 * Byte-pair merging of one word: of all neighbours with a merge the one of lowest rank is joined
 * first, of equal ones the leftmost, until none is left. O(n log n) in the symbols of the word.
 */

/** What two neighbours become, and how early. */
export interface Merges {
  /** The merge of a pair, a number of this table's own, or -1. */
  find(left: number, right: number): number;
  /** How early a merge comes; two may be equal. */
  rank(merge: number): number;
  /** The token a merge makes. */
  merged(merge: number): number;
}

/** A word on its way: `ids[i]` reaches up to unit `ends[i]`. */
export interface Symbols {
  readonly ids: number[];
  readonly ends: number[];
}

/** Below this a scan for the best pair is faster than a heap. */
const SCAN_LIMIT = 48;

/** Merges in place. */
export function mergeSymbols(symbols: Symbols, merges: Merges): void {
  if (symbols.ids.length <= SCAN_LIMIT) mergeByScan(symbols, merges);
  else mergeByHeap(symbols, merges);
}

function mergeByScan({ ids, ends }: Symbols, merges: Merges): void {
  const found: number[] = [];
  for (let i = 0; i + 1 < ids.length; i++) found.push(merges.find(ids[i]!, ids[i + 1]!));
  for (;;) {
    let best = -1;
    for (let i = 0; i < found.length; i++) {
      if (found[i]! < 0) continue;
      if (best < 0 || merges.rank(found[i]!) < merges.rank(found[best]!)) best = i;
    }
    if (best < 0) return;
    ids.splice(best, 2, merges.merged(found[best]!));
    ends.splice(best, 1);
    found.splice(best, 1);
    if (best > 0) found[best - 1] = merges.find(ids[best - 1]!, ids[best]!);
    if (best < found.length) found[best] = merges.find(ids[best]!, ids[best + 1]!);
  }
}

/** Entries are `rank * 2^26 + place`, so that comparing numbers compares rank, then place. */
const PLACES = 2 ** 26;

function mergeByHeap({ ids, ends }: Symbols, merges: Merges): void {
  const count = ids.length;
  const next = Int32Array.from({ length: count }, (_, i) => (i + 1 < count ? i + 1 : -1));
  const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
  const isAlive = new Uint8Array(count).fill(1);
  const heap: number[] = [];
  const offer = (place: number): void => {
    const right = next[place]!;
    const merge = right < 0 ? -1 : merges.find(ids[place]!, ids[right]!);
    if (merge >= 0) pushHeap(heap, merges.rank(merge) * PLACES + place);
  };
  for (let i = 0; i + 1 < count; i++) offer(i);
  while (heap.length > 0) {
    const top = popHeap(heap);
    const place = top % PLACES;
    const rank = (top - place) / PLACES;
    const right = next[place]!;
    if (isAlive[place] === 0 || right < 0) continue;
    const merge = merges.find(ids[place]!, ids[right]!);
    if (merge < 0 || merges.rank(merge) !== rank) continue;
    ids[place] = merges.merged(merge);
    ends[place] = ends[right]!;
    isAlive[right] = 0;
    const after = next[right]!;
    next[place] = after;
    if (after >= 0) previous[after] = place;
    if (previous[place]! >= 0) offer(previous[place]!);
    offer(place);
  }
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (isAlive[i] === 0) continue;
    ids[at] = ids[i]!;
    ends[at++] = ends[i]!;
  }
  ids.length = at;
  ends.length = at;
}

function pushHeap(heap: number[], entry: number): void {
  let i = heap.length;
  heap.push(entry);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (heap[parent]! <= entry) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = entry;
}

function popHeap(heap: number[]): number {
  const top = heap[0]!;
  const last = heap.pop()!;
  const count = heap.length;
  if (count === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= count) break;
    if (child + 1 < count && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return top;
}
