// Searching: down the levels by the nearest neighbour, then the `ef` nearest of level 0.
import {
  clearHeaps, distanceIn, drainResults, farthest, idIn, nearest, pack, popCandidate, popFarthest,
  pushCandidate, pushResult, replaceFarthest, candidateCount, resultCount,
} from "./heaps";
import {
  bind, distance, entry, epoch, fresh, linksOf, n, nextEpoch, topLevel, vectorOf, visited,
} from "./state";

/** Walks level `level` from `from` to the node nearest to `query`, as (distance, id). */
@inline
export function descend(query: usize, from: i64, level: i32): i64 {
  let best = from, start = from - 1;
  while (best != start) {
    start = best;
    const list = linksOf(idIn(best), level);
    const count = load<i32>(list);
    for (let i = 1; i <= count; i++) {
      const id = load<i32>(list + (<usize>i << 2));
      const item = pack(distance(query, vectorOf(id)), id);
      if (item < best) best = item;
    }
  }
  return best;
}

/** The `ef` nearest nodes on a level into the results; with `allowed`, only nodes with a byte of 1. */
@inline
export function searchLevel(query: usize, from: i64, ef: i32, level: i32, allowed: usize): void {
  nextEpoch();
  clearHeaps();
  const mark = epoch;
  store<u16>(visited + (<usize>idIn(from) << 1), mark);
  pushCandidate(from);
  if (allowed == 0 || load<u8>(allowed + <usize>idIn(from)) == 1) pushResult(from);
  while (candidateCount > 0) {
    const next = nearest();
    if (resultCount >= ef && distanceIn(next) > distanceIn(farthest())) return;
    popCandidate();
    const list = linksOf(idIn(next), level);
    const end = list + (<usize>load<u32>(list) << 2);
    // Unvisited ids first: the loads of their vectors then overlap.
    let last = fresh;
    for (let p = list + 4; p <= end; p += 4) {
      const id = load<i32>(p), flag = visited + (<usize>id << 1);
      if (load<u16>(flag) == mark) continue;
      store<u16>(flag, mark);
      store<i32>(last, id);
      last += 4;
    }
    for (let p = fresh; p < last; p += 4) {
      const id = load<i32>(p);
      const item = pack(distance(query, vectorOf(id)), id);
      if (resultCount >= ef && item >= farthest()) continue;
      pushCandidate(item);
      if (allowed != 0 && load<u8>(allowed + <usize>id) != 1) continue;
      if (resultCount < ef) pushResult(item);
      else replaceFarthest(item);
    }
  }
}

/** The `k` nearest nodes of those allowed into `out`, nearest first; returns how many. */
export function searchGraph(
  graph: usize, scratch: usize, query: usize, k: i32, ef: i32, allowed: usize, out: usize,
): i32 {
  bind(graph, scratch);
  let best = pack(distance(query, vectorOf(entry)), entry);
  for (let level = topLevel; level > 0; level--) best = descend(query, best, level);
  searchLevel(query, best, max(ef, k), 0, allowed);
  while (resultCount > k) popFarthest();
  return drainResults(out);
}

/** As `searchGraph`, by looking at every node. */
export function scanAllowed(
  graph: usize, scratch: usize, query: usize, k: i32, allowed: usize, out: usize,
): i32 {
  bind(graph, scratch);
  clearHeaps();
  if (k <= 0) return 0;
  for (let id = 0; id < n; id++) {
    if (allowed != 0 && load<u8>(allowed + <usize>id) != 1) continue;
    const item = pack(distance(query, vectorOf(id)), id);
    if (resultCount < k) pushResult(item);
    else if (item < farthest()) replaceFarthest(item);
  }
  return drainResults(out);
}
