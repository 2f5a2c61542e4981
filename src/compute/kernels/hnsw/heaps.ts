// Two heaps of (distance, id), packed into one i64 so that one comparison orders both: candidates
// with the nearest on top, results with the farthest.
import { candidates, results } from "./state";

export let candidateCount: i32 = 0;
export let resultCount: i32 = 0;

@inline
export function pack(distance: i32, id: i32): i64 {
  return (<i64>distance << 32) | <i64>id;
}

@inline
export function distanceIn(item: i64): i32 {
  return <i32>(item >> 32);
}

@inline
export function idIn(item: i64): i32 {
  return <i32>item;
}

@inline
export function clearHeaps(): void {
  candidateCount = 0;
  resultCount = 0;
}

@inline
export function nearest(): i64 {
  return load<i64>(candidates);
}

@inline
export function farthest(): i64 {
  return load<i64>(results);
}

@inline
function at(heap: usize, i: i32): usize {
  return heap + (<usize>i << 3);
}

@inline
export function pushCandidate(item: i64): void {
  let i = candidateCount++;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const other = load<i64>(at(candidates, parent));
    if (other <= item) break;
    store<i64>(at(candidates, i), other);
    i = parent;
  }
  store<i64>(at(candidates, i), item);
}

@inline
export function popCandidate(): void {
  const last = load<i64>(at(candidates, --candidateCount));
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= candidateCount) break;
    let item = load<i64>(at(candidates, child));
    if (child + 1 < candidateCount) {
      const other = load<i64>(at(candidates, child + 1));
      if (other < item) {
        child++;
        item = other;
      }
    }
    if (item >= last) break;
    store<i64>(at(candidates, i), item);
    i = child;
  }
  store<i64>(at(candidates, i), last);
}

@inline
export function pushResult(item: i64): void {
  let i = resultCount++;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const other = load<i64>(at(results, parent));
    if (other >= item) break;
    store<i64>(at(results, i), other);
    i = parent;
  }
  store<i64>(at(results, i), item);
}

/** Puts an item in place of the farthest. */
@inline
export function replaceFarthest(item: i64): void {
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= resultCount) break;
    let found = load<i64>(at(results, child));
    if (child + 1 < resultCount) {
      const other = load<i64>(at(results, child + 1));
      if (other > found) {
        child++;
        found = other;
      }
    }
    if (found <= item) break;
    store<i64>(at(results, i), found);
    i = child;
  }
  store<i64>(at(results, i), item);
}

@inline
export function popFarthest(): void {
  const last = load<i64>(at(results, --resultCount));
  if (resultCount > 0) replaceFarthest(last);
}

/** Moves the results to `target`, nearest first; returns how many there are. */
export function drainResults(target: usize): i32 {
  const count = resultCount;
  for (let i = count - 1; i >= 0; i--) {
    store<i64>(at(target, i), farthest());
    popFarthest();
  }
  return count;
}
