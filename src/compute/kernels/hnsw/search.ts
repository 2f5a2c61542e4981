// Searching: down the levels by the nearest neighbour, then the `ef` nearest of level 0, and those
// scored again on the vectors.
import { distance, encode } from "./distance";
import { offerRows, offerSorted } from "./exact";
import {
  clearHeaps, distanceIn, drainResults, farthest, idIn, nearest, pack, popCandidate, popFarthest,
  pushCandidate, pushResult, replaceFarthest, candidateCount, resultCount,
} from "./heaps";
import {
  bind, codeBytes, dims, entry, epoch, found, fresh, items, linksOf, mostLinks, nextEpoch, nodeAt,
  query, queryCode, rowOf, sorted, topLevel, touched, visited,
} from "./state";
import { sortTop, startTop } from "./top";

/** Walks level `level` from `from` to the node nearest to a code, as (distance, id). */
@inline
export function descend(code: usize, from: i64, level: i32): i64 {
  let best = from, start = from - 1;
  while (best != start) {
    start = best;
    const list = linksOf(idIn(best), level), end = list + (<usize>mostLinks(level) << 2);
    for (let p = list; p < end; p += 4) {
      const id = load<i32>(p);
      if (id < 0) break;
      const item = pack(distance(code, nodeAt(id)), id);
      if (item < best) best = item;
    }
  }
  return best;
}

/** The node of level `to` or above that is nearest to a code. */
@inline
export function descendTo(code: usize, to: i32): i64 {
  let best = pack(distance(code, nodeAt(entry)), entry);
  for (let level = topLevel; level >= to; level--) best = descend(code, best, level);
  return best;
}

/**
 * Loads a byte of each line of the codes of ids: a processor waits for many lines at once where it
 * would wait for one after another between comparisons, and WebAssembly has no prefetch. Half as
 * fast without it. The sum lands in memory so that no compiler leaves the loads out.
 */
@inline
export function touchCodes(from: usize, to: usize, sum: i32): void {
  for (let p = from; p < to; p += 4) {
    const node = nodeAt(load<i32>(p));
    for (let line: usize = 0; line < codeBytes; line += 64) sum += load<u8>(node + line);
  }
  store<i32>(touched, sum);
}

@inline
function isAllowed(allowed: usize, id: i32): bool {
  return allowed == 0 || load<u8>(allowed + <usize>rowOf(id)) == 1;
}

/** The `ef` nearest nodes on a level into the results; of `allowed`, only rows with a byte of 1. */
@inline
export function searchLevel(code: usize, from: i64, ef: i32, level: i32, allowed: usize): void {
  nextEpoch();
  clearHeaps();
  const mark = epoch, listBytes = <usize>mostLinks(level) << 2;
  store<u16>(visited + (<usize>idIn(from) << 1), mark);
  pushCandidate(from);
  if (isAllowed(allowed, idIn(from))) pushResult(from);
  while (candidateCount > 0) {
    const next = nearest();
    if (resultCount >= ef && distanceIn(next) > distanceIn(farthest())) return;
    popCandidate();
    const list = linksOf(idIn(next), level), end = list + listBytes;
    // The links that are wanted next, as it looks now; see `touchCodes`.
    const then = linksOf(idIn(nearest()), level);
    const sum: i32 = load<u8>(then) + load<u8>(then + listBytes - 1);
    // Unvisited ids first, then all their distances, without a branch that hangs on either: the
    // loads of codes then overlap.
    let last = fresh;
    for (let p = list; p < end; p += 4) {
      const id = load<i32>(p);
      if (id < 0) break;
      const flag = visited + (<usize>id << 1);
      store<i32>(last, id);
      last += <usize>(load<u16>(flag) != mark) << 2;
      store<u16>(flag, mark);
    }
    touchCodes(fresh, last, sum);
    let item = items;
    for (let p = fresh; p < last; p += 4, item += 8) {
      const id = load<i32>(p);
      store<i64>(item, pack(distance(code, nodeAt(id)), id));
    }
    for (let p = items; p < item; p += 8) {
      const item = load<i64>(p);
      if (resultCount >= ef && item >= farthest()) continue;
      pushCandidate(item);
      if (!isAllowed(allowed, idIn(item))) continue;
      if (resultCount < ef) pushResult(item);
      else replaceFarthest(item);
    }
  }
}

/**
 * Searches for each of the queries from `from` below `to`, (queries, dims) f32: the `limit` best
 * rows of those allowed, best first. With an `ef` by a walk that keeps so many of the nearest, of
 * which `limit` are scored; the rows from `firstRow` below `rowCount` are looked at one by one. Each
 * query has `limit` items of 16 bytes in `out`: f64 score, i32 row; a row of -1 ends them.
 */
export function search(
  graph: usize, scratch: usize, queries: usize, from: i32, to: i32, limit: i32, ef: i32,
  firstRow: i32, rowCount: i32, allowed: usize, out: usize,
): void {
  bind(graph, scratch);
  const vectorBytes = <usize>dims << 2, outBytes = <usize>limit << 4;
  for (let i = from; i < to; i++) {
    memory.copy(query, queries + <usize>i * vectorBytes, vectorBytes);
    startTop(limit);
    if (ef > 0) {
      encode(query, queryCode);
      searchLevel(queryCode, descendTo(queryCode, 1), ef, 0, allowed);
      while (resultCount > limit) popFarthest();
      offerSorted(drainResults(sorted));
    }
    offerRows(firstRow, rowCount, allowed);
    const count = sortTop(), target = out + <usize>i * outBytes;
    memory.copy(target, found, <usize>count << 4);
    if (count < limit) store<i32>(target + (<usize>count << 4), -1, 8);
  }
}
