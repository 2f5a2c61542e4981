// Building: nodes are linked to the nearest that are not nearer to one another (the paper's
// heuristic), level by level. Several threads may add nodes at once: lists are changed under a lock
// for each node and read without one, since ids in them are always nodes.
import { distance, encode } from "./distance";
import {
  clearHeaps, distanceIn, drainResults, idIn, pack, pushResult, resultCount,
} from "./heaps";
import { descend, descendTo, searchLevel, touchCodes } from "./search";
import {
  bind, chosen, efConstruction, entry, epoch, fresh, levels, linksOf, locks, m, mostLinks,
  nextEpoch, nodeAt, queryCode, rowOf, sorted, topLevel, vectorOf, visited,
} from "./state";

@inline
function itemAt(list: usize, i: i32): i64 {
  return load<i64>(list + (<usize>i << 3));
}

/** Of `count` items, nearest first, at most `most` that no chosen one is nearer to: `chosen`. */
function choose(from: usize, count: i32, most: i32, self: i32): i32 {
  let kept = 0;
  for (let i = 0; i < count && kept < most; i++) {
    const item = itemAt(from, i);
    // Another thread may have linked to the node while it looks for its own links.
    if (idIn(item) == self) continue;
    const code = nodeAt(idIn(item));
    let isWanted = true;
    for (let j = 0; j < kept; j++) {
      if (distance(code, nodeAt(idIn(itemAt(chosen, j)))) < distanceIn(item)) {
        isWanted = false;
        break;
      }
    }
    if (!isWanted) continue;
    store<i64>(chosen + (<usize>kept << 3), item);
    kept++;
  }
  return kept;
}

@inline
function lock(id: i32): void {
  while (atomic.cmpxchg<i32>(locks + (<usize>id << 2), 0, 1) != 0) {}
}

@inline
function unlock(id: i32): void {
  atomic.store<i32>(locks + (<usize>id << 2), 0);
}

/** Writes the chosen items as the links of a list. */
@inline
function writeLinks(list: usize, count: i32, most: i32): void {
  for (let i = 0; i < count; i++) store<i32>(list + (<usize>i << 2), idIn(itemAt(chosen, i)));
  if (count < most) store<i32>(list + (<usize>count << 2), -1);
}

@inline
function countLinks(list: usize, most: i32): i32 {
  let count = 0;
  while (count < most && load<i32>(list + (<usize>count << 2)) >= 0) count++;
  return count;
}

/** Adds `id` to the links of `other`; when they are full, the best of all are chosen anew. */
function linkBack(other: i32, id: i32, level: i32): void {
  const most = mostLinks(level);
  lock(other);
  const list = linksOf(other, level);
  const count = countLinks(list, most);
  if (count < most) {
    // The end first: another thread may be reading.
    if (count + 1 < most) store<i32>(list + (<usize>(count + 1) << 2), -1);
    store<i32>(list + (<usize>count << 2), id);
  } else {
    const code = nodeAt(other);
    touchCodes(list, list + (<usize>count << 2), 0);
    for (let i = 0; i <= count; i++) {
      const linked = i == count ? id : load<i32>(list + (<usize>i << 2));
      const item = pack(distance(code, nodeAt(linked)), linked);
      let j = i;
      for (; j > 0 && itemAt(sorted, j - 1) > item; j--) {
        store<i64>(sorted + (<usize>j << 3), itemAt(sorted, j - 1));
      }
      store<i64>(sorted + (<usize>j << 3), item);
    }
    writeLinks(list, choose(sorted, count + 1, most, other), most);
  }
  unlock(other);
}

function addNode(id: i32): void {
  const code = nodeAt(id);
  const level = <i32>load<u8>(levels + <usize>id);
  let best = descendTo(code, level + 1);
  for (let l = min(level, topLevel); l >= 0; l--) {
    searchLevel(code, best, efConstruction, l, 0);
    const count = drainResults(sorted);
    best = itemAt(sorted, count > 1 && idIn(itemAt(sorted, 0)) == id ? 1 : 0);
    const list = linksOf(id, l);
    lock(id);
    const kept = choose(sorted, count, m, id);
    writeLinks(list, kept, mostLinks(l));
    // Other threads may change the list from here on.
    memory.copy(fresh, list, <usize>kept << 2);
    unlock(id);
    for (let i = 0; i < kept; i++) linkBack(load<i32>(fresh + (<usize>i << 2)), id, l);
  }
}

/** Codes the vectors of the nodes from `from` below `to`. */
export function encodeNodes(graph: usize, scratch: usize, from: i32, to: i32): void {
  bind(graph, scratch);
  for (let id = from; id < to; id++) encode(vectorOf(rowOf(id)), nodeAt(id));
}

/** Puts the node of level `level` or above nearest to each of `count` rows in the row's place. */
export function nearestAbove(
  graph: usize, scratch: usize, rows: usize, count: i32, level: i32,
): void {
  bind(graph, scratch);
  for (let p = rows; p < rows + (<usize>count << 2); p += 4) {
    encode(vectorOf(load<i32>(p)), queryCode);
    store<i32>(p, idIn(descendTo(queryCode, level)));
  }
}

/** Adds the nodes `from`, `from + step`, … below `to`; the entry node is there already. */
export function addNodes(graph: usize, scratch: usize, from: i32, to: i32, step: i32): void {
  bind(graph, scratch);
  for (let id = from; id < to; id += step) if (id != entry) addNode(id);
}

@inline
function isAlive(alive: usize, id: i32): bool {
  return load<u8>(alive + <usize>rowOf(id)) == 1;
}

/** Pushes the links of a list that are alive and were not seen yet to the results. */
function gather(code: usize, list: usize, most: i32, alive: usize): void {
  for (let i = 0; i < most; i++) {
    const id = load<i32>(list + (<usize>i << 2));
    if (id < 0) return;
    const flag = visited + (<usize>id << 1);
    if (load<u16>(flag) == epoch || !isAlive(alive, id)) continue;
    store<u16>(flag, epoch);
    pushResult(pack(distance(code, nodeAt(id)), id));
  }
}

/** Puts the links of dead nodes in the place of those nodes, the best of all chosen anew. */
function repairList(id: i32, level: i32, alive: usize): void {
  const most = mostLinks(level), list = linksOf(id, level), count = countLinks(list, most);
  let isBroken = false;
  for (let i = 0; i < count; i++) {
    if (!isAlive(alive, load<i32>(list + (<usize>i << 2)))) isBroken = true;
  }
  if (!isBroken) return;
  const code = nodeAt(id);
  nextEpoch();
  clearHeaps();
  store<u16>(visited + (<usize>id << 1), epoch);
  gather(code, list, most, alive);
  for (let i = 0; i < count; i++) {
    const linked = load<i32>(list + (<usize>i << 2));
    if (!isAlive(alive, linked)) gather(code, linksOf(linked, level), most, alive);
  }
  // Among the dead alone: better a way through them than none.
  if (resultCount > 0) writeLinks(list, choose(sorted, drainResults(sorted), most, id), most);
}

/**
 * Takes nodes of dead rows (a byte of 0 in `alive`) out of the links of the nodes from `from` below
 * `to`. Lists of dead nodes stay as they are, so that threads may share the work.
 */
export function repairNodes(graph: usize, scratch: usize, alive: usize, from: i32, to: i32): void {
  bind(graph, scratch);
  for (let id = from; id < to; id++) {
    if (!isAlive(alive, id)) continue;
    for (let level = <i32>load<u8>(levels + <usize>id); level >= 0; level--) {
      repairList(id, level, alive);
    }
  }
}
