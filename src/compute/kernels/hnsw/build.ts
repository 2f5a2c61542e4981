// Building: nodes are linked to the nearest that are not nearer to one another (the paper's
// heuristic), level by level. Several threads may add nodes at once: lists are changed under a lock
// for each node and read without one, since ids in them are always nodes.
import { distanceIn, drainResults, idIn, pack } from "./heaps";
import { descend, searchLevel } from "./search";
import {
  bind, chosen, distance, efConstruction, entry, levels, linksOf, locks, m, m0, sorted, topLevel,
  vectorOf,
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
    const vector = vectorOf(idIn(item));
    let isWanted = true;
    for (let j = 0; j < kept; j++) {
      if (distance(vector, vectorOf(idIn(itemAt(chosen, j)))) < distanceIn(item)) {
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
function writeLinks(list: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    store<i32>(list + (<usize>(i + 1) << 2), idIn(itemAt(chosen, i)));
  }
  store<i32>(list, count);
}

/** Adds `id` to the links of `other`; when they are full, the best of all are chosen anew. */
function linkBack(other: i32, id: i32, level: i32): void {
  const most = level == 0 ? m0 : m;
  lock(other);
  const list = linksOf(other, level);
  const count = load<i32>(list);
  if (count < most) {
    store<i32>(list + (<usize>(count + 1) << 2), id);
    store<i32>(list, count + 1);
  } else {
    const vector = vectorOf(other);
    for (let i = 0; i <= count; i++) {
      const linked = i == count ? id : load<i32>(list + (<usize>(i + 1) << 2));
      const item = pack(distance(vector, vectorOf(linked)), linked);
      let j = i;
      for (; j > 0 && itemAt(sorted, j - 1) > item; j--) {
        store<i64>(sorted + (<usize>j << 3), itemAt(sorted, j - 1));
      }
      store<i64>(sorted + (<usize>j << 3), item);
    }
    writeLinks(list, choose(sorted, count + 1, most, other));
  }
  unlock(other);
}

function addNode(id: i32): void {
  const vector = vectorOf(id);
  const level = <i32>load<u8>(levels + <usize>id);
  let best = pack(distance(vector, vectorOf(entry)), entry);
  for (let l = topLevel; l > level; l--) best = descend(vector, best, l);
  for (let l = min(level, topLevel); l >= 0; l--) {
    searchLevel(vector, best, efConstruction, l, 0);
    const count = drainResults(sorted);
    best = itemAt(sorted, count > 1 && idIn(itemAt(sorted, 0)) == id ? 1 : 0);
    const list = linksOf(id, l);
    lock(id);
    const kept = choose(sorted, count, m, id);
    writeLinks(list, kept);
    unlock(id);
    for (let i = 1; i <= kept; i++) linkBack(load<i32>(list + (<usize>i << 2)), id, l);
  }
}

/** Adds the nodes `from`, `from + step`, … below `to`; the entry node is there already. */
export function addNodes(graph: usize, scratch: usize, from: i32, to: i32, step: i32): void {
  bind(graph, scratch);
  for (let id = from; id < to; id += step) if (id != entry) addNode(id);
}
